// The scan kernel, first form: one pass over the bytes that marks every line which could hold an indicator. It may mark too much, never too
// little: spellings that are rare in logs (escapes, percent signs, IPv6, brackets around dots) mark their line outright where the set has an
// indicator that could be spelled so; dotted tokens, digests and numbers are looked up. The strict verifier judges what is marked.
//
// Memory: [0, TABLES) tables, then the room, then the marks. The host calls layout() once, add…() for each key, then scan() for each block.

const FILTER_AT: usize = 1024 // below it: the class table, 256 bytes
let filterMask: u32 = 0
let prefixesAt: usize = 0 // 65,536 bits: the first two octets of every network
let sixteensAt: usize = 0 // 65,536 bits: the first two octets of every address and network
let roomAt: usize = 0
let marksAt: usize = 0
let newlineCount: u32 = 0
let features: u32 = 0

// What the set holds, and so which spellings deserve a mark.
const HAS_IPV4: u32 = 1
const HAS_IPV6: u32 = 2
const HAS_NAMES: u32 = 4 // domains, URLs, mail
const HAS_HASHES: u32 = 8
const HAS_STRINGS: u32 = 16 // file names, paths, user agents: every line goes to the verifier

// Classes of bytes.
const TOKEN: u8 = 1 // letter, digit, hyphen, underscore, and every byte of a non-ASCII letter
const DOT: u8 = 2
const DIGIT: u8 = 4
const HEX: u8 = 8
const COLON: u8 = 16
const RARE: u8 = 32 // may begin or be part of an escape, a bracketed mark or a length prefix
const HIGH: u8 = 64 // not ASCII

/** Lays the tables out; the filter has 2^bits bits. Returns the bytes of memory needed for a room of so many bytes and its marks. */
export function layout(bits: u32, roomBytes: u32, has: u32): u32 {
  features = has
  filterMask = (1 << bits) - 1
  prefixesAt = FILTER_AT + ((<usize>1 << bits) >> 3)
  sixteensAt = prefixesAt + 8192
  roomAt = sixteensAt + 8192 + 4096
  marksAt = roomAt + <usize>roomBytes + 4096
  return <u32>(marksAt + <usize>roomBytes * 8 + 65536)
}

/** Fills the class table; once, when the memory is large enough. */
export function start(): void {
  for (let at: i32 = 0; at < 256; at++) {
    let kind: u8 = 0
    const digit = at >= 48 && at <= 57
    const lower = at | 32
    if (digit || (lower >= 97 && lower <= 122) || at == 45 || at == 95 || at >= 128) kind |= TOKEN
    if (at == 46) kind |= DOT
    if (digit) kind |= DIGIT | HEX
    if (lower >= 97 && lower <= 102) kind |= HEX
    if (at == 58) kind |= COLON
    if (at == 92 || at == 37 || at == 38 || at == 35 || at == 27 || at == 91 || at == 40 || at == 123 || at == 94) kind |= RARE
    if (at >= 128) kind |= HIGH
    store<u8>(at, kind)
  }
}

export function room(): u32 { return <u32>roomAt }
export function marks(): u32 { return <u32>marksAt }
export function newlines(): u32 { return newlineCount }

/** A key of 64 bits as two halves: the address as a number, the hash of a name's last two labels, the first half of a digest. */
export function addKey(hash: u32): void { setBit(FILTER_AT, hash & filterMask) }
export function addNetworkPrefix(sixteen: u32): void { setBit(prefixesAt, sixteen) }
export function addSixteen(sixteen: u32): void { setBit(sixteensAt, sixteen) }
/** The hash of `length` bytes at the start of the room, letters folded. */
export function hashOfRoom(length: u32): u32 { return hashOf(roomAt, roomAt + length) }
export function hashOfAddress(address: u32): u32 { return mix(address) }

/** Marks lines of room[0, length): pairs of 32-bit start and number of newlines before. Returns the number of pairs. */
export function scan(length: u32): u32 {
  const end = roomAt + length
  store<u8>(end, 10)
  let lineStart = roomAt
  let found: u32 = 0
  let lines: u32 = 0
  let at = roomAt
  let marked = (features & HAS_STRINGS) != 0
  while (at < end) {
    const byte = load<u8>(at)
    if (byte == 10) {
      if (marked) found = mark(found, lineStart, lines)
      marked = (features & HAS_STRINGS) != 0
      lines++
      at++
      lineStart = at
      continue
    }
    if (marked) {
      // Nothing more to learn about this line.
      at = nextNewline(at, end)
      continue
    }
    const kind = load<u8>(byte)
    if (kind & (TOKEN | DOT)) {
      const from = at
      let dots: u32 = 0
      let hexOnly: u8 = HEX
      let all: u8 = 0
      let one = kind
      do {
        all |= one
        if (one & DOT) dots++
        else hexOnly &= one
        at++
        one = load<u8>(load<u8>(at))
      } while (one & (TOKEN | DOT))
      marked = token(from, at, dots, hexOnly != 0, all)
    } else if (kind & COLON) {
      marked = (features & (HAS_IPV6 | HAS_IPV4 | HAS_HASHES)) != 0 && colonRun(lineStart, at, end)
      at++
    } else if (kind & RARE) {
      skip = 1
      marked = rare(byte, at, end)
      at += skip
    } else at++
  }
  if (lineStart < end && marked) found = mark(found, lineStart, lines)
  newlineCount = lines
  return found
}

function mark(found: u32, lineStart: usize, lines: u32): u32 {
  store<u32>(marksAt + (<usize>found << 3), <u32>(lineStart - roomAt))
  store<u32>(marksAt + (<usize>found << 3) + 4, lines)
  return found + 1
}

function nextNewline(from: usize, end: usize): usize {
  let at = from
  const newline = i8x16.splat(10)
  while (at + 16 <= end) {
    const bits = i8x16.bitmask(i8x16.eq(v128.load(at), newline))
    if (bits) return at + <usize>ctz(bits)
    at += 16
  }
  while (at < end && load<u8>(at) != 10) at++
  return at
}

function token(from: usize, to: usize, dots: u32, hexOnly: bool, all: u8): bool {
  const length = <u32>(to - from)
  if ((features & HAS_HASHES) && length >= 32 && digests(from, to)) return true
  if ((features & HAS_IPV4) && numericHost(from, to)) return true
  // The address words of /proc/net/tcp6, with a port behind them.
  if (length == 32 && hexOnly && dots == 0 && (features & (HAS_IPV4 | HAS_IPV6)) && load<u8>(to) == 58) return true
  if (dots == 0) {
    if (hexOnly) {
      // The eight hex digits of /proc/net/tcp, the numbers of address fields, and digests.
      if ((features & HAS_IPV4) && length >= 8 && length <= 10 && number(from, to)) return true
      if ((features & HAS_HASHES) && length == 2 && load<u8>(to) == 32) return pairs(from)
    } else if ((features & HAS_IPV4) && (load<u8>(from) == 48) && (load<u8>(from + 1) | 32) == 120 && length >= 3 && length <= 10 && number(from + 2, to)) return true
    // A JA4 fingerprint, or pairs joined by hyphens.
    return (features & HAS_HASHES) != 0 && length >= 36 && (all & HIGH) == 0 && (load<u8>(from + 2) == 45 || load<u8>(from + 10) == 95)
  }
  if (features & HAS_IPV4) {
    if (dots >= 3 && quads(from, to)) return true
    if (length >= 7 && embedded(from, to)) return true
  }
  if ((features & HAS_NAMES) == 0) return reverseName(to)
  if (all & HIGH) return true
  // Trailing dots are the root's.
  let last = to
  while (last > from && (load<u8>(last - 1) == 46 || load<u8>(last - 1) == 45)) last--
  let seen: u32 = 0
  let start = last
  while (start > from) {
    if (load<u8>(start - 1) == 46) {
      seen++
      if (seen == 2) break
    }
    start--
  }
  if (probe(hashOf(start, last))) return true
  return reverseName(to)
}

/** Runs of hex digits of a digest's length; an underscore, hyphen or dot is a boundary. */
function digests(from: usize, to: usize): bool {
  let start = from
  let at = from
  while (at <= to) {
    const kind = at < to ? load<u8>(load<u8>(at)) : 0
    if (!(kind & HEX)) {
      const length = <u32>(at - start)
      if ((length == 32 || length == 40 || length == 64 || length == 128) && probe(hashOf(start, start + 16))) return true
      start = at + 1
    }
    at++
  }
  return false
}

/** A URL host of numbers that is no plain dotted quad: hex, octal or fewer than four parts (WHATWG reads them as addresses). */
function numericHost(from: usize, to: usize): bool {
  const before = load<u8>(from - 1)
  const slashes = before == 47 && load<u8>(from - 2) == 47
  if (!slashes && before != 64 && before != 92) return false
  let dots: u32 = 0
  let odd = false
  for (let at = from; at < to; at++) {
    const byte = load<u8>(at)
    const kind = load<u8>(byte)
    if (byte == 46) dots++
    else if ((byte | 32) == 120) odd = true
    else if (!(kind & HEX)) return false
    // A leading zero is octal.
    if (byte == 48 && (at == from || load<u8>(at - 1) == 46) && at + 1 < to && (load<u8>(load<u8>(at + 1)) & DIGIT)) odd = true
  }
  return (load<u8>(load<u8>(from)) & DIGIT) != 0 && (odd || dots < 3)
}

/** `….arpa`, the tail of reverse names. */
function reverseName(to: usize): bool {
  if ((features & (HAS_IPV4 | HAS_IPV6)) == 0) return false
  let last = to
  while (load<u8>(last - 1) == 46) last--
  return (load<u32>(last - 4) | 0x20202020) == 0x61707261
}

/** Four numbers joined by dots anywhere in a token: each window of four is an address to look up. */
function quads(from: usize, to: usize): bool {
  let window: u32 = 0
  let octal: u32 = 0
  let count: u32 = 0
  let at = from
  while (at < to) {
    let value: u32 = 0
    let eight: u32 = 0
    let digits: u32 = 0
    while (at < to && (load<u8>(load<u8>(at)) & DIGIT)) {
      const digit = <u32>load<u8>(at) - 48
      value = value * 10 + digit
      eight = eight * 8 + digit
      digits++
      at++
      if (digits > 12) value = 256
    }
    const next = at < to ? load<u8>(at) : 0
    if (digits == 0 || (value > 255 && eight > 255)) count = 0
    else {
      window = (window << 8) | (value & 255)
      octal = (octal << 8) | (eight & 255)
      count++
    }
    if (count >= 4) {
      if (address(window, at)) return true
      if (octal != window && address(octal, at)) return true
    }
    if (next != 46) count = 0
    if (digits > 0 && next != 46 && at < to && next != 45) {
      while (at < to && load<u8>(at) != 46 && load<u8>(at) != 45) at++
    }
    at++
  }
  return false
}

function address(value: u32, behind: usize): bool {
  if (probe(mix(value))) return true
  if (getBit(prefixesAt, value >> 16)) return true
  // A network or a range in the log may hold the indicator.
  const next = load<u8>(behind)
  return (next == 47 || next == 45) && getBit(sixteensAt, value >> 16)
}

/** Four numbers joined by hyphens within a name, forward or reversed. */
function embedded(from: usize, to: usize): bool {
  let window: u32 = 0
  let count: u32 = 0
  let at = from
  while (at < to) {
    let value: u32 = 0
    let digits: u32 = 0
    while (at < to && (load<u8>(load<u8>(at)) & DIGIT)) {
      value = digits < 9 ? value * 10 + (<u32>load<u8>(at) - 48) : 256
      digits++
      at++
    }
    if (digits > 0 && value <= 255) {
      window = (window << 8) | value
      count++
      if (count >= 4 && (address(window, at) || address(bswap(window), at))) return true
    } else count = 0
    if (at < to && load<u8>(at) != 45) {
      count = 0
      while (at < to && !(load<u8>(load<u8>(at)) & DIGIT)) at++
    } else at++
  }
  return false
}

/** A decimal number of address size, or eight hex digits in either byte order. */
function number(from: usize, to: usize): bool {
  let decimal: u64 = 0
  let hex: u32 = 0
  let plain = true
  for (let at = from; at < to; at++) {
    const byte = <u32>load<u8>(at)
    if (byte <= 57) {
      decimal = decimal * 10 + <u64>(byte - 48)
      hex = (hex << 4) | (byte - 48)
    } else {
      plain = false
      hex = (hex << 4) | ((byte | 32) - 87)
    }
  }
  if (to - from < 8) return address(hex, to)
  if (plain && decimal <= 0xffffffff && address(<u32>decimal, to)) return true
  return to - from == 8 && (address(hex, to) || address(bswap(hex), to))
}

/** Sixteen or more pairs of hex digits with spaces between them. */
function pairs(from: usize): bool {
  let count: u32 = 0
  let at = from
  while (count < 16 && (load<u8>(load<u8>(at)) & HEX) && (load<u8>(load<u8>(at + 1)) & HEX)) {
    count++
    if (load<u8>(at + 2) != 32) break
    at += 3
  }
  return count >= 16
}

/** Whether the colon at `at` may belong to an IPv6 address, a mapped one, or a digest in pairs; clock times and ports do not. */
function colonRun(lineStart: usize, at: usize, end: usize): bool {
  if (load<u8>(at + 1) == 58) return true
  // Walk at most the length of the longest address.
  let first = at
  while (first > lineStart && at - first < 48 && isRun(load<u8>(first - 1))) first--
  let colons: u32 = 0
  let last = at
  while (last < end && last - at < 48 && isRun(load<u8>(last))) {
    if (load<u8>(last) == 58) colons++
    last++
  }
  for (let one = first; one < at; one++) if (load<u8>(one) == 58) colons++
  // Up to 8 groups and a port are an address, 16 pairs and more a digest; between them lie the two hardware addresses of a firewall's frame.
  return (colons >= 6 && colons <= 8) || colons >= 15
}

function isRun(byte: u8): bool {
  return (load<u8>(byte) & (HEX | COLON)) != 0 || byte == 46
}

/** Bytes that may hide a spelling: escapes, percent-encoding, entities, colour, bracketed marks, length prefixes. */
function rare(byte: u8, at: usize, end: usize): bool {
  if (byte == 27) return true
  const next = at + 1 < end ? load<u8>(at + 1) : 0
  if (byte == 94) return next == 91 // ^[[31m: colour as a terminal spells it
  const kind = load<u8>(next)
  if (byte == 92) {
    const lower = next | 32
    if (next == 47 || next == 34 || next == 39) skip = 2
    else if (lower == 117) return encoded(at, 2, 4, end)
    else if (lower == 120) return encoded(at, 2, 2, end)
    else if (next == 116 || next == 110 || next == 114 || next == 98 || next == 102 || next == 118 || next == 97) {
      // A letter of a Windows path, or the end of an escape: the token is looked up with and without it.
      skip = 2
      return tokenAt(at + 1, end)
    } else return next == 46 || (kind & DIGIT) != 0
    return false
  }
  if (byte == 37) return encoded(at, 1, 2, end)
  if (byte == 38) return next == 35 || (kind & TOKEN) != 0 && entity(at + 1, end)
  if (byte == 35) {
    const behind = load<u8>(at + 2)
    return (next == 48 && behind >= 48 && behind <= 51) || (next == 49 && behind == 55 && load<u8>(at + 3) == 55)
  }
  if (byte == 40) {
    if (kind & DIGIT) return (features & (HAS_NAMES | HAS_IPV4 | HAS_IPV6)) != 0 && lengthPrefix(at + 1, end)
    return bracketed(next, at, end)
  }
  return bracketed(next, at, end)
}

/** How far the scan moves behind a rare byte. */
let skip: usize = 1

/** Hex digits of an encoded character: marks if it may be part of a value; otherwise it is a boundary, and the scan goes on behind it. */
function encoded(at: usize, before: usize, digits: usize, end: usize): bool {
  let value: u32 = 0
  for (let one = at + before; one < at + before + digits; one++) {
    const byte = <u32>load<u8>(one)
    if (one >= end || !(load<u8>(<u8>byte) & HEX)) return false
    value = (value << 4) | (byte <= 57 ? byte - 48 : (byte | 32) - 87)
  }
  if (value >= 128 || (load<u8>(<u8>value) & (TOKEN | DOT | RARE | COLON)) != 0) {
    // An encoded colon parts scheme and port; only an address could be spelled with it.
    if (value == 58 && (features & HAS_IPV6) == 0) {
      skip = before + digits
      return false
    }
    return true
  }
  skip = before + digits
  return false
}

function tokenAt(from: usize, end: usize): bool {
  let at = from
  let dots: u32 = 0
  let hexOnly: u8 = HEX
  let all: u8 = 0
  let one = load<u8>(load<u8>(at))
  while (at < end && (one & (TOKEN | DOT))) {
    all |= one
    if (one & DOT) dots++
    else hexOnly &= one
    at++
    one = load<u8>(load<u8>(at))
  }
  return at > from && token(from, at, dots, hexOnly != 0, all)
}

function entity(from: usize, end: usize): bool {
  for (let at = from; at < end && at - from < 10; at++) if (load<u8>(at) == 59) return true
  return false
}

/** `(4)evil`: a number in brackets with a letter or another bracket behind it. */
function lengthPrefix(from: usize, end: usize): bool {
  let at = from
  while (at < end && at - from < 3 && (load<u8>(load<u8>(at)) & DIGIT)) at++
  return load<u8>(at) == 41 && (load<u8>(load<u8>(at + 1)) & TOKEN) != 0
}

/** `[.]`, `(dot)`, `{at}`, `[:]`, `[/]`, `[point]`, `[arobase]`, with or without spaces. */
function bracketed(next: u8, at: usize, end: usize): bool {
  let inner = at + 1
  while (inner < end && inner - at < 8 && (load<u8>(inner) == 32 || load<u8>(inner) == 91 || load<u8>(inner) == 40 || load<u8>(inner) == 123)) inner++
  const byte = load<u8>(inner)
  if (byte == 46 || byte == 58 || byte == 47 || byte == 64 || byte >= 128) return true
  const two = (<u32>load<u8>(inner) | 32) << 8 | (<u32>load<u8>(inner + 1) | 32)
  return two == 0x646f || two == 0x706f || two == 0x6174 || two == 0x6172 // do, po, at, ar
}

function hashOf(from: usize, to: usize): u32 {
  let hash: u32 = 0x811c9dc5
  for (let at = from; at < to; at++) {
    let byte = <u32>load<u8>(at)
    if (byte >= 65 && byte <= 90) byte |= 32
    hash = (hash ^ byte) * 0x01000193
  }
  return mix(hash)
}

function mix(value: u32): u32 {
  let hash = value
  hash = (hash ^ (hash >> 16)) * 0x7feb352d
  hash = (hash ^ (hash >> 15)) * 0x846ca68b
  return hash ^ (hash >> 16)
}

function probe(hash: u32): bool { return getBit(FILTER_AT, hash & filterMask) }

function getBit(base: usize, bit: u32): bool {
  return ((<u32>load<u8>(base + <usize>(bit >> 3)) >> (bit & 7)) & 1) != 0
}

function setBit(base: usize, bit: u32): void {
  const at = base + <usize>(bit >> 3)
  store<u8>(at, load<u8>(at) | <u8>(<u32>1 << (bit & 7)))
}
