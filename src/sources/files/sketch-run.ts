// Looks up keys in a coded run (kernel/harvest.ts): which of its blocks may hold what is asked for. A filter tells of nearly every key that is not
// there that it is not; of the rest only the pages that they could stand in are decoded, each at most once. A page that does not carry its checksum
// is no page.
import { crc32 } from "node:zlib"
import type { KeyPages, KeyQuery, NetworkLengths } from "../../model/key.js"

/** A run as it lies in a store: the pages are fetched when they are needed. */
export interface StoredRun {
  readonly blocks: number
  readonly pages: KeyPages
  /** Of each page. */
  readonly sums: Uint32Array
  readonly filter: Uint32Array
  readonly lengths: NetworkLengths
  /** Bytes of all pages together. */
  readonly size: number
  /** The bytes [from, to) of the pages. */
  fetch(from: number, to: number): Uint8Array
}

/** A page that does not read as it was written. */
export class DamagedRun extends Error {}

/** Blocks of the run that may hold something of the query. Throws `DamagedRun`. */
export function blocksWith(run: StoredRun, query: KeyQuery): ReadonlySet<number> {
  const found = new Set<number>()
  const ranges = rangesFor(run, query)
  const { first } = run.pages
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
    searchPage(run, page, ranges, at, found)
    page++
  }
  return found
}

/** The ranges of the query, the single keys that the run may have, and networks around them of lengths that it has. */
function rangesFor(run: StoredRun, query: KeyQuery): Float64Array {
  const { ipv4, ipv6 } = run.lengths
  const singles = kept(run.filter, query.singles)
  for (let length = 0; length < 32; length++) if ((ipv4 >>> length) & 1) singles.push(...kept(run.filter, query.around(4, length)))
  for (let length = 0; ipv6 >> BigInt(length); length++)
    if ((ipv6 >> BigInt(length)) & 1n) singles.push(...kept(run.filter, query.around(6, length)))
  if (singles.length === 0) return query.ranges
  const pairs: [number, number][] = singles.map((key) => [key, key])
  for (let at = 0; at < query.ranges.length; at += 2) pairs.push([query.ranges[at] as number, query.ranges[at + 1] as number])
  return Float64Array.from(pairs.sort((a, b) => a[0] - b[0]).flat())
}

/** As fillFilter() in kernel/harvest.ts sets them. */
const probes = 6

/** Keys that may be among those that the filter was made of. */
function kept(filter: Uint32Array, keys: ArrayLike<number>): number[] {
  const found: number[] = []
  const words = filter.length
  const hashes = hashesOf(keys)
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] as number
    let hash = hashes[at] as number
    const step = Math.imul(hash, 0x9e3779b1) | 1
    let probe = 0
    while (probe < probes && ((filter[Math.floor((hash * words) / 2 ** 32)] as number) >>> (hash & 31)) & 1) {
      hash = (hash + step) >>> 0
      probe++
    }
    if (probe === probes) found.push(key)
  }
  return found
}

/** Every run is asked for the same lists. */
const hashed = new WeakMap<ArrayLike<number>, Uint32Array>()

function hashesOf(keys: ArrayLike<number>): Uint32Array {
  const known = hashed.get(keys)
  if (known) return known
  const hashes = Uint32Array.from(keys, (key) => {
    let hash = key ^ Math.imul(Math.floor(key / 2 ** 32), 0x9e3779b1)
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    return hash ^ (hash >>> 16)
  })
  hashed.set(keys, hashes)
  return hashes
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

function searchPage(run: StoredRun, page: number, ranges: Float64Array, from: number, found: Set<number>): void {
  const { first, offset, count } = run.pages
  const start = offset[page] as number
  const end = page + 1 < offset.length ? (offset[page + 1] as number) : run.size
  const bytes = run.fetch(start, end)
  if (bytes.length !== end - start || crc32(bytes) !== run.sums[page]) throw new DamagedRun(`page ${page} does not match its checksum`)
  const bits = new Bits(bytes)
  const { blocks } = run
  const blockBits = blocks > 1 ? 32 - Math.clz32(blocks - 1) : 0
  const rice = bits.take(6)
  const scale = 2 ** rice
  const keys = count[page] as number
  let key = first[page] as number
  let at = from
  let low = ranges[at] as number
  let high = ranges[at + 1] as number
  for (let index = 0; index < keys; index++) {
    if (index > 0) key += bits.unary() * scale + (rice > 24 ? bits.long(rice) : bits.take(rice)) + 1
    while (high < key) {
      at += 2
      if (at >= ranges.length) return
      low = ranges[at] as number
      high = ranges[at + 1] as number
    }
    const holders = bits.gamma()
    const listed = holders * blockBits < blocks
    if (low > key) {
      bits.skip(listed ? holders * blockBits : blocks)
      continue
    }
    if (listed) for (let holder = 0; holder < holders; holder++) found.add(bits.take(blockBits))
    else for (let block = 0; block < run.blocks; block++) if (bits.take(1) === 1) found.add(block)
  }
}

/** Bits, the lowest of a byte first. Reading beyond the end gives zeros, and ends. */
class Bits {
  private readonly bytes: Uint8Array
  private at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = new Uint8Array(bytes.length + 8)
    this.bytes.set(bytes)
  }

  /** At most 24 bits. */
  take(count: number): number {
    const { bytes, at } = this
    const byte = at >>> 3
    this.at = at + count
    const word =
      (bytes[byte] as number) |
      ((bytes[byte + 1] as number) << 8) |
      ((bytes[byte + 2] as number) << 16) |
      ((bytes[byte + 3] as number) << 24)
    return (word >>> (at & 7)) & ((1 << count) - 1)
  }

  /** At most 48 bits. */
  long(count: number): number {
    if (count <= 24) return this.take(count)
    const low = this.take(24)
    return low + this.take(count - 24) * 2 ** 24
  }

  /** How many zeros stand before the next one, which is read too. */
  unary(): number {
    let zeros = 0
    for (;;) {
      const bits = this.take(24)
      if (bits !== 0) {
        const here = 31 - Math.clz32(bits & -bits)
        this.at += here - 23
        return zeros + here
      }
      zeros += 24
      if (this.at > this.bytes.length * 8) throw new DamagedRun("a page ends in the middle of a key")
    }
  }

  gamma(): number {
    const bits = this.unary()
    return bits === 0 ? 1 : 2 ** bits + this.take(bits)
  }

  skip(count: number): void {
    this.at += count
  }
}
