// The time range of a leaf and its silences, out of the stamps that were looked at.
import { formatInstant, type Instant } from "../model/time.js"
import type { WorkUnit } from "../model/work-unit.js"
import { type FileClock, resolveStamp } from "../sources/time/resolve.js"
import type { CoveredTimes, KnownTimes, LeafResult, UnitResult } from "./finding.js"
import { jumps, type Span, silences } from "./silences.js"

export function coveredTimes(clock: FileClock): CoveredTimes {
  const resolved = clock.samples.map(({ stamp, at }) => ({ at, ...resolveStamp(stamp, at, clock) }))
  const known = resolved.filter((one): one is typeof one & Span => one.earliest !== null && one.latest !== null)
  const back = jumps(known)
  const first = known.reduce<Instant | null>((least, { earliest }) => (least === null || earliest < least ? earliest : least), null)
  const last = known.reduce<Instant | null>((most, { latest }) => (most === null || latest > most ? latest : most), null)
  return {
    first: first === null ? null : formatInstant(first),
    last: last === null ? null : formatInstant(last),
    gaps: silences(known.map((one) => ({ at: one.at, instant: one.earliest }))),
    ...(back.length > 0 && { jumps: back }),
  }
}

/** The clock of a leaf. The samples of one that an index rules out are fetched only if something asks for them. */
export function clockOf(path: string, leaf: LeafResult, tz: string | undefined): FileClock {
  return {
    path: leaf.member === undefined ? path : `${path}!/${leaf.member}`,
    mtimeMs: leaf.mtimeMs,
    get samples() {
      return leaf.samples
    },
    ...(tz === undefined ? {} : { tz }),
  }
}

export function knownTimes(path: string, leaf: LeafResult, tz: string | undefined): KnownTimes {
  // In the order in which settlement has them.
  const samples = [...leaf.samples].sort((a, b) => a.at - b.at)
  return { path, tz: tz ?? null, ...coveredTimes(clockOf(path, { ...leaf, samples }, tz)) }
}

/** The times of a unit's leaves, where they are not known yet. A segment has none of its own. */
export function withTimes(result: UnitResult, { path, segment }: WorkUnit, tz: string | undefined): UnitResult {
  if (segment) return result
  const isSettled = ({ ruledOut, known, times }: LeafResult): boolean =>
    ruledOut !== undefined || known !== undefined || (times !== undefined && isFor(times, path, tz))
  return { leaves: result.leaves.map((leaf) => (isSettled(leaf) ? leaf : { ...leaf, times: knownTimes(path, leaf, tz) })) }
}

export function isFor(times: KnownTimes, path: string, tz: string | undefined): boolean {
  return times.path === path && times.tz === (tz ?? null)
}
