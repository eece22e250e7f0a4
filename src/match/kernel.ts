// Drives the scan kernel: builds its tables for a set of indicators, once, in a memory that all threads share, and hands it text. Opens no file:
// the compiled module is handed in.
import type { Indicator } from "../model/indicator.js"
import { type Keys, keysOf } from "./compile.js"
import type { Marked, Scanner } from "./matcher.js"
import { aroundPlace, type Piece, rarestPlace } from "./pieces.js"

/** Text per scan. A longer line is handed over in pieces, each beginning with the last 4,096 bytes of the one before. */
export const roomBytes = 1 << 20

/** The kernel and the tables of a set of indicators: a plain value that may be posted to other threads. The tables are never written again. */
export interface Compiled {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
}

/** As exported by kernel/kernel.ts. */
export interface Kernel extends HarvestKernel {
  setup(
    filterBits: number,
    fingerBits: number,
    ranges4: number,
    ranges6: number,
    gramBits: number,
    pieceBytes: number,
    gramStep: number,
    tinies: number,
    features: number,
  ): number
  table(index: number): number
  indexRanges4(): void
  addAddresses(from: number, to: number): void
  addNetworks(from: number, to: number): void
  addNames(from: number, to: number, kind: number): number
  addWords(from: number, to: number): void
  addDigests(from: number, to: number): void
  addPiece(piece: number, length: number, place: number, grams: number): void
  addTiny(first: number): void
  regionBytes(roomBytes: number): number
  attach(region: number, roomBytes: number): number
  scan(length: number): void
  newlines(): number
  copy(from: number, to: number, length: number): void
  collect(): number
  out(): number
  limit(passes: number): void
}

/** What gathers, makes and looks up keys (kernel/harvest.ts, kernel/look-up.ts). */
interface HarvestKernel {
  harvestBytes(pairs: number): number
  attachHarvest(region: number, pairs: number): void
  setHarvesting(on: boolean): void
  addSharedHosts(from: number, to: number): void
  closeBlock(block: number): number
  openKeys(): number
  encodeRun(blocks: number): number
  keysOfRun(): number
  lengthsOfRun(half: number): bigint
  forgetLengths(): void
  pageCount(): number
  pagesTable(): number
  runStart(): number
  filterStart(): number
  filterWords(): number
  keysOf(from: number, to: number, kind: number, out: number): number
  keptHash(hash: bigint): bigint
  net4Key(first: number, bits: number): bigint
  single6Key(high: bigint, low: bigint): bigint
  site6Key(high: bigint, bits: number): bigint
  net6Key(high: bigint, low: bigint, bits: number): bigint
  anyKey(index: number): bigint
  keepKeys(keys: number, count: number, filter: number, words: number, out: number): number
  lookInPage(
    page: number,
    bytes: number,
    first: number,
    keys: number,
    blocks: number,
    ranges: number,
    rangesEnd: number,
    found: number,
  ): number
}

// As in kernel/memory.ts.
const hasIpv4 = 1
const hasIpv6 = 2
const hasNames = 4
const hasDigests = 8
const hasIdnLast = 16
const hasShortGroups = 32

// Kinds of names, as in kernel/kernel.ts.
const domain = 0
const host = 1
const sharedHost = 2
const mail = 3
const file = 4

export const pageBytes = 65_536
/** Of shared memory; the tables of a million indicators take some twenty megabytes, a thread's region seven. */
export const pagesMax = 32_768
/** Text is handed to the builder in stretches of about this length. */
export const stagingBytes = 1 << 18
const padBytes = 4096

/** Builds the tables: about half a second for a million indicators. */
export function compileIndicators(module: WebAssembly.Module, indicators: readonly Indicator[]): Compiled {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: pagesMax, shared: true })
  const kernel = instantiate(module, memory)
  const keys = keysOf(indicators)
  build(kernel, memory, keys)
  return { module, memory }
}

/**
 * A scanner of the calling thread. It takes a region of the shared memory for itself: one for each thread, not one for each text.
 * `passes` is for measuring: below 3 the later ones are left out, and with them what they would have marked.
 */
export function openScanner(compiled: Compiled, passes = 3): Scanner {
  return openKernel(compiled, passes).scanner
}

/** A scanner with the instance behind it. */
export function openKernel(
  { module, memory }: Compiled,
  passes = 3,
  bytes = roomBytes,
): { readonly kernel: Kernel; readonly scanner: Scanner } {
  const kernel = instantiate(module, memory)
  kernel.limit(passes)
  const region = memory.grow(Math.ceil(kernel.regionBytes(bytes) / pageBytes)) * pageBytes
  const at = kernel.attach(region, bytes)
  const room = new Uint8Array(memory.buffer, at, bytes)
  const pairs = new Uint32Array(memory.buffer, kernel.out())
  return { kernel, scanner: { room, scan: (length) => scan(kernel, pairs, room, length) } }
}

/** Values longer than this are not asked about. */
const askedBytes = 1 << 16

/**
 * Tells of short texts, each without a newline, which of them may hold an indicator; those that cannot be asked about may. One for each thread.
 */
export function openAsker(compiled: Compiled): (texts: readonly string[]) => readonly boolean[] {
  const encoder = new TextEncoder()
  let opened: Scanner | undefined
  return (texts) => {
    opened ??= openKernel(compiled, 3, askedBytes).scanner
    const { room, scan } = opened
    const may = texts.map(() => false)
    let waiting: number[] = []
    let length = 0
    const ask = (): void => {
      for (const line of scan(length).lines) may[waiting[line] as number] = true
      waiting = []
      length = 0
    }
    for (const [index, text] of texts.entries()) {
      const most = text.length * 3 + 1
      if (most > room.length || text.includes("\n")) {
        may[index] = true
        continue
      }
      if (length + most > room.length) ask()
      length += encoder.encodeInto(text, room.subarray(length)).written
      room[length++] = 10
      waiting.push(index)
    }
    if (waiting.length > 0) ask()
    return may
  }
}

function scan(kernel: Kernel, pairs: Uint32Array, room: Uint8Array, length: number): Marked {
  if (length > room.length) throw new RangeError(`${length} bytes do not fit the room`)
  kernel.scan(length)
  const starts: number[] = []
  const lines: number[] = []
  for (let found = kernel.collect(); found > 0; found = kernel.collect()) {
    for (let pair = 0; pair < found; pair++) {
      starts.push(pairs[2 * pair] as number)
      lines.push(pairs[2 * pair + 1] as number)
    }
  }
  return { newlines: kernel.newlines(), starts, lines }
}

export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernel {
  return new WebAssembly.Instance(module, { env: { memory, abort: fail } }).exports as unknown as Kernel
}

function fail(): never {
  throw new Error("the scan kernel failed an assertion")
}

function build(kernel: Kernel, memory: WebAssembly.Memory, keys: Keys): void {
  const { pieces } = keys
  const names = keys.domains.length + keys.hosts.length + keys.sharedHosts.length + keys.mails.length + keys.files.length + 2
  const lookups = 2 * names + keys.addresses.length + keys.digests.length + keys.words.length
  const fingers = 2 * names + keys.digests.length + keys.words.length
  const grams = pieces.filter((piece) => piece.length >= 4)
  const tinies = pieces.filter((piece) => piece.length < 4)
  const gramStep = grams.reduce((step, piece) => Math.min(step, piece.length - 3), grams.length > 0 ? 4 : 0)
  const pieceBytes = grams.reduce((sum, piece) => sum + Math.min(piece.length, 64), 0)
  const top = kernel.setup(
    Math.max(10, log2(lookups * 10) - 6),
    Math.max(10, log2(fingers * 1.5)),
    keys.ranges4.length / 2,
    keys.ranges6.length / 4,
    log2(Math.max(2, grams.length * gramStep * 2)),
    pieceBytes,
    gramStep,
    tinies.length,
    featuresOf(keys),
  )
  const staging = top + padBytes
  growTo(memory, staging + stagingBytes + padBytes)
  new Uint32Array(memory.buffer, kernel.table(5), keys.ranges4.length).set(keys.ranges4)
  new BigUint64Array(memory.buffer, kernel.table(7), keys.ranges6.length).set(keys.ranges6)
  kernel.indexRanges4()
  const batch = new Uint8Array(memory.buffer, staging, stagingBytes)
  const each = (values: readonly string[], add: (from: number, to: number) => void) => addText(batch, staging, values, add)
  each(keys.addresses, kernel.addAddresses)
  each(keys.octets, kernel.addNetworks)
  const eachName = (values: readonly string[], kind: number) =>
    each(values, (from, to) => {
      const lost = kernel.addNames(from, to, kind)
      if (lost > 0) throw new Error(`${lost} names have no token to be found by`)
    })
  eachName(keys.domains, domain)
  eachName(keys.hosts, host)
  eachName(keys.sharedHosts, sharedHost)
  eachName(keys.mails, mail)
  eachName(keys.files, file)
  if (keys.ranges4.length + keys.ranges6.length > 0) eachName(["in-addr.arpa", "ip6.arpa"], host)
  each(keys.words, kernel.addWords)
  each(keys.digests, kernel.addDigests)
  addPieces(kernel, memory, grams, gramStep)
  addTinies(kernel, memory, tinies)
}

function featuresOf(keys: Keys): number {
  const addresses = keys.ranges4.length + keys.ranges6.length > 0
  const names = [keys.domains, keys.hosts, keys.sharedHosts, keys.mails]
  const hasName = names.some((list) => list.length > 0) || keys.files.length > 0
  return (
    (keys.ranges4.length > 0 ? hasIpv4 : 0) |
    (keys.ranges6.length > 0 ? hasIpv6 : 0) |
    (hasName || addresses ? hasNames : 0) |
    (keys.digests.length > 0 ? hasDigests : 0) |
    (names.some((list) => list.some((name) => /\.xn--[^.]*$/.test(name))) ? hasIdnLast : 0) |
    (keys.shortGroups ? hasShortGroups : 0)
  )
}

/** Hands values over in stretches, each value with a newline behind it. */
export function addText(batch: Uint8Array, at: number, values: readonly string[], add: (from: number, to: number) => void): void {
  const encoder = new TextEncoder()
  let text = ""
  const flush = (): void => {
    if (text === "") return
    const { written } = encoder.encodeInto(text, batch)
    add(at, at + written)
    text = ""
  }
  for (const value of values) {
    // Three bytes for each character at most.
    if ((text.length + value.length + 1) * 3 > batch.length) flush()
    text += `${value}\n`
  }
  flush()
}

function addPieces(kernel: Kernel, memory: WebAssembly.Memory, pieces: readonly Piece[], step: number): void {
  const at = kernel.table(11)
  const bytes = new Uint8Array(memory.buffer)
  let offset = 0
  for (const piece of pieces) {
    const { bytes: part, place } = aroundPlace(piece, rarestPlace(piece, step + 3))
    bytes.set(part, at + offset)
    kernel.addPiece(offset, part.length, place, step)
    offset += part.length
  }
}

function addTinies(kernel: Kernel, memory: WebAssembly.Memory, tinies: readonly Piece[]): void {
  const bytes = new Uint8Array(memory.buffer)
  let at = kernel.table(13)
  for (const piece of tinies) {
    bytes[at] = piece.length
    bytes.set(piece, at + 1)
    kernel.addTiny(piece[0] as number)
    at += 4
  }
}

function growTo(memory: WebAssembly.Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes))
}

function log2(value: number): number {
  return Math.ceil(Math.log2(Math.max(1, value)))
}
