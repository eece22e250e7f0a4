// Silences of a log that are far longer than usual in it: whole days without a record.
import { formatInstant, type Instant } from "../model/time.js"

const dayNanos = 86_400_000_000_000n
const gapsMax = 100

/** At least a day, and at least ten times the file's usual distance between looked-at records. */
export function silences(instants: readonly Instant[]): readonly { readonly from: string; readonly to: string }[] {
  const sorted = [...instants].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const steps = sorted.slice(1).map((instant, at) => instant - (sorted[at] as Instant))
  if (steps.length < 3) return []
  const usual = [...steps].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))[steps.length >> 1] as bigint
  return steps
    .flatMap((step, at) =>
      step >= dayNanos && step >= usual * 10n
        ? [{ from: formatInstant(sorted[at] as Instant), to: formatInstant(sorted[at + 1] as Instant) }]
        : [],
    )
    .slice(0, gapsMax)
}
