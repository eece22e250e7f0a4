// Gathers the hits of one file after another: copies become one hit, everything is counted, and of each kind so many are kept in full.
import { type Sighting, sumSightings } from "../hits/sightings.js"
import type { Hit, Source, Strength } from "../model/hit.js"
import { digestOf } from "./digest.js"
import { createDigestTable } from "./digest-table.js"
import type { HitRole, SettledHit } from "./settle.js"

/** Exact, copies counted once, whether kept in full or not. */
export interface HitCounts {
  readonly total: number
  readonly echo: number
  /** Without echoes. */
  readonly byStrength: Readonly<Partial<Record<Strength, number>>>
}

export interface Gathered {
  /** Those kept in full, in the order in which they came. */
  readonly hits: readonly Hit[]
  readonly counts: HitCounts
  readonly sightings: readonly Sighting[]
}

export interface Gathering {
  /** All hits of one file: how many are new, and how many of these are kept. */
  add(hits: readonly SettledHit[]): { readonly found: number; readonly listed: number }
  gathered(): Gathered
}

/** What stands for a hit that was counted and not kept. */
const unkept = 0xffff_fff0

/** `recordsPerGroup`: of one indicator in one role, strength and grade; of logins, for each account. */
export function createGathering(recordsPerGroup: number): Gathering {
  const copies = createDigestTable()
  const kept: SettledHit[] = []
  const also = new Map<number, Source[]>()
  const groups = new Map<string, { hits: number }>()
  /** The same, by the roles themselves, of which those of a million hits are few. */
  const ofRoles = new WeakMap<HitRole, { hits: number }>()
  const sightings = sumSightings()
  const byStrength: Partial<Record<Strength, number>> = {}
  let total = 0
  let echo = 0
  const count = ({ strength, echo: kind }: HitRole): void => {
    total++
    if (kind === null) byStrength[strength] = (byStrength[strength] ?? 0) + 1
    else echo++
  }
  const named = (key: string): { hits: number } => {
    const known = groups.get(key)
    if (known) return known
    const group = { hits: 0 }
    groups.set(key, group)
    return group
  }
  const groupFor = ({ role, account }: SettledHit): { hits: number } => {
    // Whoever logged in is to be seen, however often others did: what they did elsewhere is asked by their names.
    if (account !== undefined) return named(`${groupOf(role)}\0${account}`)
    let group = ofRoles.get(role)
    if (!group) ofRoles.set(role, (group = named(groupOf(role))))
    return group
  }
  const hasRoom = (one: SettledHit): boolean => recordsPerGroup === Number.POSITIVE_INFINITY || groupFor(one).hits++ < recordsPerGroup
  return {
    /**
     * Records of equal text and time in different files are one hit with several places (semantics 10.2). Equal lines within one file stay
     * separate: the n-th of one file is the same as the n-th of another.
     */
    add(hits) {
      const seen = new Map<string, number>()
      let found = 0
      let listed = 0
      for (const one of hits) {
        const { sameness, source } = one
        const here = source.member === undefined ? sameness : `${sameness} ${source.member}`
        const nth = (seen.get(here) ?? 0) + 1
        seen.set(here, nth)
        const known = copies.get(sameness, nth)
        if (known !== undefined) {
          if (known !== unkept) also.set(known, [...(also.get(known) ?? []), source])
          continue
        }
        found++
        count(one.role)
        sightings.add(one.role, source.path, one.earliest, one.latest, () => one.hit)
        const keep = hasRoom(one)
        copies.set(sameness, nth, keep ? kept.length : unkept)
        if (!keep) continue
        kept.push(one)
        listed++
      }
      return { found, listed }
    },
    gathered() {
      const whole = kept.map((one, at) => withCopies(one, also.get(at)))
      return { hits: withContacts(whole), counts: { total, echo, byStrength }, sightings: sightings.sightings() }
    },
  }
}

/** What `withContacts` needs of a hit. */
type Kept = Pick<SettledHit, "hit" | "connection" | "earliest">

function withCopies({ hit, connection, earliest }: SettledHit, also: readonly Source[] | undefined): Kept {
  return { hit: also ? { ...hit, also } : hit, connection, earliest }
}

function groupOf({ indicator, strength, where, direction, action, outcome, echo, grade }: HitRole): string {
  return `${indicator.type}\0${indicator.value}\0${strength}\0${where}\0${direction}\0${action}\0${outcome}\0${echo}\0${grade}`
}

/** Records of one connection less than this apart are one contact. */
const contactNanos = 3_600_000_000_000n

function withContacts(hits: readonly Kept[]): readonly Hit[] {
  const open = new Map<string, { readonly id: string; last: bigint }>()
  const contacts = new Map<Kept, string>()
  const timed = hits.filter((one) => one.connection !== undefined && one.hit.echo === null)
  for (const one of [...timed].sort((a, b) => compareTimes(a.earliest, b.earliest))) {
    const key = `${one.hit.indicator.type} ${one.hit.indicator.value} ${one.connection}`
    const at = one.earliest ?? 0n
    const known = open.get(key)
    if (known && at - known.last <= contactNanos) {
      known.last = at
      contacts.set(one, known.id)
    } else {
      const id = digestOf("contact", key, one.hit.time?.earliest ?? "")
      open.set(key, { id, last: at })
      contacts.set(one, id)
    }
  }
  return hits.map((one) => ({ ...one.hit, contact: contacts.get(one) ?? null }))
}

function compareTimes(a: bigint | null, b: bigint | null): number {
  const left = a ?? 0n
  const right = b ?? 0n
  return left < right ? -1 : left > right ? 1 : 0
}
