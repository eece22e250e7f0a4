// Journal files as journald keeps them on disk (/var/log/journal), by systemd's JOURNAL_FILE_FORMAT document. Objects are walked one after another, by
// no index of the file: the hash tables and entry arrays of a file that was open when it was copied are not to be trusted.
import type { ProblemCode } from "../../../../model/problem.js"
import type { DecodedRecord, DecodeInput, LogFormat } from "../../../log-format.js"
import { stampOf } from "../../../time/stamp.js"
import { anyLine } from "../../lines.js"
import { createReporter, Damage, damageOf, type Reporter } from "../damage.js"
import { entryText } from "../journal-export.js"
import { printableRuns, quote, textOf } from "../json-text.js"
import { type Spool, spool } from "../spool.js"
import { openPayloads, type Payloads } from "./payload.js"

export const systemdJournal: LogFormat = {
  name: "systemd-journal",
  title: "systemd journal files",
  recognize: (head) => (isHeader(Buffer.from(head.subarray(0, headerBytesMin))) ? 1 : 0),
  decode: (input) => decodeJournal(input),
  open(context) {
    const any = anyLine(context, "systemd-journal")
    return {
      parse(line) {
        const record = any.parse(line)
        const realtime = line.startsWith(opening)
          ? stampOf(line.slice(opening.length + 1, line.indexOf('"', opening.length + 1)))
          : undefined
        if (!record || record.time) return record
        return realtime ? { ...record, time: realtime } : { ...record, detached: true }
      },
    }
  },
}

/** Of every entry; a field without one has no time. */
const opening = '{"__REALTIME_TIMESTAMP":'
const fileBytesMax = 64 * 1024 ** 3
/** The header of the oldest systemd; later ones are longer, and say so. */
const headerBytesMin = 208
const headerBytesMax = 4096
const objectHeaderBytes = 16
const entryHeaderBytes = 64
const types = { data: 1, entry: 3, last: 7 } as const
/** Incompatible flags: XZ, LZ4, keyed hashes, Zstandard, compact. */
const flagsKnown = 31
const compactFlag = 16
/** Of one record; an entry of more comes in parts. */
const fieldsMax = 2048
/** Characters of one part, unless a single field has more, and of one batch. */
const partCharsMax = 16 * 1024 * 1024
const batchMax = 256
const gapsMax = 10_000
/** Repeated from page to page of a damaged stretch, so that no value is halved. */
const gapOverlapBytes = 4096
/** A longer field is searched up to here. */
const fieldBytesMax = 64 * 1024 * 1024
/** Data objects that are remembered, to find those that no entry names. */
const offsetsMax = 4_000_000
/** Characters of fields that are kept, since most entries share them. */
const keptCharsMax = 16 * 1024 * 1024
/** Characters that entries may take from data objects, times the size of the journal and beyond it: one object may be named by all of them. */
const takenFactorMax = 64
const takenCharsLeast = 64 * 1024 * 1024
/** Shorter fields do not count: an entry pays for them with its own size. */
const freeChars = 256

/** The magic, a state of three, and seven bytes that are reserved. */
function isHeader(head: Buffer): boolean {
  return (
    head.length === headerBytesMin &&
    head.toString("latin1", 0, 8) === "LPKSHHRH" &&
    head.readUInt8(16) <= 2 &&
    head.readUIntLE(17, 6) === 0
  )
}

export interface JournalOptions {
  readonly offsetsMax?: number
}

export async function* decodeJournal(input: DecodeInput, options: JournalOptions = {}): AsyncGenerator<readonly DecodedRecord[]> {
  const copy = await spool(input, fileBytesMax)
  if (!copy) return
  const reporter = createReporter(input)
  const payloads = await openPayloads()
  try {
    yield* new Journal(copy, payloads, reporter, options).records()
  } finally {
    payloads.free()
    copy.remove()
    reporter.finish()
  }
}

interface JournalObject {
  readonly at: number
  readonly type: number
  readonly flags: number
  readonly size: number
}

class Journal {
  readonly #pages: Pages
  readonly #payloads: Payloads
  readonly #reporter: Reporter
  readonly #size: number
  readonly #isCompact: boolean
  readonly #start: number
  readonly #tail: number
  /** As the header counts them: objects, and the entries among them. */
  readonly #stated: { readonly objects: number; readonly entries: number }
  readonly #offsetsMax: number
  /** Data objects, and those that an entry named. */
  readonly #data: number[] = []
  readonly #named = new Set<number>()
  /** Stretches without an object. */
  readonly #gaps: (readonly [from: number, to: number])[] = []
  readonly #fields = new Map<number, readonly [name: string, value: string]>()
  #keptChars = 0
  #takenLeft: number
  #count = 0

  constructor(copy: Spool, payloads: Payloads, reporter: Reporter, options: JournalOptions) {
    this.#pages = new Pages(copy)
    this.#payloads = payloads
    this.#reporter = reporter
    this.#size = copy.size
    const header = copy.read(0, headerBytesMax)
    const flags = header.readUInt32LE(12)
    this.#isCompact = (flags & compactFlag) !== 0
    if ((flags & ~flagsKnown) !== 0) this.#report("unsupported", 12, "a journal of a newer systemd: what is understood of it is searched")
    const stated = number(header, 88)
    const isStated = stated >= headerBytesMin && stated <= headerBytesMax && stated % 8 === 0
    if (!isStated) this.#report("malformed", 88, "the size of the header is damaged; the first object is looked for")
    this.#start = isStated ? stated : headerBytesMin
    this.#tail = number(header, 136)
    this.#stated = { objects: number(header, 144), entries: number(header, 152) }
    this.#offsetsMax = options.offsetsMax ?? offsetsMax
    this.#takenLeft = takenFactorMax * copy.size + takenCharsLeast
  }

  async *records(): AsyncGenerator<readonly DecodedRecord[]> {
    let batch: DecodedRecord[] = []
    let chars = 0
    let objects = 0
    let entries = 0
    for (const object of this.#objects()) {
      objects++
      if (object.type === types.data && this.#data.length < this.#offsetsMax) this.#data.push(object.at)
      if (object.type !== types.entry) continue
      entries++
      for await (const part of this.#entry(object)) {
        batch.push(part)
        chars += part.text.length
        if (batch.length < batchMax && chars < partCharsMax) continue
        yield batch
        batch = []
        chars = 0
      }
    }
    yield batch
    this.#compare(objects, entries)
    yield* this.#unnamed()
    for (const [from, to] of this.#gaps) yield* this.#legible(from, to)
  }

  /** What can be read in a damaged stretch, page by page. */
  *#legible(from: number, to: number): Generator<readonly DecodedRecord[]> {
    for (let at = from; at < to; at += pageBytes - gapOverlapBytes) {
      const strings = printableRuns(this.#pages.read(at, Math.min(pageBytes, to - at)), 6)
      if (strings.length > 0) yield [{ text: `{"strings":[${strings.map(quote).join(",")}]}`, offset: at, detached: true }]
      if (at + pageBytes >= to) return
    }
  }

  /** A length that is wrong may lead over objects to the beginning of a later one. */
  #compare(objects: number, entries: number): void {
    const { objects: objectsStated, entries: entriesStated } = this.#stated
    // A journal that is cut off has fewer, and is told of as such; so are damaged stretches, for objects other than entries.
    const isWhole = objects >= objectsStated || this.#gaps.length > 0
    if (this.#tail >= this.#size || (isWhole && entries >= entriesStated)) return
    this.#report(
      "malformed",
      144,
      `of ${objectsStated} objects that the header counts ${objects} were found, of ${entriesStated} entries ${entries}: the others are hidden by a damage`,
    )
  }

  /** Objects one after another; behind a damage, from the next place that looks like one. */
  *#objects(): Generator<JournalObject> {
    /** The last object, where nothing is read in it: its size may be what is wrong. */
    let unread: JournalObject | undefined
    for (let at = this.#start; at + objectHeaderBytes <= this.#size; ) {
      const object = this.#objectAt(at)
      if (object) {
        yield object
        unread = object.type === types.data || object.type === types.entry ? undefined : object
        at = behind(object)
        continue
      }
      // Room for what is still to be written, behind the last object.
      if (at > this.#tail && this.#isZero(at)) return
      if (unread) at = unread.at
      unread = undefined
      const next = this.#next(at + 8)
      const end = next ?? this.#size
      if (next !== undefined || this.#tail < this.#size)
        this.#report("malformed", at, `${end - at} bytes hold no object where one should begin; their legible text is searched`)
      if (this.#gaps.length < gapsMax) this.#gaps.push([at, end])
      else this.#report("limit", at, "more damaged stretches than are searched")
      if (next === undefined) break
      at = next
    }
    if (this.#tail >= this.#size)
      this.#report("truncated", this.#size, "the journal is cut off: its header tells of objects behind its end")
  }

  #objectAt(at: number): JournalObject | undefined {
    const header = this.#pages.read(at, objectHeaderBytes)
    if (header.length < objectHeaderBytes) return undefined
    const type = header.readUInt8(0)
    const flags = header.readUInt8(1)
    const size = number(header, 8)
    const isSound = type >= 1 && type <= types.last && flags <= 7 && header.readUIntLE(2, 6) === 0
    if (!isSound || size < objectHeaderBytes || at + size > this.#size) return undefined
    // Objects lead to the last one; what goes beyond it hides it.
    if (at < this.#tail && at + size > this.#tail) return undefined
    if (type === types.entry && size < entryHeaderBytes) return undefined
    return { at, type, flags, size }
  }

  /** The next place where an object may stand: it and what follows it have headers that can be. */
  #next(from: number): number | undefined {
    for (let at = from; at + objectHeaderBytes <= this.#size; at += 8) {
      const page = this.#pages.at(at)
      for (let index = at % pageBytes; index < page.length && !isType(page[index] as number); index += 8) at += 8
      const object = this.#objectAt(at)
      if (!object) continue
      const after = behind(object)
      if (after + objectHeaderBytes > this.#size || after > this.#tail || this.#objectAt(after)) return at
    }
    return undefined
  }

  /** The parts of an entry: nearly always one. */
  async *#entry({ at, size }: JournalObject): AsyncGenerator<DecodedRecord> {
    const head = this.#pages.read(at, entryHeaderBytes)
    const [realtime, monotonic] = [String(head.readBigUInt64LE(24)), String(head.readBigUInt64LE(32))]
    const itemBytes = this.#isCompact ? 4 : 16
    const open = (): Map<string, string[]> =>
      new Map([
        ["__REALTIME_TIMESTAMP", [realtime]],
        ["__MONOTONIC_TIMESTAMP", [monotonic]],
      ])
    let fields = open()
    let chars = 0
    let isOpen = true
    const close = (): DecodedRecord => {
      const part = { text: entryText(fields), offset: at, record: ++this.#count }
      fields = open()
      chars = 0
      isOpen = false
      return part
    }
    const taken = new Set<number>()
    for (let item = at + entryHeaderBytes; item + itemBytes <= at + size; item += itemBytes) {
      const bytes = this.#pages.read(item, itemBytes)
      const offset = this.#isCompact ? bytes.readUInt32LE(0) : number(bytes, 0)
      // Journald names an object once in an entry.
      if (taken.has(offset)) continue
      taken.add(offset)
      isOpen = true
      try {
        const [name, value] = await this.#field(offset)
        const length = name.length + value.length
        if (chars > 0 && chars + length > partCharsMax) yield close()
        isOpen = true
        chars += length
        const known = fields.get(name)
        if (known) known.push(value)
        else fields.set(name, [value])
        if (this.#named.size < this.#offsetsMax) this.#named.add(offset)
      } catch (error) {
        const { code, message } = damageOf(error)
        this.#report(code, at, `a field of an entry cannot be read (${message}); the others are searched`)
      }
      if (taken.size < fieldsMax) continue
      yield close()
      taken.clear()
    }
    if (isOpen) yield close()
  }

  /** Name and value of a data object that an entry names. Throws a `Damage`, also where entries have taken more than they may. */
  async #field(at: number): Promise<readonly [string, string]> {
    const known = this.#fields.get(at)
    if (known) {
      this.#take(known[0].length + known[1].length)
      return known
    }
    const field = await this.#read(at, (chars) => this.#take(chars))
    this.#keep(at, field)
    return field
  }

  #take(chars: number): void {
    if (chars <= freeChars) return
    if (this.#takenLeft <= 0) throw new Damage("the fields of this journal are read over and over", "limit")
    this.#takenLeft -= chars
  }

  /** `take` is told how much is about to be read; what comes out of a compression is counted behind it. */
  async #read(at: number, take: (chars: number) => void): Promise<readonly [string, string]> {
    const object = at >= this.#start && at % 8 === 0 ? this.#objectAt(at) : undefined
    const headBytes = this.#isCompact ? 72 : 64
    if (object?.type !== types.data || object.size < headBytes) throw new Damage("it names no data")
    take(object.flags === 0 ? object.size - headBytes : Math.max(object.size - headBytes, freeChars + 1))
    const stored = this.#pages.read(at + headBytes, Math.min(object.size - headBytes, fieldBytesMax))
    const payload = await this.#payloads.unfold(stored, object.flags, fieldBytesMax)
    if (object.flags !== 0) this.#takenLeft -= payload.bytes.length
    if (payload.isCut || object.size - headBytes > fieldBytesMax)
      this.#report("limit", at, `a field is longer than ${fieldBytesMax} bytes: the rest of it is not searched`)
    const equals = payload.bytes.indexOf(0x3d)
    const name = equals > 0 ? textOf(payload.bytes.subarray(0, equals)) : ""
    return [name, textOf(payload.bytes.subarray(equals + 1))]
  }

  #keep(at: number, field: readonly [string, string]): void {
    this.#keptChars += field[0].length + field[1].length + 64
    if (this.#keptChars > keptCharsMax) {
      this.#fields.clear()
      this.#keptChars = 0
      return
    }
    this.#fields.set(at, field)
  }

  /** Fields of entries that were never finished, or whose entry is lost: their time is unknown. */
  async *#unnamed(): AsyncGenerator<readonly DecodedRecord[]> {
    const isFull = this.#named.size >= this.#offsetsMax
    if (isFull || this.#data.length >= this.#offsetsMax)
      this.#report(
        "limit",
        this.#data.at(-1) ?? this.#start,
        `more than ${this.#offsetsMax} fields are not remembered: those that no entry names are not all searched`,
      )
    if (isFull) return
    for (const at of this.#data) {
      if (this.#named.has(at)) continue
      try {
        const [name, value] = await this.#read(at, isPlain(this.#objectAt(at)) ? () => {} : (chars) => this.#take(chars))
        yield [{ text: entryText(new Map([[name, [value]]])), offset: at, detached: true }]
      } catch (error) {
        const { code, message } = damageOf(error)
        this.#report(code, at, `a field that no entry names cannot be read (${message})`)
      }
    }
  }

  #isZero(from: number): boolean {
    for (let at = from; at < this.#size; at += pageBytes) {
      const bytes = this.#pages.read(at, Math.min(pageBytes, this.#size - at))
      if (!bytes.equals(zeros.subarray(0, bytes.length))) return false
    }
    return true
  }

  #report(code: ProblemCode, at: number, message: string): void {
    this.#reporter.report(code, at, message)
  }
}

/** Read as it stands, once: it costs no more than its size. */
function isPlain(object: JournalObject | undefined): boolean {
  return object?.flags === 0
}

/** Lengths and offsets beyond 2^53 are none. */
function number(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32
}

/** Objects begin at multiples of eight. */
function behind({ at, size }: JournalObject): number {
  return at + Math.ceil(size / 8) * 8
}

function isType(byte: number): boolean {
  return byte >= 1 && byte <= types.last
}

const pageBytes = 256 * 1024
const zeros = Buffer.alloc(pageBytes)
const pagesMax = 128

/** Parts of the copy that were read last. */
class Pages {
  readonly #copy: Spool
  readonly #pages = new Map<number, Buffer>()

  constructor(copy: Spool) {
    this.#copy = copy
  }

  /** Bytes from `at`, fewer only at the end of the file. A view: not to be kept. */
  read(at: number, bytes: number): Buffer {
    const page = Math.floor(at / pageBytes)
    const from = at - page * pageBytes
    if (from + bytes <= pageBytes) return this.at(at).subarray(from, from + bytes)
    return this.#copy.read(at, at + bytes)
  }

  /** The page that a place is in. */
  at(at: number): Buffer {
    return this.#page(Math.floor(at / pageBytes))
  }

  #page(page: number): Buffer {
    const known = this.#pages.get(page)
    if (known) return known
    if (this.#pages.size >= pagesMax) this.#pages.delete(this.#pages.keys().next().value as number)
    const read = this.#copy.read(page * pageBytes, (page + 1) * pageBytes)
    this.#pages.set(page, read)
    return read
  }
}
