// Bytes behind which a spelling may hide: escapes, percent signs, entities, colours, bracketed marks, and all that is not ASCII. Most of them
// hide nothing, which the byte beside them tells; a line with one that does is set aside to be decoded, or marked at once.
import { hostMeets } from "./address"
import { asking, harvesting, noteAnyLabel, noteIdnLabel, noteLabel, setAsking } from "./asked"
import { hexMask, hexValue, isAlnum, isDigit, isHex, isHigh, isLetter, isToken } from "./bytes"
import { labelHash } from "./hash"
import { isSlow, mark, markSlow, reading } from "./marks"
import { AFTER, BEFORE, F_IDN_LAST, F_IPV4, F_NAMES, features, getBit, gramStep, KINDS, LAST_LABELS, tinies } from "./memory"
import { rareCount, rares } from "./tokens"

/** What a text hides, and so which decoders it needs. */
export const TRANSPORT: u32 = 1
export const PERCENT: u32 = 2
export const INVISIBLE: u32 = 4
export const DEFANGED: u32 = 8

let namesTo: usize = 0
export function beginRare(): void {
  namesTo = 0
  askedNamesTo = 0
}

/** Two loops: the first drops what its neighbour clears, without a branch; the second looks at what is left. */
export function passRare(): void {
  let out = rares
  for (let index: u32 = 0; index < rareCount; index++) {
    const at = load<u32>(rares + (<usize>index << 2))
    store<u32>(out, at)
    out += <usize>mayHide(at) << 2
  }
  for (let index = rares; index < out; index += 4) rareByte(load<u32>(index))
  if (!harvesting) return
  setAsking(true)
  for (let index = rares; index < out; index += 4) askRareByte(load<u32>(index))
  setAsking(false)
}

let askedNamesTo: usize = 0

function askRareByte(at: usize): void {
  const byte = <u32>load<u8>(at)
  if (byte >= 128) {
    if (at >= askedNamesTo) askedNamesTo = unicodeName(at)
  } else if (byte == 120 || byte == 88) hexHost(at)
}

/** Whether the byte before or behind this one lets it hide anything. */
// @ts-ignore: decorator
@inline function mayHide(at: usize): u32 {
  const three = load<u32>(at - 1)
  const kinds = <u32>load<u16>(KINDS + (<usize>((three >> 8) & 255) << 1))
  return <u32>((kinds & (<u32>load<u16>(AFTER + (<usize>((three >> 16) & 255) << 1)) | <u32>load<u16>(BEFORE + (<usize>(three & 255) << 1)))) != 0)
}

/** Fills the tables of kinds. `\/` changes nothing but pieces. */
export function layKinds(): void {
  const hasPieces = gramStep != 0 || tinies != 0
  for (let byte: u32 = 0; byte < 256; byte++) {
    const at = <usize>byte << 1
    store<u16>(KINDS + at, <u16>kindOf(byte))
    const after: u32 =
      ALWAYS |
      (isEscape(byte) && (hasPieces || byte != 47) ? BACKSLASH : 0) |
      (isHex(byte) || (byte | 32) == 117 ? PER_CENT : 0) |
      (byte == 35 || isLetter(byte) ? AMPERSAND : 0) |
      (byte == 48 || byte == 49 ? HASH : 0) |
      (byte == 91 ? CARET : 0) |
      (isDigit(byte) || afterOpen(byte) ? ROUND : 0) |
      (afterOpen(byte) ? OPEN : 0)
    const before: u32 = (byte == 48 ? HEX : 0) | (byte == 46 || byte == 58 || byte == 64 || byte == 47 ? CLOSE : 0)
    store<u16>(AFTER + at, <u16>after)
    store<u16>(BEFORE + at, <u16>before)
  }
}

const ALWAYS: u32 = 1
const BACKSLASH: u32 = 2
const PER_CENT: u32 = 4
const AMPERSAND: u32 = 8
const HASH: u32 = 16
const CARET: u32 = 32
const ROUND: u32 = 64
const OPEN: u32 = 128
const HEX: u32 = 256
const CLOSE: u32 = 512

function kindOf(byte: u32): u32 {
  if (byte >= 128) return ALWAYS
  switch (byte) {
    case 27: return ALWAYS
    case 92: return BACKSLASH
    case 37: return PER_CENT
    case 38: return AMPERSAND
    case 35: return HASH
    case 94: return CARET
    case 40: return ROUND
    case 91: case 123: return OPEN
    case 120: case 88: return HEX
    case 41: case 93: case 125: return CLOSE
  }
  return 0
}

function afterOpen(next: u32): bool {
  const lower = next | 32
  return next == 46 || next == 58 || next == 47 || next == 64 || next == 32 || next == 9 || next == 40 || next == 91 || next == 123 || next == 0xc2 || next == 0xa0 || lower == 100 || lower == 112 || lower == 97
}

function rareByte(at: usize): void {
  const byte = <u32>load<u8>(at)
  if (byte >= 128) {
    if (!reading && !isSlow(at) && vanishes(at, byte)) markSlow(at)
    if (features & F_NAMES && at >= namesTo) namesTo = unicodeName(at)
  } else if (byte == 120 || byte == 88) {
    if (features & F_IPV4) hexHost(at)
  } else if (!reading && !isSlow(at) && hides(at, byte)) markSlow(at) // readings are decoded already, three layers deep
}

/** What the text hides. */
export function hidden(from: usize, to: usize): u32 {
  let found: u32 = 0
  for (let block = from; block < to; block += 16) {
    let bits = <u32>i8x16.bitmask(rareMask(v128.load(block)))
    if (to - block < 16) bits &= (1 << <u32>(to - block)) - 1
    for (; bits; bits &= bits - 1) {
      const at = block + <usize>ctz(bits)
      if (!mayHide(at)) continue
      const byte = <u32>load<u8>(at)
      if (byte < 128) found |= hides(at, byte)
      else if (vanishes(at, byte)) found |= byte == 0x9b || (byte == 0xc2 && load<u8>(at, 1) == 0x9b) ? TRANSPORT : byte == 0xe3 || (byte == 0xef && load<u8>(at, 1) != 0xbb) ? DEFANGED : INVISIBLE
    }
    if (found == (TRANSPORT | PERCENT | INVISIBLE | DEFANGED)) break
  }
  return found
}

/** `[ \ ] ^ { | } ~`, `# $ % & ' ( )`, escape, `x`, and all that is not ASCII (its sign bit): what pass A takes, and a few that hide nothing. */
// @ts-ignore: decorator
@inline export function rareMask(v: v128): v128 {
  const lower = v128.or(v, i8x16.splat(32))
  const brackets = i8x16.gt_s(i8x16.add(lower, i8x16.splat(1)), i8x16.splat(0x7b))
  const signs = i8x16.gt_s(i8x16.add(v, i8x16.splat(0x56)), i8x16.splat(0x78))
  return v128.or(v128.or(v128.or(brackets, signs), v128.or(i8x16.eq(v, i8x16.splat(27)), i8x16.eq(lower, i8x16.splat(0x78)))), v)
}

/** What an escape, an entity, a length prefix or a bracketed mark that begins here needs; 0 if there is none. */
function hides(at: usize, byte: u32): u32 {
  const next = <u32>load<u8>(at, 1)
  switch (byte) {
    case 27: return TRANSPORT
    case 92: return next == 46 ? DEFANGED : isEscape(next) && !isLoneDigit(at, next) && backslashHides(at, next) ? TRANSPORT : 0
    case 37: return isHex(load<u8>(at, 2)) && ((next | 32) == 117 || (isHex(next) && percentHides(at, next))) ? PERCENT : 0
    case 38: return next == 35 || entity(at + 1) ? TRANSPORT : 0
    case 35: return (next == 48 && load<u8>(at, 2) - 48 < 4) || (next == 49 && load<u8>(at, 2) == 55 && load<u8>(at, 3) == 55) ? TRANSPORT : 0
    case 94: return next == 91 ? TRANSPORT : 0
    case 40: return (isDigit(next) && lengthPrefix(at + 1) ? TRANSPORT : 0) | (opener(at, next) ? DEFANGED : 0)
    case 91:
    case 123: return opener(at, next) ? DEFANGED : 0
    case 41:
    case 93:
    case 125: return closer(at) ? DEFANGED : 0
  }
  return 0
}

/** `\u`, `\U`, `\x`, `\/`, `\t` and the like, octal, and `\.`; a quote or another backslash behind it hides nothing. */
function isEscape(next: u32): bool {
  switch (next) {
    case 47: case 46: case 117: case 85: case 120: case 97: case 98: case 101: case 102: case 110: case 114: case 116: case 118: return true
    case 48: case 49: case 50: case 51: return true
  }
  return false
}

/**
 * Whether an escape changes anything that is looked for. `\/` stands between tokens whether it is undone or not; so does a control character,
 * but for its letter, which sticks to what follows. Pieces are compared with all that stands between their words.
 */
function backslashHides(at: usize, next: u32): bool {
  if (gramStep || tinies) return true
  if (next == 47) return false
  if (next == 117 || next == 85 || next == 120 || isDigit(next)) return true
  return sticks(at + 2)
}

/** The same for `%2F`: two digits of a character that ends tokens stick to what follows. */
function percentHides(at: usize, next: u32): bool {
  if (gramStep || tinies) return true
  const byte = <u32>((hexValue(next) << 4) | hexValue(load<u8>(at, 2)))
  return !isBetween(byte) || sticks(at + 3)
}

/** White space, quotes, `!*,;<=>?/|~$` and control characters: in no token, and no part of another escape. */
function isBetween(byte: u32): bool {
  switch (byte) {
    case 32: case 33: case 34: case 36: case 39: case 42: case 44: case 47: case 59: case 60: case 61: case 62: case 63: case 124: case 126: return true
  }
  return byte < 27
}

/**
 * Whether what begins here may be an address, a name of the set's last labels, a number or a digest, so that what stands before it must be
 * known. It is at most as long as a name.
 */
function sticks(from: usize): bool {
  let at = from
  while (load<u8>(at) == 46) at++
  const start = at
  let dot: usize = 0
  let digits = true
  while (at - start < 256) {
    const byte = <u32>load<u8>(at)
    if (byte == 58 || byte == 64 || isHigh(byte)) return true
    if (byte == 46) dot = at
    else if (!isAlnum(byte) && byte != 45 && byte != 95 && byte != 43) break
    else if (!isDigit(byte)) digits = false
    at++
  }
  if (at - start > 30 || (digits && at - start > 6)) return true
  if (!dot) return false
  let end = at
  while (end > dot && !isAlnum(load<u8>(end - 1))) end--
  // Behind a trailing dot, a hyphen or an underscore the last label begins elsewhere.
  if (end == dot || end != at) return true
  // What is harvested must not depend on the set.
  return harvesting || (isDigit(load<u8>(dot, 1)) && isDigit(load<u8>(end - 1))) || getBit(LAST_LABELS, labelHash(end, <u32>(end - dot - 1))) != 0
}

function isLoneDigit(at: usize, next: u32): bool {
  return next - 49 < 3 && !(load<u8>(at, 2) - 48 < 8 && load<u8>(at, 3) - 48 < 8)
}

function entity(from: usize): bool {
  if (!i8x16.bitmask(i8x16.eq(v128.load(from), i8x16.splat(59)))) return false
  let at = from
  while (at - from < 9 && isLetter(load<u8>(at))) at++
  return at - from > 1 && load<u8>(at) == 59
}

/** `(4)evil(`: a number of one or two digits in brackets, behind it as many characters and the next bracket. */
function lengthPrefix(from: usize): bool {
  let count: u32 = load<u8>(from) - 48
  let at = from + 1
  if (isDigit(load<u8>(at))) count = count * 10 + load<u8>(at++) - 48
  if (count == 0 || load<u8>(at) != 41) return false
  for (const end = at + 1 + count; ++at < end; ) {
    const byte = <u32>load<u8>(at)
    if (byte >= 128) return true // characters are not bytes
    if (byte <= 32 || byte == 40 || byte == 41 || byte == 92) return false
  }
  return load<u8>(at) == 40
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

/** `0xcb007109`, `0xcb.0.113.9`: the run it stands in, as a URL's host. A number of more digits, as pointers have, is no address. */
function hexHost(at: usize): void {
  if (load<u8>(at, 1) != 48 && isHex(load<u8>(at, 9)) && areHex8(at + 1)) return
  let from = at - 1
  while (at - from < 40 && (isHex(load<u8>(from - 1)) || load<u8>(from - 1) == 46 || (load<u8>(from - 1) | 32) == 120)) from--
  if (!isAlnum(load<u8>(from - 1)) && hostMeets(from)) mark(at)
}

function areHex8(from: usize): bool { return (hexMask(v128.load(from)) & 0xff) == 0xff }

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
 * if a label behind one of its dots begins with a last label of the set, or could stand for one. Returns where it ends.
 */
function unicodeName(at: usize): usize {
  let from = at
  while (at - from < 256 && inName(load<u8>(from - 1))) from--
  let to = at
  while (to - at < 1024 && inName(load<u8>(to))) to++
  for (let dot = from + 1; dot < to; dot++) {
    if (load<u8>(dot) != 46) continue
    let end = dot + 1
    while (end < to && isAlnum(load<u8>(end))) end++
    const length = <u32>(end - dot - 1)
    if (asking) {
      if (length == 0) {
        if (load<u8>(dot, 1) >= 128) noteIdnLabel()
      } else noteLabel(labelHash(end, length))
      if (compatible(end)) noteAnyLabel()
    } else if (length == 0 ? mayBeLast(dot + 1) : getBit(LAST_LABELS, labelHash(end, length)) != 0 || compatible(end)) {
      mark(dot)
      return to
    }
  }
  return to
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
