// What is odd about the course of time in a log: silences far longer than usual in it, and time that runs backwards.
import { formatInstant, type Instant } from "../model/time.js"

const dayNanos = 86_400_000_000_000n
const gapsMax = 100
/** A silence is so many times as long as the file usually takes for as much text. */
const longer = 10

/** A record that was looked at: where it stands in the file, and when it happened. */
export interface Moment {
  readonly at: number
  readonly instant: Instant
}

/** At least a day, and at least ten times what the text between its ends usually takes. */
export function silences(moments: readonly Moment[]): readonly { readonly from: string; readonly to: string }[] {
  const sorted = [...moments].sort((a, b) => (a.instant < b.instant ? -1 : a.instant > b.instant ? 1 : a.at - b.at))
  const steps = sorted.slice(1).map((moment, index) => step(sorted[index] as Moment, moment))
  if (steps.length < 3) return []
  const usual = [...steps].sort((a, b) => a.pace - b.pace)[steps.length >> 1] as Step
  return steps
    .filter(({ nanos, pace }) => nanos >= dayNanos && pace >= usual.pace * longer)
    .slice(0, gapsMax)
    .map(({ from, to }) => ({ from: formatInstant(from), to: formatInstant(to) }))
}

/** A record that was looked at, and both ends of the time at which it may have happened. */
export interface Span {
  readonly at: number
  readonly earliest: Instant
  readonly latest: Instant
}

const hourNanos = 3_600_000_000_000n
/** Records of one log come a little out of order; a clock that was set is further off. */
const jumpNanos = hourNanos
const jumpsMax = 20
/** A table in no order of time has many; a log whose clock was set has few. */
const jumpsShare = 0.05
const jumpsFew = 3

/**
 * Where a record certainly happened an hour or more before the one in front of it, and the next one too: a single late record, such as a flow
 * that is logged at its end, is no clock that was set. None for files that are in no order of time.
 */
export function jumps(spans: readonly Span[]): readonly { readonly from: string; readonly to: string }[] {
  const sorted = [...spans].sort((a, b) => a.at - b.at)
  const found = sorted.slice(1).flatMap((span, index) => {
    const before = sorted[index] as Span
    const next = sorted[index + 2]
    const stays = next === undefined || next.latest + jumpNanos <= before.earliest
    return stays && span.latest + jumpNanos <= before.earliest
      ? [{ from: formatInstant(before.earliest), to: formatInstant(span.earliest) }]
      : []
  })
  return found.length <= Math.max(jumpsFew, sorted.length * jumpsShare) ? found.slice(0, jumpsMax) : []
}

interface Step {
  readonly from: Instant
  readonly to: Instant
  readonly nanos: bigint
  /** Time for each byte, or record, between the two. */
  readonly pace: number
}

function step(before: Moment, behind: Moment): Step {
  const nanos = behind.instant - before.instant
  return { from: before.instant, to: behind.instant, nanos, pace: Number(nanos) / Math.max(1, Math.abs(behind.at - before.at)) }
}
