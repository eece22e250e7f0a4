// One file of the index: a run of keys, the blocks that they stand in, the units that were read, and places to read from again. Written once, under
// another name until it is whole; every part of it carries a checksum, and what does not match is read as if it were not there.
//
//   magic, 16 bytes
//   pages of keys (kernel/harvest.ts)
//   windows of seek points, deflated
//   table of pages: first key (float64), offset, count, checksum (uint32), column by column
//   samples of each unit's blocks: JSON, deflated
//   what is known of units, blocks and points: JSON
//   footer: six numbers (float64), three checksums, its own checksum, magic
import { randomBytes } from "node:crypto"
import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"
import { crc32, deflateRawSync, inflateRawSync } from "node:zlib"
import { type KeyRun, keyVersion } from "../../model/key.js"
import type { FileIdentity } from "./file-identity.js"
import type { SeekPoint } from "./seek.js"
import type { StoredRun } from "./sketch-run.js"

/** Raised with every change of this layout, or of what a reader gathers. */
const layoutVersion = 1
export const sketchSuffix = ".sketch"
const magic = Buffer.from("sillage sketch\n\0", "latin1")
const footerNumbers = 6
const footerSums = 3
const sumAt = footerNumbers * 8 + footerSums * 4
const footerBytes = sumAt + 4 + magic.length

/** A file, or a segment of one, that was read to its end. */
export interface SketchedUnit {
  /** Chance, so that the blocks of one reading belong together. */
  readonly id: string
  /** Absolute, as `WorkUnit.file` otherwise. */
  readonly file: string
  /** As it was shown then. */
  readonly shown: string
  readonly segment: string
  readonly identity: FileIdentity
  /** How many blocks it has; they may lie in several files. */
  readonly blocks: number
  readonly leaves: readonly SketchedLeaf[]
}

export interface SketchedLeaf {
  /** Blocks of it can be read by themselves. */
  readonly partable: boolean
  /** Lines that change the meaning of later ones, and where they begin. */
  readonly headers: readonly (readonly [at: number, line: string])[]
  /** What the hunt knows of it, for the hunt. */
  readonly result: unknown
}

export interface SketchedBlock {
  readonly unit: string
  /** Number within the unit. */
  readonly nth: number
  readonly leaf: number
  /** Offsets in the decoded text of the leaf. */
  readonly from: number
  readonly to: number
  /** Newlines before it. */
  readonly newlines: number
  /** Held more than could be told: it is read whatever is asked. */
  readonly always?: true
}

/** A block, and what the hunt keeps of it, for the hunt: plain values, read again only where they are asked for. */
export interface SampledBlock extends SketchedBlock {
  readonly samples: readonly unknown[]
}

export interface UnitPoint {
  readonly unit: string
  readonly point: SeekPoint
}

export interface SketchContent {
  readonly run: KeyRun
  readonly blocks: readonly SampledBlock[]
  readonly units: readonly SketchedUnit[]
  readonly points: readonly UnitPoint[]
}

/** What stands in the JSON. */
interface Meta {
  readonly layout: number
  readonly keys: number
  readonly program: string
  readonly run: { readonly blocks: number; readonly keys: number; readonly ipv4: number; readonly ipv6: string }
  readonly rawBytes: number
  readonly blocks: readonly SketchedBlock[]
  readonly units: readonly SketchedUnit[]
  readonly points: readonly StoredPoint[]
  readonly samples: readonly { readonly unit: string; readonly offset: number; readonly length: number }[]
}

export interface StoredPoint extends Omit<SeekPoint, "window"> {
  readonly unit: string
  readonly offset: number
  readonly length: number
  readonly sum: number
}

export interface SketchFile {
  readonly path: string
  readonly bytes: number
  /** Decoded text of its blocks. */
  readonly rawBytes: number
  readonly keys: number
  readonly run: StoredRun
  readonly blocks: readonly SketchedBlock[]
  readonly units: readonly SketchedUnit[]
  readonly points: readonly StoredPoint[]
  /** Of the blocks of the unit in this file, by their number in it. */
  samplesOf(unit: string): ReadonlyMap<number, readonly unknown[]>
  /** With its window. Throws `DamagedSketch`. */
  point(stored: StoredPoint): SeekPoint
  close(): void
}

export class DamagedSketch extends Error {}
/** Of another version of Sillage: not damaged, and not to be used. */
export class OtherSketch extends Error {}

/** Deflates windows as they are taken: each is 32 KB, of a large file there are thousands. */
export function packedPoint(point: SeekPoint): SeekPoint {
  return { ...point, window: point.window.length === 0 ? point.window : deflateRawSync(point.window, { level: 1 }) }
}

/** Writes a file of the index, whole or not at all; `points` have packed windows. Throws what the file system says. */
export function writeSketch(folder: string, program: string, content: SketchContent): void {
  const { run, blocks, units } = content
  const name = randomBytes(8).toString("hex")
  const temporary = join(folder, `${name}.${process.pid}.tmp`)
  let at = 0
  const points = content.points.map(({ unit, point: { window, ...place } }): StoredPoint => {
    const stored = { unit, ...place, offset: at, length: window.length, sum: crc32(window) }
    at += window.length
    return stored
  })
  const sums = Uint32Array.from(run.pages.offset, (from, page) =>
    crc32(run.bytes.subarray(from, run.pages.offset[page + 1] ?? run.bytes.length)),
  )
  const table = Buffer.concat([run.pages.first, run.pages.offset, run.pages.count, sums].map((column) => Buffer.from(column.buffer)))
  const samples = packedSamples(blocks)
  const meta: Meta = {
    layout: layoutVersion,
    keys: keyVersion,
    program,
    run: { blocks: run.blocks, keys: run.keys, ipv4: run.lengths.ipv4, ipv6: String(run.lengths.ipv6) },
    rawBytes: blocks.reduce((sum, { from, to }) => sum + to - from, 0),
    blocks: blocks.map(({ samples: _, ...block }) => block),
    units,
    points,
    samples: samples.places,
  }
  const json = Buffer.from(JSON.stringify(meta))
  const fd = openSync(temporary, "wx", 0o600)
  try {
    for (const part of [magic, run.bytes, ...content.points.map(({ point }) => point.window), table, samples.bytes, json])
      writeWhole(fd, part)
    const lengths = [run.bytes.length, at, table.length, samples.bytes.length, json.length, run.pages.first.length]
    writeWhole(
      fd,
      footerOf(
        lengths,
        [table, samples.bytes, json].map((part) => crc32(part)),
      ),
    )
    fsyncSync(fd)
    closeSync(fd)
    renameSync(temporary, join(folder, name + sketchSuffix))
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  syncFolder(folder)
}

function writeWhole(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at)
}

/** The new name must outlive a power cut, too; not all systems can open a folder. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return
  const fd = openSync(folder, "r")
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function footerOf(numbers: readonly number[], sums: readonly number[]): Buffer {
  const footer = Buffer.alloc(footerBytes)
  for (const [index, number] of numbers.entries()) footer.writeDoubleLE(number, index * 8)
  for (const [index, sum] of sums.entries()) footer.writeUInt32LE(sum, footerNumbers * 8 + index * 4)
  footer.writeUInt32LE(crc32(footer.subarray(0, sumAt)), sumAt)
  magic.copy(footer, sumAt + 4)
  return footer
}

function packedSamples(blocks: readonly SampledBlock[]): { readonly bytes: Buffer; readonly places: Meta["samples"] } {
  const ofUnits = new Map<string, [number, readonly unknown[]][]>()
  for (const { unit, nth, samples } of blocks) {
    const known = ofUnits.get(unit)
    if (known) known.push([nth, samples])
    else ofUnits.set(unit, [[nth, samples]])
  }
  const parts: Buffer[] = []
  let offset = 0
  const places = Array.from(ofUnits, ([unit, samples]) => {
    const packed = deflateRawSync(JSON.stringify(samples), { level: 3 })
    parts.push(packed)
    offset += packed.length
    return { unit, offset: offset - packed.length, length: packed.length }
  })
  return { bytes: Buffer.concat(parts), places }
}

/** Opens a file of the index; throws `DamagedSketch` or `OtherSketch`. It stays open, so that it may be deleted meanwhile. */
export function openSketch(path: string, program: string): SketchFile {
  let fd: number
  try {
    fd = openSync(path, "r")
  } catch (error) {
    throw new DamagedSketch((error as Error).message)
  }
  try {
    return sketchOf(fd, path, program)
  } catch (error) {
    closeSync(fd)
    throw error instanceof SyntaxError || error instanceof RangeError ? new DamagedSketch(error.message) : error
  }
}

function sketchOf(fd: number, path: string, program: string): SketchFile {
  const size = fstatSync(fd).size
  const footer = bytesAt(fd, size - footerBytes, size)
  if (!footer.subarray(sumAt + 4).equals(magic) || crc32(footer.subarray(0, sumAt)) !== footer.readUInt32LE(sumAt)) {
    throw new DamagedSketch("its end is no end of a sketch")
  }
  const numbers = Array.from({ length: footerNumbers }, (_, at) => footer.readDoubleLE(at * 8))
  const [pagesLength, windowsLength, tableLength, samplesLength, jsonLength, pages] = numbers as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const pagesAt = magic.length
  const windowsAt = pagesAt + pagesLength
  const tableAt = windowsAt + windowsLength
  const restLength = tableLength + samplesLength + jsonLength
  if (tableAt + restLength + footerBytes !== size || tableLength !== pages * 20) throw new DamagedSketch("it is not as long as it says")
  const rest = bytesAt(fd, tableAt, tableAt + restLength)
  const table = rest.subarray(0, tableLength)
  const packed = rest.subarray(tableLength, tableLength + samplesLength)
  const json = rest.subarray(tableLength + samplesLength)
  for (const [index, part] of [table, packed, json].entries()) {
    if (crc32(part) !== footer.readUInt32LE(footerNumbers * 8 + index * 4)) throw new DamagedSketch("a checksum does not match")
  }
  const meta = JSON.parse(json.toString("utf8")) as Meta
  if (meta.layout !== layoutVersion || meta.keys !== keyVersion || meta.program !== program)
    throw new OtherSketch(`it is of Sillage ${meta.program}`)
  const columns = table.buffer.slice(table.byteOffset, table.byteOffset + table.length) as ArrayBuffer
  const run: StoredRun = {
    blocks: meta.run.blocks,
    pages: {
      first: new Float64Array(columns, 0, pages),
      offset: new Uint32Array(columns, pages * 8, pages),
      count: new Uint32Array(columns, pages * 12, pages),
    },
    sums: new Uint32Array(columns, pages * 16, pages),
    lengths: { ipv4: meta.run.ipv4, ipv6: BigInt(meta.run.ipv6) },
    size: pagesLength,
    fetch: (from, to) => bytesAt(fd, pagesAt + from, pagesAt + to),
  }
  const pointOf = ({ at, stored, bits, parameter, offset, length, sum }: StoredPoint): SeekPoint => {
    const window = bytesAt(fd, windowsAt + offset, windowsAt + offset + length)
    if (crc32(window) !== sum) throw new DamagedSketch("the window of a seek point does not match its checksum")
    return { at, stored, bits, parameter, window: length === 0 ? window : inflateRawSync(window) }
  }
  return {
    path,
    bytes: size,
    rawBytes: meta.rawBytes,
    keys: meta.run.keys,
    run,
    blocks: meta.blocks,
    units: meta.units,
    points: meta.points,
    samplesOf(unit) {
      const place = meta.samples.find((one) => one.unit === unit)
      if (!place) return new Map()
      const text = inflateRawSync(packed.subarray(place.offset, place.offset + place.length)).toString("utf8")
      return new Map(JSON.parse(text) as [number, readonly unknown[]][])
    },
    point: pointOf,
    close: () => closeSync(fd),
  }
}

/** Throws `DamagedSketch` where there are not so many bytes. */
function bytesAt(fd: number, from: number, to: number): Buffer {
  if (from < 0 || to < from) throw new DamagedSketch("it is too short")
  const bytes = Buffer.allocUnsafe(to - from)
  let read = 0
  while (read < bytes.length) {
    const count = readSync(fd, bytes, read, bytes.length - read, from + read)
    if (count === 0) throw new DamagedSketch("it is cut off")
    read += count
  }
  return bytes
}
