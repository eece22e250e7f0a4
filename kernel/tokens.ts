// Dotted tokens: addresses, names, and what stands at a name (URLs, mail, files). Four passes over a sub-chunk that stays in the first-level
// cache: A bit masks and token ends, B shape and filter in three tight loops, C the few candidates. Pass A also finds the blocks for sparse.ts.
import { hostMeets, quadMeets, reverse4Meets, reverse6Meets } from "./address"
import { harvesting } from "./asked"
import { isAlnum, isDigit, isHex, isToken } from "./bytes"
import {
  again, AS_DOMAIN, AS_MAIL, AS_MAIL_HOST, AS_SHARED, AS_WHOLE, AS_WORD, FOLD, fullHash, has, labelHash, mayHave, octetsHash, quickHash,
} from "./hash"
import { isMarked, lineEnd, lineStart, mark, reading } from "./marks"
import {
  ALL_OCTETS, F_DIGESTS, F_IPV4, F_IPV6, F_NAMES, F_SHORT_GROUPS, features, filterAt, filterShift, getBit, LAST_LABELS, NET_OCTETS,
} from "./memory"
import { rareMask } from "./rare"

/** Bytes per sub-chunk. */
export const SUB: usize = 16384
const BLOCKS: usize = SUB >> 6
const ALL: u64 = ~(<u64>0)
const TOP: u64 = <u64>1 << 63

// Bit arrays, one bit per byte of the sub-chunk, with 8 bytes of history before them: token characters, dots, hyphens.
export let tokenBits: usize = 0
export let dotBits: usize = 0
export let hyphenBits: usize = 0
/** Addresses behind the tokens. */
export let ends: usize = 0
export let endCount: u32 = 0
/** Live tokens: address behind the token, length, flags; and beside it the dot distances, later the hash. */
let live: usize = 0
let lookups: usize = 0
let candidates: usize = 0
/** Addresses of rare bytes, for rare.ts. */
export let rares: usize = 0
export let rareCount: u32 = 0
/** Blocks with something for sparse.ts: masks of full lanes, colons, long numbers; address; flags: pairs in the first 
 * and in the third lane, four numbers joined by hyphens. */
export let sparse: usize = 0
export let sparseCount: u32 = 0
export const SPARSE_BYTES: usize = 32

// What pass A carries from block to block.
let carry: u64 = 0
let lastAlnum: u64 = 0
let lastColons: u64 = 0
let lastDots: u64 = 0
let lastDigits: u64 = 0
let lastTwo: u64 = 0
let lastFour: u64 = 0
let lastJoints: u64 = 0
let lastInner: u64 = 0

export function tokenBytes(): usize {
  return ((SUB >> 3) + 128) * 3 + (SUB << 1) * 2 + (SUB << 2) * 4 + BLOCKS * SPARSE_BYTES + 4096
}

export function layTokens(at: usize): void {
  let top = at
  tokenBits = top + 64
  top += (SUB >> 3) + 128
  dotBits = top + 64
  top += (SUB >> 3) + 128
  hyphenBits = top + 64
  top += (SUB >> 3) + 128
  sparse = top
  top += BLOCKS * SPARSE_BYTES + 256
  ends = top
  top += (SUB << 1) + 256
  live = top
  top += (SUB << 2) + 256
  lookups = top
  top += (SUB << 2) + 256
  candidates = top
  top += (SUB << 2) + 256
  rares = top
}

export function beginTokens(): void {
  carry = 0
  lastAlnum = 0
  lastColons = 0
  lastDots = 0
  lastDigits = 0
  lastTwo = 0
  lastFour = 0
  lastJoints = 0
  lastInner = 0
  sharedTo = 0
  store<u64>(tokenBits - 8, 0)
  store<u64>(dotBits - 8, 0)
  store<u64>(hyphenBits - 8, 0)
}

/** Takes the last masks of this sub-chunk along as the next one's history. */
export function keepHistory(blocks: i32): void {
  const at = (<usize>blocks << 3) - 8
  store<u64>(tokenBits - 8, load<u64>(tokenBits + at))
  store<u64>(dotBits - 8, load<u64>(dotBits + at))
  store<u64>(hyphenBits - 8, load<u64>(hyphenBits + at))
}

// @ts-ignore: decorator
@inline function mask64(a: v128, b: v128, c: v128, d: v128): u64 {
  return <u64><u32>(i8x16.bitmask(a) | (i8x16.bitmask(b) << 16)) | (<u64><u32>(i8x16.bitmask(c) | (i8x16.bitmask(d) << 16)) << 32)
}
// @ts-ignore: decorator
@inline function digits(v: v128): v128 { return i8x16.gt_s(i8x16.add(v, i8x16.splat(70)), i8x16.splat(117)) }
// @ts-ignore: decorator
@inline function letters(lower: v128): v128 { return i8x16.gt_s(i8x16.add(lower, i8x16.splat(5)), i8x16.splat(101)) }

/** One bit if the lane's bytes are pairs of letters or digits with one other byte between them. */
// @ts-ignore: decorator
@inline function pairLane(others: u32): u32 { return <u32>(others == 0x9249) | <u32>(others == 0x2492) | <u32>(others == 0x4924) }

/** Masks and token ends of `blocks` blocks of 64 bytes. */
export function passA(from: usize, blocks: i32): void {
  let end = ends
  let spot = sparse
  let odd = rares
  let added = carry
  let alnum1 = lastAlnum
  let colons1 = lastColons
  let dots1 = lastDots
  let digits1 = lastDigits
  let two1 = lastTwo
  let four1 = lastFour
  let joints1 = lastJoints
  const wanted = harvesting ? features | F_IPV4 | F_IPV6 | F_DIGESTS : features
  const wantJoints: u32 = wanted & F_IPV4 ? 1 : 0
  const wantLanes: u64 = wanted & F_DIGESTS ? -1 : 0
  const wantPairs: u32 = wanted & F_DIGESTS ? 3 : 0
  const wantColons: u64 = wanted & (F_IPV4 | F_IPV6) ? -1 : 0
  const wantNumbers: u64 = wanted & F_IPV4 ? -1 : 0
  const short = (features & F_SHORT_GROUPS) != 0
  const DOT = i8x16.splat(46)
  const HYPHEN = i8x16.splat(45)
  const COLON = i8x16.splat(58)
  const CASE = i8x16.splat(32)
  for (let block: i32 = 0; block < blocks; block++) {
    const p = from + (<usize>block << 6)
    const v0 = v128.load(p)
    const v1 = v128.load(p, 16)
    const v2 = v128.load(p, 32)
    const v3 = v128.load(p, 48)
    const l0 = v128.or(v0, CASE)
    const l1 = v128.or(v1, CASE)
    const l2 = v128.or(v2, CASE)
    const l3 = v128.or(v3, CASE)
    const n0 = digits(v0)
    const n1 = digits(v1)
    const n2 = digits(v2)
    const n3 = digits(v3)
    const N = mask64(n0, n1, n2, n3)
    const A = mask64(v128.or(letters(l0), n0), v128.or(letters(l1), n1), v128.or(letters(l2), n2), v128.or(letters(l3), n3))
    const H = mask64(i8x16.eq(v0, HYPHEN), i8x16.eq(v1, HYPHEN), i8x16.eq(v2, HYPHEN), i8x16.eq(v3, HYPHEN))
    const C = mask64(i8x16.eq(v0, COLON), i8x16.eq(v1, COLON), i8x16.eq(v2, COLON), i8x16.eq(v3, COLON))
    let X = mask64(rareMask(v0), rareMask(v1), rareMask(v2), rareMask(v3))
    const dots = mask64(i8x16.eq(v0, DOT), i8x16.eq(v1, DOT), i8x16.eq(v2, DOT), i8x16.eq(v3, DOT))
    // The second of two dots ends what stands before it.
    const D = dots & ~((dots << 1) | (dots1 >> 63))
    dots1 = dots
    const W = A | D
    store<u64>(tokenBits + (<usize>block << 3), W | H)
    store<u64>(dotBits + (<usize>block << 3), D)
    store<u64>(hyphenBits + (<usize>block << 3), H)
    // The addition carries each dotted run to the first byte behind it, so one add finds exactly the ends of runs that have a dot.
    const sum = W + D
    const total = sum + added
    added = <u64>(sum < W) | <u64>(total < sum)
    let found = total & ~W
    const count = <usize>popcnt(found)
    store<u32>(end, <u32>p + <u32>ctz(found))
    found &= found - 1
    store<u32>(end, <u32>p + <u32>ctz(found), 4)
    found &= found - 1
    store<u32>(end, <u32>p + <u32>ctz(found), 8)
    found &= found - 1
    if (count > 3) {
      let more = end + 12
      while (found) {
        store<u32>(more, <u32>p + <u32>ctz(found))
        more += 4
        found &= found - 1
      }
    }
    end += count << 2
    // A run of 31 letters and digits or more holds an aligned lane of 16; every run of 16 pairs one of those at a multiple of 32.
    const gaps = ~A
    const lanes = (gaps - 0x0001000100010001) & ~gaps & 0x8000800080008000 & wantLanes
    const pairs = (pairLane(<u32>gaps & 0xffff) | (pairLane(<u32>(gaps >> 32) & 0xffff) << 1)) & wantPairs
    // Two colons, or a colon behind four letters or digits and before one of them or a colon.
    const before = ((A << 1) | (alnum1 >> 63)) & ((A << 2) | (alnum1 >> 62)) & ((A << 3) | (alnum1 >> 61)) & ((A << 4) | (alnum1 >> 60))
    let colons = C & ((before & ((A >> 1) | (C >> 1) | TOP)) | ((C << 1) | (colons1 >> 63))) & wantColons
    if (short) {
      // Eight short groups have seven colons between letters or digits within two blocks.
      const inner = C & ((A << 1) | (alnum1 >> 63))
      if (popcnt(inner) + popcnt(lastInner) >= 7) colons |= inner
      lastInner = inner
    }
    alnum1 = A
    colons1 = C
    // Eight digits in a row.
    const digitBefore = digits1 >> 63
    const two = N & ((N << 1) | digitBefore)
    const four = two & ((two << 2) | (two1 >> 62))
    const numbers = four & ((four << 4) | (four1 >> 60)) & wantNumbers
    digits1 = N
    two1 = two
    four1 = four
    store<u64>(spot, lanes)
    store<u64>(spot, colons, 8)
    store<u64>(spot, numbers, 16)
    store<u32>(spot, <u32>p, 24)
    // Three hyphens between digits within a block and the end of the one before.
    const joints = H & ((N << 1) | digitBefore) & ((N >> 1) | TOP)
    const joined = <u32>(<u32>popcnt(joints) + <u32>popcnt(joints1 >> 48) > 2) & wantJoints
    joints1 = joints
    const flags = pairs | (joined << 2)
    store<u32>(spot, flags, 28)
    spot += <usize>((lanes | colons | numbers | flags) != 0) << 5
    const oddCount = <usize>popcnt(X)
    store<u32>(odd, <u32>p + <u32>ctz(X))
    X &= X - 1
    store<u32>(odd, <u32>p + <u32>ctz(X), 4)
    X &= X - 1
    if (oddCount > 2) {
      let more = odd + 8
      while (X) {
        store<u32>(more, <u32>p + <u32>ctz(X))
        more += 4
        X &= X - 1
      }
    }
    odd += oddCount << 2
  }
  carry = added
  lastAlnum = alnum1
  lastColons = colons1
  lastDots = dots1
  lastDigits = digits1
  lastTwo = two1
  lastFour = four1
  lastJoints = joints1
  endCount = <u32>((end - ends) >> 2)
  sparseCount = <u32>((spot - sparse) / SPARSE_BYTES)
  rareCount = <u32>((odd - rares) >> 2)
}

// Flags of a live token, above its address and length.
const NUMBER: u64 = 1 << 48 // its last label begins and ends with a digit
const LOOK: u64 = 1 << 49 // a candidate whatever the filter says

/** Kills what cannot be an indicator, hashes the rest, asks the filter, and judges what is left. `from` is the sub-chunk's start. */
export function passB(from: usize): void {
  passC(probe(hashLive(measure(from, kill(from)))))
}

/**
 * B1: two bit arrays and a few bytes tell what cannot be an indicator: a number needs three dots, or the place of a URL's host; a name a last
 * label of the set. No loop over bytes, no branch. Returns the ends that live, in place.
 */
function kill(from: usize): u32 {
  let out = ends
  const names = <u32>((features & F_NAMES) != 0)
  const addresses = <u32>((features & F_IPV4) != 0)
  const count = endCount
  const tokens = tokenBits
  const points = dotBits
  for (let index: u32 = 0; index < count; index++) {
    const place = load<u32>(ends + (<usize>index << 2))
    const offset = place - <u32>from - 1
    const shift = <u64>(~offset & 7)
    const at = <usize>(<i32>offset >> 3) - 7
    let dots = load<u64>(points + at) << shift
    // One trailing dot is the root's or the sentence's.
    const trailing = dots >> 63
    dots <<= trailing
    const token = load<u64>(tokens + at) << shift << trailing
    const end = <usize>place - <usize>trailing
    const length = <u64>clz(~token | 1)
    const lastLabel = <u64>clz(dots)
    dots &= ~(ALL >> length)
    const dotCount = <u32>popcnt(dots)
    const start = end - <usize>length
    const before = <u32>load<u16>(start - 2)
    const number = <u32>(<u32>load<u8>(end - 1) - 48 < 10) & <u32>(<u32>load<u8>(end - <usize>(lastLabel & 63)) - 48 < 10)
    const quad = <u32>(dotCount > 2) | <u32>(before == 0x2f2f) | <u32>(before == 0x2f5c) | <u32>(before >> 8 == 64)
    // `203.0.113.9.https`, as tcpdump names ports.
    const port = <u32>(dotCount == 4) & <u32>(<u32>load<u8>(start) - 48 < 10) & addresses
    const name = (getBit(LAST_LABELS, labelHash(end, <u32>lastLabel)) & names & <u32>(dots != 0)) | port
    store<u32>(out, place)
    out += <usize>((number & quad & addresses) | (name & ~number)) << 2
  }
  return <u32>((out - ends) >> 2)
}

/** B2: the shape of what lives: where the token begins, its length and its dots. */
function measure(from: usize, count: u32): u32 {
  let out = live
  let shape = lookups
  for (let index: u32 = 0; index < count; index++) {
    const place = load<u32>(ends + (<usize>index << 2))
    const offset = place - <u32>from - 1
    const shift = <u64>(~offset & 7)
    const at = <usize>(<i32>offset >> 3) - 7
    let dots = load<u64>(dotBits + at) << shift
    const trailing = dots >> 63
    dots <<= trailing
    const token = load<u64>(tokenBits + at) << shift << trailing
    const hyphens = load<u64>(hyphenBits + at) << shift << trailing
    const end = <usize>place - <usize>trailing
    const whole = <u64>clz(~token | 1)
    const lastLabel = <u64>clz(dots)
    const number = <u64>isDigit(load<u8>(end - 1)) & <u64>isDigit(load<u8>(end - <usize>(lastLabel & 63)))
    // A hyphen is a boundary for addresses: the shorter of two lengths, without a branch.
    const cut = <i64>clz(hyphens) - <i64>whole
    let length = whole + (<u64>(cut & (cut >> 63)) & (0 - number))
    dots &= ~(ALL >> length)
    const leading = (dots >> ((64 - length) & 63)) & <u64>(length != 0)
    dots ^= leading << ((64 - length) & 63)
    length -= leading
    const dotCount = <u32>popcnt(dots)
    // Only pass C can tell what is no plain quad.
    const port = <u32>(dotCount == 4) & <u32>isDigit(load<u8>(end - <usize>length)) & (1 ^ <u32>number)
    const look = <u64>((<u32>number & (<u32>(dotCount != 3) | <u32>(length > 15))) | port)
    store<u64>(out, <u64>end | (length << 32) | (number << 48) | (look << 49))
    store<u64>(shape, dots)
    out += 8
    shape += 8
  }
  return count
}

/** B3: the whole address or the last two labels. */
function hashLive(count: u32): u32 {
  const ZERO = i8x16.splat(48)
  for (let index: u32 = 0; index < count; index++) {
    const token = load<u64>(live + (<usize>index << 3))
    let dots = load<u64>(lookups + (<usize>index << 3))
    const end = <usize><u32>token
    const length = <u32>(token >> 32) & 0xffff
    const firstDot = dots
    dots &= ~(TOP >> <u64>clz(dots))
    const second = <u32>clz(dots)
    let look: u32 = 0
    let keyed = min<u32>(length, second)
    if (token & NUMBER) {
      keyed = length
      const start = end - length
      // Zeros at the start of a part with a digit behind them.
      const zeros = <u32>i8x16.bitmask(i8x16.eq(v128.load(end - 16), ZERO))
      const points = <u32>(firstDot >> 48)
      const starts = (points << 1) | (1 << ((16 - length) & 31))
      look = <u32>((zeros & starts & ~(points >> 1) & 0x7fff) != 0)
      // Networks of the set around the address, networks and ranges of the log that begin with it.
      const octets = octetsHash(start, (length - second - 1) & 7)
      const next = <u32>load<u8>(end)
      look |= getBit(NET_OCTETS, octets) | (<u32>(next == 47) & getBit(ALL_OCTETS, octets)) | <u32>(next == 45)
    } else look = <u32>(second >= 56) & <u32>(length >= 56)
    store<u64>(lookups + (<usize>index << 3), quickHash(end - keyed, keyed))
    store<u64>(live + (<usize>index << 3), token | (<u64>look << 49))
  }
  return count
}

/** B4: nothing else in the loop, so that several cache misses are under way at once. */
function probe(count: u32): u32 {
  let out = candidates
  const filter = filterAt
  const shift = filterShift
  for (let index: u32 = 0; index < count; index++) {
    const hash = load<u64>(lookups + (<usize>index << 3))
    const token = load<u64>(live + (<usize>index << 3))
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
      if (quadMeets(end - length) || ((load<u16>(end - length - 2) == 0x2f2f || load<u16>(end - length - 2) == 0x2f5c || load<u8>(end - length - 1) == 64) && hostMeets(end - length)))
        mark(end - 1)
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

/** The name's key for the filter, as the passes above see it: the last dotted run; bytes of it in `keyLength`, where it ends in `keyEnd`. */
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
