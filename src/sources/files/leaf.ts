// One searchable content of an input file: the file itself, or a member at the innermost level of its containers.
import type { Problem } from "../../model/problem.js"
import type { DecodeInput } from "../log-format.js"
import { type ByteReader, copyInto, copyOf } from "./byte-reader.js"
import type { Sum } from "./containers/container.js"
import { markAtEnd, TextDecoding } from "./encoding.js"
import { type Ledger, place } from "./ledger.js"

/** Text for one scan, in the room that the caller gave, from its start. */
export interface Block {
  /** Bytes of text in the room. */
  readonly length: number
  /** Offset of the first of them in the leaf's decoded text. */
  readonly offset: number
  /**
   * False: whole lines; only the last line of a leaf may lack its newline.
   * True: a piece of one line that is longer than the room. The first piece begins with the line; each further one repeats the end of the one
   * before it, at most `overlapBytes`; only the last has the newline, if there is one. Pieces of one line follow each other, and no other
   * line's text is among them.
   */
  readonly partialLine: boolean
  /** Offset of the start of the line that the block begins with; differs from `offset` only in pieces. */
  readonly lineOffset: number
  /** The line that the block ends with goes on in the next block. */
  readonly continues: boolean
}

/** Text repeated between the pieces of one line: longer than any indicator with its surroundings. */
export const overlapBytes = 4096

/** How much of the head is shown to the formats for recognition. */
export const headBytes = 64 * 1024

/**
 * Read a leaf once, by `blocks` or by one `decodeInput`, after any number of `peek` and `peekBytes`; then `close` it.
 * Opening the next leaf closes the one before.
 */
export interface Leaf {
  /** Inside a container; levels joined by "!/". Absent for the file itself, compressed or not. */
  readonly member?: string
  /** The file's or member's own name, for formats that take it as a hint. */
  readonly name: string
  /** Path and member, as problems show it. */
  readonly where: string
  /** The file's own, or what the archive says. */
  readonly mtimeMs: number
  /** Grows while the leaf is read; complete after `close`. */
  readonly problems: readonly Problem[]
  /** The file itself, plain or compressed once: `openPart` reads parts of it, as long as `shift` is known. */
  readonly isPartable: boolean
  /** Where its text begins in that of the file: 0 but in segments. */
  readonly base: number
  /**
   * The bytes [from, to) of its text once more, in chunks, below 0 those before a segment; what cannot be read is a problem and ends them.
   * Absent unless the leaf is a plain file and its text are those very bytes, as far as it was read.
   */
  readonly again: ((from: number, to: number) => Iterable<Buffer>) | undefined
  /** Of a gzipped file: sums of its members that were read to their ends. They are those of its text, as long as `shift` is 0. */
  readonly sums: readonly Sum[] | undefined
  /** Nothing stands in it: it only accounts for bytes of the container, or for a member that could not be opened. */
  readonly empty: boolean
  /** The first decoded text, at most `bytes` (up to `headBytes`), fewer only at the end. */
  peek(bytes?: number): Promise<Uint8Array>
  /** The first bytes as they come out of the containers, for binary formats; only before `peek`. */
  peekBytes(bytes?: number): Promise<Uint8Array>
  /** Decoded text in whole lines. `room` is asked again for every block and must give the same length (at least 64). */
  blocks(room: () => Uint8Array): AsyncGenerator<Block>
  /** For `LogFormat.decode`: `bytes` as they come out of the containers, or `text` with UTF-16 undone. */
  decodeInput(report: (problem: Problem) => void, as: "bytes" | "text"): DecodeInput
  /** Text bytes delivered so far. */
  decoded(): number
  /**
   * What to add to an offset in the text read so far for the offset in the bytes as they come out of the containers;
   * undefined where the text is not those very bytes (UTF-16).
   */
  shift(): number | undefined
  /** Stored bytes of the input file that were read so far, those of leaves before this one too. */
  passed(): number
  /** Skips what was not read and closes the account: stored bytes of the input file, which over all leaves of a unit add up to its size. */
  close(): Promise<StoredBytes>
}

export interface StoredBytes {
  readonly searched: number
  readonly notSearched: number
}

export interface LeafOrigin {
  readonly member: string | undefined
  readonly mtimeMs: number
  /** Absent where there is nothing to read. */
  readonly reader: ByteReader | undefined
  /** Consumes what follows the content and belongs to it (trailers, padding). */
  readonly finish: () => Promise<void>
  readonly ledger: Ledger
  readonly isPartable: boolean
  /** Offset of the content in the leaf's text, where it is a part of one. */
  readonly offset?: number
  readonly sums?: readonly Sum[] | undefined
  /** Of a plain file: where the content begins in it, and its bytes once more. */
  readonly base?: number
  readonly again?: (from: number, to: number) => Iterable<Buffer>
}

export function openLeaf(origin: LeafOrigin): Leaf {
  const { member, reader, ledger } = origin
  const text = reader && new TextSource(reader)
  const problems = ledger.problems
  const path = ledger.unit.path
  let closed: StoredBytes | undefined
  return {
    ...(member === undefined ? {} : { member }),
    name: (member ?? path).split("/").at(-1) as string,
    where: place(path, member),
    mtimeMs: origin.mtimeMs,
    problems,
    isPartable: origin.isPartable,
    base: origin.base ?? 0,
    get again() {
      const shift = text?.shift()
      const { base = 0, again } = origin
      return again && shift !== undefined ? (from: number, to: number) => again(base + from + shift, base + to + shift) : undefined
    },
    sums: origin.sums,
    empty: reader === undefined,
    peek: async (bytes = headBytes) => (text ? await text.peek(Math.min(bytes, headBytes)) : new Uint8Array(0)),
    peekBytes: async (bytes = headBytes) => (reader ? copyOf(await reader.peek(Math.min(bytes, headBytes))) : new Uint8Array(0)),
    async *blocks(room) {
      if (text) yield* linesOf(text, room, origin.offset ?? 0)
    },
    decodeInput: (report, as) =>
      inputOf(as === "text" || !reader ? text : rawOf(reader), place(path, member), origin.mtimeMs, report, ledger),
    decoded: () => text?.delivered ?? 0,
    shift: () => text?.shift(),
    passed: () => ledger.passed,
    async close() {
      if (closed) return closed
      if (reader && (await reader.view())) ledger.lose()
      while (reader) {
        const view = await reader.view()
        if (!view) break
        reader.advance(view.length)
      }
      await origin.finish()
      closed = ledger.settle()
      return closed
    },
  }
}

/** Delivers text into a given place. */
interface TextFiller {
  /** Bytes put at the start of the target; 0 only at the end. */
  fill(target: Uint8Array): Promise<number>
}

class TextSource implements TextFiller {
  delivered = 0
  readonly #reader: ByteReader
  readonly #decoding = new TextDecoding()
  #pending: Uint8Array[] = []
  #ended = false

  constructor(reader: ByteReader) {
    this.#reader = reader
  }

  shift(): number | undefined {
    return this.#decoding.changed ? undefined : this.#decoding.skipped
  }

  async peek(bytes: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    let length = 0
    while (length < bytes) {
      const part = new Uint8Array(bytes - length)
      const filled = await this.#read(part)
      if (filled === 0) break
      parts.push(part.subarray(0, filled))
      length += filled
    }
    const head = Buffer.concat(parts)
    if (head.length > 0) this.#pending.unshift(head)
    return head
  }

  async fill(target: Uint8Array): Promise<number> {
    const filled = await this.#read(target)
    this.delivered += filled
    return filled
  }

  async #read(target: Uint8Array): Promise<number> {
    for (;;) {
      const first = this.#pending[0]
      if (first) return this.#take(first, target)
      if (this.#ended) return 0
      if (this.#decoding.idle) {
        const read = await this.#reader.readInto(target)
        if (read > 0 && isPlain(target.subarray(0, read))) return read
        if (read > 0) this.#keep(this.#decoding.decode(copyOf(target.subarray(0, read))))
        else this.#end()
      } else {
        const view = await this.#reader.view()
        if (!view) this.#end()
        else {
          // At the start of every leaf: most need it no further.
          const piece = copyOf(view.length > headBytes ? view.subarray(0, headBytes) : view)
          this.#keep(this.#decoding.decode(piece))
          this.#reader.advance(piece.length)
        }
      }
    }
  }

  #take(first: Uint8Array, target: Uint8Array): number {
    const taken = Math.min(first.length, target.length)
    copyInto(target, first.subarray(0, taken))
    if (taken === first.length) this.#pending.shift()
    else this.#pending[0] = first.subarray(taken)
    return taken
  }

  #keep(pieces: Uint8Array[]): void {
    this.#pending = pieces
  }

  #end(): void {
    this.#ended = true
    this.#keep(this.#decoding.end())
  }
}

function isPlain(bytes: Uint8Array): boolean {
  // Buffer's search is memchr, also over shared memory.
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(0) < 0 && markAtEnd(bytes) === bytes.length
}

const lineFeed = 0x0a

async function* linesOf(text: TextFiller, room: () => Uint8Array, start: number): AsyncGenerator<Block> {
  /** Text that was read and not yet delivered as part of a whole line: the room does not keep it. */
  let rest: Uint8Array = new Uint8Array(0)
  let offset = start
  let lineOffset = start
  let inLine = false
  for (let ended = false; !ended || rest.length > 0; ) {
    const view = room()
    copyInto(view, rest)
    let length = rest.length
    while (!ended && length < view.length) {
      const filled = await text.fill(view.subarray(length))
      if (filled === 0) ended = true
      length += filled
    }
    if (length === 0) return
    const bytes = Buffer.from(view.buffer, view.byteOffset, length)
    const end: number = inLine ? bytes.indexOf(lineFeed) + 1 : bytes.lastIndexOf(lineFeed) + 1
    const whole: number = ended && (end === 0 || !inLine) ? length : end
    const cut = whole > 0 ? whole : cutBefore(bytes)
    const next = whole > 0 ? cut : repeatFrom(bytes, cut)
    rest = copyOf(bytes.subarray(next))
    const block: Block = { length: cut, offset, partialLine: inLine || whole === 0, lineOffset, continues: whole === 0 }
    offset += next
    inLine = whole === 0
    if (!inLine) lineOffset = offset
    yield block
  }
}

/** Where a piece of a long line ends: behind a byte that is in no token, near the end of the room if there is one. */
function cutBefore(bytes: Uint8Array): number {
  const floor = bytes.length - (repeated(bytes.length) >> 1)
  for (const parts of [isSpace, isBoundary]) {
    for (let at = bytes.length - 1; at >= floor; at--) if (parts(bytes[at] as number)) return at + 1
  }
  return bytes.length
}

/** Where the next piece begins: so many bytes before the cut, moved to a boundary so that no token is halved there. */
function repeatFrom(bytes: Uint8Array, cut: number): number {
  const from = cut - repeated(bytes.length)
  for (const parts of [isSpace, isBoundary]) {
    for (let at = from; at < cut - (repeated(bytes.length) >> 1); at++) if (parts(bytes[at] as number)) return at
  }
  return from
}

/** Small rooms repeat less, so that each piece goes on. */
function repeated(roomBytes: number): number {
  return Math.min(overlapBytes, roomBytes >> 2)
}

/** White space, quotes, `,`, `;`, `<`, `>`, `|`: in no indicator. */
function isSpace(byte: number): boolean {
  return byte <= 0x20 || byte === 0x22 || byte === 0x27 || byte === 0x2c || byte === 0x3b || byte === 0x3c || byte === 0x3e || byte === 0x7c
}

/** No letter, digit, dot, hyphen, colon or underscore, and no part of a character beyond ASCII. */
function isBoundary(byte: number): boolean {
  const letter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a
  const digit = byte >= 0x30 && byte <= 0x3a
  return !letter && !digit && byte < 0x80 && byte !== 0x2d && byte !== 0x2e && byte !== 0x5f
}

function rawOf(reader: ByteReader): TextFiller {
  return { fill: (target) => reader.readInto(target) }
}

/** Chunks of a decode input are the format's own to keep. */
const chunkBytes = 256 * 1024

function inputOf(
  source: TextFiller | undefined,
  path: string,
  mtimeMs: number,
  report: (problem: Problem) => void,
  ledger: Ledger,
): DecodeInput {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    while (source) {
      const chunk = new Uint8Array(chunkBytes)
      const filled = await source.fill(chunk)
      if (filled === 0) return
      yield chunk.subarray(0, filled)
    }
  }
  return {
    chunks: chunks(),
    path,
    mtimeMs,
    report,
    unsearched: () => ledger.loseAll(),
    async whole(bytesMax) {
      const parts: Uint8Array[] = []
      let length = 0
      for await (const chunk of chunks()) {
        length += chunk.length
        if (length > bytesMax) {
          ledger.lose()
          report({ code: "limit", where: path, message: `larger than ${bytesMax} bytes, and its format has to be read whole: not read` })
          return undefined
        }
        parts.push(chunk)
      }
      return Buffer.concat(parts, length)
    },
  }
}
