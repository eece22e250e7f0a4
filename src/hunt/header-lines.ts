// Shows a reader the header lines of a leaf before the lines that they speak of are parsed: all of its own format's, and those that begin another.
import type { Leaf } from "../sources/files/files.js"
import { headerMark, type LineReader, mayBeHeading } from "../sources/formats/line-reader.js"

export interface HeaderLines {
  /** The next block of whole lines. */
  block(text: Buffer, offset: number): void
  /** A line of the block is about to be parsed. */
  before(start: number, line: string): void
  end(): void
}

/**
 * A format whose lines cannot be understood without header lines has all of them shown. For the others a search of every block would cost more than
 * it is worth: what was passed is read again from the file once a line comes up that may stand under a header. Where that cannot be done (members
 * of archives, compressed text) every block is searched. `keeper` lives as long as its thread; `seen` is told of the lines that were shown.
 */
export function openHeaderLines(leaf: Leaf, reader: LineReader, keeper: object, seen?: (at: number, line: string) => void): HeaderLines {
  const own = reader.headerPrefix === headerMark
  const find = reader.headerPrefix === "" ? nextHeading : createMarkFinder()
  const show = (line: string, at: number): void => {
    if (reader.see(line) || own) seen?.(at, line)
  }
  /** Up to here in the leaf everything was looked at; what stood before a segment was not. */
  let known = leaf.base > 0 ? Number.NEGATIVE_INFINITY : 0
  let text: Buffer = Buffer.alloc(0)
  let offset = 0
  /** In the block, the next header line; undefined before one was looked for. */
  let next: number | undefined
  const showTo = (to: number): void => {
    next ??= find(text, 0)
    while (next < to) {
      const end: number = text.indexOf(10, next)
      show(lineAt(text, next, end < 0 ? text.length : end), offset + next)
      next = end < 0 ? text.length : find(text, end + 1)
    }
  }
  const catchUp = (): void => {
    if (known < 0) for (const line of headersBefore(leaf, reader, keeper)) reader.see(line)
    let at = Math.max(0, known)
    for (const part of wholeLines(leaf.again?.(at, offset) ?? [])) {
      for (let from = find(part, 0); from < part.length; ) {
        const end = part.indexOf(10, from)
        // What stands for a long line has no end, and is no header.
        if (end < 0) break
        show(lineAt(part, from, end), at + from)
        from = find(part, end + 1)
      }
      at += part.length
    }
    known = offset
    next = undefined
  }
  return {
    block(block, blockOffset) {
      text = block
      offset = blockOffset
      next = undefined
    },
    before(start, line) {
      if (!own && known < offset && leaf.again && reader.lacksHeader(line)) catchUp()
      showTo(start)
    },
    end() {
      const wanted = own || seen || !leaf.again || (next !== undefined && known >= offset)
      if (!wanted) return
      showTo(text.length)
      if (known >= offset) known = offset + text.length
    },
  }
}

/** A header line of another format with what belongs to it. */
const keptMax = 64
const keptBefore = 8
const keptCharsMax = 16_384

interface Past {
  readonly where: string
  readonly mtimeMs: number
  /** Bytes of the file that were looked through. */
  upTo: number
  lines: string[]
}

const pasts = new WeakMap<object, Past>()

/** The header lines in force where a segment begins. A thread looks through a file once, however many of its segments ask. */
export function headersBefore(leaf: Leaf, reader: Pick<LineReader, "opens">, keeper: object): readonly string[] {
  let past = pasts.get(keeper)
  // Another file may have taken the place of one that was searched before.
  if (past?.where !== leaf.where || past.mtimeMs !== leaf.mtimeMs || past.upTo > leaf.base)
    past = { where: leaf.where, mtimeMs: leaf.mtimeMs, upTo: 0, lines: [] }
  pasts.set(keeper, past)
  const find = createMarkFinder()
  for (const part of wholeLines(leaf.again?.(past.upTo - leaf.base, 0) ?? [])) {
    for (let from = find(part, 0); from < part.length; ) {
      const end = part.indexOf(10, from)
      if (end < 0) break
      const line = lineAt(part, from, end)
      if (reader.opens(line) || !past.lines.some((kept) => reader.opens(kept))) past.lines = [...past.lines.slice(-keptBefore), line]
      else if (past.lines.length < keptMax && line.length <= keptCharsMax) past.lines.push(line)
      from = find(part, end + 1)
    }
  }
  past.upTo = leaf.base
  return past.lines
}

/** A longer line is no header; it is passed over. */
const lineBytesMax = 256 * 1024
const passedOver = 0x30

/** Whole lines out of chunks, each part ending with its newline. The last line of a range that ends within it is left out. */
function* wholeLines(chunks: Iterable<Buffer>): Generator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for (const chunk of chunks) {
    const text = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    const end = text.lastIndexOf(10) + 1
    if (end > 0) yield text.subarray(0, end)
    rest = Buffer.from(text.subarray(end))
    if (rest.length <= lineBytesMax) continue
    // A digit, which begins no header, stands for the line so far: places stay what they are.
    yield Buffer.alloc(rest.length - 1, passedOver)
    rest = Buffer.of(passedOver)
  }
}

const byteLooksMax = 64

function createMarkFinder(): (text: Buffer, from: number) => number {
  let looks = 0
  return (text, from) => {
    if (from === 0 && text[0] === headerMark.charCodeAt(0)) return 0
    if (from === 0) looks = 0
    let at = from
    // One byte is found several times faster than two, unless it stands in every line.
    while (looks++ < byteLooksMax) {
      const found = text.indexOf(headerMark.charCodeAt(0), at)
      if (found < 0) return text.length
      if (text[found - 1] === 10) return found
      at = found + 1
    }
    const found = text.indexOf(`\n${headerMark}`, Math.max(0, at - 1), "latin1")
    return found < 0 ? text.length : found + 1
  }
}

function nextHeading(text: Buffer, from: number): number {
  for (let at = from; at < text.length; ) {
    const end = text.indexOf(10, at)
    if (mayBeHeading(text, at, end < 0 ? text.length : end)) return at
    if (end < 0) break
    at = end + 1
  }
  return text.length
}

function lineAt(text: Buffer, start: number, end: number): string {
  const stop = end > start && text[end - 1] === 13 ? end - 1 : end
  const decoded = text.toString("utf8", start, stop)
  return decoded.includes("\ufffd") ? text.toString("latin1", start, stop) : decoded
}
