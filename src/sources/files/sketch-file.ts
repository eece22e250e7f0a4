// One file of the index: a run of keys, the blocks that they stand in, the units that were read, and places to read from again. Written once, under
// another name until it is whole; every part of it carries a checksum, and what does not match is read as if it were not there.
//
//   magic, 16 bytes
//   pages of keys (kernel/harvest.ts)
//   windows of seek points, deflated
//   samples of each unit's blocks: JSON, deflated
//   places of the two: JSON
//   table of pages: first key (float64), offset, count, checksum (uint32), and of blocks: where they begin, newlines before it (float64), flags
//   (uint32), column by column, the wide ones first
//   filter of the keys (uint32)
//   what is known of units and blocks: JSON
//   footer: eight numbers (float64), four checksums, its own checksum, magic
//
// Every hunt reads the last parts; the first four are looked into only where something must be read.
import { randomBytes } from "node:crypto"
import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"
import { crc32, deflateRawSync, inflateRawSync } from "node:zlib"
import { DamagedRun, type KeyRun, keyVersion, type StoredRun } from "../../model/key.js"
import { once } from "../../model/once.js"
import type { FileIdentity } from "./file-identity.js"
import type { SeekPoint } from "./seek.js"

/** Raised with every change of this layout, or of what a reader gathers. */
const layoutVersion = 3
export const sketchSuffix = ".sketch"
const magic = Buffer.from(`sillage sketch${layoutVersion}\n`, "latin1")
const magicStart = magic.subarray(0, 14)
const footerNumbers = 8
const footerSums = 4
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
  /** Text that was looked at as a whole begins with it, and ends before the next one: what stands beside a record was looked for in there. */
  readonly opensRoom?: true
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

/** What stands in the JSON that every hunt reads. */
interface Meta {
  readonly keys: number
  readonly program: string
  readonly run: { readonly blocks: number; readonly keys: number; readonly ipv4: number; readonly ipv6: string }
  readonly rawBytes: number
  /** Units of blocks, which may be described in another file. */
  readonly homes: readonly string[]
  /** Blocks in a row that belong together. */
  readonly stretches: readonly Stretch[]
  readonly units: readonly SketchedUnit[]
}

/** Blocks of one leaf, each beginning where the one before it ends. */
interface Stretch {
  /** Number of their unit among `homes`. */
  readonly home: number
  readonly leaf: number
  /** Numbers of the first, in the file and in its unit. */
  readonly first: number
  readonly nth: number
  readonly count: number
  /** Where the last one ends. */
  readonly to: number
}

/** What stands in the JSON that is read when something of a file is. */
interface Places {
  readonly points: readonly StoredPoint[]
  readonly samples: readonly StoredSamples[]
}

interface Stored {
  readonly unit: string
  readonly offset: number
  readonly length: number
  readonly sum: number
}

export interface StoredPoint extends Omit<SeekPoint, "window">, Stored {}
type StoredSamples = Stored

export interface SketchFile {
  readonly path: string
  readonly bytes: number
  /** Decoded text of its blocks. */
  readonly rawBytes: number
  readonly keys: number
  readonly run: StoredRun
  readonly blocks: StoredBlocks
  /** Units of its blocks, each once. */
  readonly homes: readonly string[]
  readonly units: readonly SketchedUnit[]
  /** Throws `DamagedSketch`. */
  pointsOf(unit: string): readonly StoredPoint[]
  /** Looks whether `samplesOf` can be read. Throws `DamagedSketch`. */
  checkSamplesOf(unit: string): void
  /** Of the blocks of the unit in this file, by their number in it. Throws `DamagedSketch`. */
  samplesOf(unit: string): ReadonlyMap<number, readonly unknown[]>
  /** With its window. Throws `DamagedSketch`. */
  point(stored: StoredPoint): SeekPoint
  /** Reads every byte. Throws `DamagedSketch` or `DamagedRun`. */
  verify(): void
  close(): void
}

/** As they are stored: of ten thousand a hunt looks at a few. */
export interface StoredBlocks {
  readonly count: number
  /** Numbers of those that are always read. */
  readonly always: readonly number[]
  /** Which blocks of which units there are: numbers within the unit. */
  readonly stretches: readonly { readonly unit: string; readonly nth: number; readonly count: number }[]
  /** Of a unit, in order. */
  ofUnit(unit: string): readonly SketchedBlock[]
  block(index: number): SketchedBlock
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
  const columns = columnsOf(blocks)
  const wide = [run.pages.first, columns.from, columns.newlines]
  const narrow = [run.pages.offset, run.pages.count, sums, columns.flags]
  const table = Buffer.concat([...wide, ...narrow].map((column) => Buffer.from(column.buffer)))
  const filter = Buffer.from(run.filter.buffer)
  const samples = packedSamples(blocks)
  const places: Places = { points, samples: samples.places }
  const placed = Buffer.from(JSON.stringify(places))
  const meta: Meta = {
    keys: keyVersion,
    program,
    run: { blocks: run.blocks, keys: run.keys, ipv4: run.lengths.ipv4, ipv6: String(run.lengths.ipv6) },
    rawBytes: blocks.reduce((sum, { from, to }) => sum + to - from, 0),
    ...stretchesOf(blocks),
    units,
  }
  const json = Buffer.from(JSON.stringify(meta))
  const fd = openSync(temporary, "wx", 0o600)
  try {
    const windows = content.points.map(({ point }) => point.window)
    for (const part of [magic, run.bytes, ...windows, samples.bytes, placed, table, filter, json]) writeWhole(fd, part)
    const lengths = [run.bytes, { length: at }, samples.bytes, placed, table, filter, json, run.pages.first].map(({ length }) => length)
    writeWhole(
      fd,
      footerOf(
        lengths,
        [placed, table, filter, json].map((part) => crc32(part)),
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

const alwaysFlag = 1
const opensRoomFlag = 2
/** Bytes of each block in the table. */
const blockBytes = 20
const pageBytes = 20

function stretchesOf(blocks: readonly SketchedBlock[]): Pick<Meta, "homes" | "stretches"> {
  const homes = new Map<string, number>()
  const stretches: Stretch[] = []
  let last: SketchedBlock | undefined
  for (const [index, block] of blocks.entries()) {
    const { unit, nth, leaf, from, to } = block
    const home = homes.get(unit) ?? homes.size
    homes.set(unit, home)
    const open = stretches.at(-1)
    const goesOn = open && last?.unit === unit && last.leaf === leaf && last.nth + 1 === nth && last.to === from
    if (goesOn) stretches[stretches.length - 1] = { ...open, count: open.count + 1, to }
    else stretches.push({ home, leaf, first: index, nth, count: 1, to })
    last = block
  }
  return { homes: [...homes.keys()], stretches }
}

/** The columns of blocks, as they are stored. */
interface BlockColumns {
  readonly from: Float64Array
  readonly newlines: Float64Array
  readonly flags: Uint32Array
}

function columnsOf(blocks: readonly SketchedBlock[]): BlockColumns {
  return {
    from: Float64Array.from(blocks, ({ from }) => from),
    newlines: Float64Array.from(blocks, ({ newlines }) => newlines),
    flags: Uint32Array.from(blocks, ({ always, opensRoom }) => (always ? alwaysFlag : 0) | (opensRoom ? opensRoomFlag : 0)),
  }
}

function storedBlocks({ homes, stretches }: Meta, { from, newlines, flags }: BlockColumns): StoredBlocks {
  const blockOf = (stretch: Stretch, at: number): SketchedBlock => {
    const index = stretch.first + at
    const flag = flags[index] as number
    return {
      unit: homes[stretch.home] as string,
      nth: stretch.nth + at,
      leaf: stretch.leaf,
      from: from[index] as number,
      to: at + 1 < stretch.count ? (from[index + 1] as number) : stretch.to,
      newlines: newlines[index] as number,
      ...((flag & alwaysFlag) !== 0 && { always: true }),
      ...((flag & opensRoomFlag) !== 0 && { opensRoom: true }),
    }
  }
  return {
    count: from.length,
    always: [...flags.keys()].filter((index) => ((flags[index] as number) & alwaysFlag) !== 0),
    stretches: stretches.map(({ home, nth, count }) => ({ unit: homes[home] as string, nth, count })),
    ofUnit(unit) {
      const home = homes.indexOf(unit)
      const own = stretches.filter((one) => one.home === home)
      return own.flatMap((stretch) => Array.from({ length: stretch.count }, (_, at) => blockOf(stretch, at)))
    },
    block(index) {
      const stretch = stretches.findLast(({ first }) => first <= index) as Stretch
      return blockOf(stretch, index - stretch.first)
    },
  }
}

function packedSamples(blocks: readonly SampledBlock[]): { readonly bytes: Buffer; readonly places: readonly StoredSamples[] } {
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
    return { unit, offset: offset - packed.length, length: packed.length, sum: crc32(packed) }
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
  const end = footer.subarray(sumAt + 4)
  if (end.subarray(0, magicStart.length).equals(magicStart) && !end.equals(magic)) throw new OtherSketch("it is of another Sillage")
  if (!end.equals(magic) || crc32(footer.subarray(0, sumAt)) !== footer.readUInt32LE(sumAt)) {
    throw new DamagedSketch("its end is no end of a sketch")
  }
  const numbers = Array.from({ length: footerNumbers }, (_, at) => footer.readDoubleLE(at * 8))
  const pages = numbers.pop() as number
  let next = magic.length
  const [keyPart, windowPart, samplePart, placePart, tablePart, filterPart, jsonPart] = numbers.map((length): PartOfFile => {
    next += length
    return { from: next - length, to: next }
  }) as [PartOfFile, PartOfFile, PartOfFile, PartOfFile, PartOfFile, PartOfFile, PartOfFile]
  const blocks = (tablePart.to - tablePart.from - pages * pageBytes) / blockBytes
  const isWhole = next + footerBytes === size && Number.isInteger(blocks) && blocks >= 0 && (filterPart.to - filterPart.from) % 4 === 0
  if (!isWhole) throw new DamagedSketch("it is not as long as it says")
  const summed = (bytes: Buffer, sum: number): Buffer => {
    if (crc32(bytes) !== sum) throw new DamagedSketch("a checksum does not match")
    return bytes
  }
  const footed = (bytes: Buffer, index: number): Buffer => summed(bytes, footer.readUInt32LE(footerNumbers * 8 + index * 4))
  const rest = bytesAt(fd, tablePart.from, jsonPart.to)
  const partOf = ({ from, to }: PartOfFile, index: number): Buffer =>
    footed(rest.subarray(from - tablePart.from, to - tablePart.from), index)
  const meta = JSON.parse(partOf(jsonPart, 3).toString("utf8")) as Meta
  if (meta.keys !== keyVersion || meta.program !== program) throw new OtherSketch(`it is of Sillage ${meta.program}`)
  const { buffer } = rest
  partOf(tablePart, 1)
  partOf(filterPart, 2)
  let column = 0
  const wide = (length: number): Float64Array => new Float64Array(buffer, (column += length * 8) - length * 8, length)
  const narrow = (length: number): Uint32Array => new Uint32Array(buffer, (column += length * 4) - length * 4, length)
  const [first, from, newlines] = [wide(pages), wide(blocks), wide(blocks)] as const
  const [offset, count, sums, flags] = [narrow(pages), narrow(pages), narrow(pages), narrow(blocks)] as const
  const run: StoredRun = {
    blocks: meta.run.blocks,
    pages: { first, offset, count },
    filter: narrow((filterPart.to - filterPart.from) / 4),
    lengths: { ipv4: meta.run.ipv4, ipv6: BigInt(meta.run.ipv6) },
    page(index) {
      const to = index + 1 < pages ? (offset[index + 1] as number) : keyPart.to - keyPart.from
      const bytes = bytesAt(fd, keyPart.from + (offset[index] as number), keyPart.from + to)
      if (crc32(bytes) !== sums[index]) throw new DamagedRun(`page ${index} does not match its checksum`)
      return bytes
    },
  }
  const places = once(() => JSON.parse(footed(bytesAt(fd, placePart.from, placePart.to), 0).toString("utf8")) as Places)
  const stored = (part: PartOfFile, { offset, length, sum }: Stored): Buffer =>
    summed(bytesAt(fd, part.from + offset, part.from + offset + length), sum)
  const pointOf = (place: StoredPoint): SeekPoint => {
    const { at, stored: byte, bits, parameter } = place
    const window = stored(windowPart, place)
    return { at, stored: byte, bits, parameter, window: window.length === 0 ? window : inflateRawSync(window) }
  }
  const packedSamplesOf = (unit: string): Buffer | undefined => {
    const place = places().samples.find((one) => one.unit === unit)
    return place && stored(samplePart, place)
  }
  return {
    path,
    bytes: size,
    rawBytes: meta.rawBytes,
    keys: meta.run.keys,
    run,
    blocks: storedBlocks(meta, { from, newlines, flags }),
    homes: meta.homes,
    units: meta.units,
    pointsOf: (unit) => places().points.filter((one) => one.unit === unit),
    checkSamplesOf: (unit) => void packedSamplesOf(unit),
    samplesOf(unit) {
      const packed = packedSamplesOf(unit)
      return new Map(packed && (JSON.parse(inflateRawSync(packed).toString("utf8")) as [number, readonly unknown[]][]))
    },
    point: pointOf,
    verify() {
      for (let page = 0; page < pages; page++) run.page(page)
      for (const place of places().points) pointOf(place)
      for (const place of places().samples) stored(samplePart, place)
    },
    close: () => closeSync(fd),
  }
}

interface PartOfFile {
  readonly from: number
  readonly to: number
}

/** In memory of their own, so that numbers of any width can be read from it. Throws `DamagedSketch` where there are not so many bytes. */
function bytesAt(fd: number, from: number, to: number): Buffer {
  if (from < 0 || to < from) throw new DamagedSketch("it is too short")
  const bytes = Buffer.allocUnsafeSlow(to - from)
  let read = 0
  while (read < bytes.length) {
    const count = readSync(fd, bytes, read, bytes.length - read, from + read)
    if (count === 0) throw new DamagedSketch("it is cut off")
    read += count
  }
  return bytes
}
