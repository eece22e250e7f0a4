// From a stamp to an interval of instants, with each assumption as a code (semantics 7). Knows files by their clock alone.
import type { LogRecord } from "../../model/log-record.js"
import { fromMillis, type Instant, type Stamp, type TimeAssumption, type TimeInterval, timeAssumptions } from "../../model/time.js"
import { meaningOf } from "./zone.js"

export { parseZone } from "./zone.js"

/** What a file says about its stamps. */
export interface FileClock {
  /** File name with its folders and members: a date in it supplies years. */
  readonly path: string
  readonly mtimeMs: number
  /** `--tz`, as `parseZone` spells it; absent is unknown. */
  readonly tz?: string
  /** Stamps seen in this file, at ascending decoded offsets. */
  readonly samples: readonly Sample[]
}

export interface Sample {
  readonly at: number
  readonly stamp: Stamp
}

/** When a record happened; `at` is its decoded offset. */
export function resolveTime(record: Pick<LogRecord, "time" | "end" | "created">, at: number, clock: FileClock): TimeInterval {
  const own = record.time ?? record.end ?? record.created
  if (!own) return undatedTime(undefined, undefined, clock)
  const start = resolveStamp(withYearOf(own, record.created), at, clock)
  const end = record.end && record.end !== own ? resolveStamp(record.end, at, clock) : undefined
  const isDevices = record.created !== undefined && record.created !== own
  return end || isDevices ? span(end ? [start, end] : [start], isDevices ? ["device-clock"] : []) : start
}

/** The interval of one stamp. */
export function resolveStamp(stamp: Stamp, at: number, clock: FileClock): TimeInterval {
  const plain = plainInstant(stamp)
  if (plain) return plain
  const dates = datesOf(stamp, at, clock)
  return span(
    dates.readings.map((reading) => instantsOf(reading, clock.tz)),
    dates.assumption,
  )
}

/** Of a stamp that leaves nothing open: most do not, and there may be a million of them. */
function plainInstant(stamp: Stamp): TimeInterval | undefined {
  const offset = stamp.utc ? 0 : stamp.offsets?.length === 1 ? stamp.offsets[0] : undefined
  if (offset === undefined || stamp.year === undefined || stamp.dayOrder === "unknown") return undefined
  const earliest = BigInt(localMs(stamp, stamp.year) - offset * 60_000) * nanosPerMilli + BigInt(stamp.nanos)
  return { earliest, latest: stamp.span === undefined ? earliest : earliest + BigInt(stamp.span), assumption: nothingAssumed }
}

const nothingAssumed: readonly TimeAssumption[] = []

/** A record without a stamp lies between its dated neighbours; what bounds it on neither side is null or the mtime (semantics 7.9). */
export function undatedTime(previous: TimeInterval | undefined, next: TimeInterval | undefined, clock: FileClock): TimeInterval {
  const mtime = fromMillis(clock.mtimeMs)
  if (!previous && !next) return { earliest: null, latest: mtime, assumption: ["undated"] }
  const assumption = ordered(["from-neighbours", ...(previous?.assumption ?? []), ...(next?.assumption ?? [])])
  const earliest = previous ? previous.earliest : null
  const latest = next ? next.latest : maxOf(mtime, previous?.latest ?? mtime)
  // A clock that ran backwards puts the next record before the previous one.
  if (earliest !== null && latest !== null && earliest > latest) return { earliest: latest, latest: earliest, assumption }
  return { earliest, latest, assumption }
}

/**
 * The interval as it is kept for a hunt over [since, until), or undefined if it lies outside (semantics 7.7 and 7.11).
 * A year that rests on the mtime alone never excludes: the record stays with `year-unknown`. Nor does the mtime itself, where it
 * stands for the end of an undated stretch.
 */
export function keptInRange(
  interval: TimeInterval,
  since: Instant | null,
  until: Instant | null,
  clock: FileClock,
): TimeInterval | undefined {
  if (inRange(interval, since, until) === "inside") return interval
  if (interval.assumption.includes("from-neighbours") && interval.latest === fromMillis(clock.mtimeMs)) {
    if (inRange({ ...interval, latest: null }, since, until) === "inside") return interval
  }
  if (!interval.assumption.includes("year-from-mtime") || !someYearFalls(interval, since, until)) return undefined
  return { ...interval, assumption: ordered([...interval.assumption, "year-unknown"]) }
}

/** Whether an interval touches [since, until); null is open. What is undated is inside. Looks at no other year: see `keptInRange`. */
export function inRange(interval: TimeInterval, since: Instant | null, until: Instant | null): "inside" | "outside" {
  if (interval.assumption.includes("undated")) return "inside"
  const tooEarly = since !== null && interval.latest !== null && interval.latest < since
  const tooLate = until !== null && interval.earliest !== null && interval.earliest >= until
  return tooEarly || tooLate ? "outside" : "inside"
}

const nanosPerMilli = 1_000_000n
const dayMs = 86_400_000
/** With an unknown zone a local clock may run 14 hours ahead of UTC or 12 behind (semantics 7.3). */
const aheadMinutes = 14 * 60
const behindMinutes = -12 * 60
/** Logs are no older than this. */
const yearMin = 1970

// The date: year and day order.

interface Dates {
  /** Every calendar reading of the stamp, year and order settled. */
  readonly readings: readonly (Stamp & { readonly year: number })[]
  readonly assumption: readonly TimeAssumption[]
}

function datesOf(stamp: Stamp, at: number, clock: FileClock): Dates {
  const assumption: TimeAssumption[] = []
  const readings: (Stamp & { readonly year: number })[] = []
  for (const ordering of orderings(stamp, clock, assumption)) {
    if (ordering.year !== undefined) readings.push({ ...ordering, year: ordering.year })
    else {
      const { year, code } = yearOf(ordering, at, clock)
      if (!assumption.includes(code)) assumption.push(code)
      readings.push({ ...ordering, year })
    }
  }
  return { readings, assumption }
}

/** A stamp whose day order is open has two readings, unless another stamp of the file settles it (semantics 7.8). */
function orderings(stamp: Stamp, clock: FileClock, assumption: TimeAssumption[]): readonly Stamp[] {
  if (stamp.dayOrder !== "unknown") return [stamp]
  const swapped = { ...stamp, month: stamp.day, day: stamp.month }
  const order = fileContext(clock).dayOrder
  assumption.push(order ? "day-order-from-file" : "day-order-ambiguous")
  if (order === "day-first") return [swapped]
  return order === "month-first" ? [stamp] : [stamp, swapped]
}

type YearCode = "year-from-name" | "year-from-file" | "year-from-mtime"

/** The year that puts a stamp nearest to the stamps around it, which hang on the file's anchor (semantics 7.6). */
function yearOf(stamp: Stamp, at: number, clock: FileClock): { readonly year: number; readonly code: YearCode } {
  const context = fileContext(clock)
  const { code } = context
  const neighbour = nearestSample(context.dated, at)
  if (!neighbour) return { year: anchoredYear(stamp, context.anchor), code: context.anchor.code }
  return { year: nearestYear(stamp, neighbour.ms), code }
}

/** What the samples of a file say together; found once for each clock. */
interface FileContext {
  readonly dayOrder?: "day-first" | "month-first"
  readonly anchor: Anchor
  readonly code: YearCode
  /** Samples without year, as milliseconds on the local clock once their year is settled; or samples with year, where these settle it. */
  readonly dated: readonly { readonly at: number; readonly ms: number }[]
}

interface Anchor {
  readonly code: YearCode
  readonly ms: number
}

const contexts = new WeakMap<FileClock, FileContext>()

function fileContext(clock: FileClock): FileContext {
  const known = contexts.get(clock)
  if (known) return known
  const context = readContext(clock)
  contexts.set(clock, context)
  return context
}

function readContext(clock: FileClock): FileContext {
  const orders = new Set(clock.samples.map(({ stamp }) => stamp.dayOrder))
  const dayFirst = orders.has("day-first")
  const monthFirst = orders.has("month-first")
  // Both orders in one file settle nothing.
  const dayOrder = dayFirst === monthFirst ? undefined : dayFirst ? "day-first" : "month-first"
  return { ...(dayOrder && { dayOrder }), ...yearContext(clock) }
}

function yearContext(clock: FileClock): Pick<FileContext, "anchor" | "code" | "dated"> {
  const named = dateInPath(clock.path)
  const open = clock.samples.filter(({ stamp }) => stamp.year === undefined)
  const full = clock.samples.filter(({ stamp }) => stamp.year !== undefined)
  if (named === undefined && full.length > 0) {
    const dated = full.map(({ at, stamp }) => ({ at, ms: localMs(stamp, stamp.year as number) }))
    return { anchor: { code: "year-from-file", ms: dated[dated.length - 1]?.ms ?? 0 }, code: "year-from-file", dated }
  }
  const anchor: Anchor = named === undefined ? { code: "year-from-mtime", ms: clock.mtimeMs } : { code: "year-from-name", ms: named }
  return { anchor, code: anchor.code, dated: settleYears(open, anchor) }
}

/** Walks back from the last record, which lies nearest to the anchor: a step of over half a year backwards is a new year. */
function settleYears(samples: readonly Sample[], anchor: Anchor): { readonly at: number; readonly ms: number }[] {
  const steps: number[] = []
  let year = 0
  for (let at = samples.length - 1; at >= 0; at--) {
    const later = samples[at + 1]
    const here = samples[at] as Sample
    if (later) year += newYearBetween(here.stamp, later.stamp)
    steps[at] = year
  }
  const last = samples[samples.length - 1]
  if (!last) return []
  const leaps = steps.filter((_, at) => isLeapDay((samples[at] as Sample).stamp))
  const base = anchoredYear(last.stamp, anchor, leaps)
  return samples.map(({ at, stamp }, index) => ({ at, ms: localMs(stamp, base + (steps[index] ?? 0)) }))
}

/** -1 if the earlier record lies in the year before the later one's; +1 if a disturbed clock put it into the year after. */
function newYearBetween(earlier: Stamp, later: Stamp): number {
  const days = (localMs(earlier, leapYear) - localMs(later, leapYear)) / dayMs
  return days >= 183 ? -1 : days < -183 - 90 ? 1 : 0
}

const leapYear = 2020

/**
 * Nearest year to a date in a name; latest year not after the mtime and a day. Only years in which every leap day exists,
 * `leaps` being the years of leap days relative to this one.
 */
function anchoredYear(stamp: Stamp, anchor: Anchor, leaps: readonly number[] = isLeapDay(stamp) ? [0] : []): number {
  const around = new Date(anchor.ms).getUTCFullYear()
  const fits = (year: number): boolean => leaps.every((step) => isLeapYear(year + step))
  const years = Array.from({ length: 18 }, (_, at) => around + 1 - at).concat(Array.from({ length: 8 }, (_, at) => around + 2 + at))
  if (anchor.code === "year-from-mtime") {
    const latest = years.filter((year) => year >= yearMin && localMs(stamp, year) <= anchor.ms + dayMs).sort((a, b) => b - a)
    return latest.find(fits) ?? latest[0] ?? around
  }
  const near = years.sort((a, b) => Math.abs(localMs(stamp, a) - anchor.ms) - Math.abs(localMs(stamp, b) - anchor.ms))
  return near.find(fits) ?? near[0] ?? around
}

function nearestYear(stamp: Stamp, ms: number): number {
  const around = new Date(ms).getUTCFullYear()
  const reach = isLeapDay(stamp) ? 4 : 1
  let best = around
  let bestGap = Number.POSITIVE_INFINITY
  for (let year = around - reach; year <= around + reach; year++) {
    if (isLeapDay(stamp) && !isLeapYear(year)) continue
    const gap = Math.abs(localMs(stamp, year) - ms)
    if (gap < bestGap) [best, bestGap] = [year, gap]
  }
  return best
}

/** Samples ascend by offset: the one at or before the record, or the first after it, whichever lies closer. */
function nearestSample<S extends { readonly at: number }>(samples: readonly S[], at: number): S | undefined {
  let low = 0
  let high = samples.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((samples[middle] as S).at <= at) low = middle + 1
    else high = middle
  }
  const before = samples[low - 1]
  const after = samples[low]
  if (!before || !after) return before ?? after
  return at - before.at <= after.at - at ? before : after
}

const datePatterns: readonly RegExp[] = [
  /(?<!\d)((?:19|20)\d{2})[-_./]?(0[1-9]|1[0-2])[-_./]?(0[1-9]|[12]\d|3[01])(?!\d)/g,
  /(?<!\d)((?:19|20)\d{2})[-_./]?(0[1-9]|1[0-2])(?!\d)/g,
  /(?<![A-Za-z\d])((?:19|20)\d{2})(?![A-Za-z\d])/g,
]

/** The last date in a path, the fullest kind first, as milliseconds; a month or a year stands for its middle. */
function dateInPath(path: string): number | undefined {
  for (const pattern of datePatterns) {
    const match = [...path.slice(-1024).matchAll(pattern)].pop()
    if (!match) continue
    const [, year, month, day = "15"] = match
    // The middle of a year has all its days nearer than the same days of the years beside it.
    const ms =
      month === undefined
        ? (Date.UTC(Number(year), 0, 1) + Date.UTC(Number(year) + 1, 0, 1)) / 2 - 1
        : Date.UTC(Number(year), Number(month) - 1, Number(day))
    if (Number(year) >= yearMin) return ms
  }
  return undefined
}

/** A device's stamp without year takes the year nearest to its relay's. */
function withYearOf(stamp: Stamp, created: Stamp | undefined): Stamp {
  if (stamp.year !== undefined || created?.year === undefined || created === stamp) return stamp
  return { ...stamp, year: nearestYear(stamp, localMs(created, created.year)) }
}

// The clock: zone, precision.

function instantsOf(stamp: Stamp & { readonly year: number }, tz: string | undefined): TimeInterval {
  const local = localMs(stamp, stamp.year)
  const { offsets, assumption } = offsetsOf(stamp, local, tz)
  const instants = offsets.map((minutes) => BigInt(local - minutes * 60_000) * nanosPerMilli + BigInt(stamp.nanos))
  return { earliest: instants.reduce(minOf), latest: instants.reduce(maxOf) + BigInt(stamp.span ?? 0), assumption }
}

function offsetsOf(
  stamp: Stamp,
  local: number,
  tz: string | undefined,
): { offsets: readonly number[]; assumption: readonly TimeAssumption[] } {
  if (stamp.utc) return { offsets: [0], assumption: [] }
  if (stamp.offsets && stamp.offsets.length > 0) {
    return { offsets: stamp.offsets, assumption: stamp.offsets.length > 1 ? ["zone-ambiguous"] : [] }
  }
  if (tz === undefined) return { offsets: [aheadMinutes, behindMinutes], assumption: ["zone-unknown"] }
  const { offsets, change } = meaningOf(local, tz)
  return { offsets, assumption: change ? ["zone-given", change] : ["zone-given"] }
}

/** The local clock read as if it were UTC. */
function localMs({ month, day, hour, minute, second }: Stamp, year: number): number {
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

function someYearFalls(interval: TimeInterval, since: Instant | null, until: Instant | null): boolean {
  if (interval.earliest === null || interval.latest === null) return true
  // One of the 400 years of the Gregorian cycle would do; the range decides which ones are worth a look.
  const years = [since, until].flatMap((edge) => (edge === null ? [] : [-1, 0, 1].map((step) => yearOfInstant(edge) + step)))
  return years.some((year) => {
    const moved = { ...interval, earliest: inYear(interval.earliest as Instant, year), latest: inYear(interval.latest as Instant, year) }
    return inRange(moved, since, until) === "inside" && moved.earliest <= moved.latest
  })
}

function yearOfInstant(instant: Instant): number {
  return new Date(Number(instant / nanosPerMilli)).getUTCFullYear()
}

function inYear(instant: Instant, year: number): Instant {
  const ms = Number(instant / nanosPerMilli)
  return BigInt(new Date(ms).setUTCFullYear(year)) * nanosPerMilli + (instant % nanosPerMilli)
}

function isLeapDay({ month, day }: Stamp): boolean {
  return month === 2 && day === 29
}

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
}

function span(intervals: readonly TimeInterval[], more: readonly TimeAssumption[]): TimeInterval {
  const earliest = intervals.map((interval) => interval.earliest as Instant).reduce(minOf)
  const latest = intervals.map((interval) => interval.latest as Instant).reduce(maxOf)
  return { earliest, latest, assumption: ordered([...intervals.flatMap((interval) => interval.assumption), ...more]) }
}

/** Each code once, in the order of the closed list. */
function ordered(codes: readonly TimeAssumption[]): readonly TimeAssumption[] {
  return timeAssumptions.filter((code) => codes.includes(code))
}

function minOf(a: Instant, b: Instant): Instant {
  return a < b ? a : b
}

function maxOf(a: Instant, b: Instant): Instant {
  return a > b ? a : b
}
