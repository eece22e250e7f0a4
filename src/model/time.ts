// Instants and intervals: nanoseconds since 1970 in UTC as bigint inside, RFC 3339 at the edges.

/** Nanoseconds since 1970-01-01T00:00:00Z. */
export type Instant = bigint

export const timeAssumptions = [
  "zone-given",
  "zone-unknown",
  "zone-ambiguous",
  "dst-ambiguous",
  "dst-gap",
  "year-from-name",
  "year-from-file",
  "year-from-mtime",
  "year-unknown",
  "day-order-from-file",
  "day-order-ambiguous",
  "from-neighbours",
  "undated",
  "device-clock",
] as const

export type TimeAssumption = (typeof timeAssumptions)[number]

/** When a record happened (semantics 7): both ends included; null is unbounded. */
export interface TimeInterval {
  readonly earliest: Instant | null
  readonly latest: Instant | null
  readonly assumption: readonly TimeAssumption[]
}

/**
 * A stamp as it stands in a record, before the file's context (zone, year, day order) is applied.
 * A plain value: it crosses threads.
 */
export interface Stamp {
  /** Absent in RFC 3164 and the like. */
  readonly year?: number
  /** 1 to 12. With `dayOrder: "unknown"`, the first of the two numbers, and `day` the second. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** Nanoseconds within the second. */
  readonly nanos: number
  /** Minutes east of UTC; several if the abbreviation is ambiguous; absent if no zone stands in the record. */
  readonly offsets?: readonly number[]
  /**
   * Of layouts whose order varies (`03/04/2021`): unknown where both numbers are at or below 12,
   * else which order the number above 12 settles. Absent where the layout itself says which is the day.
   */
  readonly dayOrder?: "unknown" | "day-first" | "month-first"
  /** Nanoseconds that the stamp's unit spans beyond a second's precision: 59 s for a minute stamp; absent is 0. */
  readonly span?: number
  /** The layout's zone is UTC by definition (W3C, epoch, FILETIME), whatever `--tz` says. */
  readonly utc?: true
}

const nanosPerMilli = 1_000_000n

/** RFC 3339 in UTC with `Z`, to nanoseconds at most, trailing zeros cut in groups of three. */
export function formatInstant(instant: Instant): string {
  const millis = Number(floorDiv(instant, nanosPerMilli))
  const rest = Number(instant - BigInt(millis) * nanosPerMilli)
  const date = new Date(millis).toISOString()
  if (rest === 0) return date.endsWith(".000Z") ? `${date.slice(0, -5)}Z` : date
  const fraction = date.slice(-4, -1) + String(rest).padStart(6, "0")
  return `${date.slice(0, -4)}${fraction.endsWith("000") ? fraction.slice(0, 6) : fraction}Z`
}

/** Reads RFC 3339 with a zone, or a bare date as 00:00Z; undefined if it is neither. */
export function parseInstant(text: string): Instant | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|z|[+-]\d\d:\d\d))?$/.exec(text.trim())
  if (!match) return undefined
  const [, year, month, day, hour = "00", minute = "00", second = "00", fraction = "", zone = "Z"] = match
  const leap = second === "60"
  const millis = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${leap ? "59" : second}${zone.toUpperCase()}`)
  if (Number.isNaN(millis)) return undefined
  // Date.parse rolls 31 February over into March; a date that is not in the calendar is no date.
  if (new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() !== Number(day)) return undefined
  return BigInt(millis + (leap ? 1000 : 0)) * nanosPerMilli + BigInt(fraction.padEnd(9, "0"))
}

export function fromMillis(millis: number): Instant {
  return BigInt(Math.round(millis * 1000)) * 1000n
}

function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b < 0n ? quotient - 1n : quotient
}
