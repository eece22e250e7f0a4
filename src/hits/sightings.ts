// Hits summed for people: one sighting for each indicator, place, strength and role, with first, last and an exact count.
import type { Hit } from "../model/hit.js"

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
export function sightingsOf(hits: readonly Hit[]): readonly Sighting[] {
  const groups = new Map<string, Hit[]>()
  for (const hit of hits) {
    const { indicator, source, strength, direction, action, outcome, echo } = hit
    const key = JSON.stringify([indicator.type, indicator.value, source.path, strength, direction, action, outcome, echo])
    const group = groups.get(key)
    if (group) group.push(hit)
    else groups.set(key, [hit])
  }
  return [...groups.values()]
    .map(sightingOf)
    .sort(
      (a, b) =>
        gradeOrder.indexOf(a.grade ?? "seen") - gradeOrder.indexOf(b.grade ?? "seen") ||
        b.count - a.count ||
        compare(a.indicator.value, b.indicator.value) ||
        compare(a.path, b.path),
    )
}

function sightingOf(hits: readonly Hit[]): Sighting {
  const example = hits[0] as Hit
  const { indicator, source, strength, direction, action, outcome, where, echo, grade } = example
  const first = hits
    .map((hit) => hit.time?.earliest)
    .filter((one) => one != null)
    .sort()
  const last = hits
    .map((hit) => hit.time?.latest)
    .filter((one) => one != null)
    .sort()
  return {
    indicator,
    path: source.path,
    strength,
    direction,
    action,
    outcome,
    where,
    echo,
    grade,
    count: hits.length,
    firstSeen: first[0] ?? null,
    lastSeen: last[last.length - 1] ?? null,
    example,
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
