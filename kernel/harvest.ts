// Gathers the keys of a block of text while it is scanned, and codes the blocks of some hundred megabytes of text as one sorted run, in which
// a key stands once with the blocks that hold it. Plain addresses and names, nearly all there is, have short ways here; for everything else
// the scan's own code is asked (asked.ts).
import { hostMeets, quadMeets } from "./address"
import { askedBytes, drain, keyCount, layAsked, lengths4, lengths6High, lengths6Low, note, noteAddress, overflowed, setAsking } from "./asked"
import { isAlnum, isDigit, isToken } from "./bytes"
import { AS_WORD, FOLD, fullHash } from "./hash"
import { FILTER_PROBES, filterHash, filterPlace, filterStep } from "./look-up"
import { lineEnd, lineStart } from "./marks"
import { changeWalk, passSparse } from "./sparse"
import { behindEscape, dotBits, endCount, ends, hyphenBits, isHostPlace, mail, NAME_MAX, reverse, tokenBits } from "./tokens"

const ALL: u64 = ~(<u64>0)

/** Words of URLs on shared hosts that are shorter are no keys: the host is. */
const WORD_MIN: u32 = 6
const WORD_MAX: u32 = 512

// Hosts that say nothing by themselves: a small table of hashes; and which names of this block stand below one, a bit each.
const SHARED_SLOTS: u32 = 4096
const SHARED_BITS: u32 = 16
let sharedAt: usize = 0
let belowSharedAt: usize = 0

let pairsAt: usize = 0
let pairsEnd: usize = 0
let scratchAt: usize = 0
let pagesAt: usize = 0
let filterAt: usize = 0
let pairsMax: u32 = 0

/** Pairs that the last block of a run may add. */
const BLOCK_PAIRS: u32 = 131_072
const PAGE_KEYS: u32 = 128
/** First key, place in the run. */
const PAGE_BYTES: usize = 16

export function harvestBytes(pairs: u32): u32 {
  const all = <usize>(pairs + BLOCK_PAIRS)
  return <u32>(askedBytes() + (<usize>SHARED_SLOTS << 3) + (1 << (SHARED_BITS - 3)) + all * 18 + (all / PAGE_KEYS + 2) * PAGE_BYTES + 8192 + 256)
}

/** In zeroed memory of this thread; a run is closed once it has so many pairs. */
export function layHarvest(at: usize, pairs: u32): void {
  let top = (at + 63) & ~63
  layAsked(top)
  top += askedBytes()
  sharedAt = top
  top += <usize>SHARED_SLOTS << 3
  belowSharedAt = top
  top += 1 << (SHARED_BITS - 3)
  pairsAt = top
  pairsEnd = top
  pairsMax = pairs
  top += <usize>(pairs + BLOCK_PAIRS) << 3
  scratchAt = top
  top += (<usize>(pairs + BLOCK_PAIRS) << 3) + 4096
  pagesAt = (top + 63) & ~63
  top = pagesAt + (<usize>(pairs + BLOCK_PAIRS) / PAGE_KEYS + 2) * PAGE_BYTES + 8192
  filterAt = (top + 63) & ~63
}

/** Shared hosts, each followed by a newline. */
export function addSharedHosts(from: usize, to: usize): void {
  for (let at = from; at < to; ) {
    let end = at
    while (load<u8>(end) != 10) end++
    const hash = fullHash(at, <u32>(end - at), FOLD)
    let slot = <u32>hash & (SHARED_SLOTS - 1)
    while (load<u64>(sharedAt + (<usize>slot << 3))) slot = (slot + 1) & (SHARED_SLOTS - 1)
    store<u64>(sharedAt + (<usize>slot << 3), hash)
    at = end + 1
  }
}

function isSharedHost(hash: u64): bool {
  for (let slot = <u32>hash & (SHARED_SLOTS - 1); ; slot = (slot + 1) & (SHARED_SLOTS - 1)) {
    const found = load<u64>(sharedAt + (<usize>slot << 3))
    if (found == hash) return true
    if (!found) return false
  }
  return false
}

let wordsTo: usize = 0
export function beginHarvest(): void { wordsTo = 0 }

/** The dotted tokens of a sub-chunk whose ends pass A has found; as sort() and what follows it in tokens.ts read them. */
export function harvestTokens(from: usize): void {
  const count = endCount
  for (let index: u32 = 0; index < count; index++) {
    const place = <usize>load<u32>(ends + (<usize>index << 2))
    const offset = <u32>place - <u32>from - 1
    const shift = <u64>(~offset & 7)
    const at = <usize>(<i32>offset >> 3) - 7
    let dots = load<u64>(dotBits + at) << shift
    const trailing = dots >> 63
    dots <<= trailing
    const token = load<u64>(tokenBits + at) << shift << trailing
    const end = place - <usize>trailing
    let length = <u64>clz(~token | 1)
    const lastLabel = <u64>clz(dots)
    dots &= ~(ALL >> length)
    if (isDigit(load<u8>(end - 1)) && isDigit(load<u8>(end - <usize>(lastLabel & 63)))) {
      const isHost = isHostPlace(end - <usize>length) != 0
      if (popcnt(dots) < 3 && !isHost) continue
      const hyphens = load<u64>(hyphenBits + at) << shift << trailing
      length = min<u64>(length, <u64>clz(hyphens))
      dots &= ~(ALL >> length)
      if (length && (dots >> (64 - length)) & 1) {
        dots ^= <u64>1 << (64 - length)
        length--
      }
      quad(end - <usize>length, end, popcnt(dots) == 3 && length < 16, isHost)
    } else if (dots) {
      if ((dots >> (64 - length)) & 1) length--
      name(end, <u32>length)
    }
  }
}

function quad(from: usize, end: usize, isPlain: bool, isHost: bool): void {
  let rest = isHost || !isPlain
  if (isPlain) {
    let value: u32 = 0
    let part: u32 = 0
    let start = from
    for (let at = from; at < end; at++) {
      const byte = <u32>load<u8>(at)
      if (byte == 46) {
        rest = rest || part > 255 || (load<u8>(start) == 48 && at - start > 1)
        value = (value << 8) | part
        part = 0
        start = at + 1
      } else {
        if (byte - 48 > 9) {
          rest = true
          break
        }
        part = part * 10 + byte - 48
      }
    }
    const next = <u32>load<u8>(end)
    rest = rest || part > 255 || (load<u8>(start) == 48 && end - start > 1) || next == 47 || next == 45
    if (!rest) {
      noteAddress((value << 8) | part)
      return
    }
  }
  setAsking(true)
  if (isDigit(load<u8>(from))) quadMeets(from)
  if (isHost) hostMeets(from)
  setAsking(false)
}

function name(end: usize, known: u32): void {
  let start = end - known
  if (known >= 56) {
    while (end - start < NAME_MAX && isToken(load<u8>(start - 1)) && !(load<u8>(start - 1) == 46 && load<u8>(start) == 46)) start--
    if (load<u8>(start) == 46) start++
  }
  const hash = fullHash(start, <u32>(end - start), FOLD)
  if (note(hash)) newName(start, end, hash)
  if (load<u8>(start - 1) == 64) {
    // The mailbox; its domain says too little by itself.
    setAsking(true)
    mail(start - 1, hash)
    setAsking(false)
  }
  const bit = <u32>(hash >> (64 - SHARED_BITS))
  if ((load<u8>(belowSharedAt + (bit >> 3)) >> <u8>(bit & 7)) & 1) words(end - 1)
}

/** What stands behind each dot of a name that this block had not: with each of them come all shorter ones. */
function newName(start: usize, end: usize, hash: u64): void {
  let shared = isSharedHost(hash)
  let going = true
  let at = end
  // The last label alone is no key.
  while (at > start && load<u8>(at - 1) != 46) at--
  const last = at
  for (let from = start; from < last; from++) {
    if (load<u8>(from) != 46 || from + 1 >= last) continue
    const suffix = fullHash(from + 1, <u32>(end - from - 1), FOLD)
    if (going) going = note(suffix)
    shared = shared || isSharedHost(suffix)
  }
  if (shared) {
    const bit = <u32>(hash >> (64 - SHARED_BITS))
    const place = belowSharedAt + (bit >> 3)
    store<u8>(place, load<u8>(place) | <u8>((<u32>1) << (bit & 7)))
  }
  const digit = isDigit(load<u8>(start))
  if (digit || (end - start > 13 && (load<u32>(end - 4) | 0x20202020) == 0x61707261)) {
    setAsking(true)
    if (digit) quadMeets(start)
    if (end - start > 13) reverse(start, end)
    setAsking(false)
  }
}

/** The words of this line, once: one of them makes a URL on a shared host. */
function words(at: usize): void {
  if (at < wordsTo) return
  let from = lineStart(at)
  const to = lineEnd(at)
  wordsTo = to
  while (from < to) {
    const behind = behindEscape(from)
    if (behind != from || !isAlnum(load<u8>(from))) {
      from = max<usize>(behind, from + 1)
      continue
    }
    const start = from
    while (isAlnum(load<u8>(from))) from++
    const length = <u32>(from - start)
    if (length >= WORD_MIN && length < WORD_MAX) note(fullHash(start, length, 0) ^ AS_WORD)
  }
}

/** Digests, IPv6, long numbers: the scan's own code, asked. */
export function harvestSparse(): void {
  changeWalk()
  setAsking(true)
  passSparse()
  setAsking(false)
  changeWalk()
}

// ---------- runs

/** Closes a block; returns how many pairs the run has, with the highest bit set if the block held too many keys to be told. */
export function closeBlock(block: u32): u32 {
  const lost: u32 = overflowed() ? 0x80000000 : 0
  pairsEnd = drain(pairsEnd, block)
  memory.fill(belowSharedAt, 0, 1 << (SHARED_BITS - 3))
  return <u32>((pairsEnd - pairsAt) >> 3) | lost
}

/** Keys of the block that is open. */
export function openKeys(): u32 { return keyCount() }

let bitsAt: usize = 0
let held: u64 = 0
let heldBits: u32 = 0

/** At most 32 bits, the lowest first. */
function put(value: u64, count: u32): void {
  held |= value << <u64>heldBits
  heldBits += count
  while (heldBits >= 8) {
    store<u8>(bitsAt++, <u8>held)
    held >>= 8
    heldBits -= 8
  }
}

function putLong(value: u64, count: u32): void {
  if (count > 24) {
    put(value & 0xffffff, 24)
    put(value >> 24, count - 24)
  } else put(value, count)
}

function putUnary(count: u64): void {
  for (; count >= 24; count -= 24) put(0, 24)
  put(<u64>1 << count, <u32>count + 1)
}

/** Elias' gamma code, from 1 on. */
function putGamma(value: u32): void {
  const bits = 31 - clz<u32>(value)
  putUnary(bits)
  put(<u64>(value & ((1 << bits) - 1)), bits)
}

function flushBits(): void {
  if (heldBits) put(0, 8 - heldBits)
  held = 0
  heldBits = 0
}

let runPages: u32 = 0
let runKeys: u32 = 0
export function pageCount(): u32 { return runPages }
export function keysOfRun(): u32 { return runKeys }
export function pagesTable(): u32 { return <u32>pagesAt }
export function runStart(): u32 { return <u32>scratchAt }

let filterLength: u32 = 0
/** Words of 32 bits. */
export function filterWords(): u32 { return filterLength }
export function filterStart(): u32 { return <u32>filterAt }

/** A Bloom filter of the sorted pairs' keys; look-up.ts asks it. */
function fillFilter(): void {
  let keys: u32 = 0
  let before = ALL
  for (let at = pairsAt; at < pairsEnd; at += 8) {
    const key = load<u64>(at) >> 16
    keys += u32(key != before)
    before = key
  }
  const words = keys / 2 + 1
  filterLength = words
  memory.fill(filterAt, 0, <usize>words << 2)
  before = ALL
  for (let at = pairsAt; at < pairsEnd; at += 8) {
    const key = load<u64>(at) >> 16
    if (key == before) continue
    before = key
    let hash = filterHash(key)
    const step = filterStep(hash)
    for (let probe: u32 = 0; probe < FILTER_PROBES; probe++) {
      const place = filterPlace(filterAt, hash, words)
      store<u32>(place, load<u32>(place) | (<u32>1 << (hash & 31)))
      hash += step
    }
  }
}

/** Prefix lengths of the networks in this run: `half` 0 for IPv4, 1 and 2 for IPv6. */
export function lengthsOfRun(half: u32): u64 { return half == 0 ? <u64>lengths4 : half == 1 ? lengths6High : lengths6Low }

/**
 * Sorts the pairs and codes them, in pages of 128 keys: the first key stands in the table of pages; then for each page 6 bits of Rice
 * parameter; for each key its distance (but of the first) and its blocks. Blocks: their number in gamma, then each, or a bit for all that there
 * are. Returns the bytes at runStart().
 */
export function encodeRun(blocks: u32): u32 {
  sortPairs()
  fillFilter()
  const blockBits: u32 = blocks > 1 ? 32 - clz<u32>(blocks - 1) : 0
  bitsAt = scratchAt
  runPages = 0
  runKeys = 0
  let at = pairsAt
  while (at < pairsEnd) {
    // How far the page goes.
    const first = load<u64>(at) >> 16
    let last = first
    let keys: u32 = 1
    let to = at + 8
    while (to < pairsEnd) {
      const key = load<u64>(to) >> 16
      if (key != last) {
        if (keys == PAGE_KEYS) break
        keys++
        last = key
      }
      to += 8
    }
    const mean = (last - first) / keys
    const rice: u32 = mean > 1 ? 63 - <u32>clz(mean) : 0
    store<u64>(pagesAt + <usize>runPages * PAGE_BYTES, first)
    store<u32>(pagesAt + <usize>runPages * PAGE_BYTES, <u32>(bitsAt - scratchAt), 8)
    store<u32>(pagesAt + <usize>runPages * PAGE_BYTES, keys, 12)
    runPages++
    runKeys += keys
    put(<u64>rice, 6)
    let before = first
    while (at < to) {
      const key = load<u64>(at) >> 16
      if (key != first) {
        const distance = key - before - 1
        putUnary(distance >> <u64>rice)
        putLong(distance & ((<u64>1 << <u64>rice) - 1), rice)
      }
      before = key
      let end = at + 8
      while (end < to && load<u64>(end) >> 16 == key) end += 8
      putBlocks(at, end, blocks, blockBits)
      at = end
    }
    flushBits()
  }
  pairsEnd = pairsAt
  return <u32>(bitsAt - scratchAt)
}

function putBlocks(from: usize, to: usize, blocks: u32, blockBits: u32): void {
  const count = <u32>((to - from) >> 3)
  putGamma(count)
  if (count * blockBits < blocks) {
    for (let at = from; at < to; at += 8) put(load<u64>(at) & 0xffff, blockBits)
    return
  }
  let next: u32 = 0
  for (let at = from; at < to; at += 8) {
    const block = <u32>load<u16>(at)
    while (next < block) {
      put(0, 1)
      next++
    }
    put(1, 1)
    next++
  }
  while (next < blocks) {
    put(0, 1)
    next++
  }
}

/** By key, four times eleven bits; stable, so that the blocks of a key stay in order. */
function sortPairs(): void {
  const counts = pagesAt
  let from = pairsAt
  let to = scratchAt
  const bytes = pairsEnd - pairsAt
  for (let digit: u64 = 16; digit < 60; digit += 11) {
    memory.fill(counts, 0, 8192)
    for (let at = from; at < from + bytes; at += 8) {
      const slot = counts + (<usize>((load<u64>(at) >> digit) & 2047) << 2)
      store<u32>(slot, load<u32>(slot) + 1)
    }
    let sum: u32 = 0
    for (let slot = counts; slot < counts + 8192; slot += 4) {
      const own = load<u32>(slot)
      store<u32>(slot, sum)
      sum += own
    }
    for (let at = from; at < from + bytes; at += 8) {
      const pair = load<u64>(at)
      const slot = counts + (<usize>((pair >> digit) & 2047) << 2)
      const place = load<u32>(slot)
      store<u64>(to + (<usize>place << 3), pair)
      store<u32>(slot, place + 1)
    }
    const other = from
    from = to
    to = other
  }
}
