// Stamps that stand in the bytes of a line as they stood in an earlier one: the same place, the same layout, nothing different but their numbers.
import type { Stamp } from "../../model/time.js"
import { epochStamp, type FoundStamp, latestEpochSecond } from "./stamp.js"

/** Reads the stamp of the line text[start, end) as `readStamp` would; undefined where the line differs in anything but numbers. */
export type Mould = (text: Uint8Array, start: number, end: number) => Stamp | undefined

/** A stamp stands no further than this behind the line's start, whatever stands before it. */
const prefixMax = 64
/** Bytes behind a stamp that could make it longer: a fraction, a zone, a year. */
const tailBytes = 8

/** Where each number of a layout stands, as offsets from the stamp's start. */
interface Layout {
  readonly year?: number
  readonly month: number
  readonly day: number
  readonly clock: number
  /** The month is a name of three letters. */
  readonly named?: true
}

const layouts: readonly (readonly [RegExp, Layout])[] = [
  [/^\d{4}([-/.])\d\d\1\d\d[T ]\d\d:\d\d:\d\d/, { year: 0, month: 5, day: 8, clock: 11 }],
  [/^\d\d([-/])[A-Z][a-z]{2}\1\d{4}[: ]\d\d:\d\d:\d\d/, { year: 7, month: 3, day: 0, clock: 12, named: true }],
  [/^[A-Z][a-z]{2} [\d ]\d \d\d:\d\d:\d\d/, { month: 0, day: 4, clock: 7, named: true }],
]

/** Reads the stamp that stands from `at` on. */
type Reader = (text: Uint8Array, at: number) => Stamp | undefined

/** Whether what stands from `at` to the line's end leaves the stamp before it as it is. */
type Tail = (text: Uint8Array, at: number, to: number) => boolean

/** The mould of a stamp that `readStamp` found in a line; undefined if it is of another kind. `stamp` is what the line's record makes of it. */
export function mouldOf(line: string, found: FoundStamp, stamp: Stamp): Mould | undefined {
  const { start, end } = found
  const reach = line.slice(0, end + tailBytes)
  const isOpen = found.loose || stamp.dayOrder !== undefined || stamp.span !== undefined
  if (isOpen || start > prefixMax || !/^[\x20-\x7e\t]*$/.test(reach)) return undefined
  const text = line.slice(start, end)
  const epoch = /^\d{10}(?:\.\d{1,9})?$/.test(text) && stamp.utc === true
  const layout = epoch ? undefined : layouts.find(([pattern]) => pattern.test(text))?.[1]
  if (!epoch && !layout) return undefined
  if (layout && /^\s?[ap]\.?m/i.test(text.slice(numbersEnd(text, layout)))) return undefined
  const behind = line.slice(end, end + tailBytes)
  const mould = framed(line, found, layout ? calendarReader(text, layout, stamp) : epochReader(text), tailOf(text, layout, behind))
  // What it does not read back as it was is no mould of it.
  const bytes = Buffer.from(reach)
  return JSON.stringify(mould(bytes, 0, bytes.length)) === JSON.stringify(stamp) ? mould : undefined
}

function framed(line: string, { start, end }: FoundStamp, read: Reader, tail: Tail): Mould {
  const before = Buffer.from(line.slice(0, start))
  // `192.0.2.1 - - [10/Jan/2021:…`: the first bracket of the line, whatever name stands before it.
  const bracketed = line[start - 1] === "[" && line.indexOf("[") === start - 1
  const length = end - start
  return (text, from, to) => {
    const at = from + (bracketed ? behindBracket(text, from, to) : start)
    if (at + length > to) return undefined
    return (bracketed || isAt(text, from, before)) && tail(text, at + length, to) ? read(text, at) : undefined
  }
}

/** What may follow differs by what the layout has still room for: a fraction, a meridiem, a zone, a year. */
function tailOf(sample: string, layout: Layout | undefined, behind: string): Tail {
  const first = behind.charCodeAt(0)
  const zoned = layout !== undefined && sample.length > numbersEnd(sample, layout)
  const isFull =
    layout === undefined
      ? /^["'\s,;|:)\]}]/.test(behind)
      : /^["\]|;]/.test(behind) || (zoned && layout.year !== undefined && /^[^\w:]/.test(behind))
  if (isFull) return (text, at, to) => at < to && text[at] === first
  const isSpaced = layout?.year !== undefined && !zoned && /^\s[^A-Za-z+(-]/.test(behind)
  if (isSpaced) return (text, at, to) => at + 1 < to && text[at] === first && !beginsZone(text[at + 1] as number)
  // A word that is no meridiem, with what ends it, is as far as a zone could reach.
  const word = layout?.year !== undefined && !/^\s?[ap]\.?m/i.test(behind) ? /^\s?[A-Za-z]+[^\w]/.exec(behind)?.[0] : undefined
  const exact = Buffer.from(word ?? behind)
  const reachesEnd = word === undefined && behind.length < tailBytes
  return (text, at, to) =>
    (reachesEnd ? at + exact.length === to : at + exact.length <= to) &&
    isAt(text, at, exact) &&
    (layout?.year !== undefined || !mayHoldYear(text, at, Math.min(to, at + yearBytes)))
}

/** ` (ABCDE) 2021` is the longest that may follow a clock without a year. */
const yearBytes = 14

/** A blank and what a year of these centuries begins with. */
function mayHoldYear(text: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at + 1 < to; at++) {
    const next = text[at + 1]
    if ((text[at] === 0x20 || text[at] === 0x09) && (next === 0x31 || next === 0x32)) return true
  }
  return false
}

/** A letter, a sign, an opening parenthesis. */
function beginsZone(byte: number): boolean {
  const lower = byte | 0x20
  return (lower >= 0x61 && lower <= 0x7a) || byte === 0x2b || byte === 0x2d || byte === 0x28 || byte >= 0x80
}

/**
 * How far the first bracket's content lies behind the line's start; beyond every line if there is none near, or if what stands before it could
 * hold a stamp itself: a colon, four digits in a row, an object.
 */
function behindBracket(text: Uint8Array, from: number, to: number): number {
  const stop = Math.min(to, from + prefixMax)
  let digits = 0
  for (let at = from; at < stop; at++) {
    const byte = text[at] as number
    if (byte === 0x5b) return at + 1 - from
    digits = byte >= 0x30 && byte <= 0x39 ? digits + 1 : 0
    if (digits === 4 || byte === 0x3a || byte === 0x7b || byte >= 0x80) break
  }
  return Number.POSITIVE_INFINITY
}

function isAt(text: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let index = 0; index < wanted.length; index++) if (text[at + index] !== wanted[index]) return false
  return true
}

function epochReader({ length }: string): Reader {
  return (text, at) => {
    if (!(number(text, at, 10) <= latestEpochSecond)) return undefined
    if (length > 10 && (text[at + 10] !== 0x2e || !(number(text, at + 11, length - 11) >= 0))) return undefined
    return epochStamp(String.fromCharCode(...text.subarray(at, at + length)))
  }
}

function calendarReader(sample: string, layout: Layout, stamp: Stamp): Reader {
  const { year: yearAt, month: monthAt, day: dayAt, clock, named } = layout
  const fraction = Math.max(0, numbersEnd(sample, layout) - clock - 9)
  const unit = 10 ** (9 - fraction)
  const fixed = literals(sample, layout)
  return (text, at) => {
    for (const [offset, byte] of fixed) if (text[at + offset] !== byte) return undefined
    const year = yearAt === undefined ? undefined : number(text, at + yearAt, 4)
    const month = named ? monthOf(text, at + monthAt) : number(text, at + monthAt, 2)
    const day = named && text[at + dayAt] === 0x20 ? number(text, at + dayAt + 1, 1) : number(text, at + dayAt, 2)
    const hour = number(text, at + clock, 2)
    const minute = number(text, at + clock + 3, 2)
    const second = number(text, at + clock + 6, 2)
    const nanos = fraction > 0 ? number(text, at + clock + 9, fraction) * unit : 0
    // What is no number compares as false. Dates that not every month has are left to who asks.
    if (!(month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour <= 23 && minute <= 59 && second <= 59 && nanos >= 0)) return undefined
    if (year === undefined) return { ...stamp, month, day, hour, minute, second, nanos }
    return year >= 1970 && year <= 2099 ? { ...stamp, year, month, day, hour, minute, second, nanos } : undefined
  }
}

/** Where the last of the clock's numbers ends. */
function numbersEnd(sample: string, { clock }: Layout): number {
  return clock + 8 + (/^[.,]\d{1,9}/.exec(sample.slice(clock + 8))?.[0].length ?? 0)
}

/** Offset and byte of all that is no number and no month: it stays as it is, the zone's digits included. */
function literals(sample: string, layout: Layout): readonly (readonly [number, number])[] {
  const { year, month, day, clock, named } = layout
  const free = new Set<number>()
  const add = (at: number, length: number): void => {
    for (let index = 0; index < length; index++) free.add(at + index)
  }
  if (year !== undefined) add(year, 4)
  add(month, named ? 3 : 2)
  add(day, 2)
  for (const at of [clock, clock + 3, clock + 6]) add(at, 2)
  add(clock + 9, Math.max(0, numbersEnd(sample, layout) - clock - 9))
  return [...sample].flatMap((letter, at) => (free.has(at) ? [] : [[at, letter.charCodeAt(0)] as const]))
}

/** NaN unless all of it is digits. */
function number(text: Uint8Array, at: number, digits: number): number {
  let value = 0
  for (let index = at; index < at + digits; index++) {
    const digit = (text[index] as number) - 0x30
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].map((name) =>
  codeOf(Buffer.from(name), 0),
)

/** 1 to 12; 0 for what is no English month as it is mostly written. */
function monthOf(text: Uint8Array, at: number): number {
  return months.indexOf(codeOf(text, at)) + 1
}

function codeOf(text: Uint8Array, at: number): number {
  return ((text[at] as number) << 16) | ((text[at + 1] as number) << 8) | (text[at + 2] as number)
}
