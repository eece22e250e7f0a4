// Dotted tokens: addresses, names, and what stands at a name (URLs, mail, files). Three passes over a sub-chunk that stays in the first-level
// cache: A bit masks, and what they show by themselves (token ends, blocks for sparse.ts, bytes for rare.ts); B shape and filter, in tight loops
// without a branch; C the few candidates.
import { hostMeets, quadMeets, reverse4Meets, reverse6Meets } from "./address"
import { harvesting } from "./asked"
import { isAlnum, isDigit, isHex, isToken, sum16 } from "./bytes"
import {
  again, AS_DOMAIN, AS_MAIL, AS_MAIL_HOST, AS_SHARED, AS_WHOLE, AS_WORD, FOLD, fullHash, has, labelHash, mayHave, octetsHash, quickHash,
} from "./hash"
import { isMarked, lineEnd, lineStart, mark, reading } from "./marks"
import {
  ALL_OCTETS, F_DIGESTS, F_IPV4, F_IPV6, F_NAMES, F_SHORT_GROUPS, features, filterAt, filterShift, getBit, HIGH_HALVES, LAST_LABELS, LOW_HALVES, NET_OCTETS,
} from "./memory"

/** Bytes per sub-chunk. */
export const SUB: usize = 16384
const BLOCKS: usize = SUB >> 6
const ALL: u64 = ~(<u64>0)
const TOP: u64 = <u64>1 << 63

/**
 * Bit arrays, one bit per byte of the sub-chunk, each STRIDE bytes behind the one before: token characters, dots, hyphens, with 8 bytes of
 * history before them; letters and digits, digits, colons, rare bytes.
 */
const STRIDE: usize = (SUB >> 3) + 64
const DOTS: usize = STRIDE
const HYPHENS: usize = STRIDE * 2
const ALNUM: usize = STRIDE * 3
const DIGITS: usize = STRIDE * 4
const COLONS: usize = STRIDE * 5
const RARES: usize = STRIDE * 6
const ARRAYS: usize = STRIDE * 7
export let tokenBits: usize = 0
export let dotBits: usize = 0
export let hyphenBits: usize = 0
/** Addresses behind the tokens. */
export let ends: usize = 0
export let endCount: u32 = 0
// Names and numbers that live: address behind the token and length, with their dots beside them; of weighed numbers without.
let names: usize = 0
let namesEnd: usize = 0
let numbers: usize = 0
let numbersEnd: usize = 0
/** Both, with flags, and the hash to look up beside them. */
let lookups: usize = 0
let candidates: usize = 0
/** Addresses of rare bytes, for rare.ts. */
export let rares: usize = 0
export let rareCount: u32 = 0
/**
 * Blocks with something for sparse.ts: masks of full lanes, colons, long numbers; address; flags: pairs in the first and in the third lane,
 * four numbers joined by hyphens.
 */
export let sparse: usize = 0
export let sparseCount: u32 = 0
export const SPARSE_BYTES: usize = 32

/** Newlines in the blocks that pass A has seen since the text began, those of the padding included. */
export let newlines: u32 = 0

// What pass A carries from block to block, over the borders of sub-chunks.
let carry: u64 = 0
let lastDots: u64 = 0
let lastAlnum: u64 = 0
let lastAlnum2: u64 = 0
let lastAlnum4: u64 = 0
let lastColons: u64 = 0
let lastJoints: u64 = 0
let lastInner: u64 = 0
/** What of the sparse masks the set asks for: lanes, colons, numbers, flags. In memory, since the engine would work them out anew for each block. */
let wanted: usize = 0

export function tokenBytes(): usize {
  return ARRAYS + (SUB << 1) * 2 + (SUB << 3) * 3 + (SUB << 2) * 2 + BLOCKS * SPARSE_BYTES + 4096
}

export function layTokens(at: usize): void {
  let top = at
  tokenBits = top + 32
  dotBits = tokenBits + DOTS
  hyphenBits = tokenBits + HYPHENS
  top += ARRAYS + 64
  wanted = top
  top += 64
  sparse = top
  top += BLOCKS * SPARSE_BYTES + 256
  ends = top
  top += (SUB << 1) + 256
  names = top
  top += (SUB << 3) + 256
  numbers = top
  top += (SUB << 3) + 256
  lookups = top
  top += (SUB << 3) + 256
  candidates = top
  top += (SUB << 2) + 256
  rares = top
}

export function beginTokens(): void {
  newlines = 0
  carry = 0
  lastDots = 0
  lastAlnum = 0
  lastAlnum2 = 0
  lastAlnum4 = 0
  lastColons = 0
  lastJoints = 0
  lastInner = 0
  sharedTo = 0
  store<u64>(tokenBits - 8, 0)
  store<u64>(tokenBits + DOTS - 8, 0)
  store<u64>(tokenBits + HYPHENS - 8, 0)
  const all = harvesting ? features | F_IPV4 | F_IPV6 | F_DIGESTS : features
  store<u64>(wanted, all & F_DIGESTS ? 0x8000800080008000 : 0)
  store<u64>(wanted, all & (F_IPV4 | F_IPV6) ? ALL : 0, 8)
  store<u64>(wanted, all & F_IPV4 ? ALL : 0, 16)
  store<u32>(wanted, (all & F_DIGESTS ? 3 : 0) | (all & F_IPV4 ? 4 : 0), 24)
}

/** Takes the last masks of this sub-chunk along as the next one's history. */
export function keepHistory(blocks: i32): void {
  const at = tokenBits + (<usize>blocks << 3) - 8
  store<u64>(tokenBits - 8, load<u64>(at))
  store<u64>(tokenBits + DOTS - 8, load<u64>(at, DOTS))
  store<u64>(tokenBits + HYPHENS - 8, load<u64>(at, HYPHENS))
}

// @ts-ignore: decorator
@inline function mask64(a: v128, b: v128, c: v128, d: v128): u64 {
  return <u64><u32>(i8x16.bitmask(a) | (i8x16.bitmask(b) << 16)) | (<u64><u32>(i8x16.bitmask(c) | (i8x16.bitmask(d) << 16)) << 32)
}
// Classes of a byte, a bit each; a shift brings one to the sign, from which masks are taken.
const DIGIT: u32 = 0x80
const LETTER: u32 = 0x40 // of the rows @ and `
const LATE_LETTER: u32 = 0x20 // of the rows P and p
const DOT: u32 = 0x10
const HYPHEN: u32 = 0x08
const COLON: u32 = 0x04
const RARE: u32 = 0x02 // of the rows of escape, P and p
const RARE_SIGN: u32 = 0x01 // `#`, `%`, `&`, `(`, `)`

/** A byte's classes are what its two halves have in common. */
export function layClasses(): void {
  for (let half: u32 = 0; half < 16; half++) {
    const low =
      (half < 10 ? DIGIT : 0) | (half > 0 ? LETTER : 0) | (half < 11 ? LATE_LETTER : 0) | (half == 14 ? DOT : 0) | (half == 13 ? HYPHEN : 0) |
      (half == 10 ? COLON : 0) | (half == 8 || (half > 10 && half < 15) ? RARE : 0) | (half > 2 && half < 10 && half != 4 && half != 7 ? RARE_SIGN : 0)
    const high =
      (half == 3 ? DIGIT | COLON : 0) | (half == 4 || half == 6 ? LETTER : 0) | (half == 5 || half == 7 ? LATE_LETTER | RARE : 0) |
      (half == 1 ? RARE : 0) | (half == 2 ? DOT | HYPHEN | RARE_SIGN : 0)
    store<u8>(LOW_HALVES + half, <u8>low)
    store<u8>(HIGH_HALVES + half, <u8>high)
  }
}

// @ts-ignore: decorator
@inline function classes(v: v128, low: v128, high: v128, half: v128): v128 {
  return v128.and(i8x16.swizzle(low, v128.and(v, half)), i8x16.swizzle(high, v128.and(i16x8.shr_u(v, 4), half)))
}

/** Either of the two lowest classes, or a byte that is not ASCII, at the sign. */
// @ts-ignore: decorator
@inline function rare(c: v128, v: v128): v128 { return v128.or(v128.or(i16x8.shl(c, 6), i16x8.shl(c, 7)), v) }

/** Pass A over `blocks` blocks of 64 bytes: what each byte is, and what follows from that alone. */
export function passA(from: usize, blocks: i32): void {
  const bytes = <usize>blocks << 6
  masks(from, bytes)
  findEnds(from, bytes)
  findSparse(from, bytes)
  findRares(from, bytes)
}

function masks(from: usize, bytes: usize): void {
  const half = i8x16.splat(15)
  // Brings the sign to what has any of the three upper classes.
  const alnum = i8x16.splat(0x60)
  const low = v128.load(LOW_HALVES)
  const high = v128.load(HIGH_HALVES)
  const newline = i8x16.splat(10)
  let lines = i16x8.splat(0)
  let out = tokenBits
  let before = lastDots
  for (let at = from; at < from + bytes; at += 64) {
    const v0 = v128.load(at)
    const v1 = v128.load(at, 16)
    const v2 = v128.load(at, 32)
    const v3 = v128.load(at, 48)
    const ends = i8x16.add(i8x16.add(i8x16.eq(v0, newline), i8x16.eq(v1, newline)), i8x16.add(i8x16.eq(v2, newline), i8x16.eq(v3, newline)))
    lines = i16x8.sub(lines, i16x8.extadd_pairwise_i8x16_s(ends))
    const c0 = classes(v0, low, high, half)
    const c1 = classes(v1, low, high, half)
    const c2 = classes(v2, low, high, half)
    const c3 = classes(v3, low, high, half)
    const A = mask64(i8x16.add(c0, alnum), i8x16.add(c1, alnum), i8x16.add(c2, alnum), i8x16.add(c3, alnum))
    const H = mask64(i16x8.shl(c0, 4), i16x8.shl(c1, 4), i16x8.shl(c2, 4), i16x8.shl(c3, 4))
    const dots = mask64(i16x8.shl(c0, 3), i16x8.shl(c1, 3), i16x8.shl(c2, 3), i16x8.shl(c3, 3))
    // The second of two dots ends what stands before it.
    const D = dots & ~((dots << 1) | (before >> 63))
    before = dots
    store<u64>(out, A | D | H)
    store<u64>(out, D, DOTS)
    store<u64>(out, H, HYPHENS)
    store<u64>(out, A, ALNUM)
    store<u64>(out, mask64(c0, c1, c2, c3), DIGITS)
    store<u64>(out, mask64(i16x8.shl(c0, 5), i16x8.shl(c1, 5), i16x8.shl(c2, 5), i16x8.shl(c3, 5)), COLONS)
    store<u64>(out, mask64(rare(c0, v0), rare(c1, v1), rare(c2, v2), rare(c3, v3)), RARES)
    out += 8
  }
  lastDots = before
  newlines += sum16(lines)
}

/** The addition carries each dotted run to the first byte behind it, so one add finds exactly the ends of runs that have a dot. */
function findEnds(from: usize, bytes: usize): void {
  let bits = tokenBits
  let out = ends
  let added = carry
  for (let at = from; at < from + bytes; at += 64) {
    const D = load<u64>(bits, DOTS)
    const W = load<u64>(bits, ALNUM) | D
    const sum = W + D + added
    // D is part of W: what is in both, or in W and not in the sum, is carried on.
    added = (D | (W & ~sum)) >> 63
    out = flatten(sum & ~W, at, out)
    bits += 8
  }
  carry = added
  endCount = <u32>((out - ends) >> 2)
}

function findRares(from: usize, bytes: usize): void {
  let bits = tokenBits
  let out = rares
  for (let at = from; at < from + bytes; at += 64) {
    out = flatten(load<u64>(bits, RARES), at, out)
    bits += 8
  }
  rareCount = <u32>((out - rares) >> 2)
}

/** The addresses of a block's bits, at `out`; returns where they end. Three without a branch, since few blocks have more. */
// @ts-ignore: decorator
@inline function flatten(bits: u64, at: usize, out: usize): usize {
  const end = out + (<usize>popcnt(bits) << 2)
  store<u32>(out, <u32>at + <u32>ctz(bits))
  bits &= bits - 1
  store<u32>(out, <u32>at + <u32>ctz(bits), 4)
  bits &= bits - 1
  store<u32>(out, <u32>at + <u32>ctz(bits), 8)
  bits &= bits - 1
  for (let more = out + 12; more < end; more += 4) {
    store<u32>(more, <u32>at + <u32>ctz(bits))
    bits &= bits - 1
  }
  return end
}

function findSparse(from: usize, bytes: usize): void {
  const want = wanted
  const short = (features & F_SHORT_GROUPS) != 0
  let bits = tokenBits
  let out = sparse
  let alnum1 = lastAlnum
  let alnum21 = lastAlnum2
  let alnum41 = lastAlnum4
  let colons1 = lastColons
  let joints1 = lastJoints
  for (let at = from; at < from + bytes; at += 64) {
    const A = load<u64>(bits, ALNUM)
    const N = load<u64>(bits, DIGITS)
    const C = load<u64>(bits, COLONS)
    // A run of 31 letters and digits or more holds an aligned lane of 16; every run of 16 pairs one of those at a multiple of 32.
    const gaps = ~A
    const lanes = (gaps - 0x0001000100010001) & A & load<u64>(want)
    // Pairs repeat after three bytes; so do few other things, which digestInPairs() tells apart.
    const unlike = gaps ^ (gaps >> 3)
    const pairs = <u32>((unlike & 0x1fff) == 0) | (<u32>((unlike & 0x1fff00000000) == 0) << 1)
    // Two colons, or a colon behind four letters or digits and before one of them or a colon.
    const alnum2 = A & ((A << 1) | (alnum1 >> 63))
    const alnum4 = alnum2 & ((alnum2 << 2) | (alnum21 >> 62))
    let colons = C & ((((alnum4 << 1) | (alnum41 >> 63)) & (((A | C) >> 1) | TOP)) | (C << 1) | (colons1 >> 63))
    if (short) {
      // Eight short groups have seven colons behind letters or digits within two blocks.
      const inner = C & ((A << 1) | (alnum1 >> 63))
      if (popcnt(inner) + popcnt(lastInner) >= 7) colons |= inner
      lastInner = inner
    }
    colons &= load<u64>(want, 8)
    alnum1 = A
    alnum21 = alnum2
    alnum41 = alnum4
    colons1 = C
    // Where eight digits in a row begin, or four beside a border of the block.
    const digit2 = N & (N >> 1)
    const digit4 = digit2 & (digit2 >> 2)
    const digit8 = digit4 & (digit4 >> 4)
    const numbers = ((digit8 & ~(digit8 << 1)) | (digit4 & 0x1000000000000001)) & load<u64>(want, 16)
    // Three hyphens between digits within a block and the end of the one before.
    const joints = load<u64>(bits, HYPHENS) & ((N << 1) | 1) & ((N >> 1) | TOP)
    const joined = <u32>(<u32>popcnt(joints) + <u32>popcnt(joints1 >> 48) > 2)
    joints1 = joints
    const flags = (pairs | (joined << 2)) & load<u32>(want, 24)
    store<u64>(out, lanes)
    store<u64>(out, colons, 8)
    store<u64>(out, numbers, 16)
    store<u32>(out, <u32>at, 24)
    store<u32>(out, flags, 28)
    out += <usize>((lanes | colons | numbers | flags) != 0) << 5
    bits += 8
  }
  lastAlnum = alnum1
  lastAlnum2 = alnum21
  lastAlnum4 = alnum41
  lastColons = colons1
  lastJoints = joints1
  sparseCount = <u32>((out - sparse) / SPARSE_BYTES)
}

// Flags of a live token, above its address and length.
const NUMBER: u64 = 1 << 48 // its last label begins and ends with a digit
const LOOK: u64 = 1 << 49 // a candidate whatever the filter says

/** Kills what cannot be an indicator, hashes the rest, asks the filter, and judges what is left. `from` is the sub-chunk's start. */
export function passB(from: usize): void {
  sort(from)
  killNames()
  killNumbers()
  weighNumbers(from)
  passC(probe(hashNumbers(hashNames())))
}

/** B1: the bit arrays tell how long a token is and where its dots are; two bytes of its last label whether it is a name or a number. No loop over bytes, no branch. */
function sort(from: usize): void {
  let name = names
  let number = numbers
  const tokens = tokenBits
  const last = ends + (<usize>endCount << 2)
  for (let next = ends; next < last; next += 4) {
    const place = load<u32>(next)
    const offset = place - <u32>from - 1
    const shift = <u64>(~offset & 7)
    const at = tokens + <usize>(<i32>offset >> 3)
    let dots = load<u64>(at - 7, DOTS) << shift
    // One trailing dot is the root's or the sentence's.
    const trailing = dots >> 63
    dots <<= trailing
    const token = load<u64>(at - 7) << shift << trailing
    const end = <usize>place - <usize>trailing
    const length = <u64>clz(~token | 1)
    const lastLabel = <usize>clz(dots) & 63
    dots &= ~(ALL >> length)
    const isNumber = <usize>(<u32>load<u8>(end - 1) - 48 < 10) & <usize>(<u32>load<u8>(end - lastLabel) - 48 < 10)
    const token64 = <u64>end | (length << 32)
    store<u64>(name, token64)
    store<u64>(name, dots, 8)
    name += (isNumber ^ 1) << 4
    store<u64>(number, token64)
    store<u64>(number, dots, 8)
    number += isNumber << 4
  }
  namesEnd = name
  numbersEnd = number
}

/** A name needs a last label of the set. */
function killNames(): void {
  const wantNames = <u32>((features & F_NAMES) != 0)
  const wantNumbers = <u32>((features & F_IPV4) != 0)
  let out = names
  const last = namesEnd
  for (let next = names; next < last; next += 16) {
    const token = load<u64>(next)
    const dots = load<u64>(next, 8)
    const end = <usize><u32>token
    // `203.0.113.9.https`, as tcpdump names ports.
    const port = <u32>(popcnt(dots) == 4) & <u32>(<u32>load<u8>(end - <usize>(token >> 32)) - 48 < 10) & wantNumbers
    const isName = getBit(LAST_LABELS, labelHash(end, <u32>clz(dots))) & wantNames & <u32>(dots != 0)
    store<u64>(out, token | (<u64>port << 49))
    store<u64>(out, dots, 8)
    out += <usize>(isName | port) << 4
  }
  namesEnd = out
}

/** A number needs three dots, or the place of a URL's host. */
function killNumbers(): void {
  let out = numbers
  const last = features & F_IPV4 ? numbersEnd : out
  for (let next = numbers; next < last; next += 16) {
    const token = load<u64>(next)
    const dots = load<u64>(next, 8)
    store<u64>(out, token)
    store<u64>(out, dots, 8)
    out += <usize>(<u32>(popcnt(dots) > 2) | isHostPlace(<usize><u32>token - <usize>(token >> 32))) << 4
  }
  numbersEnd = out
}

/** Whether what begins here stands where a URL has its host: behind two slashes, however often they are escaped, or an at sign. */
// @ts-ignore: decorator
@inline export function isHostPlace(start: usize): u32 {
  const before = load<u32>(start - 4)
  const escaped = <u32>(before >> 8 == 0x2f5c2f) | <u32>(before >> 8 == 0x2f5c5c)
  return <u32>(before >> 16 == 0x2f2f) | escaped | <u32>(before >> 24 == 64)
}

/** B2: the last two labels of every name. */
function hashNames(): u32 {
  let out = lookups
  const last = namesEnd
  for (let next = names; next < last; next += 16) {
    const token = load<u64>(next)
    const end = <usize><u32>token
    let length = <u32>(token >> 32) & 0xff
    let dots = load<u64>(next, 8)
    // A dot at the start is none of the name's.
    const leading = <u32>(dots >> ((64 - <u64>length) & 63)) & 1
    dots ^= <u64>leading << ((64 - <u64>length) & 63)
    length -= leading
    const second = <u32>clz(dots & ~(TOP >> <u64>clz(dots)))
    const look = <u64>(<u32>(second >= 56) & <u32>(length >= 56))
    const keyed = min<u32>(length, second)
    store<u64>(out, <u64>end | (<u64>length << 32) | (token & LOOK) | (look << 49))
    store<u64>(out, quickHash(end - keyed, keyed), 8)
    out += 16
  }
  return <u32>((out - lookups) >> 4)
}

/** A number is taken from behind its last hyphen, and needs the first two octets of an address of the set, or to be no plain quad. */
function weighNumbers(from: usize): void {
  const ZERO = i8x16.splat(48)
  let out = numbers
  const last = numbersEnd
  for (let next = numbers; next < last; next += 16) {
    const token = load<u64>(next)
    const end = <usize><u32>token
    const offset = <u32>end - <u32>from - 1
    const hyphens = load<u64>(hyphenBits + <usize>(<i32>offset >> 3) - 7) << <u64>(~offset & 7)
    // A hyphen is a boundary for addresses.
    let length = <u32>min<u64>((token >> 32) & 0xff, <u64>clz(hyphens))
    let dots = load<u64>(next, 8) & ~(ALL >> <u64>length)
    const leading = <u32>(dots >> ((64 - <u64>length) & 63)) & <u32>(length != 0)
    dots ^= <u64>leading << ((64 - <u64>length) & 63)
    length -= leading
    const points = <u32>(dots >> 48)
    const second = <u32>clz(dots & ~(TOP >> <u64>clz(dots)))
    // Zeros at the start of a part with a digit behind them.
    const zeros = <u32>i8x16.bitmask(i8x16.eq(v128.load(end - 16), ZERO))
    const starts = (points << 1) | (1 << ((16 - length) & 31))
    // Networks of the set around the address, networks and ranges of the log that begin with it; only pass C can tell what is no plain quad.
    const octets = octetsHash(end - length, (length - second - 1) & 7)
    const known = getBit(ALL_OCTETS, octets)
    const behind = <u32>load<u8>(end)
    const look =
      <u32>(popcnt(dots) != 3) | <u32>(length > 15) | <u32>((zeros & starts & ~(points >> 1) & 0x7fff) != 0) |
      getBit(NET_OCTETS, octets) | (<u32>(behind == 47) & known) | <u32>(behind == 45)
    store<u64>(out, <u64>end | (<u64>length << 32) | NUMBER | (<u64>look << 49))
    out += <usize>(look | known) << 3
  }
  numbersEnd = out
}

/** The whole of every number. */
function hashNumbers(count: u32): u32 {
  let out = lookups + (<usize>count << 4)
  const last = numbersEnd
  for (let next = numbers; next < last; next += 8) {
    const token = load<u64>(next)
    const length = <u32>(token >> 32) & 0xff
    store<u64>(out, token)
    store<u64>(out, quickHash(<usize><u32>token - length, length), 8)
    out += 16
  }
  return <u32>((out - lookups) >> 4)
}

/** B3: nothing else in the loop, so that several cache misses are under way at once. */
function probe(count: u32): u32 {
  let out = candidates
  const filter = filterAt
  const shift = filterShift
  const last = lookups + (<usize>count << 4)
  for (let next = lookups; next < last; next += 16) {
    const hash = load<u64>(next, 8)
    const token = load<u64>(next)
    const bits: u64 = (<u64>1 << (hash & 63)) | (<u64>1 << ((hash >> 6) & 63))
    store<u64>(out, token)
    out += <usize>(<u32>((load<u64>(filter + (<usize>(hash >> shift) << 3)) & bits) == bits) | (<u32>(token >> 49) & 1)) << 3
  }
  return <u32>((out - candidates) >> 3)
}

function passC(count: u32): void {
  for (let index: u32 = 0; index < count; index++) {
    const token = load<u64>(candidates + (<usize>index << 3))
    const end = <usize><u32>token
    const length = <u32>(token >> 32) & 0xffff
    if (token & NUMBER) {
      if (quadMeets(end - length) || (isHostPlace(end - length) && hostMeets(end - length))) mark(end - 1)
    } else {
      name(end, length)
      if (isDigit(load<u8>(end - length)) && quadMeets(end - length)) mark(end - 1)
    }
  }
}

/** Names longer than this are none (253), with room for what is glued to them. */
export const NAME_MAX: usize = 256

/** Every suffix of the token that begins at a label, and the whole of it. */
function name(end: usize, known: u32): void {
  let start = end - known
  if (known >= 56) while (end - start < NAME_MAX && isToken(load<u8>(start - 1)) && !(load<u8>(start - 1) == 46 && load<u8>(start) == 46)) start--
  if (load<u8>(start) == 46) start++
  let at = end - 1
  while (at > start) {
    if (load<u8>(at - 1) == 46 && suffix(at, end)) return
    at--
  }
  if (suffix(start, end) || whole(start, end)) mark(end - 1)
}

/** Whether the set has this domain; marks the line if so. */
function suffix(from: usize, end: usize): bool {
  const length = <u32>(end - from)
  if (!mayHave(again(quickHash(from, length)))) return false
  if (!has(fullHash(from, length, FOLD) ^ AS_DOMAIN)) return false
  mark(end - 1)
  return true
}

/** What counts only as the whole token: the host of a URL, a file's name, the domain of a mail address, a reverse name. */
function whole(from: usize, end: usize): bool {
  const length = <u32>(end - from)
  if (length > 13 && (load<u32>(end - 4) | 0x20202020) == 0x61707261 && reverse(from, end)) return true
  if (!mayHave(again(quickHash(from, length)))) return false
  const hash = fullHash(from, length, FOLD)
  if (has(hash ^ AS_WHOLE)) return true
  if (has(hash ^ AS_SHARED) && sharedUrl(end)) return true
  return load<u8>(from - 1) == 64 && has(hash ^ AS_MAIL_HOST) && mail(from - 1, hash)
}

export function reverse(from: usize, end: usize): bool {
  if (load<u8>(end - 13) == 46 && (load<u64>(end - 12) | FOLD) == 0x2e726464612d6e69) return reverse4Meets(from)
  return end - from == 72 && reverse6Meets(from)
}

/** The part before the at sign, at most 64 characters of `A-Z a-z 0-9 . _ % + -`. */
export function mail(at: usize, domain: u64): bool {
  let from = at
  while (at - from < 65 && isLocal(load<u8>(from - 1))) from--
  const length = <u32>(at - from)
  return length > 0 && length < 65 && has((fullHash(from, length, FOLD) ^ rotl<u64>(domain, 17)) ^ AS_MAIL)
}

function isLocal(byte: u32): bool { return isToken(byte) || byte == 95 || byte == 37 || byte == 43 }

let sharedFrom: usize = 0
let sharedTo: usize = 0

/** Whether a word of some URL's path on a shared host stands in the same line. Each line is looked through once. */
function sharedUrl(at: usize): bool {
  if (at >= sharedFrom && at < sharedTo) return false
  let from = lineStart(at)
  const to = lineEnd(at)
  sharedFrom = from
  sharedTo = to
  if (!reading && isMarked(from)) return true
  while (from < to) {
    const byte = <u32>load<u8>(from)
    const behind = behindEscape(from)
    if (behind != from) {
      from = behind
      continue
    }
    if (!isAlnum(byte)) {
      from++
      continue
    }
    const start = from
    while (isAlnum(load<u8>(from))) from++
    const length = <u32>(from - start)
    if (length < 512 && mayHave(again(quickHash(start, length))) && has(fullHash(start, length, 0) ^ AS_WORD)) return true
  }
  return false
}

/** A word behind `%2F` or `\n` begins behind the escape; a line with other escapes is decoded first. */
export function behindEscape(at: usize): usize {
  const byte = <u32>load<u8>(at)
  if (byte == 92) return at + 2
  return byte == 37 && isHex(load<u8>(at, 1)) && isHex(load<u8>(at, 2)) ? at + 3 : at
}

/** Where the last dotted run of a text begins and ends, as the passes above see it; findToken() sets them. */
export let tokenFrom: usize = 0
export let tokenEnd: usize = 0

/** Finds what passes A and B would make of a text of the set: its last dotted token. False if they would find none, or take it for a number. */
export function findToken(from: usize, to: usize): bool {
  let dot = to - 1
  while (dot > from && load<u8>(dot) != 46) dot--
  if (dot <= from || load<u8>(dot - 1) == 46 || !isAlnum(load<u8>(dot - 1)) || !isAlnum(load<u8>(dot, 1)) || dot + 1 >= to) return false
  let end = dot + 1
  while (end < to && isAlnum(load<u8>(end))) end++
  let start = dot
  while (start > from && isToken(load<u8>(start - 1)) && !(load<u8>(start - 1) == 46 && load<u8>(start) == 46)) start--
  if (load<u8>(start) == 46) start++
  if (start >= dot || (isDigit(load<u8>(dot, 1)) && isDigit(load<u8>(end - 1)))) return false
  tokenFrom = start
  tokenEnd = end
  return true
}
