// One 64 KiB chunk of an EVTX file: its records, names and templates. Everything inside refers to offsets from the chunk's start.
import { crc32 } from "node:zlib"
import { Damage } from "../damage.js"

export const chunkBytes = 65_536
/** Chunk header, string table and template table. */
const headerBytes = 512
const recordHeaderBytes = 24
/** `2a 2a 00 00` */
const recordMagic = 0x00002a2a
/** Rendered characters and values of one record: more is a template that multiplies itself. */
const workMax = 4 * 1024 * 1024

export class Chunk {
  readonly bytes: Buffer
  /** Compiled templates by their offset, as `plan.ts` makes them: opaque here, so that the files form no circle. */
  readonly plans = new Map<number, unknown>()
  readonly #names = new Map<number, string>()
  #even: string | undefined
  #odd: string | undefined
  #work = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  /** UTF-16 text. Slices of the whole chunk's text, which is decoded once: far cheaper than a call for each string. */
  text(start: number, chars: number): string {
    if (chars < 0 || start < 0 || start + chars * 2 > this.bytes.length) throw new Damage("a string reaches beyond its chunk")
    if (start & 1) {
      this.#odd ??= this.bytes.toString("utf16le", 1)
      return this.#odd.slice((start - 1) >> 1, ((start - 1) >> 1) + chars)
    }
    this.#even ??= this.bytes.toString("utf16le")
    return this.#even.slice(start >> 1, (start >> 1) + chars)
  }

  /** A name entry: next offset (4), hash (2), length (2), UTF-16 with a final NUL. */
  name(offset: number): string {
    const known = this.#names.get(offset)
    if (known !== undefined) return known
    const chars = this.bytes.readUInt16LE(offset + 6)
    const name = this.text(offset + 8, chars)
    if (chars > nameCharsMax || /[\u0000-\u001f]/.test(name)) throw new Damage("a name is no name")
    this.#names.set(offset, name)
    return name
  }

  /** Before each record. */
  beginWork(): void {
    this.#work = 0
  }

  spend(work: number): void {
    this.#work += work
    if (this.#work > workMax) throw new Damage("a record unfolds to more than can be kept", "limit")
  }
}

const nameCharsMax = 1024

export interface RawRecord {
  /** From the chunk's start. */
  readonly start: number
  readonly end: number
}

/** What a chunk's header says; never needed to read its records. */
export interface ChunkHeader {
  readonly freeOffset: number
  readonly magic: boolean
  /** A checksum is there and differs. */
  readonly checksumDiffers: boolean
}

export function isChunkMagic(bytes: Buffer): boolean {
  return bytes.length >= 8 && bytes.toString("latin1", 0, 8) === "ElfChnk\0"
}

export function readChunkHeader(bytes: Buffer): ChunkHeader {
  const freeOffset = bytes.readUInt32LE(48)
  const stated = bytes.readUInt32LE(52)
  const checksumDiffers =
    stated !== 0 && freeOffset >= headerBytes && freeOffset <= bytes.length && crc32(bytes.subarray(headerBytes, freeOffset)) !== stated
  return { freeOffset, magic: isChunkMagic(bytes), checksumDiffers }
}

/**
 * Every record in a chunk, and the stretches without one, by its own magic and size and by no count: headers are stale in files copied from a live host. Behind `freeOffset`
 * stand remnants of older use of the chunk, which are no records of this log (`remnantsOf`), unless the chain of record numbers goes on there.
 * `damaged` is told of bytes that hold no record, and of records whose frame is damaged.
 */
export function walkRecords(bytes: Buffer, freeOffset: number, damaged: (offset: number, message: string) => void): ChunkRecords {
  const records: RawRecord[] = []
  const stretches: Stretch[] = []
  // An offset that cannot be is no border.
  const border = freeOffset >= headerBytes && freeOffset <= bytes.length ? freeOffset : bytes.length
  let at = headerBytes
  let expected: bigint | undefined
  while (at + recordHeaderBytes + 4 <= bytes.length) {
    if (at >= border && !goesOn(bytes, at, expected)) break
    const isRecord = bytes.readUInt32LE(at) === recordMagic
    if (isRecord && isFramed(bytes, at)) {
      const end = at + bytes.readUInt32LE(at + 4)
      expected = bytes.readBigUInt64LE(at + 8) + 1n
      records.push({ start: at, end })
      at = end
      continue
    }
    const next = nextRecord(bytes, at + 4)
    const end = next ?? border
    if (isRecord && end - at > recordHeaderBytes + 4) {
      // The frame is damaged, not the place: what stands up to the next record is read as far as it goes.
      damaged(at, "the size of a record is damaged; it is read up to the next one")
      records.push({ start: at, end })
    } else {
      if (border < bytes.length || next !== undefined) damaged(at, `${end - at} bytes hold no record where one should begin`)
      else if (!isZero(bytes.subarray(at))) damaged(at, "what follows is no record")
      stretches.push({ start: at, end })
    }
    at = end
    if (next === undefined) break
  }
  return { records, stretches: [...stretches, { start: at, end: bytes.length }] }
}

interface Stretch {
  readonly start: number
  readonly end: number
}

export interface ChunkRecords {
  readonly records: readonly RawRecord[]
  /** Bytes that belong to none of them, in order. */
  readonly stretches: readonly Stretch[]
}

export interface Remnant extends Stretch {
  /** The frame of a record is whole: its number and time can be read. */
  readonly framed: boolean
}

/** What an older use of the chunk left in a stretch without records: whole ones, and the bytes between them. */
export function remnantsOf(bytes: Buffer, { start, end }: Stretch): readonly Remnant[] {
  const found: Remnant[] = []
  for (let at = start; at < end; ) {
    const framed = nextRecord(bytes, at)
    const next = Math.min(framed ?? end, end)
    if (next > at && !isZero(bytes.subarray(at, next))) found.push({ start: at, end: next, framed: false })
    if (framed === undefined || framed >= end) break
    at = framed + bytes.readUInt32LE(framed + 4)
    found.push({ start: framed, end: at, framed: true })
  }
  return found
}

const zeros = Buffer.alloc(chunkBytes)

export function isZero(bytes: Buffer): boolean {
  return bytes.equals(zeros.subarray(0, bytes.length))
}

function goesOn(bytes: Buffer, at: number, expected: bigint | undefined): boolean {
  return bytes.readUInt32LE(at) === recordMagic && isFramed(bytes, at) && bytes.readBigUInt64LE(at + 8) === expected
}

/** Both sizes agree and fit. */
function isFramed(bytes: Buffer, at: number): boolean {
  const size = bytes.readUInt32LE(at + 4)
  return size >= recordHeaderBytes + 4 && at + size <= bytes.length && bytes.readUInt32LE(at + size - 4) === size
}

/** Records are found again by their magic and both sizes. */
function nextRecord(bytes: Buffer, from: number): number | undefined {
  for (
    let at = bytes.indexOf(magicBytes, from);
    at >= 0 && at + recordHeaderBytes + 4 <= bytes.length;
    at = bytes.indexOf(magicBytes, at + 1)
  ) {
    if (isFramed(bytes, at)) return at
  }
  return undefined
}

const magicBytes = Buffer.from([0x2a, 0x2a, 0, 0])
