// The scan kernel: marks every line of a text that may hold an indicator of the set, in any spelling; never too few lines, seldom too many.
//
// It does not search for patterns: it finds the tokens that could be indicators and looks them up, so that the cost hardly depends on the size
// of the set. tokens.ts has the fast passes, sparse.ts what stands outside dotted tokens, readings.ts the lines that hide something behind
// escapes, hash.ts and ranges.ts the tables. The host drives it (src/match/kernel.ts); the strict verifier judges what is marked.
//
// Calls: setup() and the add…() once, by whoever builds the tables; attach() by each thread; then scan() and collect() for each text.
import { keptHash, labelKey, setHarvesting } from "./asked"
import { addGram } from "./grams"
import { layHarvest } from "./harvest"
import { addFinger, addToFilter, again, AS_DIGEST, AS_DOMAIN, AS_MAIL, AS_MAIL_HOST, AS_SHARED, AS_WHOLE, AS_WORD, digestHash, FOLD, fullHash, labelHash, octetsHash, quickHash } from "./hash"
import { beginCollect, beginMarks, collect as collectMarks, layMarks, marksBytes, out as outAt, roomAt } from "./marks"
import { ALL_OCTETS, F_NAMES, LAST_LABELS, NET_OCTETS, PAD, readHeader, setBit, setWord, TABLES, TINY_BITS, word } from "./memory"
import { layKinds } from "./rare"
import { layReadings, readingsBytes, searchReadings } from "./readings"
import { limitPasses, newlineCount, passes, searchText } from "./search"
import { laySparse } from "./sparse"
import { findToken, layClasses, layTokens, tokenBytes, tokenEnd, tokenFrom } from "./tokens"

function align(size: usize): usize { return (size + 63) & ~63 }

// ---------- building

/**
 * Lays out the tables in fresh, zeroed memory; returns the first byte behind them, up to which the memory must be grown before anything is
 * added. The filter has 2^filterBits words of 64 bits, the fingerprints 2^fingerBits slots, the grams 2^gramBits.
 */
export function setup(filterBits: u32, fingerBits: u32, ranges4: u32, ranges6: u32, gramBits: u32, pieceBytes: u32, gramStep: u32, tinies: u32, features: u32): u32 {
  let top: usize = TABLES
  setWord(0, <u32>top)
  setWord(1, 64 - filterBits)
  top = align(top + (<usize>8 << filterBits))
  setWord(2, <u32>top)
  setWord(3, (1 << fingerBits) - 1)
  top = align(top + (<usize>4 << fingerBits))
  setWord(4, <u32>top)
  top = align(top + (ranges4 ? 65538 * 4 : 0))
  setWord(5, <u32>top)
  setWord(6, ranges4)
  top = align(top + (<usize>ranges4 << 3))
  setWord(7, <u32>top)
  setWord(8, ranges6)
  top = align(top + (<usize>ranges6 << 5))
  setWord(9, <u32>top)
  setWord(10, (1 << gramBits) - 1)
  top = align(top + (<usize>12 << gramBits))
  setWord(11, <u32>top)
  top = align(top + pieceBytes)
  setWord(12, gramStep)
  setWord(13, <u32>top)
  setWord(14, tinies)
  top = align(top + (<usize>tinies << 2))
  setWord(15, features)
  readHeader()
  layKinds()
  layClasses()
  return <u32>top
}

/** Where the host writes: 5 ranges of IPv4, 7 ranges of IPv6, 11 pieces, 13 tiny pieces. */
export function table(index: u32): u32 { return word(index) }

/** The ranges of IPv4 have been written, sorted and apart: indexes them by their first two octets. */
export function indexRanges4(): void {
  const index = <usize>word(4)
  const ranges = <usize>word(5)
  const count = word(6)
  if (!count) return
  let at: u32 = 0
  for (let high: u32 = 0; high < 65536; high++) {
    while (at < count && load<u32>(ranges + (<usize>at << 3), 4) >> 16 < high) at++
    store<u32>(index + (<usize>high << 2), at)
  }
  store<u32>(index + (65536 << 2), count)
}

/** Addresses as text, each followed by a newline: single ones. */
export function addAddresses(from: usize, to: usize): void {
  for (let at = from; at < to; ) {
    const end = lineOf(at)
    addToFilter(quickHash(at, <u32>(end - at)))
    setBit(ALL_OCTETS, octetsHash(at, octetsLength(at)))
    at = end + 1
  }
}

/** First two octets as text, each followed by a newline, of networks and ranges. */
export function addNetworks(from: usize, to: usize): void {
  for (let at = from; at < to; ) {
    const end = lineOf(at)
    const bit = octetsHash(at, <u32>(end - at))
    setBit(NET_OCTETS, bit)
    setBit(ALL_OCTETS, bit)
    at = end + 1
  }
}

function octetsLength(from: usize): u32 {
  let at = from
  while (load<u8>(at) != 46) at++
  at++
  while (load<u8>(at) != 46) at++
  return <u32>(at - from)
}

function lineOf(from: usize): usize {
  let at = from
  while (load<u8>(at) != 10) at++
  return at
}

/** 0 domains, 1 hosts of URLs, 2 hosts of URLs that say nothing by themselves, 3 mail addresses, 4 names of files: each followed by a newline. Returns how many have no token to be found by. */
export function addNames(from: usize, to: usize, kind: u32): u32 {
  let lost: u32 = 0
  for (let at = from; at < to; ) {
    const end = lineOf(at)
    if (!addName(at, end, kind)) lost++
    at = end + 1
  }
  return lost
}

function addName(from: usize, to: usize, kind: u32): bool {
  let start = from
  if (kind == 3) {
    start = to
    while (load<u8>(start - 1) != 64) start--
  }
  if (!findToken(start, to)) return false
  const length = <u32>(tokenEnd - tokenFrom)
  let dots: u32 = 0
  let two = tokenEnd
  let last = tokenEnd
  while (two > tokenFrom) {
    if (load<u8>(two - 1) == 46) {
      if (++dots == 2) break
      last = two
    }
    two--
  }
  setBit(LAST_LABELS, labelHash(tokenEnd, <u32>(tokenEnd - last)))
  addToFilter(quickHash(two, <u32>(tokenEnd - two)))
  addToFilter(again(quickHash(tokenFrom, length)))
  const hash = fullHash(tokenFrom, length, FOLD)
  if (tokenFrom != start) addFinger(hash ^ AS_WHOLE)
  else if (kind == 0) addFinger(hash ^ AS_DOMAIN)
  else if (kind == 2) addFinger(hash ^ AS_SHARED)
  else if (kind == 3) {
    addFinger(hash ^ AS_MAIL_HOST)
    addFinger((fullHash(from, <u32>(start - 1 - from), FOLD) ^ rotl<u64>(hash, 17)) ^ AS_MAIL)
  } else addFinger(hash ^ AS_WHOLE)
  return true
}

/** Words of the paths of URLs on shared hosts, each followed by a newline. */
export function addWords(from: usize, to: usize): void {
  for (let at = from; at < to; ) {
    const end = lineOf(at)
    const length = <u32>(end - at)
    addToFilter(again(quickHash(at, length)))
    addFinger(fullHash(at, length, 0) ^ AS_WORD)
    at = end + 1
  }
}

/** Digests in hex, each followed by a newline. */
export function addDigests(from: usize, to: usize): void {
  for (let at = from; at < to; ) {
    const end = lineOf(at)
    const hash = digestHash(at, <u32>(end - at))
    addToFilter(hash)
    addFinger(hash ^ AS_DIGEST)
    at = end + 1
  }
}

/** A piece that the host has written, under the grams from `place` on, one for each alignment. */
export function addPiece(piece: u32, length: u32, place: u32, grams: u32): void {
  for (let at: u32 = 0; at < grams; at++) addGram(piece, length, place + at)
}

export function addTiny(first: u32): void { setBit(TINY_BITS, first | 32) }

// ---------- scanning

/** Bytes of one thread's region. */
export function regionBytes(roomBytes: u32): u32 {
  return <u32>(align(marksBytes(roomBytes)) + align(tokenBytes()) + 1024 + readingsBytes(roomBytes) + roomBytes + PAD * 2 + SAVED)
}

/** Bytes behind the text that are saved while it is searched. */
const SAVED: usize = 128
let savedAt: usize = 0

/** Takes a region of fresh, zeroed memory for this instance; returns where the room is. */
export function attach(region: usize, roomBytes: u32): u32 {
  readHeader()
  let top = align(region)
  const own = top
  top = align(top + marksBytes(roomBytes))
  layTokens(top)
  top = align(top + tokenBytes())
  laySparse(top)
  savedAt = top + 256
  top += 1024
  layReadings(top, roomBytes)
  top += readingsBytes(roomBytes)
  memory.fill(top, 10, PAD)
  memory.fill(top + PAD + roomBytes, 10, PAD)
  layMarks(top + PAD, own, roomBytes)
  return <u32>(top + PAD)
}

/** Searches room[0, length); what lies behind stays as it is. */
export function scan(length: u32): void {
  memory.copy(savedAt, roomAt + length, SAVED)
  beginMarks(length)
  searchText(roomAt, length)
  const lines = newlineCount
  if (passes > 2) searchReadings()
  counted = lines
  memory.copy(roomAt + length, savedAt, SAVED)
  beginCollect()
}

let counted: u32 = 0
/** Newlines in the room. */
export function newlines(): u32 { return counted }

/** From one place of the memory to another. */
export function copy(from: usize, to: usize, length: u32): void { memory.copy(to, from, length) }
/** Pairs of offset and newlines before, at out(); call until it returns 0. */
export function collect(): u32 { return collectMarks() }
export function out(): u32 { return <u32>outAt() }
/** For measuring: leaves the later passes out. */
export function limit(to: u32): void { limitPasses(to) }

// ---------- harvesting (harvest.ts, asked.ts)

export { anyKey, forgetLengths, net4Key, net6Key, setHarvesting, single6Key, site6Key, keptHash } from "./asked"
export { addSharedHosts, closeBlock, encodeRun, filterStart, filterWords, harvestBytes, keysOfRun, lengthsOfRun, openKeys, pageCount, pagesTable, runStart } from "./harvest"
export { keepKeys, lookInPage } from "./look-up"

/** What this instance scans from now on it harvests, too: a region of harvestBytes(pairs) bytes of fresh, zeroed memory. */
export function attachHarvest(region: usize, pairs: u32): void {
  layHarvest(region, pairs)
  setHarvesting(true)
}

/**
 * The keys by which an index finds names, words (kind 5) or digests (kind 6), each followed by a newline: 64 bits each, from `out` on, as the
 * index keeps them; of a name also that of its last label, with kind 7 no other. Returns where they end.
 */
export function keysOf(from: usize, to: usize, kind: u32, out: usize): usize {
  let end = out
  for (let at = from; at < to; ) {
    const stop = lineOf(at)
    const length = <u32>(stop - at)
    if (kind == 5) end = putKey(end, fullHash(at, length, 0) ^ AS_WORD)
    else if (kind == 6) end = putKey(end, digestHash(at, length) ^ AS_DIGEST)
    else end = keysOfName(at, stop, kind, end)
    at = stop + 1
  }
  return end
}

/** As addName() enters it. */
function keysOfName(from: usize, to: usize, kind: u32, out: usize): usize {
  let start = from
  if (kind == 3) {
    start = to
    while (load<u8>(start - 1) != 64) start--
  }
  if (!findToken(start, to)) return out
  if (kind == 7) return putLabel(out)
  const hash = fullHash(tokenFrom, <u32>(tokenEnd - tokenFrom), FOLD)
  const isMail = kind == 3 && tokenFrom == start
  const end = putKey(out, isMail ? (fullHash(from, <u32>(start - 1 - from), FOLD) ^ rotl<u64>(hash, 17)) ^ AS_MAIL : hash)
  return putLabel(end)
}

function putLabel(end: usize): usize {
  let last = tokenEnd
  while (load<u8>(last - 1) != 46) last--
  return putKey(end, labelKey(labelHash(tokenEnd, <u32>(tokenEnd - last))))
}

function putKey(at: usize, hash: u64): usize {
  store<u64>(at, keptHash(hash))
  return at + 8
}
