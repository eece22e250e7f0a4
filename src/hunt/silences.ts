// Silences of a log that are far longer than usual in it: whole days without a record.
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
