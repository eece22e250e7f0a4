// The write-ahead log of a SQLite database (FILE-wal): rows that the database file may not hold yet, or no longer. Read page by page without the database, since
// either may be there alone; so a row has its values and no names, and the time of none is known.
import type { DecodedRecord, DecodeInput, LogFormat } from "../../../log-format.js"
import { finishRecord } from "../../draft.js"
import { createReporter, Damage, damageOf, type Reporter } from "../damage.js"
import { printableRuns, quote, textOf } from "../json-text.js"
import { type Spool, spool } from "../spool.js"
import { type Cell, cellText } from "./cell.js"

export const sqliteWal: LogFormat = {
  name: "sqlite-wal",
  title: "SQLite write-ahead logs",
  recognize: (head) => (pageBytesOf(Buffer.from(head.subarray(0, headerBytes))) === undefined ? 0 : 1),
  decode: (input) => decodeLog(input),
  open: (context) => ({
    parse: (line) =>
      line.startsWith('{"page":') ? { ...finishRecord(line, "sqlite-wal", { fields: {} }, context.roles), detached: true } : undefined,
  }),
}

const headerBytes = 32
const frameHeaderBytes = 24
const version = 3_007_000
const fileBytesMax = 16 * 1024 ** 3
/** Pages of b-trees: interior and leaf, of indexes and tables. */
const pageTypes = { indexInterior: 2, tableInterior: 5, indexLeaf: 10, tableLeaf: 13 } as const
const valuesMax = 32_767
/** A larger value is searched up to here. */
const payloadBytesMax = 64 * 1024 * 1024
/** Times the size of the log that its values may be read over. */
const overflowFactorMax = 16
/** Characters of rows that are remembered: a page is written again for each of its changes. */
const seenCharsMax = 32 * 1024 * 1024
/** Frames that are remembered, to put together values that go on in other pages. */
const framesMax = 4_000_000

/** Section 4.1 of SQLite's file format document: magic, version, size of a page. */
function pageBytesOf(head: Buffer): number | undefined {
  if (head.length < headerBytes) return undefined
  const magic = head.readUInt32BE(0)
  const bytes = head.readUInt32BE(8)
  const isLog = (magic === 0x377f0682 || magic === 0x377f0683) && head.readUInt32BE(4) === version
  return isLog && bytes >= 512 && bytes <= 65_536 && (bytes & (bytes - 1)) === 0 ? bytes : undefined
}

export interface WalOptions {
  readonly framesMax?: number
}

export async function* decodeLog(input: DecodeInput, options: WalOptions = {}): AsyncGenerator<readonly DecodedRecord[]> {
  const copy = await spool(input, fileBytesMax)
  if (!copy) return
  const reporter = createReporter(input)
  try {
    const pageBytes = pageBytesOf(copy.read(0, headerBytes))
    if (pageBytes !== undefined) yield* new Log(copy, pageBytes, reporter, options).records()
  } finally {
    copy.remove()
    reporter.finish()
  }
}

/** A page of rows. */
interface Leaf {
  readonly bytes: Buffer
  readonly page: number
  readonly frame: number
  readonly isTable: boolean
  /** Bytes that its rows may still hold: they share the page. */
  left: number
}

class Log {
  readonly #copy: Spool
  readonly #pageBytes: number
  readonly #reporter: Reporter
  readonly #framesMax: number
  /** Frames by the number of their page, in the order of the file. */
  readonly #frames = new Map<number, number[]>()
  /** Frames that end a transaction. */
  readonly #commits: number[] = []
  /** Frames whose bytes belong to a value that began in another. */
  readonly #taken = new Set<number>()
  /** Bytes that may still be read to put values together: a file may send every value through all of its pages. */
  #overflowLeft: number
  readonly #seen = new Set<string>()
  #seenChars = 0

  constructor(copy: Spool, pageBytes: number, reporter: Reporter, options: WalOptions) {
    this.#copy = copy
    this.#pageBytes = pageBytes
    this.#reporter = reporter
    this.#overflowLeft = overflowFactorMax * copy.size
    this.#framesMax = options.framesMax ?? framesMax
  }

  /** Frames left from before the last checkpoint too: what they hold may have been overwritten since. */
  *records(): Generator<readonly DecodedRecord[]> {
    const frameBytes = frameHeaderBytes + this.#pageBytes
    const count = Math.floor((this.#copy.size - headerBytes) / frameBytes)
    const remembered = Math.min(count, this.#framesMax)
    if (remembered < count)
      this.#reporter.report(
        "limit",
        this.#at(remembered),
        `more than ${remembered} pages: a value that goes on in a later one is searched as text, in parts`,
      )
    for (let frame = 0; frame < remembered; frame++) {
      const header = this.#copy.read(this.#at(frame), this.#at(frame) + 8)
      const page = header.readUInt32BE(0)
      if (header.readUInt32BE(4) !== 0) this.#commits.push(frame)
      const known = this.#frames.get(page)
      if (known) known.push(frame)
      else this.#frames.set(page, [frame])
    }
    const others: number[] = []
    for (let frame = 0; frame < count; frame++) {
      const bytes = this.#copy.read(this.#at(frame), this.#at(frame) + frameBytes)
      const page = bytes.readUInt32BE(0)
      const records = this.#rows(bytes.subarray(frameHeaderBytes), page, frame)
      if (records === undefined && others.length < remembered) others.push(frame)
      else if (records === undefined) yield this.#legible(frame, this.#at(frame + 1))
      else if (records.length > 0) yield records
    }
    const rest = this.#copy.size - headerBytes - count * frameBytes
    if (rest > 0) {
      this.#reporter.report("truncated", this.#at(count), "the last page of the log is cut off; its legible text is searched")
      others.push(count)
    }
    for (const frame of others) yield this.#legible(frame, Math.min(this.#at(frame) + frameBytes, this.#copy.size))
  }

  #at(frame: number): number {
    return headerBytes + frame * (frameHeaderBytes + this.#pageBytes)
  }

  /** Undefined where it is no page of a b-tree. */
  #rows(bytes: Buffer, page: number, frame: number): readonly DecodedRecord[] | undefined {
    // The first page begins with the header of the database.
    const start = page === 1 ? 100 : 0
    const type = bytes.readUInt8(start)
    const isInterior = type === pageTypes.indexInterior || type === pageTypes.tableInterior
    if (!isInterior && type !== pageTypes.indexLeaf && type !== pageTypes.tableLeaf) return undefined
    const cells = bytes.readUInt16BE(start + 3)
    const pointers = start + (isInterior ? 12 : 8)
    if (pointers + cells * 2 > bytes.length) return undefined
    if (type === pageTypes.tableInterior) return []
    const records: DecodedRecord[] = []
    const taken = new Set<number>()
    const leaf: Leaf = { bytes, page, frame, isTable: type === pageTypes.tableLeaf, left: bytes.length }
    let isDamaged = false
    for (let cell = 0; cell < cells && leaf.left >= 0; cell++) {
      const at = bytes.readUInt16BE(pointers + cell * 2)
      if (taken.has(at)) continue
      taken.add(at)
      const place = this.#at(frame) + frameHeaderBytes + at
      try {
        const text = this.#row(leaf, at + (isInterior ? 4 : 0))
        if (this.#isNew(text)) records.push({ text, offset: place, detached: true })
      } catch (error) {
        const { code, message } = damageOf(error)
        this.#reporter.report(code, place, `a row cannot be read (${message}); the legible text of its page is searched`)
        isDamaged = true
      }
    }
    if (isDamaged) records.push(...this.#legible(frame, this.#at(frame + 1)))
    return records
  }

  #row(leaf: Leaf, at: number): string {
    const { bytes, page, isTable } = leaf
    const [length, behindLength] = varint(bytes, at)
    const [rowid, body] = isTable ? varint(bytes, behindLength) : [undefined, behindLength]
    const payload = this.#payload(leaf, body, Number(length))
    const values = valuesOf(payload).map(cellText)
    return `{"page":${page},${rowid === undefined ? "" : `"rowid":"${BigInt.asIntN(64, rowid)}",`}"row":[${values.map((text) => text || "null").join(",")}]}`
  }

  /** What a page cannot hold goes on in others (section 1.6), if those are in the log: else it stands in the database. */
  #payload(leaf: Leaf, at: number, length: number): Buffer {
    const { bytes, frame, isTable } = leaf
    const usable = this.#pageBytes
    const most = isTable ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23
    const least = Math.floor(((usable - 12) * 32) / 255) - 23
    const spare = least + ((length - least) % (usable - 4))
    const local = length <= most ? length : spare <= most ? spare : least
    if (at + local > bytes.length) throw new Damage("it reaches beyond its page")
    // Else a page could send all of its cells through all of its bytes.
    leaf.left -= local
    if (leaf.left < 0) throw new Damage("the rows of its page overlap: those that are left are not read")
    if (local === length) return bytes.subarray(at, at + length)
    const parts = [bytes.subarray(at, at + local)]
    let gathered = local
    let next = bytes.readUInt32BE(at + local)
    const wanted = Math.min(length, payloadBytesMax)
    if (wanted < length)
      this.#reporter.report("limit", this.#at(frame), `a value is longer than ${payloadBytesMax} bytes: the rest of it is not searched`)
    const passed = new Set<number>()
    while (gathered < wanted && next !== 0) {
      const other = this.#frameOf(next, frame)
      if (other === undefined) break
      this.#overflowLeft -= this.#pageBytes
      if (passed.has(other)) throw new Damage("it goes round in a circle")
      if (this.#overflowLeft < 0) throw new Damage("its values are read over and over", "limit")
      passed.add(other)
      this.#taken.add(other)
      const start = this.#at(other) + frameHeaderBytes
      const page = this.#copy.read(start, start + this.#pageBytes)
      parts.push(page.subarray(4, 4 + wanted - gathered))
      gathered += page.length - 4
      next = page.readUInt32BE(0)
    }
    if (gathered < wanted && next === 0)
      this.#reporter.report(
        "malformed",
        this.#at(frame) + frameHeaderBytes + at,
        `a value ends ${wanted - gathered} bytes before its length says: what is there is searched`,
      )
    return Buffer.concat(parts)
  }

  /** The frame that holds a page as the transaction of another frame left it; undefined where only the database does. */
  #frameOf(page: number, frame: number): number | undefined {
    const frames = this.#frames.get(page) ?? []
    const last = this.#commits[lowest(this.#commits, frame)] ?? Number.POSITIVE_INFINITY
    return frames[lowest(frames, last + 1) - 1]
  }

  #isNew(text: string): boolean {
    if (this.#seen.has(text)) return false
    this.#seenChars += text.length
    if (this.#seenChars > seenCharsMax) {
      this.#seen.clear()
      this.#seenChars = text.length
    }
    this.#seen.add(text)
    return true
  }

  #legible(frame: number, to: number): readonly DecodedRecord[] {
    if (this.#taken.has(frame)) return []
    const from = this.#at(frame)
    const bytes = this.#copy.read(from + frameHeaderBytes, to)
    const page = to - from >= 4 ? this.#copy.read(from, from + 4).readUInt32BE(0) : 0
    const text = `{"page":${page},"strings":[${printableRuns(bytes, 6).map(quote).join(",")}]}`
    return text.endsWith('"strings":[]}') || !this.#isNew(text) ? [] : [{ text, offset: from, detached: true }]
  }
}

/** Index of the first of ascending numbers that is not below `from`; their count if none is. */
function lowest(numbers: readonly number[], from: number): number {
  let [low, high] = [0, numbers.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((numbers[middle] as number) < from) low = middle + 1
    else high = middle
  }
  return low
}

/** Value and where it ends: seven bits a byte, eight in the ninth. */
function varint(bytes: Buffer, at: number): readonly [bigint, number] {
  let value = 0n
  for (let index = 0; index < 9; index++) {
    const byte = bytes.readUInt8(at + index)
    if (index === 8) return [(value << 8n) | BigInt(byte), at + 9]
    value = (value << 7n) | BigInt(byte & 0x7f)
    if (byte < 0x80) return [value, at + index + 1]
  }
  return [value, at + 9]
}

/** A record: the length of its header, types, then values; those that are not there are left out. */
function valuesOf(payload: Buffer): readonly Cell[] {
  const [headerLength, first] = varint(payload, 0)
  if (headerLength > payload.length || Number(headerLength) < first) throw new Damage("its header is no header")
  const values: Cell[] = []
  let at = Number(headerLength)
  for (let types = first; types < Number(headerLength) && values.length < valuesMax; ) {
    const [type, next] = varint(payload, types)
    types = next
    const size = sizeOf(type)
    // A value that goes on in the database: what is here of it.
    const bytes = payload.subarray(at, Math.min(at + size, payload.length))
    at += size
    if (bytes.length < size && type < 12n) break
    values.push(cellOf(type, bytes))
  }
  return values
}

function sizeOf(type: bigint): number {
  if (type >= 12n) return Number((type - 12n) / 2n)
  if (type === 10n || type === 11n) throw new Damage("a value of a reserved type")
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0][Number(type)] as number
}

function cellOf(type: bigint, bytes: Buffer): Cell {
  if (type === 0n) return null
  if (type === 8n || type === 9n) return type === 9n ? 1 : 0
  if (type === 6n) return bytes.readBigInt64BE(0)
  if (type === 7n) return bytes.readDoubleBE(0)
  if (type < 6n) return bytes.readIntBE(0, bytes.length)
  return type % 2n === 0n ? bytes : wordsOf(bytes)
}

/** UTF-8, or UTF-16 in databases that say so in a header that may not be here. */
function wordsOf(bytes: Buffer): string {
  if (bytes.length < 2 || bytes.length % 2 !== 0 || !bytes.includes(0)) return textOf(bytes)
  const high = bytes.filter((byte, at) => byte === 0 && at % 2 === 0).length
  const low = bytes.filter((byte, at) => byte === 0 && at % 2 === 1).length
  return (high > low ? Buffer.from(bytes).swap16() : bytes).toString("utf16le")
}
