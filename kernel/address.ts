// Addresses in text, and whether the set meets them. Generous where the verifier is strict: a line too many costs little.
import { hexMask, hexValue, isAlnum, isDigit, isHex, isHigh } from "./bytes"
import { meets4, meets6 } from "./ranges"

/** Where the last parse ended. */
let parsedTo: usize = 0

/** A decimal, octal or hex number of at most 14 characters; -1 if there is none or it is larger than an address. */
function number(from: usize, allowHex: bool): i64 {
  let at = from
  let value: u64 = 0
  if (load<u8>(at) == 48 && (load<u8>(at, 1) | 32) == 120 && allowHex) {
    at += 2
    while (at - from < 14 && isHex(load<u8>(at))) value = (value << 4) | hexValue(load<u8>(at++))
  } else {
    const base: u64 = load<u8>(at) == 48 && isDigit(load<u8>(at, 1)) ? 8 : 10
    while (at - from < 14 && isDigit(load<u8>(at))) value = value * base + load<u8>(at++) - 48
    if (at == from) return -1
  }
  parsedTo = at
  return value > 0xffffffff ? -1 : <i64>value
}

/** What WHATWG makes of a host of one to four numbers, the last of which fills the rest; -1 if it is none. */
function hostNumber(from: usize): i64 {
  let value: u64 = 0
  let parts: u32 = 0
  let at = from
  while (true) {
    const part = number(at, true)
    if (part < 0) return -1
    at = parsedTo
    parts++
    if (load<u8>(at) == 46 && isAlnum(load<u8>(at, 1)) && parts < 4) {
      if (part > 255) return -1
      value = (value << 8) | <u64>part
      at++
      continue
    }
    const left = (5 - parts) << 3
    if (left < 32 && part >> left) return -1
    return <i64>(((parts == 1 ? 0 : value << left) & 0xffffffff) | part)
  }
  return -1
}

/** Whether the number that begins here, as a URL's host would be read, is an address of the set. */
export function hostMeets(from: usize): bool {
  const value = hostNumber(from)
  return value >= 0 && meets4(<u32>value, <u32>value)
}

/** A run of eight or more digits: a decimal address or, behind a zero, an octal one. */
export function integerMeets(from: usize, to: usize): bool {
  let value: u64 = 0
  for (let at = from; at < to && at - from < 16; at++) value = value * 10 + load<u8>(at) - 48
  if (value <= 0xffffffff && meets4(<u32>value, <u32>value)) return true
  return load<u8>(from) == 48 && hostMeets(from)
}

/** Four dotted numbers; -1 if there are none. In octal where a part begins with a zero, if so asked; parsedTo is behind them. */
function quad(from: usize, octal: bool): i64 {
  let value: u64 = 0
  let at = from
  for (let part = 0; part < 4; part++) {
    const start = at
    const base: u64 = octal && load<u8>(at) == 48 ? 8 : 10
    let one: u64 = 0
    while (at - start < 12 && isDigit(load<u8>(at))) one = one * base + load<u8>(at++) - 48
    if (at == start || one > 255) return -1
    value = (value << 8) | one
    if (part < 3 && load<u8>(at++) != 46) return -1
  }
  parsedTo = at
  return <i64>value
}

/** Four dotted numbers in every reading, with the network or range that may follow them. */
export function quadMeets(from: usize): bool {
  const decimal = quad(from, false)
  if (decimal >= 0 && followedMeets(<u32>decimal, parsedTo)) return true
  const octal = quad(from, true)
  return octal >= 0 && octal != decimal && meets4(<u32>octal, <u32>octal)
}

function followedMeets(address: u32, to: usize): bool {
  if (meets4(address, address)) return true
  const next = load<u8>(to)
  if (next == 47) {
    const bits = prefix(to + 1)
    if (bits < 0 || bits > 31) return false
    const rest: u32 = bits == 0 ? 0xffffffff : ((<u32>1 << (32 - bits)) - 1)
    return meets4(address & ~rest, bits < 16 ? address & ~rest : address | rest)
  }
  if (next == 45) {
    const last = quad(to + 1, false)
    if (last > <i64>address) return meets4(address, <u32>min<u64>(<u64>last, <u64>address + 65535))
  }
  return false
}

function prefix(from: usize): i32 {
  let at = from
  let bits: i32 = 0
  while (at - from < 3 && isDigit(load<u8>(at))) bits = bits * 10 + load<u8>(at++) - 48
  return at == from || isDigit(load<u8>(at)) ? -1 : bits
}

/** `d.c.b.a.in-addr.arpa`, from the token's start. */
export function reverse4Meets(from: usize): bool {
  const value = quad(from, false)
  return value >= 0 && load<u8>(parsedTo) == 46 && meets4(bswap<u32>(<u32>value), bswap<u32>(<u32>value))
}

/** Thirty-two nibbles, the last first, from the token's start. */
export function reverse6Meets(from: usize): bool {
  let high: u64 = 0
  let low: u64 = 0
  for (let nibble: usize = 0; nibble < 32; nibble++) {
    const value = hexValue(load<u8>(from + (nibble << 1)))
    if (value < 0 || load<u8>(from + (nibble << 1), 1) != 46) return false
    if (nibble < 16) low |= <u64>value << (nibble << 2)
    else high |= <u64>value << ((nibble - 16) << 2)
  }
  return is6(high, low)
}

/** Four numbers joined by hyphens, as providers build names: each run of them in [from, to), forward and reversed. */
export function embeddedMeets(from: usize, to: usize): bool {
  let window: u32 = 0
  let count: u32 = 0
  let at = from
  while (at < to) {
    if (!isDigit(load<u8>(at))) {
      count = 0
      at++
      continue
    }
    const start = at
    let value: u32 = 0
    while (at < to && isDigit(load<u8>(at)) && at - start < 10) value = value * 10 + load<u8>(at++) - 48
    if (value > 255 || at - start > 3) count = 0
    else {
      window = (window << 8) | value
      count++
      if (count >= 4) {
        if (meets4(window, window)) return true
        const back = bswap<u32>(window)
        if (meets4(back, back)) return true
      }
    }
    if (load<u8>(at) == 45 && isDigit(load<u8>(at, 1))) at++
    else count = 0
  }
  return false
}

/** `097100CB:01BB`: eight hex digits before this colon and four behind it, as Linux prints a little-endian word and a port. */
export function wordsMeet(colon: usize): bool {
  let digits: usize = clz<u32>(~(hexMask(v128.load(colon - 16)) << 16))
  if (digits == 16) while (digits < 33 && isHex(load<u8>(colon - 1 - digits))) digits++
  if (digits != 8 && digits != 32) return false
  if (!isHex(load<u8>(colon, 1)) || !isHex(load<u8>(colon, 4)) || isHex(load<u8>(colon, 5))) return false
  if (digits == 8) {
    const address = hexWord(colon - 8)
    return meets4(address, address)
  }
  return is6((<u64>hexWord(colon - 32) << 32) | hexWord(colon - 24), (<u64>hexWord(colon - 16) << 32) | hexWord(colon - 8))
}

function hexWord(from: usize): u32 {
  let value: u32 = 0
  for (let at: usize = 0; at < 8; at++) value = (value << 4) | <u32>(hexValue(load<u8>(from + at)) & 15)
  return bswap<u32>(value)
}

function is6(high: u64, low: u64): bool {
  if (meets6(high, low, high, low)) return true
  // Mapped ::ffff:0:0/96 and NAT64 64:ff9b::/96 hold an IPv4 address.
  return holds4(high, low) && meets4(<u32>low, <u32>low)
}

function holds4(high: u64, low: u64): bool {
  return (high == 0 && low >> 32 == 0xffff) || (high == 0x0064ff9b00000000 && low >> 32 == 0)
}

// ---------- IPv6 text

/** Halves of the last address parsed. */
let high6: u64 = 0
let low6: u64 = 0

/** An address anywhere around this colon: the run of hex digits, colons and dots, of which the words glued to its front may be no part. */
export function run6Meets(colon: usize): usize {
  let from = colon
  while (colon - from < 64 && isRun(load<u8>(from - 1))) from--
  let to = colon
  while (to - colon < 64 && isRun(load<u8>(to))) to++
  runEnd = to
  if (followed6Meets(from)) return 1
  if (!isAlnum(load<u8>(from - 1)) && !isHigh(load<u8>(from - 1))) return 0
  // A word glued to the front, of any script, as in `outside:2001:db8::9` or `srcfe80::1`.
  for (let at = from; at < to; at++) if (load<u8>(at) == 58 && (followed6Meets(at + 1) || (load<u8>(at, 1) == 58 && followed6Meets(at)))) return 1
  return 0
}

/** Behind the run that run6Meets looked at. */
export let runEnd: usize = 0

function isRun(byte: u32): bool { return isHex(byte) || byte == 58 || byte == 46 }

function followed6Meets(from: usize): bool {
  const to = parse6(from)
  if (!to) return false
  const high = high6
  const low = low6
  if (is6(high, low)) return true
  const next = load<u8>(to)
  if (next == 47) {
    const bits = prefix(to + 1)
    if (bits < 0 || bits > 127) return false
    const restHigh: u64 = bits >= 64 ? 0 : bits == 0 ? ~(<u64>0) : (<u64>1 << (64 - <u64>bits)) - 1
    const restLow: u64 = bits >= 64 ? (bits == 64 ? ~(<u64>0) : (<u64>1 << (128 - <u64>bits)) - 1) : ~(<u64>0)
    const wide = bits < 32
    if (meets6(high & ~restHigh, low & ~restLow, wide ? high & ~restHigh : high | restHigh, wide ? low & ~restLow : low | restLow)) return true
    // A network of mapped addresses.
    return holds4(high, low) && bits >= 112 && meets4(<u32>(low & ~restLow), <u32>(low | restLow))
  }
  if (next == 45 && parse6(to + 1)) {
    if (holds4(high, low)) return meets4(<u32>low, <u32>low6)
    const narrow = high6 - high <= 0xffffffff
    return meets6(high, low, narrow ? high6 : high + 0xffffffff, low6)
  }
  return false
}

/** The longest address that begins here; 0 if there is none, else where it ends. */
function parse6(from: usize): usize {
  let at = from
  let groups: i32 = 0
  let gap: i32 = -1
  let headHigh: u64 = 0
  let headLow: u64 = 0
  let tailHigh: u64 = 0
  let tailLow: u64 = 0
  if (load<u8>(at) == 58) {
    if (load<u8>(at, 1) != 58) return 0
    gap = 0
    at += 2
  }
  while (groups < 8) {
    const start = at
    let value: u64 = 0
    while (at - start < 5 && isHex(load<u8>(at))) value = (value << 4) | hexValue(load<u8>(at++))
    if (at == start) break
    if (at - start > 4) return 0
    if (load<u8>(at) == 46 && groups <= 6 && (gap >= 0 || groups == 6)) {
      const four = quad(start, false)
      if (four >= 0) {
        at = parsedTo
        if (gap < 0) headLow = (headLow << 32) | four
        else {
          tailHigh = (tailHigh << 32) | (tailLow >> 32)
          tailLow = (tailLow << 32) | four
        }
        groups += 2
        break
      }
    }
    if (gap < 0) {
      if (groups < 4) headHigh = (headHigh << 16) | value
      else headLow = (headLow << 16) | value
    } else {
      tailHigh = (tailHigh << 16) | (tailLow >> 48)
      tailLow = (tailLow << 16) | value
    }
    groups++
    if (load<u8>(at) != 58) break
    if (load<u8>(at, 1) == 58) {
      if (gap >= 0) break
      gap = groups
      at += 2
    } else {
      if (groups == 8 || !isHex(load<u8>(at, 1))) break
      at++
    }
  }
  if (gap < 0) {
    if (groups != 8) return 0
    high6 = headHigh
    low6 = headLow
    return at
  }
  if (groups > 7) return 0
  // The head stands at the top: shift it there.
  if (gap <= 4) {
    headHigh = gap == 0 ? 0 : headHigh << (<u64>(4 - gap) << 4)
    headLow = 0
  } else headLow = headLow << (<u64>(8 - gap) << 4)
  high6 = headHigh | tailHigh
  low6 = headLow | tailLow
  return at
}
