// Looks up keys in a run that harvest.ts has coded. A filter tells of nearly every key that is not there that it is not; the pages in which the
// others may stand are decoded.

/** Bits of the filter that a key sets, of 16 that it has: one in a thousand other keys finds all of its own set. */
export const FILTER_PROBES: u32 = 6

export function filterHash(key: u64): u32 {
  let hash = <u32>key ^ (<u32>(key >> 32) * 0x9e3779b1)
  hash = (hash ^ (hash >> 16)) * 0x85ebca6b
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35
  return hash ^ (hash >> 16)
}

/** From one probe to the next. */
export function filterStep(hash: u32): u32 { return (hash * 0x9e3779b1) | 1 }

/** Where in the filter of so many words a probe looks; the bit is `hash & 31`. */
export function filterPlace(filter: usize, hash: u32, words: u32): usize { return filter + (<usize>((<u64>hash * <u64>words) >> 32) << 2) }

/** Of `count` keys, in 64-bit floating point, those that may be among the filter's: copied to `out`, in order. Returns how many. */
export function keepKeys(keys: usize, count: u32, filter: usize, words: u32, out: usize): u32 {
  let kept: u32 = 0
  for (const end = keys + (<usize>count << 3); keys < end; keys += 8) {
    const key = load<f64>(keys)
    let hash = filterHash(<u64>key)
    const step = filterStep(hash)
    let probe: u32 = 0
    while (probe < FILTER_PROBES && (load<u32>(filterPlace(filter, hash, words)) >> (hash & 31)) & 1) {
      hash += step
      probe++
    }
    if (probe < FILTER_PROBES) continue
    store<f64>(out + (<usize>kept << 3), key)
    kept++
  }
  return kept
}

let page: usize = 0
let bit: usize = 0

/** At most 56 bits, the lowest first. */
function take(count: u32): u64 {
  const word = load<u64>(page + (bit >> 3)) >> <u64>(bit & 7)
  bit += count
  return word & ((<u64>1 << <u64>count) - 1)
}

function unary(end: usize): u64 {
  let zeros: u64 = 0
  let bits = load<u64>(page + (bit >> 3)) >> <u64>(bit & 7)
  while (!bits && bit <= end) {
    const passed: usize = 64 - (bit & 7)
    zeros += passed
    bit += passed
    bits = load<u64>(page + (bit >> 3)) >> <u64>(bit & 7)
  }
  const here = ctz(bits)
  bit += <usize>here + 1
  return zeros + here
}

function gamma(end: usize): u32 {
  const bits = <u32>unary(end)
  return bits > 31 ? 0 : (<u32>1 << bits) | <u32>take(bits)
}

/**
 * Marks, with a 1 in a byte each from `found` on, the blocks of those of the page's `keys` keys that lie in one of the ranges: first and last key by
 * turns, in 64-bit floating point, sorted, the first of them at `ranges`. The page has `bytes` bytes, and zeros behind it. False where it ends in
 * the middle of a key.
 */
export function lookInPage(at: usize, bytes: u32, first: f64, keys: u32, blocks: u32, ranges: usize, rangesEnd: usize, found: usize): bool {
  page = at
  bit = 0
  const end = <usize>bytes << 3
  const blockBits: u32 = blocks > 1 ? 32 - clz<u32>(blocks - 1) : 0
  const rice = <u32>take(6)
  let key = <u64>first
  let low = <u64>load<f64>(ranges)
  let high = <u64>load<f64>(ranges, 8)
  for (let index: u32 = 0; index < keys; index++) {
    if (index) key += (unary(end) << <u64>rice) + take(rice) + 1
    while (high < key) {
      ranges += 16
      if (ranges >= rangesEnd) return true
      low = <u64>load<f64>(ranges)
      high = <u64>load<f64>(ranges, 8)
    }
    const holders = gamma(end)
    const listed = holders * blockBits < blocks
    const length: usize = listed ? holders * blockBits : blocks
    if (bit + length > end) return false
    if (low > key) bit += length
    else if (listed) for (let holder: u32 = 0; holder < holders; holder++) store<u8>(found + <usize>take(blockBits), 1)
    else for (let block: u32 = 0; block < blocks; block++) if (take(1)) store<u8>(found + <usize>block, 1)
  }
  return true
}
