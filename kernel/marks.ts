// Which lines are marked: one bit per byte of the room, set where a marked line starts. So each line is marked once, whatever finds it and in
// whatever order, and no number of hits can overflow anything. While readings of a line are searched, a hit in them marks that line.
import { sum16 } from "./bytes"

export let roomAt: usize = 0
let roomEnd: usize = 0
let marksAt: usize = 0
let slowAt: usize = 0
let outAt: usize = 0
/** Pairs that one collect() delivers at most. */
const PAIRS_MAX: u32 = 16384

// The line that the last mark or look went to.
let lineFrom: usize = 0
let lineTo: usize = 0
let slowTo: usize = 0

// Readings: where each of them ends in the side text, and where its line starts in the room.
export let reading = false
let readingsAt: usize = 0
let sideAt: usize = 0
let readings: u32 = 0
export const READINGS_MAX: u32 = 16384

export function marksBytes(room: usize): usize {
  return ((room >> 3) + 64) * 2 + PAIRS_MAX * 8 + READINGS_MAX * 8 + 128
}

/** `at` is the room; `own` is where the marks lie. */
export function layMarks(at: usize, own: usize, roomBytes: usize): void {
  roomAt = at
  marksAt = own
  slowAt = marksAt + (roomBytes >> 3) + 64
  outAt = slowAt + (roomBytes >> 3) + 64
  readingsAt = outAt + PAIRS_MAX * 8
}

export function beginMarks(length: u32): void {
  roomEnd = roomAt + length
  lineFrom = 0
  lineTo = 0
  slowTo = 0
  reading = false
}

/** Marks the line in which this byte stands. */
export function mark(at: usize): void {
  if (reading) markReading(at)
  else if (at < lineFrom || at >= lineTo) {
    findLine(at)
    setLine(marksAt, lineFrom)
  } else setLine(marksAt, lineFrom)
}

/** Has the line decoded and searched again. */
export function markSlow(at: usize): void {
  if (at < slowTo) return
  if (at < lineFrom || at >= lineTo) findLine(at)
  slowTo = lineTo
  setLine(slowAt, lineFrom)
}

/** Whether the line of this byte is to be decoded already; the passes may then skip its other escapes. */
// @ts-ignore: decorator
@inline export function isSlow(at: usize): bool { return at < slowTo }

/** A pass goes through the text from the start again. */
export function restartSlow(): void { slowTo = 0 }

export function isMarked(line: usize): bool {
  const bit = <u32>(line - roomAt)
  return ((<u32>load<u8>(marksAt + (bit >> 3)) >> (bit & 7)) & 1) != 0
}

/** Start and end of the line, or of the reading, in which this byte stands. */
export function lineStart(at: usize): usize {
  if (reading) {
    const index = readingOf(at)
    return index == 0 ? sideAt : <usize>load<u32>(readingsAt + (<usize>(index - 1) << 3))
  }
  findLine(at)
  return lineFrom
}

export function lineEnd(at: usize): usize {
  return reading ? <usize>load<u32>(readingsAt + (<usize>readingOf(at) << 3)) : newlineBehind(at)
}

function newlineBehind(at: usize): usize {
  const newline = i8x16.splat(10)
  let to = at
  while (to < roomEnd) {
    const bits = i8x16.bitmask(i8x16.eq(v128.load(to), newline))
    if (bits) return min<usize>(to + ctz(bits), roomEnd)
    to += 16
  }
  return roomEnd
}

/** Both ends of the line in which this byte stands; the end is that of its newline. */
function findLine(at: usize): void {
  const newline = i8x16.splat(10)
  let from = at
  // The padding before the room is newlines, so that this ends there.
  while (true) {
    const bits = i8x16.bitmask(i8x16.eq(v128.load(from - 16), newline))
    if (bits) {
      from -= clz(bits) - 16
      break
    }
    from -= 16
  }
  lineFrom = max<usize>(from, roomAt)
  lineTo = newlineBehind(at) + 1
}

// @ts-ignore: decorator
@inline function setLine(base: usize, line: usize): void {
  const bit = <u32>(line - roomAt)
  const at = base + (bit >> 3)
  store<u8>(at, load<u8>(at) | <u8>((<u32>1) << (bit & 7)))
}

// ---------- the side text

export function beginReadings(side: usize): void {
  sideAt = side
  readings = 0
}
export function readingCount(): u32 { return readings }
export function addReading(end: usize, line: usize): void {
  store<u32>(readingsAt + (<usize>readings << 3), <u32>end)
  store<u32>(readingsAt + (<usize>readings << 3), <u32>line, 4)
  readings++
}
export function setReading(on: bool): void {
  reading = on
}

function markReading(at: usize): void {
  const index = readingOf(at)
  if (index < readings) setLine(marksAt, load<u32>(readingsAt + (<usize>index << 3), 4))
}

function readingOf(at: usize): u32 {
  let low: u32 = 0
  let high = readings
  while (low < high) {
    const middle = (low + high) >> 1
    if (<usize>load<u32>(readingsAt + (<usize>middle << 3)) <= at) low = middle + 1
    else high = middle
  }
  return low
}

// ---------- results

/** The next line, at or behind `from`, whose bit is set in the slow marks; clears the bit. 0 if there is none. */
export function nextSlow(from: usize): usize {
  const offset = nextBit(slowAt, <u32>(from - roomAt))
  return offset == NONE ? 0 : roomAt + offset
}

const NONE: u32 = 0xffffffff

function nextBit(base: usize, from: u32): u32 {
  const bits = <u32>(roomEnd - roomAt) + 1
  let wordAt = from >> 6
  const last = (bits + 63) >> 6
  while (wordAt < last) {
    const value = load<u64>(base + (<usize>wordAt << 3))
    if (value) {
      store<u64>(base + (<usize>wordAt << 3), value & (value - 1))
      return (wordAt << 6) + <u32>ctz(value)
    }
    wordAt++
  }
  return NONE
}

let collectedTo: usize = 0
let collectedLines: u32 = 0
export function out(): usize { return outAt }
export function beginCollect(): void {
  collectedTo = roomAt
  collectedLines = 0
}

/** Takes up to PAIRS_MAX marked lines: pairs of offset and number of newlines before. */
export function collect(): u32 {
  let found: u32 = 0
  while (found < PAIRS_MAX) {
    const offset = nextBit(marksAt, <u32>(collectedTo - roomAt))
    if (offset == NONE) break
    const line = roomAt + offset
    collectedLines += countNewlines(collectedTo, line)
    collectedTo = line
    store<u32>(outAt + (<usize>found << 3), offset)
    store<u32>(outAt + (<usize>found << 3), collectedLines, 4)
    found++
  }
  return found
}

export function countNewlines(from: usize, to: usize): u32 {
  const newline = i8x16.splat(10)
  let count: u32 = 0
  let at = from
  while (at + 16 <= to) {
    let sum = i8x16.splat(0)
    const stop = min<usize>(at + 4064, to - 15)
    for (; at < stop; at += 16) sum = i8x16.sub(sum, i8x16.eq(v128.load(at), newline))
    count += sum16(i16x8.extadd_pairwise_i8x16_u(sum))
  }
  for (; at < to; at++) count += <u32>(load<u8>(at) == 10)
  return count
}
