// Drives the kernel's harvest: while a scanner searches text, its keys are gathered for an index, block by block, and coded run by run.
import type { KeyRun } from "../model/key.js"
import { addText, type Compiled, openKernel, pageBytes, roomBytes, stagingBytes } from "./kernel.js"
import type { Marked, Scanner } from "./matcher.js"
import { sharedHosts } from "./verify/shared-hosts.js"

/** Pairs of key and block in a run, at about 8 bytes twice: some hundred megabytes of text. */
const runPairs = 1 << 21
const blocksMax = 4096
/** Text is searched in parts of about this length, so that a block need not be as long as the room. */
const partBytes = 1 << 18
const lineFeed = 10
/** Keys after which a block is full: the next part of text must still find place. */
const blockKeys = 60_000

export interface Harvester {
  /** Called between two parts of a text, while it is scanned: what was searched of it so far, always to the end of a line. */
  onPart: ((to: number, newlines: number) => void) | undefined
  /** From now on what is scanned is gathered, or is not. */
  gather(on: boolean): void
  /** The open block should be closed at the next end of a line. */
  isBlockFull(): boolean
  /** Closes the block and gives its number in the run. `told` is false if it held more keys than can be kept: it must be read whatever is asked. */
  closeBlock(): { readonly block: number; readonly told: boolean }
  /** The run should be taken: it is as long as it may get. */
  isRunFull(): boolean
  /** The run so far, copied; a new one begins. */
  takeRun(): KeyRun
}

export interface HarvestingScanner {
  readonly scanner: Scanner
  readonly harvester: Harvester
}

/** A scanner that harvests what it scans; takes a region of some forty megabytes of the shared memory. */
export function openHarvestingScanner(compiled: Compiled): HarvestingScanner {
  const { kernel, scanner: inner } = openKernel(compiled)
  const { memory } = compiled
  const region = memory.grow(Math.ceil((kernel.harvestBytes(runPairs) + stagingBytes) / pageBytes)) * pageBytes
  kernel.attachHarvest(region, runPairs)
  const staging = region + kernel.harvestBytes(runPairs)
  addText(new Uint8Array(memory.buffer, staging, stagingBytes), staging, [...sharedHosts], (from, to) => kernel.addSharedHosts(from, to))
  let blocks = 0
  let pairs = 0
  const harvester: Harvester = {
    onPart: undefined,
    gather: (on) => kernel.setHarvesting(on),
    isBlockFull: () => kernel.openKeys() > blockKeys,
    closeBlock() {
      const state = kernel.closeBlock(blocks) >>> 0
      pairs = state & 0x7fffffff
      return { block: blocks++, told: state < 0x80000000 }
    },
    isRunFull: () => pairs > runPairs || blocks >= blocksMax,
    takeRun() {
      const length = kernel.encodeRun(blocks)
      const run = {
        blocks,
        keys: kernel.keysOfRun(),
        bytes: new Uint8Array(memory.buffer, kernel.runStart(), length).slice(),
        pages: pagesOf(new DataView(memory.buffer, kernel.pagesTable(), kernel.pageCount() * 16), kernel.pageCount()),
        filter: new Uint32Array(memory.buffer, kernel.filterStart(), kernel.filterWords()).slice(),
        lengths: {
          ipv4: Number(BigInt.asUintN(32, kernel.lengthsOfRun(0))),
          ipv6: BigInt.asUintN(64, kernel.lengthsOfRun(1)) | (BigInt.asUintN(64, kernel.lengthsOfRun(2)) << 64n),
        },
      }
      kernel.forgetLengths()
      blocks = 0
      pairs = 0
      return run
    },
  }
  const roomAt = memory.grow(Math.ceil(roomBytes / pageBytes)) * pageBytes
  const room = new Uint8Array(memory.buffer, roomAt, roomBytes)
  const copy = (from: number, length: number): void => kernel.copy(roomAt + from, inner.room.byteOffset, length)
  return { scanner: inParts(inner, room, copy, (to, newlines) => harvester.onPart?.(to, newlines)), harvester }
}

/** The same scanner for a room of its own, with a pause behind each part of the text. */
function inParts(
  inner: Scanner,
  room: Uint8Array,
  copy: (from: number, length: number) => void,
  paused: (to: number, newlines: number) => void,
): Scanner {
  return {
    room,
    scan(length) {
      const count = Math.max(1, Math.round(length / partBytes))
      const starts: number[] = []
      const lines: number[] = []
      let newlines = 0
      for (let part = 1, from = 0; from < length; part++) {
        const end = part < count ? room.subarray(0, length).indexOf(lineFeed, Math.max(from, Math.floor((part * length) / count))) : -1
        const to = end < 0 ? length : end + 1
        copy(from, to - from)
        const marked: Marked = inner.scan(to - from)
        for (const start of marked.starts) starts.push(from + start)
        for (const line of marked.lines) lines.push(newlines + line)
        newlines += marked.newlines
        if (to < length) paused(to, newlines)
        from = to
      }
      return { newlines, starts, lines }
    },
  }
}

/** The kernel's table: key in 64 bits, offset and count in 32. */
function pagesOf(table: DataView, pages: number): KeyRun["pages"] {
  const first = new Float64Array(pages)
  const offset = new Uint32Array(pages)
  const count = new Uint32Array(pages)
  for (let page = 0; page < pages; page++) {
    const key = table.getUint32(page * 16, true) + table.getUint32(page * 16 + 4, true) * 2 ** 32
    first[page] = key
    offset[page] = table.getUint32(page * 16 + 8, true)
    count[page] = table.getUint32(page * 16 + 12, true)
  }
  return { first, offset, count }
}
