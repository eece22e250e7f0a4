// What stands outside dotted tokens: digests, IPv6, long numbers. Goes through the few blocks that pass A set aside.
import { embeddedMeets, integerMeets, run6Meets, runEnd, wordsMeet } from "./address"
import { hexMask, isAlnum, isDigit, isHex, isLetter, isToken } from "./bytes"
import { AS_DIGEST, digestHash, has, mayHave } from "./hash"
import { mark } from "./marks"
import { sparse, SPARSE_BYTES, sparseCount } from "./tokens"

// How far each kind has been dealt with: no byte is walked over twice.
let digestsTo: usize = 0
let pairsTo: usize = 0
let colonsTo: usize = 0
let numbersTo: usize = 0
let joinedTo: usize = 0
/** 16 hex digits gathered from pairs. */
let scratch: usize = 0

export function laySparse(at: usize): void { scratch = at }
export function beginSparse(): void {
  digestsTo = 0
  pairsTo = 0
  colonsTo = 0
  numbersTo = 0
  joinedTo = 0
  otherDigestsTo = 0
  otherPairsTo = 0
  otherColonsTo = 0
  otherNumbersTo = 0
  otherJoinedTo = 0
}

// The same of the other walk over these blocks: one asks (asked.ts), the other judges.
let otherDigestsTo: usize = 0
let otherPairsTo: usize = 0
let otherColonsTo: usize = 0
let otherNumbersTo: usize = 0
let otherJoinedTo: usize = 0
export function changeWalk(): void {
  let to = digestsTo
  digestsTo = otherDigestsTo
  otherDigestsTo = to
  to = pairsTo
  pairsTo = otherPairsTo
  otherPairsTo = to
  to = colonsTo
  colonsTo = otherColonsTo
  otherColonsTo = to
  to = numbersTo
  numbersTo = otherNumbersTo
  otherNumbersTo = to
  to = joinedTo
  joinedTo = otherJoinedTo
  otherJoinedTo = to
}

export function passSparse(): void {
  for (let index: u32 = 0; index < sparseCount; index++) {
    const spot = sparse + <usize>index * SPARSE_BYTES
    const from = <usize>load<u32>(spot, 24)
    for (let lanes = load<u64>(spot); lanes; lanes &= lanes - 1) digest(from + ((<usize>ctz(lanes) >> 4) << 4))
    for (let colons = load<u64>(spot, 8); colons; colons &= colons - 1) colon(from + <usize>ctz(colons))
    for (let numbers = load<u64>(spot, 16); numbers; numbers &= numbers - 1) number(from + <usize>ctz(numbers))
    const flags = load<u32>(spot, 28)
    if (flags & 1) digestInPairs(from)
    if (flags & 2) digestInPairs(from + 32)
    if (flags & 4) octetsInNames(from)
  }
}

// @ts-ignore: decorator
@inline function digitMask(v: v128): u32 { return <u32>i8x16.bitmask(i8x16.gt_s(i8x16.add(v, i8x16.splat(70)), i8x16.splat(117))) }

/** A run of hex digits around a full lane, of exactly a digest's length. */
function digest(lane: usize): void {
  if (lane < digestsTo || hexMask(v128.load(lane)) != 0xffff) return
  const from = lane - clz<u32>(~(hexMask(v128.load(lane - 16)) << 16))
  let to = lane + 16
  while (true) {
    const bits = hexMask(v128.load(to))
    if (bits != 0xffff) {
      to += ctz<u32>(~bits)
      break
    }
    to += 16
  }
  digestsTo = to
  const length = <u32>(to - from)
  if (length != 32 && length != 40 && length != 64 && length != 128) return
  if (isLetter(load<u8>(from - 1)) || isLetter(load<u8>(to))) return
  const hash = digestHash(from, length)
  if (mayHave(hash) && has(hash ^ AS_DIGEST)) mark(from)
}

/** `86:F7:E4:…`: sixteen pairs or more with one separator throughout. Where the digest begins among them is left open. */
function digestInPairs(lane: usize): void {
  if (lane < pairsTo) return
  let first = lane
  while (first < lane + 2 && isAlnum(load<u8>(first))) first++
  const separator = load<u8>(first)
  if (separator != 58 && separator != 45 && separator != 32) return
  const v = v128.load(lane)
  const separators = <u32>i8x16.bitmask(i8x16.eq(v, i8x16.splat(separator)))
  if ((hexMask(v) | separators) != 0xffff) return
  while (lane - first < 200 || first > lane) {
    if (!isHex(load<u8>(first - 1)) || !isHex(load<u8>(first - 2))) break
    if (load<u8>(first - 3) != separator) {
      first -= 3
      break
    }
    first -= 3
  }
  // `first` is a separator, or what stands before the first pair.
  let pairs: u32 = 0
  let at = first + 1
  while (isHex(load<u8>(at)) && isHex(load<u8>(at, 1)) && pairs < 200) {
    pairs++
    at += 2
    if (load<u8>(at) != separator) break
    at++
  }
  pairsTo = at
  if (pairs < 16) return
  for (let skip: u32 = 0; skip + 16 <= pairs; skip++) {
    for (let pair: usize = 0; pair < 8; pair++) store<u16>(scratch + (pair << 1), load<u16>(first + 1 + (<usize>skip + pair) * 3))
    const left = (pairs - skip) << 1
    if (pairDigest(32, left) || pairDigest(40, left) || pairDigest(64, left) || pairDigest(128, left)) {
      mark(first + 1)
      return
    }
  }
}

function pairDigest(length: u32, left: u32): bool {
  if (left < length) return false
  const hash = digestHash(scratch, length)
  return mayHave(hash) && has(hash ^ AS_DIGEST)
}

/** Four octets joined by hyphens, in the names of this block and in the one that reaches into it. */
function octetsInNames(block: usize): void {
  let at = max<usize>(block, joinedTo)
  while (at < block + 64) {
    if (!isToken(load<u8>(at))) {
      at++
      continue
    }
    let from = at
    while (at - from < 64 && isToken(load<u8>(from - 1))) from--
    while (at - from < 320 && isToken(load<u8>(at))) at++
    if (embeddedMeets(from, at)) mark(from)
  }
  joinedTo = at
}

function colon(at: usize): void {
  if (at < colonsTo) return
  if (load<u8>(at - 1) != 58 && load<u8>(at, 1) != 58 && !mayBe6(at)) {
    if (wordsMeet(at)) mark(at)
    return
  }
  if (run6Meets(at)) mark(at)
  colonsTo = runEnd
}

/** Whether the run around this colon has seven colons or two in a row: clock times, ports and MAC addresses have not. */
function mayBe6(colon: usize): bool {
  // Sixteen bytes before and thirty-two from here on hold nearly every run.
  const before = runMask(v128.load(colon - 16))
  const after = runMask(v128.load(colon)) | (runMask(v128.load(colon + 16)) << 16)
  if (before == 0xffff || after == 0xffffffff) return mayBeLong6(colon)
  const left = clz<u32>(~(before << 16))
  const right = ctz<u32>(~after)
  const run = ((<u64>1 << right) - 1) << left
  const colons = <u64>(colonMask(v128.load(colon - left)) | (colonMask(v128.load(colon - left + 16)) << 16)) | (<u64>colonMask(v128.load(colon - left + 32)) << 32)
  const inRun = colons & (((<u64>1 << left) - 1) | run)
  if (inRun & (inRun << 1)) return true
  const count = popcnt(inRun)
  // A dotted quad at the end stands for two groups.
  return count >= 7 || (count == 6 && load<u8>(colon + right) == 46)
}

// @ts-ignore: decorator
@inline function colonMask(v: v128): u32 { return <u32>i8x16.bitmask(i8x16.eq(v, i8x16.splat(58))) }
// @ts-ignore: decorator
@inline function runMask(v: v128): u32 { return hexMask(v) | colonMask(v) }

function mayBeLong6(colon: usize): bool {
  let count: u32 = 0
  let from = colon
  while (colon - from < 40 && inRun(load<u8>(from - 1))) from--
  for (let at = from; at - from < 64; at++) {
    const byte = <u32>load<u8>(at)
    if (byte == 58) {
      count++
      if (load<u8>(at, 1) == 58) return true
    } else if (!inRun(byte)) {
      // A dotted quad at the end stands for two groups.
      return count >= 7 || (byte == 46 && count >= 6)
    }
  }
  return count >= 7
}

function inRun(byte: u32): bool { return isHex(byte) || byte == 58 }

/** Eight digits or more, standing alone; `at` is one of them. */
function number(at: usize): void {
  if (at < numbersTo) return
  let from = at
  while (at - from < 24 && isDigit(load<u8>(from - 1))) from--
  const to = at + ctz<u32>(~digitMask(v128.load(at)))
  numbersTo = to
  const length = to - from
  if (length < 8 || length > 10 && (load<u8>(from) != 48 || length > 14)) return
  const before = <u32>load<u8>(from - 1)
  const behind = <u32>load<u8>(to)
  if (isLetter(before) || isLetter(behind) || (before == 46 && isDigit(load<u8>(from - 2))) || (behind == 46 && isDigit(load<u8>(to, 1)) && before != 47 && before != 64)) return
  if (integerMeets(from, to)) mark(from)
}
