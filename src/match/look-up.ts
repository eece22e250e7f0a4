// Looks up the keys of a query in a coded run, by the kernel (kernel/look-up.ts): which of its blocks may hold what is asked for. Of a run only the
// pages are fetched in which a key may stand, each at most once.
import { DamagedRun, type KeyQuery, type StoredRun } from "../model/key.js"
import { type Kernel, pageBytes } from "./kernel.js"

/** Keys that a text with one of the indicators must have given. */
export interface AskedKeys {
  /** Single keys, in ascending order. */
  readonly singles: Float64Array
  /** Beside these, first and last key by turns; sorted by the first. */
  readonly ranges: Float64Array
  /** Networks of so many bits around the addresses asked for: asked only where a block has networks of that length. */
  around(version: 4 | 6, length: number): Float64Array
}

/** Zeros behind a page, which the kernel may read. */
const padBytes = 16

/** The memory from `base` on is its own from then on. */
export function lookUp(kernel: Kernel, memory: WebAssembly.Memory, base: number, asked: AskedKeys): KeyQuery["blocksOf"] {
  /** Room of so many bytes, in which nothing stays. */
  const roomFor = (from: number, bytes: number): number => {
    const at = Math.ceil(from / 8) * 8
    const missing = at + bytes - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes))
    return at
  }
  const singlesAt = roomFor(base, asked.singles.byteLength)
  new Float64Array(memory.buffer, singlesAt, asked.singles.length).set(asked.singles)
  const behind = singlesAt + asked.singles.byteLength
  /** Keys that may be among those of the run: the single ones, and networks around them of lengths that it has. */
  const kept = ({ filter, lengths: { ipv4, ipv6 } }: StoredRun): readonly number[] => {
    const filterAt = roomFor(behind, filter.byteLength)
    new Uint32Array(memory.buffer, filterAt, filter.length).set(filter)
    const keptBy = (from: number, count: number, out: number): number[] => {
      const found = kernel.keepKeys(from, count, filterAt, filter.length, out)
      return Array.from(new Float64Array(memory.buffer, out, found))
    }
    const out = roomFor(filterAt + filter.byteLength, asked.singles.byteLength)
    const found = keptBy(singlesAt, asked.singles.length, out)
    const networks = (version: 4 | 6, length: number): void => {
      const keys = asked.around(version, length)
      const at = roomFor(filterAt + filter.byteLength, keys.byteLength * 2)
      new Float64Array(memory.buffer, at, keys.length).set(keys)
      found.push(...keptBy(at, keys.length, at + keys.byteLength))
    }
    for (let length = 0; length < 32; length++) if ((ipv4 >>> length) & 1) networks(4, length)
    for (let length = 0; ipv6 >> BigInt(length); length++) if ((ipv6 >> BigInt(length)) & 1n) networks(6, length)
    return found
  }
  const rangesFor = (run: StoredRun): Float64Array => {
    const singles = kept(run)
    if (singles.length === 0) return asked.ranges
    const pairs: [number, number][] = singles.map((key) => [key, key])
    for (let at = 0; at < asked.ranges.length; at += 2) pairs.push([asked.ranges[at] as number, asked.ranges[at + 1] as number])
    return Float64Array.from(pairs.sort((a, b) => a[0] - b[0]).flat())
  }
  return (run) => {
    const { first, count } = run.pages
    const ranges = rangesFor(run)
    const rangesAt = roomFor(behind, ranges.byteLength)
    const rangesEnd = rangesAt + ranges.byteLength
    // As many as a block's number has values.
    const foundBytes = 2 * run.blocks
    const foundAt = roomFor(rangesEnd, foundBytes)
    new Float64Array(memory.buffer, rangesAt, ranges.length).set(ranges)
    new Uint8Array(memory.buffer, foundAt, foundBytes).fill(0)
    let at = 0
    for (let page = 0; page < first.length && at < ranges.length; ) {
      const next = page + 1 < first.length ? (first[page + 1] as number) : Number.POSITIVE_INFINITY
      // Ranges that end before this page begins hold nothing.
      while (at < ranges.length && (ranges[at + 1] as number) < (first[page] as number)) at += 2
      if (at >= ranges.length) break
      if ((ranges[at] as number) >= next) {
        page = pageOf(first, ranges[at] as number, page)
        continue
      }
      const bytes = run.page(page)
      const pageAt = roomFor(foundAt + foundBytes, bytes.length + padBytes)
      const copy = new Uint8Array(memory.buffer, pageAt, bytes.length + padBytes)
      copy.set(bytes)
      copy.fill(0, bytes.length)
      const keys = count[page] as number
      const isWhole = kernel.lookInPage(
        pageAt,
        bytes.length,
        first[page] as number,
        keys,
        run.blocks,
        rangesAt + at * 8,
        rangesEnd,
        foundAt,
      )
      if (!isWhole) throw new DamagedRun(`page ${page} ends in the middle of a key`)
      page++
    }
    const found = new Set<number>()
    const marks = new Uint8Array(memory.buffer, foundAt, run.blocks)
    for (let block = marks.indexOf(1); block >= 0; block = marks.indexOf(1, block + 1)) found.add(block)
    return found
  }
}

/** The last page that begins at or before the key. */
function pageOf(first: Float64Array, key: number, from: number): number {
  let low = from
  let high = first.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((first[middle] as number) <= key) low = middle + 1
    else high = middle
  }
  return low - 1
}
