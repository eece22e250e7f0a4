// Undoes what programs do to text on its way into a log (semantics 3.3, 3.4) and what people do to a value (2), byte by byte. Each function
// copies a text without its escapes and says where the copy ends; no copy is longer than its text.
import { hexValue, isAlnum, isDigit, isHex, isHigh, isLetter } from "./bytes"

/** Whether the last copy differs from its text. */
export let changed = false

/** Where the last escape read ends. */
let readTo: usize = 0

// @ts-ignore: decorator
@inline function anyOf4(v: v128, a: i8, b: i8, c: i8, d: i8): v128 {
  return v128.or(v128.or(i8x16.eq(v, i8x16.splat(a)), i8x16.eq(v, i8x16.splat(b))), v128.or(i8x16.eq(v, i8x16.splat(c)), i8x16.eq(v, i8x16.splat(d))))
}

/** JSON and C escapes, HTML entities, syslog octal, terminal colours, Windows DNS names: what a carrier did to the text. */
export function decodeTransport(from: usize, to: usize, out: usize): usize {
  let at = from
  let end = out
  let pathTo: usize = 0
  changed = false
  while (at < to) {
    const v = v128.load(at)
    v128.store(end, v)
    const special = <u32>i8x16.bitmask(v128.or(
      anyOf4(v, 92, 38, 35, 27),
      anyOf4(v, 40, 94, -101, 94),
    ))
    if (!special) {
      at += 16
      end += 16
      continue
    }
    const plain = <usize>ctz(special)
    at += plain
    end += plain
    if (at >= to) break
    const byte = <u32>load<u8>(at)
    let code: i32 = NONE
    readTo = at + 1
    if (byte == 92) {
      // The backslashes of a Windows path separate and escape nothing but \u.
      if (at >= pathTo) {
        const begins = pathBegins(at, from)
        if (begins) pathTo = pathEnd(begins, to)
      }
      code = backslash(at, at < pathTo)
    } else if (byte == 38) code = entity(at)
    else if (byte == 35) code = octalMark(at)
    else if (byte == 40) {
      const last = dnsName(at, to, end, at > from ? <u32>load<u8>(at - 1) : 0)
      if (last) {
        changed = true
        end = last
        at = readTo
        continue
      }
    } else code = colour(at, byte)
    if (code == NONE || readTo > to) {
      // Not an escape: it stays.
      store<u8>(end++, <u8>byte)
      at++
      continue
    }
    changed = true
    end = emit(end, code)
    at = readTo
  }
  return end - (at - to)
}

/** `%2E`, and `%u002E` of old IIS. */
export function decodePercent(from: usize, to: usize, out: usize): usize {
  const PERCENT = i8x16.splat(37)
  let at = from
  let end = out
  changed = false
  while (at < to) {
    const v = v128.load(at)
    v128.store(end, v)
    const special = <u32>i8x16.bitmask(i8x16.eq(v, PERCENT))
    if (!special) {
      at += 16
      end += 16
      continue
    }
    const plain = <usize>ctz(special)
    at += plain
    end += plain
    if (at >= to) break
    const pair = hexNumber(at + 1, 2)
    const wide = load<u8>(at, 1) == 117 ? hexNumber(at + 2, 4) : -1
    if (pair >= 0 && at + 3 <= to) {
      store<u8>(end++, <u8>pair)
      at += 3
      changed = true
    } else if (wide >= 0 && at + 6 <= to) {
      end = utf8(end, wide)
      at += 6
      changed = true
    } else {
      store<u8>(end++, 37)
      at++
    }
  }
  return end - (at - to)
}

/** Nothing to decode; nothing in its place; a byte as it is; else a code point. */
const NONE: i32 = -1
const EMPTY: i32 = -2
const BYTE: i32 = 0x1000000

function emit(end: usize, code: i32): usize {
  if (code == EMPTY) return end
  if (code >= BYTE) {
    store<u8>(end, <u8>code)
    return end + 1
  }
  return utf8(end, code)
}

function utf8(end: usize, code: u32): usize {
  if (code < 0x80) {
    store<u8>(end, <u8>code)
    return end + 1
  }
  if (code < 0x800) {
    store<u8>(end, <u8>(0xc0 | (code >> 6)))
    store<u8>(end + 1, <u8>(0x80 | (code & 63)))
    return end + 2
  }
  if (code < 0x10000) {
    store<u8>(end, <u8>(0xe0 | (code >> 12)))
    store<u8>(end + 1, <u8>(0x80 | ((code >> 6) & 63)))
    store<u8>(end + 2, <u8>(0x80 | (code & 63)))
    return end + 3
  }
  store<u8>(end, <u8>(0xf0 | (code >> 18)))
  store<u8>(end + 1, <u8>(0x80 | ((code >> 12) & 63)))
  store<u8>(end + 2, <u8>(0x80 | ((code >> 6) & 63)))
  store<u8>(end + 3, <u8>(0x80 | (code & 63)))
  return end + 4
}

/** Exactly so many hex digits; -1 if they are none. */
function hexNumber(from: usize, digits: u32): i32 {
  let value: i32 = 0
  for (let at: u32 = 0; at < digits; at++) {
    const digit = hexValue(load<u8>(from + at))
    if (digit < 0) return -1
    value = (value << 4) | digit
  }
  return value
}

function backslash(at: usize, inPath: bool): i32 {
  const next = <u32>load<u8>(at, 1)
  if (next == 117) {
    if (load<u8>(at, 2) == 123) {
      let end = at + 3
      let value: u32 = 0
      while (end - at < 9 && isHex(load<u8>(end))) value = (value << 4) | hexValue(load<u8>(end++))
      if (end == at + 3 || load<u8>(end) != 125) return NONE
      readTo = end + 1
      return character(value)
    }
    const value = hexNumber(at + 2, 4)
    if (value < 0) return NONE
    readTo = at + 6
    // Two halves of one character.
    if (value >> 10 == 54 && load<u8>(at, 6) == 92 && load<u8>(at, 7) == 117) {
      const second = hexNumber(at + 8, 4)
      if (second >> 10 == 55) {
        readTo = at + 12
        return 0x10000 + ((value & 1023) << 10) + (second & 1023)
      }
    }
    return value
  }
  if (next == 85) {
    const high = hexNumber(at + 2, 4)
    const low = hexNumber(at + 6, 4)
    if (high < 0 || low < 0) return NONE
    readTo = at + 10
    return high > 16 ? 0xfffd : character((high << 16) | low)
  }
  if (inPath) return NONE
  if (next == 120) {
    const value = hexNumber(at + 2, 2)
    if (value < 0) return NONE
    readTo = at + 4
    return BYTE | value
  }
  if (next - 48 < 4 && load<u8>(at, 2) - 48 < 8 && load<u8>(at, 3) - 48 < 8) {
    readTo = at + 4
    return BYTE | ((next - 48) << 6) | ((<i32>load<u8>(at, 2) - 48) << 3) | (<i32>load<u8>(at, 3) - 48)
  }
  readTo = at + 2
  switch (next) {
    case 92: case 47: case 34: case 39: return next
    case 97: return 7
    case 98: return 8
    case 101: return 27
    case 102: return 12
    case 110: return 10
    case 114: return 13
    case 116: return 9
    case 118: return 11
    case 48: return BYTE
  }
  return NONE
}

function character(code: u32): i32 { return code == 0 || code > 0x10ffff ? 0xfffd : code }

/** `#011`, as syslog daemons write control characters. */
function octalMark(at: usize): i32 {
  const a = <i32>load<u8>(at, 1) - 48
  const b = <i32>load<u8>(at, 2) - 48
  const c = <i32>load<u8>(at, 3) - 48
  if (!((a == 0 && b >= 0 && b < 4 && c >= 0 && c < 8) || (a == 1 && b == 7 && c == 7))) return NONE
  readTo = at + 4
  return BYTE | (a << 6) | (b << 3) | c
}

function entity(at: usize): i32 {
  let end = at + 1
  if (load<u8>(end) == 35) {
    end++
    const hex = (load<u8>(end) | 32) == 120
    if (hex) end++
    const start = end
    let value: u32 = 0
    if (hex) while (end - start < 6 && isHex(load<u8>(end))) value = (value << 4) | hexValue(load<u8>(end++))
    else while (end - start < 7 && isDigit(load<u8>(end))) value = value * 10 + load<u8>(end++) - 48
    if (end == start || load<u8>(end) != 59) return NONE
    readTo = end + 1
    return character(value)
  }
  const start = end
  let name: u64 = 0
  while (end - start < 8 && isLetter(load<u8>(end))) {
    name |= <u64>(load<u8>(end) | 32) << (<u64>(end - start) << 3)
    end++
  }
  if (end - start < 2 || load<u8>(end) != 59) return NONE
  readTo = end + 1
  return namedEntity(name)
}

/** A terminal's colour and title sequences, with the escape as a byte or as `^[`. */
function colour(at: usize, byte: u32): i32 {
  let end = at + 1
  if (byte == 94) {
    if (load<u8>(end) != 91) return NONE
    end++
  }
  if (byte != 0x9b) {
    if (load<u8>(end) == 93 && byte == 27) return title(end + 1)
    if (load<u8>(end) != 91) return NONE
    end++
  }
  const start = end
  while (end - start < 64 && (load<u8>(end) - 48 < 12 || load<u8>(end) == 63)) end++
  const middle = end
  while (end - middle < 4 && load<u8>(end) - 32 < 16) end++
  if (load<u8>(end) - 64 > 62) return NONE
  readTo = end + 1
  return EMPTY
}

function title(from: usize): i32 {
  let end = from
  while (end - from < 257 && load<u8>(end) != 7 && load<u8>(end) != 27) end++
  if (load<u8>(end) == 7) readTo = end + 1
  else if (load<u8>(end) == 27 && load<u8>(end, 1) == 92) readTo = end + 2
  else return NONE
  return EMPTY
}

/** `(4)evil(7)example(0)`: each number is the length, in characters, of the label behind it. Writes the name; 0 if there is none. */
function dnsName(from: usize, to: usize, out: usize, before: u32): usize {
  let at = from
  let end = out
  if (isAlnum(before) || isHigh(before) || before == 95 || before == 46 || before == 45) store<u8>(end++, 32)
  let labels: u32 = 0
  while (at < to && load<u8>(at) == 40) {
    let count: u32 = 0
    let inner = at + 1
    while (inner - at < 3 && isDigit(load<u8>(inner))) count = count * 10 + load<u8>(inner++) - 48
    if (inner == at + 1 || load<u8>(inner) != 41) break
    if (count == 0) {
      if (!labels) return 0
      readTo = inner + 1
      return end
    }
    let label = inner + 1
    let chars: u32 = 0
    while (chars <= count && label < to && isLabel(load<u8>(label))) {
      chars += <u32>((load<u8>(label) & 0xc0) != 0x80)
      label++
    }
    while ((load<u8>(label) & 0xc0) == 0x80) label++
    if (chars != count || load<u8>(label) != 40) break
    if (labels++) store<u8>(end++, 46)
    const bytes = label - inner - 1
    memory.copy(end, inner + 1, bytes)
    end += bytes
    at = label
  }
  return 0
}

function isLabel(byte: u32): bool { return byte > 32 && byte != 40 && byte != 41 && byte != 92 }

/** Where the components of a Windows path begin whose first backslash this is; 0 if it begins none. */
function pathBegins(at: usize, text: usize): usize {
  const before = at > text ? <u32>load<u8>(at - 1) : 0
  if (load<u8>(at, 1) == 92) {
    // `\\host\`
    if (before == 92 || isWord(before)) return 0
    let end = at + 2
    while (end - at < 257 && (isWord(load<u8>(end)) || load<u8>(end) == 46 || load<u8>(end) == 36 || load<u8>(end) == 45)) end++
    return end > at + 2 && load<u8>(end) == 92 && load<u8>(end, 1) != 92 ? end + 1 : 0
  }
  if (at - text < 2) return 0
  const second = <u32>load<u8>(at - 2)
  const third = at - text > 2 ? <u32>load<u8>(at - 3) : 0
  // `C:\`, `..\`, `%TEMP%\`
  if (before == 58) return isLetter(second) && !isAlnum(third) ? at + 1 : 0
  if (before == 46) return second == 46 && !isWord(third) && third != 46 && third != 92 ? at + 1 : 0
  if (before != 37) return 0
  let start = at - 1
  while (start > text && at - start < 66 && isWord(load<u8>(start - 1))) start--
  return start > text && start < at - 1 && load<u8>(start - 1) == 37 ? at + 1 : 0
}

/** Folders may hold up to three blanks, as in `Program Files (x86)`; the last component ends at the first one. */
function pathEnd(from: usize, to: usize): usize {
  let start = from
  while (true) {
    const first = component(start, to, 255)
    let end = first
    for (let blanks = 0; blanks < 3 && end > start && load<u8>(end) == 32; blanks++) {
      const next = component(end + 1, to, 64)
      if (next == end + 1) break
      end = next
    }
    if (end == start || end >= to || load<u8>(end) != 92) return first
    start = end + 1
  }
  return from
}

function component(from: usize, to: usize, most: usize): usize {
  let at = from
  const stop = min<usize>(to, from + most * 4)
  let chars: usize = 0
  while (at < stop && inComponent(at)) {
    if ((load<u8>(at) & 0xc0) != 0x80 && chars++ == most) break
    at++
  }
  return at
}

function inComponent(at: usize): bool {
  const byte = <u32>load<u8>(at)
  switch (byte) {
    case 92: case 47: case 58: case 42: case 63: case 34: case 60: case 62: case 124: return false
    // White space that is not ASCII.
    case 0xc2: return load<u8>(at, 1) != 0xa0
    case 0xe1: return load<u8>(at, 1) != 0x9a || load<u8>(at, 2) != 0x80
    case 0xe2: return !((load<u8>(at, 1) == 0x80 && (load<u8>(at, 2) <= 0x8a || load<u8>(at, 2) == 0xa8 || load<u8>(at, 2) == 0xa9 || load<u8>(at, 2) == 0xaf)) || (load<u8>(at, 1) == 0x81 && load<u8>(at, 2) == 0x9f))
    case 0xe3: return load<u8>(at, 1) != 0x80 || load<u8>(at, 2) != 0x80
    case 0xef: return load<u8>(at, 1) != 0xbb || load<u8>(at, 2) != 0xbf
  }
  return byte != 32 && !(byte >= 9 && byte <= 13)
}

function isWord(byte: u32): bool { return isAlnum(byte) || byte == 95 }

// ---------- defanged text

/** Copies the text without zero-width characters and soft hyphens; no-break spaces become spaces. */
export function dropInvisible(from: usize, to: usize, out: usize): usize {
  let at = from
  let end = out
  changed = false
  while (at < to) {
    const v = v128.load(at)
    v128.store(end, v)
    const high = <u32>i8x16.bitmask(v)
    if (!high) {
      at += 16
      end += 16
      continue
    }
    const plain = <usize>ctz(high)
    at += plain
    end += plain
    if (at >= to) break
    const kind = invisible(at)
    if (kind == 0) {
      store<u8>(end++, load<u8>(at++))
      continue
    }
    changed = true
    if (kind < 0) store<u8>(end++, 32)
    at += <usize>(kind < 0 ? -kind : kind)
  }
  return end - (at - to)
}

/** Bytes of the invisible character that begins here, negative for a space; 0 if there is none. */
function invisible(at: usize): i32 {
  const byte = <u32>load<u8>(at)
  const one = <u32>load<u8>(at, 1)
  const two = <u32>load<u8>(at, 2)
  if (byte == 0xc2) return one == 0xad ? 2 : one == 0xa0 ? -2 : 0
  if (byte == 0xe1) return one == 0xa0 && two == 0x8e ? 3 : 0
  if (byte == 0xe2 && one == 0x80) {
    if (two == 0x87 || two == 0xaf) return -3
    return (two >= 0x8b && two <= 0x8f) || (two >= 0xaa && two <= 0xae) ? 3 : 0
  }
  if (byte == 0xe2 && one == 0x81) return two >= 0xa0 && two <= 0xa9 && two != 0xa5 ? 3 : 0
  if (byte == 0xef) return one == 0xbb && two == 0xbf ? 3 : 0
  if (load<u8>(at - 1) >= 128) return 0
  // Latin-1
  return byte == 0xad ? 1 : byte == 0xa0 ? -1 : 0
}

/** Undoes defanged dots, colons, slashes and at signs. */
export function refang(from: usize, to: usize, out: usize): usize {
  let at = from
  let end = out
  changed = false
  while (at < to) {
    const v = v128.load(at)
    v128.store(end, v)
    const special = <u32>i8x16.bitmask(v128.or(
      v128.or(anyOf4(v, 40, 91, 123, 92), anyOf4(v, 41, 93, 125, 92)),
      v128.or(i8x16.eq(v, i8x16.splat(-29)), i8x16.eq(v, i8x16.splat(-17))),
    ))
    if (!special) {
      at += 16
      end += 16
      continue
    }
    const plain = <usize>ctz(special)
    at += plain
    end += plain
    if (at >= to) break
    const byte = <u32>load<u8>(at)
    if (byte == 40 || byte == 91 || byte == 123) {
      const written = bracketed(at, to)
      if (written) {
        for (let blanks = 0; blanks < 4 && end > out && isBlank(load<u8>(end - 1)); blanks++) end--
        memory.copy(end, markFrom, written)
        if (word) store<u8>(end, <u8>word)
        end += written
        at = readTo
        changed = true
        continue
      }
      if (at > from && opened(at)) {
        at = readTo
        changed = true
        continue
      }
    } else if (byte == 92) {
      const dot = load<u8>(at, 1) == 92 ? at + 2 : at + 1
      if (at > from && isWide(load<u8>(at - 1)) && load<u8>(dot) == 46 && isWide(load<u8>(dot, 1)) && dot < to) {
        at = dot
        changed = true
        continue
      }
    } else if (byte >= 128) {
      const one = <u32>load<u8>(at, 1)
      const two = <u32>load<u8>(at, 2)
      if ((byte == 0xe3 && one == 0x80 && two == 0x82) || (byte == 0xef && ((one == 0xbc && two == 0x8e) || (one == 0xbd && two == 0xa1)))) {
        store<u8>(end++, 46)
        at += 3
        changed = true
        continue
      }
    } else if (at - from >= 2 && closed(at)) {
      at = readTo
      changed = true
      continue
    }
    store<u8>(end++, <u8>byte)
    at++
  }
  return end - (at - to)
}

let markFrom: usize = 0
/** The character that a word stands for. */
let word: u32 = 0

/** `[.]`, `( dot )`, `{{at}}`, `[://]`: how many bytes stand for it; 0 if it is none. */
function bracketed(from: usize, to: usize): usize {
  let at = from
  while (at - from < 8 && isOpen(load<u8>(at))) at++
  at = skipBlanks(at)
  markFrom = at
  word = 0
  const byte = <u32>load<u8>(at)
  let written: usize = 1
  if (byte == 46 || byte == 64) at++
  else if (byte == 58) {
    at++
    while (written < 3 && load<u8>(at) == 47) {
      at++
      written++
    }
  } else if (byte == 47) {
    at++
    if (load<u8>(at) == 47) {
      at++
      written++
    }
  } else {
    const start = at
    let name: u64 = 0
    while (at - start < 8 && isLetter(load<u8>(at))) {
      name |= <u64>(load<u8>(at) | 32) << (<u64>(at - start) << 3)
      at++
    }
    if (name == 0x746f64 || name == 0x746e696f70) word = 46
    else if (name == 0x7461 || name == 0x657361626f7261) word = 64
    else return 0
  }
  at = skipBlanks(at)
  const close = at
  while (at - close < 8 && isClose(load<u8>(at))) at++
  if (at == close || at > to) return 0
  readTo = min<usize>(skipBlanks(at), to)
  return written
}

/** `evil[.example`, `evil[@example`, `http[://`: the brackets vanish. */
function opened(from: usize): bool {
  if (!isWide(load<u8>(from - 1))) return false
  let at = from
  while (at - from < 8 && isOpen(load<u8>(at))) at++
  const byte = <u32>load<u8>(at)
  const next = <u32>load<u8>(at, 1)
  readTo = at
  if (byte == 46 || byte == 64) return isWide(next)
  return byte == 58 && (isHex(next) || (next == 47 && load<u8>(at, 2) == 47))
}

/** `evil.]example`, `http:]//`: the brackets vanish. */
function closed(from: usize): bool {
  const mark = <u32>load<u8>(from - 1)
  let before = from - 2
  if (mark == 47) {
    if (load<u8>(from - 2) != 47 || load<u8>(from - 3) != 58) return false
    before = from - 4
  } else if (mark != 46 && mark != 64 && mark != 58) return false
  if (!isWide(load<u8>(before))) return false
  let at = from
  while (at - from < 8 && isClose(load<u8>(at))) at++
  readTo = at
  return isWide(load<u8>(at)) || (load<u8>(at) == 47 && load<u8>(at, 1) == 47)
}

/** A letter or digit of any script, as far as bytes can tell. */
function isWide(byte: u32): bool { return isAlnum(byte) || isHigh(byte) }
function isOpen(byte: u32): bool { return byte == 40 || byte == 91 || byte == 123 }
function isClose(byte: u32): bool { return byte == 41 || byte == 93 || byte == 125 }
function isBlank(byte: u32): bool { return byte == 32 || byte == 9 }
function skipBlanks(from: usize): usize {
  let at = from
  while (at - from < 4 && isBlank(load<u8>(at))) at++
  return at
}

/** Named character references that can stand inside an indicator or beside one: letters packed from the lowest byte up. */
function namedEntity(name: u64): i32 {
  if (name == 0x0000000000706d61) return 0x26 // amp
  if (name == 0x00000000736f7061) return 0x27 // apos
  if (name == 0x0000000000747361) return 0x2a // ast
  if (name == 0x000000006c6f7362) return 0x5c // bsol
  if (name == 0x0000006e6f6c6f63) return 0x3a // colon
  if (name == 0x000000616d6d6f63) return 0x2c // comma
  if (name == 0x000074616d6d6f63) return 0x40 // commat
  if (name == 0x0000000068736164) return 0x2010 // dash
  if (name == 0x000072616c6c6f64) return 0x24 // dollar
  if (name == 0x0000736c61757165) return 0x3d // equals
  if (name == 0x000000006c637865) return 0x21 // excl
  if (name == 0x0000000000007467) return 0x3e // gt
  if (name == 0x00006e6568707968) return 0x2010 // hyphen
  if (name == 0x00006b636172626c) return 0x5b // lbrack
  if (name == 0x0000726162776f6c) return 0x5f // lowbar
  if (name == 0x000000007261706c) return 0x28 // lpar
  if (name == 0x000000006271736c) return 0x5b // lsqb
  if (name == 0x000000000000746c) return 0x3c // lt
  if (name == 0x000000007073626e) return 0xa0 // nbsp
  if (name == 0x00656e696c77656e) return 0xa // newline
  if (name == 0x00000000006d756e) return 0x23 // num
  if (name == 0x0000746e63726570) return 0x25 // percnt
  if (name == 0x0000646f69726570) return 0x2e // period
  if (name == 0x0000000073756c70) return 0x2b // plus
  if (name == 0x0000007473657571) return 0x3f // quest
  if (name == 0x00000000746f7571) return 0x22 // quot
  if (name == 0x00006b6361726272) return 0x5d // rbrack
  if (name == 0x0000000072617072) return 0x29 // rpar
  if (name == 0x0000000062717372) return 0x5d // rsqb
  if (name == 0x00000000696d6573) return 0x3b // semi
  if (name == 0x0000000000796873) return 0xad // shy
  if (name == 0x00000000006c6f73) return 0x2f // sol
  if (name == 0x0000000000626174) return 0x9 // tab
  if (name == 0x00000065646c6974) return 0x7e // tilde
  if (name == 0x0000726162726576) return 0x7c // verbar
  return NONE
}
