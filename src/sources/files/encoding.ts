// Turns stored bytes into text for the search: UTF-16 stretches become UTF-8, everything else passes unchanged (semantics 3.2).
// It decides stretch by stretch and not by file, since programs append UTF-16 to ASCII files and the reverse.
import { copyOf } from "./byte-reader.js"

/** A UTF-16 stretch begins with so many units of ASCII text, unless a byte order mark says so. */
const unitsToEnter = 3
/** It ends where so many bytes in a row are ASCII text: as UTF-16 they would be a dozen ideographs, all with such bytes. */
const bytesToLeave = 24
/** How far before the first ASCII unit a stretch may begin with letters of other scripts. */
const lookBack = 512
/** How far ahead the order of the two bytes is judged. */
const lookAhead = 512

/** Stretches may be short and many: the room for decoded text follows the work, not the chunk. */
const unitsAtOnce = 1024

type Mode = "bytes" | "le" | "be"

const lineFeed = 0x0a

export class TextDecoding {
  /** Something was UTF-16: offsets in the text are not those in the bytes. */
  changed = false
  /** Bytes of a mark before UTF-8 text. */
  skipped = 0
  #mode: Mode = "bytes"
  /** Bytes whose reading needs those that follow. */
  #held: Uint8Array = new Uint8Array(0)
  #started = false

  /** Bytes without a NUL would now pass unchanged, unless a mark may begin at their end. */
  get idle(): boolean {
    return this.#started && this.#mode === "bytes" && this.#held.length === 0
  }

  /** Text out of the next bytes, in pieces that may share their memory. */
  decode(chunk: Uint8Array): Uint8Array[] {
    return this.#run(chunk, false)
  }

  /** What is left when no more bytes follow. */
  end(): Uint8Array[] {
    return this.#run(new Uint8Array(0), true)
  }

  #run(chunk: Uint8Array, last: boolean): Uint8Array[] {
    const data = joined(this.#held, chunk)
    this.#held = new Uint8Array(0)
    const out: Uint8Array[] = []
    const first = !this.#started
    let at = 0
    if (first) {
      if (data.length < lookBack + lookAhead && !last) {
        this.#held = copyOf(data)
        return out
      }
      this.#started = true
      at = this.#begin(data)
    }
    while (at < data.length) {
      const next: Step = this.#mode === "bytes" ? enter(data, at, last, first && at === 0) : leave(data, at, last, this.#mode)
      if (next.text.length > 0) out.push(next.text)
      // What looked like a stretch is none from its first unit on: a byte passes, so that it goes on.
      const stuck = this.#mode !== "bytes" && next.mode === "bytes" && next.at === at && !next.wait
      if (stuck) out.push(data.subarray(at, at + 1))
      if (next.mode !== "bytes") this.changed = true
      this.#mode = next.mode
      at = stuck ? at + 1 : next.at
      if (next.wait) {
        this.#held = copyOf(data.subarray(at))
        break
      }
    }
    return out
  }

  /** Byte order mark at the start of the stream. */
  #begin(data: Uint8Array): number {
    if (data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf) return (this.skipped = 3)
    const mode = markAt(data, 0)
    if (!mode) return 0
    this.#mode = mode
    this.changed = true
    return 2
  }
}

interface Step {
  readonly text: Uint8Array
  readonly at: number
  readonly mode: Mode
  /** What stands at `at` needs the bytes that follow. */
  readonly wait: boolean
}

/** Passes bytes up to the next UTF-16 stretch. */
function enter(data: Uint8Array, from: number, last: boolean, atStart: boolean): Step {
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.length)
  let nul = buffer.indexOf(0, from)
  while (nul >= 0) {
    // A few bytes decide whether it is a stretch, the look-ahead decides which.
    if (!last && data.length - nul < lookAhead) {
      const stop = Math.max(from, nul - lookBack)
      return { text: data.subarray(from, stop), at: stop, mode: "bytes", wait: true }
    }
    if (isStretch(data, nul)) {
      const found = beginning(data, from, nul, atStart)
      return { text: data.subarray(from, found.from), at: found.at, mode: found.mode, wait: false }
    }
    nul = nextNul(data, nul + 1)
  }
  const stop = last ? data.length : Math.max(from, markAtEnd(data))
  return { text: data.subarray(from, stop), at: stop, mode: "bytes", wait: true }
}

/** Where a byte order mark may begin whose stretch has not come yet; the length if there is none. */
export function markAtEnd(data: Uint8Array): number {
  for (let at = Math.max(0, data.length - 3); at < data.length; at++) if ((data[at] as number) >= 0xfe) return at
  return data.length
}

/** NULs stand close together where there are any: look at a few bytes before asking the fast search. */
function nextNul(data: Uint8Array, from: number): number {
  const near = Math.min(from + 16, data.length)
  for (let at = from; at < near; at++) if (data[at] === 0) return at
  return near === data.length ? -1 : Buffer.from(data.buffer, data.byteOffset, data.length).indexOf(0, near)
}

/** NUL and text alternate from here on. */
function isStretch(data: Uint8Array, nul: number): boolean {
  let units = isText(data[nul - 1]) ? 1 : 0
  for (let at = nul + 1; units < unitsToEnter && isText(data[at]); at += 2) {
    // The last unit of little-endian text needs its own NUL; of big-endian text it has had it.
    if (data[at + 1] !== 0) return units + 1 >= unitsToEnter && data[at - 1] === 0
    units++
  }
  return units >= unitsToEnter
}

/** Byte order and first byte of the stretch around a NUL. `from` is the start of what has not been passed on yet. */
function beginning(data: Uint8Array, from: number, nul: number, atStart: boolean): { from: number; at: number; mode: "le" | "be" } {
  const mode = order(data, from, nul, atStart)
  let first = mode === "le" ? nul - 1 : nul
  if (first < from) return { from, at: from + 1, mode } // the character before the NUL went out as the byte that it is
  first = firstUnit(data, Math.max(from, first - lookBack), first, mode)
  if (first - 2 >= from && markAt(data, first - 2) === mode) return { from: first - 2, at: first, mode }
  return { from: first, at: first, mode }
}

/**
 * Goes back over letters of other scripts to where a stretch may begin: the start, a mark, a line. Anywhere else they are more likely bytes of
 * their own: `4` and a control character before UTF-16 are one Cyrillic letter, or the end of an address.
 */
function firstUnit(data: Uint8Array, floor: number, from: number, mode: "le" | "be"): number {
  let first = from
  while (first - 2 >= floor && isForeign(unitAt(data, first - 2, mode))) first -= 2
  const isStart = first === 0 || data[first - 1] === lineFeed || markAt(data, first - 2) === mode
  return isStart ? first : from
}

/** Byte order of the stretch around a NUL: by its mark, by its start, and by what surrounds it. */
function order(data: Uint8Array, from: number, nul: number, atStart: boolean): "le" | "be" {
  const floor = Math.max(from, nul - lookBack)
  const little = firstUnit(data, floor, nul - 1, "le")
  const big = firstUnit(data, floor, nul, "be")
  if (little - 2 >= from && markAt(data, little - 2) === "le") return "le"
  if (big - 2 >= from && markAt(data, big - 2) === "be") return "be"
  const vote = votes(data, nul)
  if (vote !== 0) return vote > 0 ? "le" : "be"
  if (atStart && little === from) return "le"
  if (atStart && big === from) return "be"
  // A text line before it ends in a line feed, which is no part of the stretch.
  return data[nul - 1] === lineFeed && data[nul - 2] !== lineFeed ? "be" : "le"
}

/** White space pairs with NUL on one side only where letters of other scripts stand beside it: above 0 the side of little-endian. */
function votes(data: Uint8Array, nul: number): number {
  let little = 0
  let ascii = 0
  for (let at = nul + 1; at + 1 < Math.min(nul + lookAhead, data.length) && ascii < 4; at += 2) {
    const byte = data[at] as number
    const before = data[at - 1] as number
    const behind = data[at + 1] as number
    ascii = isText(byte) && isText(behind) ? ascii + 1 : 0
    if (byte !== 0x20 && byte !== 0x0d && byte !== lineFeed && byte !== 0x2e) continue
    if (behind === 0 && before !== 0 && !isText(before)) little++
    if (before === 0 && behind !== 0 && !isText(behind)) little--
  }
  return little
}

/** Decodes UTF-16 up to where it ends. */
function leave(data: Uint8Array, from: number, last: boolean, mode: "le" | "be"): Step {
  const end = Math.min(data.length, from + unitsAtOnce * 2)
  const out = new Uint8Array(Math.ceil((end - from) / 2) * 3 + 6)
  let length = 0
  let at = from
  const step = (to: Mode, wait: boolean): Step => ({ text: out.subarray(0, length), at, mode: to, wait })
  const low = mode === "le" ? 0 : 1
  for (; at < end && at + 1 < data.length; at += 2) {
    const unit = (data[at + low] as number) | ((data[at + 1 - low] as number) << 8)
    if (unit < 0x80 && isText(unit)) {
      out[length++] = unit
      continue
    }
    if (!last && data.length - at < bytesToLeave + 2) return step(mode, true)
    if (isText(unit & 255) && isText(unit >> 8)) {
      if (isAscii(data, at, last)) return step("bytes", false)
    } else if (unit < 0x20 || unit === 0x7f || isLoneSurrogate(data, at, mode, unit)) {
      if (!goesOn(data, at + 2, mode, last)) return step("bytes", false)
    } else if (unit === 0xfffe && data[at - 2 + low] === lineFeed) {
      at += 2
      return step(mode === "le" ? "be" : "le", false)
    } else if (unit === 0xfeff && data[at - 2 + low] === lineFeed) continue
    if (isHighSurrogate(unit) && isLowSurrogate(unitAt(data, at + 2, mode))) {
      const point = 0x10000 + ((unit & 0x3ff) << 10) + (unitAt(data, at + 2, mode) & 0x3ff)
      out[length++] = 0xf0 | (point >> 18)
      out[length++] = 0x80 | ((point >> 12) & 63)
      out[length++] = 0x80 | ((point >> 6) & 63)
      out[length++] = 0x80 | (point & 63)
      at += 2
    } else length = putUnit(out, length, unit)
  }
  if (at + 1 < data.length) return step(mode, false)
  if (!last) return step(mode, true)
  if (at < data.length) out[length++] = data[at++] as number // half a unit: kept as the byte that it is
  return step(mode, false)
}

function putUnit(out: Uint8Array, length: number, unit: number): number {
  const point = isHighSurrogate(unit) || isLowSurrogate(unit) ? 0xfffd : unit
  if (point < 0x80) out[length++] = point
  else if (point < 0x800) {
    out[length++] = 0xc0 | (point >> 6)
    out[length++] = 0x80 | (point & 63)
  } else {
    out[length++] = 0xe0 | (point >> 12)
    out[length++] = 0x80 | ((point >> 6) & 63)
    out[length++] = 0x80 | (point & 63)
  }
  return length
}

/** The stretch of ASCII text here is long enough, or ends a line before UTF-16 begins again or the stream ends. */
function isAscii(data: Uint8Array, from: number, last: boolean): boolean {
  let end = from
  while (end < data.length && end - from < bytesToLeave && isText(data[end])) end++
  const bytes = end - from
  if (bytes >= bytesToLeave) return true
  if (end === data.length) return last && (bytes >= 8 || (bytes >= 4 && data[end - 1] === lineFeed))
  const lineEnds = data[end - 1] === lineFeed || (data[end] === 0 && data[end - 2] === lineFeed)
  return bytes >= 6 && lineEnds && (data[end] === 0 || markAt(data, end) !== undefined)
}

/** After a unit that text hardly has, text follows all the same. */
function goesOn(data: Uint8Array, from: number, mode: "le" | "be", last: boolean): boolean {
  for (let at = from; at < from + 6; at += 2) {
    if (at + 1 >= data.length) return last && at > from
    const unit = unitAt(data, at, mode)
    if (unit >= 0x80 ? !isForeign(unit) : !isText(unit)) return false
  }
  return true
}

function unitAt(data: Uint8Array, at: number, mode: "le" | "be"): number {
  const first = data[at] ?? 0
  const second = data[at + 1] ?? 0
  return mode === "le" ? first | (second << 8) : second | (first << 8)
}

/** Letters and marks of living scripts, as long as their bytes are not two of ASCII text. */
function isForeign(unit: number): boolean {
  if (isText(unit & 255) && isText(unit >> 8)) return false
  return (
    (unit >= 0xa0 && unit < 0x1100) ||
    (unit >= 0x1e00 && unit < 0x2200) ||
    (unit >= 0x3000 && unit < 0xa000) ||
    (unit >= 0xac00 && unit < 0xd7a4)
  )
}

function isLoneSurrogate(data: Uint8Array, at: number, mode: "le" | "be", unit: number): boolean {
  return isLowSurrogate(unit) || (isHighSurrogate(unit) && !isLowSurrogate(unitAt(data, at + 2, mode)))
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000
}

function markAt(data: Uint8Array, at: number): "le" | "be" | undefined {
  if (data[at] === 0xff && data[at + 1] === 0xfe) return "le"
  return data[at] === 0xfe && data[at + 1] === 0xff ? "be" : undefined
}

function isText(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d) || byte === 0x1b)
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
