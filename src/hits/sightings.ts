// Hits summed for people: one sighting for each indicator, place, strength and role, with first, last and an exact count.
import type { Hit } from "../model/hit.js"
import { formatInstant, type Instant } from "../model/time.js"

export interface Sighting {
  readonly indicator: Hit["indicator"]
  readonly path: string
  readonly strength: Hit["strength"]
  readonly direction: Hit["direction"]
  readonly action: Hit["action"]
  readonly outcome: Hit["outcome"]
  readonly where: string | null
  readonly echo: Hit["echo"]
  readonly grade: Hit["grade"]
  readonly count: number
  /** RFC 3339, UTC; null if unbounded. */
  readonly firstSeen: string | null
  readonly lastSeen: string | null
  /** The first record, as an example. */
  readonly example: Hit
}

const gradeOrder = ["authenticated", "contact", "attempt", "seen", "lookup", "mention", "echo"]

/** Most telling first: by grade, then by number. */
export function sightingsOf(hits: Iterable<Hit>): readonly Sighting[] {
  const summed = sumSightings()
  for (const hit of hits) summed.add(hit, hit.source.path, hit.time?.earliest ?? null, hit.time?.latest ?? null, () => hit)
  return summed.sightings()
}

/** What hits of one sighting have in common, beside the path. */
export type SightingRole = Pick<Hit, "indicator" | "strength" | "where" | "direction" | "action" | "outcome" | "echo" | "grade">

export interface SightingSum {
  /** Times as instants, or as texts of equal form; the example is asked for only where it is the first. */
  add(role: SightingRole, path: string, first: Time | null, last: Time | null, example: () => Hit): void
  /** Most telling first: by grade, then by number. */
  sightings(): readonly Sighting[]
}

type Time = Instant | string

interface Summed {
  readonly role: SightingRole
  readonly path: string
  readonly example: Hit
  count: number
  first: Time | null
  last: Time | null
}

function keyOf({ indicator, strength, direction, action, outcome, echo }: SightingRole, path: string): string {
  return `${indicator.type}\0${indicator.value}\0${path}\0${strength}\0${direction}\0${action}\0${outcome}\0${echo}`
}

/** Keeps one example of each, so a million hits take no more room than one. */
export function sumSightings(): SightingSum {
  const groups = new Map<string, Summed>()
  // Hits mostly come with the role and the path of the one before.
  let latest: { readonly role: SightingRole; readonly sum: Summed } | undefined
  const sumOf = (role: SightingRole, path: string): Summed | undefined => {
    if (latest?.role === role && latest.sum.path === path) return latest.sum
    const sum = groups.get(keyOf(role, path))
    latest = sum && { role, sum }
    return sum
  }
  return {
    add(role, path, first, last, example) {
      const known = sumOf(role, path)
      if (!known) {
        groups.set(keyOf(role, path), { role, path, example: example(), count: 1, first, last })
        return
      }
      known.count++
      if (first !== null && (known.first === null || first < known.first)) known.first = first
      if (last !== null && (known.last === null || last > known.last)) known.last = last
    },
    sightings: () => [...groups.values()].map(sightingOf).sort(compareSightings),
  }
}

function sightingOf({ role, path, example, count, first, last }: Summed): Sighting {
  const { indicator, strength, direction, action, outcome, where, echo, grade } = role
  return {
    indicator,
    path,
    strength,
    direction,
    action,
    outcome,
    where,
    echo,
    grade,
    count,
    firstSeen: said(first),
    lastSeen: said(last),
    example,
  }
}

function said(time: Time | null): string | null {
  return typeof time === "bigint" ? formatInstant(time) : time
}

function compareSightings(a: Sighting, b: Sighting): number {
  return (
    gradeOrder.indexOf(a.grade ?? "seen") - gradeOrder.indexOf(b.grade ?? "seen") ||
    b.count - a.count ||
    compare(a.indicator.value, b.indicator.value) ||
    compare(a.path, b.path)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
