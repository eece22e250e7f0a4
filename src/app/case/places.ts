// Reads wanted records of a file again, with the lines around them, exactly where a hunt found them. Opens for reading only.
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import type { Hit, Source } from "../../model/hit.js"
import type { WorkUnit } from "../../model/work-unit.js"
import { discover, type Leaf, openLeaves } from "../../sources/files/files.js"
import { recognizeFormat } from "../../sources/formats/index.js"

export interface FoundRecord {
  /** Decoded text of the record, at most `textMax` characters. */
  readonly text: string
  readonly truncated: boolean
  /** SHA-256 of the whole decoded text in UTF-8. */
  readonly sha256: string
  readonly before: readonly string[]
  readonly after: readonly string[]
}

const roomBytes = 1024 * 1024
const textMax = 65_536
const contextTextMax = 4_096

/** The key of a place within a file. */
export function placeKey(source: Source): string {
  const at = source.record ?? source.line ?? source.offset ?? 0
  return `${source.member ?? ""}\u0000${source.record === undefined ? (source.line === undefined ? "offset" : "line") : "record"} ${at}`
}

/** One pass over the file; a place that holds nothing is absent from the answer. */
export async function recordsAt(file: string, wanted: readonly Hit[], context: number): Promise<ReadonlyMap<string, FoundRecord>> {
  const found = new Map<string, FoundRecord>()
  for await (const unit of discover([file])) await readUnit(unit, wanted, context, found)
  return found
}

async function readUnit(unit: WorkUnit, wanted: readonly Hit[], context: number, found: Map<string, FoundRecord>): Promise<void> {
  for await (const leaf of openLeaves(unit)) {
    const keys = new Set(wanted.filter((hit) => hit.source.member === leaf.member).map((hit) => placeKey(hit.source)))
    if (keys.size === 0) continue
    const around = new Surroundings(keys, context, found)
    for await (const record of recordsOf(leaf))
      around.take({ ...record, source: { ...record.source, ...(leaf.member === undefined ? {} : { member: leaf.member }) } })
    around.end()
  }
}

interface Read {
  readonly text: string
  readonly source: Pick<Source, "line" | "offset" | "record" | "member">
}

async function* recordsOf(leaf: Leaf): AsyncGenerator<Read> {
  const head = await leaf.peekBytes()
  const binary = recognizeFormat(head, leaf.name)
  const format = binary.decode ? binary : recognizeFormat(await leaf.peek(), leaf.name)
  if (!format.decode) {
    yield* linesOf(leaf)
    return
  }
  for await (const records of format.decode(leaf.decodeInput(() => {}, "bytes"))) {
    for (const { text, line, offset, record } of records) {
      yield {
        text,
        source: {
          ...(line === undefined ? {} : { line }),
          ...(offset === undefined ? {} : { offset }),
          ...(record === undefined ? {} : { record }),
        },
      }
    }
  }
}

/** Whole lines, counted from 1; a line longer than the room is put together from its pieces. */
async function* linesOf(leaf: Leaf): AsyncGenerator<Read> {
  const room = new Uint8Array(roomBytes)
  let line = 0
  let seen = 0
  let parts: Buffer[] = []
  for await (const block of leaf.blocks(() => room)) {
    const text = Buffer.from(room.buffer, room.byteOffset, block.length).subarray(Math.max(0, seen - block.offset))
    seen = block.offset + block.length
    if (block.partialLine) {
      parts.push(Buffer.from(text))
      if (block.continues) continue
      const whole = Buffer.concat(parts)
      parts = []
      yield { text: lineText(whole.at(-1) === 10 ? whole.subarray(0, -1) : whole), source: { line: ++line } }
      continue
    }
    for (let start = 0; start < text.length; ) {
      const end = text.indexOf(10, start)
      const stop = end < 0 ? text.length : end
      yield { text: lineText(text.subarray(start, stop)), source: { line: ++line } }
      start = stop + 1
    }
  }
}

/** As the hunt reads a line: no carriage return at its end, and bytes that are no UTF-8 are Latin-1 (semantics 3.2). */
function lineText(bytes: Buffer): string {
  const own = bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes
  const decoded = own.toString("utf8")
  return decoded.includes("\ufffd") ? own.toString("latin1") : decoded
}

/** Keeps the last few records at hand, and finishes a wanted one when enough came after it. */
class Surroundings {
  readonly #keys: ReadonlySet<string>
  readonly #context: number
  readonly #found: Map<string, FoundRecord>
  #last: string[] = []
  #open: { key: string; text: string; before: readonly string[]; after: string[] }[] = []

  constructor(keys: ReadonlySet<string>, context: number, found: Map<string, FoundRecord>) {
    this.#keys = keys
    this.#context = context
    this.#found = found
  }

  take({ text, source }: Read): void {
    const short = text.length > contextTextMax ? `${text.slice(0, contextTextMax)}…` : text
    for (const one of this.#open) one.after.push(short)
    this.#close((one) => one.after.length >= this.#context)
    const key = placeKey(source as Source)
    if (this.#keys.has(key)) {
      this.#open.push({ key, text, before: [...this.#last], after: [] })
      this.#close((one) => one.after.length >= this.#context)
    }
    if (this.#context === 0) return
    this.#last.push(short)
    if (this.#last.length > this.#context) this.#last.shift()
  }

  end(): void {
    this.#close(() => true)
  }

  #close(done: (one: { readonly after: readonly string[] }) => boolean): void {
    for (const one of this.#open.filter(done)) {
      this.#found.set(one.key, {
        text: one.text.slice(0, textMax),
        truncated: one.text.length > textMax,
        sha256: createHash("sha256").update(one.text, "utf8").digest("hex"),
        before: one.before,
        after: one.after,
      })
    }
    this.#open = this.#open.filter((one) => !done(one))
  }
}

export interface Original {
  readonly bytes: number
  readonly sha256: string
}

/** Size and SHA-256 of a stored file, read as a stream; undefined if it cannot be read. */
export async function originalOf(file: string): Promise<Original | undefined> {
  const hash = createHash("sha256")
  let bytes = 0
  try {
    for await (const chunk of createReadStream(file)) {
      hash.update(chunk as Buffer)
      bytes += (chunk as Buffer).length
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
    return undefined
  }
  return { bytes, sha256: hash.digest("hex") }
}
