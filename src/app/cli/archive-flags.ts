// What every command that walks an archive takes: paths, a time range, a zone, a number of threads.
import { stat } from "node:fs/promises"
import type { HuntRange } from "../../hunt/settle.js"
import { UsageError } from "../../model/problem.js"
import { formatInstant, type Instant, parseInstant } from "../../model/time.js"
import { parseZone } from "../../sources/time/resolve.js"

export interface RangeFlags {
  readonly since?: string
  readonly until?: string
  readonly tz?: string
}

/** Throws a UsageError where a path is missing. */
export async function mustExist(paths: readonly string[]): Promise<void> {
  if (paths.length === 0) throw new UsageError("nowhere to hunt: give files or folders, or - for stdin")
  for (const path of paths) {
    if (path === "-") continue
    await stat(path).catch((error: Error) => {
      throw new UsageError(`cannot search ${path}: ${error.message}`)
    })
  }
}

/** Throws a UsageError for what is no instant, no zone or no range. */
export function rangeOf(flags: RangeFlags): HuntRange {
  const since = instantOf("--since", flags.since)
  const until = instantOf("--until", flags.until)
  if (since !== null && until !== null && since >= until) {
    throw new UsageError(`--since ${formatInstant(since)} is not before --until ${formatInstant(until)}`)
  }
  if (flags.tz === undefined) return { since, until }
  const tz = parseZone(flags.tz)
  if (tz === undefined)
    throw new UsageError(`--tz ${flags.tz} is no time zone: give an IANA name such as Europe/Paris, or an offset such as +02:00`)
  return { since, until, tz }
}

function instantOf(flag: string, given: string | undefined): Instant | null {
  if (given === undefined) return null
  const instant = parseInstant(given)
  if (instant === undefined) throw new UsageError(`${flag} ${given} is no instant: give a date such as 2021-01-01, or RFC 3339 with a zone`)
  return instant
}

/** For a number of threads. */
export function wholeNumber(input: string): number {
  const value = Number(input)
  if (!Number.isInteger(value) || value < 1 || value > 256) throw new Error(`${input} is no whole number from 1 to 256`)
  return value
}
