// Finds and reads the stamp of a record, in every layout of semantics 7.2. What a stamp leaves open is settled in resolve.ts.
import type { Stamp } from "../../model/time.js"
import { zoneOffsets } from "./zone.js"

export interface FoundStamp {
  readonly stamp: Stamp
  /** Where it stands in the text, end excluded. */
  readonly start: number
  readonly end: number
  /** Another line, alike up to here, may mean something else by a key further on: the time of an object, or FortiGate's zone. */
  readonly loose?: true
}

/** A stamp stands near the line's start: so far is looked, and so far into a JSON object for its time key. */
const headChars = 400
const jsonChars = 16_384

/** The first stamp near the start of a line; undefined if there is none. */
export function readStamp(text: string): FoundStamp | undefined {
  const first = text.charCodeAt(0)
  if (first === 0x7b || first === 0x5b || first === 0x20) {
    const found = jsonStamp(text)
    if (found) return found
  }
  const head = text.length > headChars ? text.slice(0, headChars) : text
  const found = headStamp(head)
  if (!found) return undefined
  if (first === 0x64 && !found.stamp.offsets && found.start === 5 && head.startsWith("date=")) return withKeyedZone(found, head)
  return jsonStart.test(text) ? { ...found, loose: true } : found
}

/** `date=2021-01-03 time=02:11:09 … tz="+0100"` (FortiGate): the zone has a key of its own. */
function withKeyedZone(found: FoundStamp, head: string): FoundStamp {
  const zone = /[\s,]tz="?([+-]\d{2}:?\d{2})\b/.exec(head)?.[1]
  const offsets = zone === undefined ? undefined : zoneOffsets(zone)
  return { ...found, loose: true, ...(offsets && { stamp: { ...found.stamp, offsets } }) }
}

/** A value that is a stamp as a whole: a number since the epoch, or text in any layout. */
export function stampOf(value: string | number): Stamp | undefined {
  if (typeof value === "number") return epochStamp(String(value))
  const text = value.trim()
  if (text.length < 8 || text.length > 80) return undefined
  const epoch = /^-?\d+(?:\.\d+)?$/.test(text) ? epochStamp(text) : undefined
  if (epoch) return epoch
  const found = headStamp(text)
  return found && found.start <= 6 ? found.stamp : undefined
}

/** Seconds, milli-, micro-, nanoseconds since 1970 by 10, 13, 16, 19 digits; 18 digits are a FILETIME. */
export function epochStamp(text: string): Stamp | undefined {
  const match = /^(\d{9,19})(?:[.,](\d{1,9})\d*)?$/.exec(text)
  if (!match) return undefined
  const whole = match[1] as string
  if (whole.length === 18) return fileTimeStamp(BigInt(whole))
  const unit = ({ 9: 0, 10: 0, 13: 3, 16: 6, 19: 9 } as Record<number, number>)[whole.length]
  if (unit === undefined) return undefined
  const seconds = Number(whole.slice(0, whole.length - unit))
  const fraction = (whole.slice(whole.length - unit) + (match[2] ?? "")).slice(0, 9).padEnd(9, "0")
  return seconds > latestEpochSecond ? undefined : utcStamp(seconds, Number(fraction))
}

/** 100-nanosecond ticks since 1601-01-01 in UTC. */
export function fileTimeStamp(ticks: bigint): Stamp | undefined {
  const since1970 = ticks - 116_444_736_000_000_000n
  const seconds = Number(since1970 / 10_000_000n)
  return since1970 < 0n || seconds > latestEpochSecond ? undefined : utcStamp(seconds, Number(since1970 % 10_000_000n) * 100)
}

/** A stamp in UTC by definition, from whole seconds since 1970. */
export function utcStamp(seconds: number, nanos: number): Stamp {
  const date = new Date(seconds * 1000)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    nanos,
    offsets: [0],
    utc: true,
  }
}

/** The last second of 2099: larger numbers are identifiers. */
export const latestEpochSecond = 4_102_444_799

type Groups = Readonly<Record<string, string | undefined>>

interface Layout {
  readonly pattern: RegExp
  read(groups: Groups): Stamp | undefined
}

const clock = String.raw`(?<hour>\d{1,2}):(?<minute>\d{2})(?!\d)(?::(?<second>\d{2})(?!\d)(?:\.(?<fraction>\d{1,9})\d*|,(?<comma>\d{3,9})(?![\d.]))?)?(?:\s?(?<meridiem>[AaPp])\.?[Mm]\b)?`
const zone = String.raw`(?:(?<offset>Z\b|\s?[+-]\d{2}:?\d{2}(?!\d)|[+-]\d{2}(?!\d))|\s?\(?(?<abbreviation>[A-Z]{2,5})\b\)?)?`
const monthName = String.raw`(?<name>jan(?:v(?:ier)?|uary)?|f[eé]v(?:r(?:ier)?)?|feb(?:ruary)?|mars?|march|apr(?:il)?|avr(?:il)?|mai|may|juin|june?|jui?l(?:let|y)?|ao[uû]t|aug(?:ust)?|sept?(?:ember|embre)?|oct(?:ober|obre)?|nov(?:ember|embre)?|d[eé]c(?:ember|embre)?)\.?`
const notBefore = String.raw`(?<![\d.:/-])`

const layouts: readonly Layout[] = [
  // 2021-01-03T02:11:09.123+01:00, 2021/01/03 02:11:09, 2021-01-03 2:11
  layout(
    String.raw`${notBefore}(?<year>\d{4})([-/.])(?<month>\d{1,2})\2(?<day>\d{1,2})(?:T|[\s,;|_:-]{1,3}|"?[\s,]+time="?)${clock}${zone}`,
  ),
  // 20210103T021109Z
  layout(
    String.raw`${notBefore}(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})[T-](?<hour>\d{2})(?<minute>\d{2})(?<second>\d{2})(?:\.(?<fraction>\d{1,9}))?(?!\d)${zone}`,
  ),
  // 03/Jan/2021:02:11:09 +0100, 03-Jan-2021 02:11:09, Sun, 03 Jan 2021 02:11:09 +0100, 3 janv. 2021 à 02:11
  layout(String.raw`${notBefore}(?<day>\d{1,2})[-/ ]${monthName}[-/ ](?<year>\d{4})(?:[:\s,T]{1,3}|\s+(?:à|at)\s+)${clock}${zone}`),
  // Jan 03 2021 02:11:09, Jan 3, 2021 2:11:09 AM
  layout(String.raw`\b${monthName}\s{1,2}(?<day>\d{1,2})(?:,\s?|\s)(?<year>\d{4}),?\s+${clock}${zone}`),
  // Jan  3 02:11:09 (RFC 3164), Sun Jan  3 02:11:09 CET 2021 (asctime)
  layout(String.raw`\b${monthName}\s{1,2}(?<day>\d{1,2})\s+${clock}${zone}(?:\s(?<year>(?:19|20)\d{2})(?=[\s\]|,;:)]|$))?`),
  // 3 janv. 02:11:09
  layout(String.raw`${notBefore}(?<day>\d{1,2})\s${monthName}\s${clock}${zone}`),
  // 03/04/2021 10:00:00, 08/02/2023, 7:32:47 PM, 01/25/22 16:08:02: which is the day is not said
  layout(
    String.raw`${notBefore}(?<one>\d{1,2})(?<separator>[-/.])(?<two>\d{1,2})\k<separator>(?<year>\d{4}|\d{2}(?=[ -]))[\s,;|:T-]{1,3}${clock}${zone}`,
  ),
  // 01/03-02:11:09.123456 (Snort: month first, no year)
  layout(String.raw`(?<![\d./:-])(?<month>\d{2})/(?<day>\d{2})-(?=\d{2}:\d{2}:\d{2}\.)${clock}`),
  // 210103  2:11:09 (MySQL)
  layout(String.raw`^(?<year>\d{2})(?<month>\d{2})(?<day>\d{2})\s{1,2}(?=\d{1,2}:\d{2}:\d{2})${clock}`),
  // 2021-01-03 alone, at the start of a line only: elsewhere it is content
  layout(String.raw`^["'[]?(?<year>\d{4})([-/])(?<month>\d{2})\2(?<day>\d{2})(?=["'\],;\s|]|$)`),
  // 1609639869.123 at the start of a line or column, after a time key or in audit(…)
  {
    pattern:
      /(?:(?:^["'[]?|\t|audit\(|[\s,;|]?\b(?:ts|time|timestamp|epoch|eventtime|rt|start)["']?[=:]\s?["']?))(?<epoch>\d{10}\.\d{1,9}|\d{19}|\d{18}|\d{16}|\d{13}|\d{10})(?=["'\s,;|:)\]}]|\.\d|$)/g,
    read: (groups) => epochStamp(groups.epoch ?? ""),
  },
]

function layout(source: string): Layout {
  return { pattern: new RegExp(source, "gi"), read: calendarStamp }
}

/** The earliest stamp in the head of a line; of two at one place, the longer. */
function headStamp(head: string): FoundStamp | undefined {
  let best: FoundStamp | undefined
  for (const layout of layouts) {
    // Layouts that begin alike stand in the list from the longest to the shortest: none is better than one at the start.
    if (best && best.start <= 1) return best
    const found = firstOf(layout, head)
    if (found && (!best || found.start < best.start || (found.start === best.start && found.end > best.end))) best = found
  }
  return best
}

/** How many look-alikes of a layout (31 February, hour 25) are passed over before it is given up. */
const attemptsMax = 4

function firstOf({ pattern, read }: Layout, head: string): FoundStamp | undefined {
  pattern.lastIndex = 0
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const match = pattern.exec(head)
    if (!match) return undefined
    const stamp = read(match.groups ?? {})
    const epoch = match.groups?.epoch
    if (stamp)
      return { stamp, start: match.index + (epoch ? match[0].lastIndexOf(epoch) : 0), end: match.index + stampLength(match, stamp) }
  }
  return undefined
}

/** A word behind the clock that is no zone is the host or the program, not part of the stamp. */
function stampLength(match: RegExpExecArray, stamp: Stamp): number {
  const word = match.groups?.abbreviation
  const whole = match[0]
  if (word === undefined || stamp.offsets || !/^\)?$/.test(whole.slice(whole.lastIndexOf(word) + word.length))) return whole.length
  return whole.slice(0, whole.lastIndexOf(word)).replace(/[\s(]+$/, "").length
}

const jsonKey =
  /(?<!\\)"(?:@timestamp|timestamp|timestamp_ns|eventTime|event_time|time|ts|TimeCreated|SystemTime|@?UtcTime|CreationTime|createdDateTime|activityDateTime|TimeGenerated|timeStamp|requestReceivedTimestamp|stageTimestamp|receiveTimestamp|datetime|date|start_time|StartUTC|__REALTIME_TIMESTAMP|\$date|T|t)"\s*:\s*(?:"([^"\\]{8,64})"|(\d{10,19}(?:\.\d{1,12})?))/d

/** A time key is looked for in what begins so. */
const jsonStart = /^[\s[]{0,8}\{/

/** The stamp under a JSON object's time key. */
function jsonStamp(text: string): FoundStamp | undefined {
  if (!jsonStart.test(text)) return undefined
  const match = jsonKey.exec(text.length > jsonChars ? text.slice(0, jsonChars) : text)
  if (!match) return undefined
  const stamp = stampOf((match[1] ?? match[2]) as string)
  const at = match.indices?.[match[1] === undefined ? 2 : 1]
  return stamp && at ? { stamp, start: at[0], end: at[1] } : undefined
}

function calendarStamp(groups: Groups): Stamp | undefined {
  const hour = hourOf(groups.hour, groups.meridiem)
  const second = Number(groups.second ?? 0)
  const minute = Number(groups.minute ?? 0)
  if (hour === undefined || hour > 23 || minute > 59 || second > 60) return undefined
  const date = dateOf(groups)
  if (!date) return undefined
  const fraction = groups.fraction ?? groups.comma
  const offsets = zoneOf(groups)
  const stamp: Writable<Stamp> = {
    month: date.month,
    day: date.day,
    hour,
    minute,
    second,
    nanos: fraction === undefined ? 0 : Number(fraction.padEnd(9, "0")),
  }
  if (date.year !== undefined) stamp.year = date.year
  if (date.dayOrder) stamp.dayOrder = date.dayOrder
  if (offsets) stamp.offsets = offsets
  if (groups.hour === undefined) stamp.span = 86_399e9
  else if (groups.second === undefined) stamp.span = 59e9
  return stamp
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

function hourOf(text: string | undefined, meridiem: string | undefined): number | undefined {
  const hour = Number(text ?? 0)
  if (meridiem === undefined) return hour
  if (hour < 1 || hour > 12) return hour <= 23 ? hour : undefined
  return (hour % 12) + (/p/i.test(meridiem) ? 12 : 0)
}

function zoneOf(groups: Groups): readonly number[] | undefined {
  const text = groups.offset?.trim().toUpperCase() ?? groups.abbreviation
  return text === undefined ? undefined : zoneOffsets(text)
}

type CalendarDate = Pick<Stamp, "year" | "month" | "day" | "dayOrder">

function dateOf(groups: Groups): CalendarDate | undefined {
  const year = groups.year === undefined ? undefined : groups.year.length === 2 ? 2000 + Number(groups.year) : Number(groups.year)
  if (year !== undefined && (year < 1970 || year > 2099)) return undefined
  const date = groups.one === undefined ? namedDate(groups) : orderedDate(Number(groups.one), Number(groups.two), groups.separator)
  if (!date || !isDate(year, date)) return undefined
  return year === undefined ? date : { year, month: date.month, day: date.day, ...(date.dayOrder && { dayOrder: date.dayOrder }) }
}

function namedDate(groups: Groups): CalendarDate | undefined {
  const month = groups.name === undefined ? Number(groups.month) : monthOf(groups.name)
  return month === undefined ? undefined : { month, day: Number(groups.day) }
}

/** Dates with dots put the day first wherever they are in use; the others are open unless a number is above 12. */
function orderedDate(one: number, two: number, separator: string | undefined): CalendarDate {
  if (separator === ".") return { month: two, day: one }
  if (one > 12) return { month: two, day: one, dayOrder: "day-first" }
  if (two > 12) return { month: one, day: two, dayOrder: "month-first" }
  return one === two ? { month: one, day: two } : { month: one, day: two, dayOrder: "unknown" }
}

function isDate(year: number | undefined, { month, day, dayOrder }: CalendarDate): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  if (dayOrder === "unknown") return day <= 12
  // A year that is not stated may be a leap year.
  return day <= 28 || day <= new Date(Date.UTC(year ?? 2020, month, 0)).getUTCDate()
}

const monthStarts: readonly (readonly [string, number])[] = [
  ["juin", 6],
  ["juil", 7],
  ["jan", 1],
  ["fe", 2],
  ["mar", 3],
  ["apr", 4],
  ["avr", 4],
  ["may", 5],
  ["mai", 5],
  ["jun", 6],
  ["jul", 7],
  ["aou", 8],
  ["aug", 8],
  ["sep", 9],
  ["oct", 10],
  ["nov", 11],
  ["dec", 12],
]

/** English and French names by what tells them apart; the accents may be missing. */
function monthOf(name: string): number | undefined {
  const plain = name.toLowerCase().replaceAll("é", "e").replaceAll("û", "u")
  return monthStarts.find(([start]) => plain.startsWith(start))?.[1]
}
