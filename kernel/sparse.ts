// What stands outside dotted tokens: digests, IPv6, long numbers, and the bytes behind which a spelling may hide. Goes through the few blocks
// that pass A set aside.
import { hostMeets, integerMeets, run6Meets, runEnd, wordsMeet } from "./address"
import { isAlnum, isDigit, isHex, isHigh, isLetter, isToken } from "./bytes"
import { AS_DIGEST, digestHash, has, labelHash, mayHave } from "./hash"
import { isSlow, mark, markSlow, reading } from "./marks"
import { F_IDN_LAST, F_IPV4, F_NAMES, features, getBit, LAST_LABELS } from "./memory"
import { sparse, SPARSE_BYTES, sparseCount } from "./tokens"

// How far each kind has been dealt with: no byte is walked over twice.
let digestsTo: usize = 0
let pairsTo: usize = 0
let colonsTo: usize = 0
let numbersTo: usize = 0
let namesTo: usize = 0
/** 16 hex digits gathered from pairs. */
let scratch: usize = 0

export function laySparse(at: usize): void { scratch = at }
export function beginSparse(): void {
  digestsTo = 0
  pairsTo = 0
  colonsTo = 0
  numbersTo = 0
  namesTo = 0
}

export function passSparse(): void {
  for (let index: u32 = 0; index < sparseCount; index++) {
    const spot = sparse + <usize>index * SPARSE_BYTES
    const from = <usize>load<u32>(spot, 32)
    for (let lanes = load<u64>(spot); lanes; lanes &= lanes - 1) digest(from + ((<usize>ctz(lanes) >> 4) << 4))
    for (let colons = load<u64>(spot, 8); colons; colons &= colons - 1) colon(from + <usize>ctz(colons))
    for (let numbers = load<u64>(spot, 16); numbers; numbers &= numbers - 1) number(from + <usize>ctz(numbers))
    for (let rare = load<u64>(spot, 24); rare; rare &= rare - 1) rareByte(from + <usize>ctz(rare))
    const pairs = load<u32>(spot, 36)
    if (pairs & 1) digestInPairs(from)
    if (pairs & 2) digestInPairs(from + 32)
  }
}

// @ts-ignore: decorator
@inline function hexMask(v: v128): u32 {
  return <u32>i8x16.bitmask(v128.or(
    i8x16.gt_s(i8x16.add(v128.or(v, i8x16.splat(32)), i8x16.splat(25)), i8x16.splat(121)),
    i8x16.gt_s(i8x16.add(v, i8x16.splat(70)), i8x16.splat(117)),
  ))
}

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
  while (isAlnum(load<u8>(first))) first++
  const separator = load<u8>(first)
  if (separator != 58 && separator != 45 && separator != 32) return
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

/** Eight digits or more, standing alone. */
function number(at: usize): void {
  if (at < numbersTo) return
  let from = at - 7
  while (at - from < 24 && isDigit(load<u8>(from - 1))) from--
  let to = at + 1
  while (to - at < 24 && isDigit(load<u8>(to))) to++
  numbersTo = to
  const length = to - from
  if (length > 10 && (load<u8>(from) != 48 || length > 14)) return
  const before = <u32>load<u8>(from - 1)
  const behind = <u32>load<u8>(to)
  if (isLetter(before) || isLetter(behind) || (before == 46 && isDigit(load<u8>(from - 2))) || (behind == 46 && isDigit(load<u8>(to, 1)) && before != 47 && before != 64)) return
  if (integerMeets(from, to)) mark(from)
}

/** One of the bytes that pass A flags: decides whether the line is to be decoded, or is marked at once. */
function rareByte(at: usize): void {
  const byte = <u32>load<u8>(at)
  if (byte >= 128) {
    high(at, byte)
    return
  }
  if (byte == 120 || byte == 88) {
    if (load<u8>(at - 1) == 48 && (features & F_IPV4)) hexHost(at)
    return
  }
  // Readings are decoded already, three layers deep.
  if (reading || isSlow(at)) return
  if (hides(at, byte)) markSlow(at)
}

/** Whether an escape, an entity, a length prefix or a bracketed mark begins here. */
function hides(at: usize, byte: u32): bool {
  const next = <u32>load<u8>(at, 1)
  switch (byte) {
    case 27: return true
    case 92: return escapes(next, at)
    case 37: return (isHex(next) && isHex(load<u8>(at, 2))) || ((next | 32) == 117 && isHex(load<u8>(at, 2)))
    case 38: return next == 35 || entity(at + 1)
    case 35: return (next == 48 && load<u8>(at, 2) - 48 < 4) || (next == 49 && load<u8>(at, 2) == 55)
    case 94: return next == 91
    case 40: return (isDigit(next) && lengthPrefix(at + 1)) || opener(at, next)
    case 91:
    case 123: return opener(at, next)
    case 41:
    case 93:
    case 125: return closer(at)
  }
  return false
}

/** `\u`, `\U`, `\x`, `\/`, `\t` and the like, octal, and `\.`; a quote or another backslash behind it hides nothing. */
function escapes(next: u32, at: usize): bool {
  switch (next) {
    case 47: case 46: case 117: case 85: case 120: case 97: case 98: case 101: case 102: case 110: case 114: case 116: case 118: return true
    case 48: case 49: case 50: case 51: return next == 48 || (load<u8>(at, 2) - 48 < 8 && load<u8>(at, 3) - 48 < 8)
  }
  return false
}

function entity(from: usize): bool {
  let at = from
  while (at - from < 9 && isLetter(load<u8>(at))) at++
  return at - from > 1 && load<u8>(at) == 59
}

/** `(4)evil`: a number of one or two digits in brackets, a label behind it. */
function lengthPrefix(from: usize): bool {
  const to = isDigit(load<u8>(from, 1)) ? from + 2 : from + 1
  const behind = <u32>load<u8>(to, 1)
  return load<u8>(to) == 41 && behind > 32 && behind != 40 && behind != 41 && behind != 92
}

/** `[.]`, `(dot)`, `{at}`, `[:]`, `[/]`, `[point]`, `[arobase]` with blanks or more brackets; or `evil[.example`. */
function opener(at: usize, next: u32): bool {
  let inner = at + 1
  let byte = next
  while (inner - at < 16 && (byte == 32 || byte == 9 || byte == 91 || byte == 40 || byte == 123)) byte = load<u8>(++inner)
  if (byte == 46 || byte == 58 || byte == 47 || byte == 64) {
    const before = <u32>load<u8>(at - 1)
    if (isAlnum(before) || isHigh(before)) return true
    while (byte == 46 || byte == 58 || byte == 47 || byte == 64) byte = load<u8>(++inner)
  } else if (isLetter(byte)) {
    // dot, point, at, arobase
    const two = ((byte | 32) << 8) | (<u32>load<u8>(inner, 1) | 32)
    if (two != 0x646f && two != 0x706f && two != 0x6174 && two != 0x6172) return false
    const start = inner
    while (inner - start < 8 && isLetter(byte)) byte = load<u8>(++inner)
  } else return byte == 0xc2 // a no-break space
  while (byte == 32 || byte == 9) byte = load<u8>(++inner)
  return byte == 41 || byte == 93 || byte == 125 || isHigh(byte)
}

/** `evil.]example`: a mark between a word and this bracket, a word or slashes behind. */
function closer(at: usize): bool {
  const before = <u32>load<u8>(at - 1)
  if (before != 46 && before != 58 && before != 64 && before != 47) return false
  let behind = at + 1
  while (behind - at < 8 && (load<u8>(behind) == 41 || load<u8>(behind) == 93 || load<u8>(behind) == 125)) behind++
  const byte = <u32>load<u8>(behind)
  return isAlnum(byte) || isHigh(byte) || byte == 47
}

/** `0xcb007109`, `0xcb.0.113.9`: the run it stands in, as a URL's host. */
function hexHost(at: usize): void {
  let from = at - 1
  while (at - from < 40 && (isHex(load<u8>(from - 1)) || load<u8>(from - 1) == 46 || (load<u8>(from - 1) | 32) == 120)) from--
  if (!isAlnum(load<u8>(from - 1)) && hostMeets(from)) mark(at)
}

/** A byte of a character that is not ASCII: marks that vanish or stand for a dot, and names that are not written in A-labels. */
function high(at: usize, byte: u32): void {
  if (!reading && !isSlow(at) && vanishes(at, byte)) markSlow(at)
  if (features & F_NAMES && at >= namesTo) unicodeName(at)
}

/** Zero-width characters, soft hyphens, no-break spaces, byte order marks; ideographic and full-width dots; CSI. UTF-8, or Latin-1 for three of them. */
function vanishes(at: usize, byte: u32): bool {
  const one = <u32>load<u8>(at, 1)
  const two = <u32>load<u8>(at, 2)
  switch (byte) {
    case 0xc2: return one == 0xad || one == 0xa0 || one == 0x9b
    case 0xe1: return one == 0xa0 && two == 0x8e
    case 0xe2: return (one == 0x80 && (two == 0x87 || (two >= 0x8b && two <= 0x8f) || (two >= 0xaa && two <= 0xaf))) || (one == 0x81 && two >= 0xa0 && two <= 0xa9)
    case 0xe3: return one == 0x80 && two == 0x82
    case 0xef: return (one == 0xbb && two == 0xbf) || (one == 0xbc && two == 0x8e) || (one == 0xbd && two == 0xa1)
    case 0xad: case 0xa0: case 0x9b: return load<u8>(at - 1) < 128
  }
  return false
}

/**
 * The run of name characters and of bytes that are not ASCII around this one. UTS 46 maps far too much to be done here, so a run is marked
 * if a label behind one of its dots begins with a last label of the set, or could stand for one.
 */
function unicodeName(at: usize): void {
  let from = at
  while (at - from < 256 && inName(load<u8>(from - 1))) from--
  let to = at
  while (to - at < 1024 && inName(load<u8>(to))) to++
  namesTo = to
  for (let dot = from + 1; dot < to; dot++) {
    if (load<u8>(dot) != 46) continue
    let end = dot + 1
    while (end < to && isAlnum(load<u8>(end))) end++
    const length = <u32>(end - dot - 1)
    if (length == 0 ? mayBeLast(dot + 1) : getBit(LAST_LABELS, labelHash(end, length)) != 0 || compatible(end)) {
      mark(dot)
      return
    }
  }
}

function mayBeLast(at: usize): bool {
  const byte = <u32>load<u8>(at)
  if (byte < 128) return false
  return (features & F_IDN_LAST) != 0 || compatible(at)
}

/** A character that UTS 46 may turn into an ASCII letter: full-width, circled, letter-like, superscript, mathematical. */
function compatible(at: usize): bool {
  const byte = <u32>load<u8>(at)
  const one = <u32>load<u8>(at, 1)
  if (byte == 0xf0) return one == 0x9d || (one == 0x9f && (<u32>load<u8>(at, 2) & 0xfe) == 0x84)
  return byte == 0xef || (byte == 0xe2 && (one == 0x81 || one == 0x82 || one == 0x84 || one == 0x85 || (one >= 0x91 && one <= 0x93))) || (byte == 0xc5 && one == 0xbf) || (byte == 0xc2 && one == 0xad) || (byte == 0xc2 && one == 0xaa) || (byte == 0xc2 && one == 0xba)
}

function inName(byte: u32): bool { return byte >= 128 || isToken(byte) || byte == 95 }
