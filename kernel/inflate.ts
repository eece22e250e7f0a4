// Inflates raw DEFLATE (RFC 1951) as a stream, block by block, and can begin again at any block from its bit position and 32 KB of text.
// One instance decodes one stream at a time. The host moves bytes in and out of the two buffers; no length or distance leaves them.

/** Host writes stored bytes to [inputStart, inputStart + inputBytes). */
export const inputBytes: i32 = 262144
/** Host reads text from [window end, outputEnd()); a run stops soon after `outputBytes`. */
export const outputBytes: i32 = 524288
export const windowBytes: i32 = 32768

/** Zeros behind the last stored byte, so that a truncated stream is noticed only where it matters. */
const padding: i32 = 2048
/** What one step of the fast loop may write beyond the limit: three literals, a match, and a vector. */
const overshoot: i32 = 512
/** The longest block header: 17 bits, 19 lengths of 3, 320 codes of 7 and 7. */
const headerBytesMax: i32 = 640
/** What one step of the fast loop may read. */
const stepBytes: i32 = 32

const input: usize = memory.data(262144 + 2048, 16)
const output: usize = memory.data(32768 + 524288 + 512, 16)

const litlenBits: i32 = 11
const distanceBits: i32 = 8
// Bounds of the tables with their sub-tables, for 288 symbols in 11 bits and 32 in 8 (zlib's `enough`): 2342 and 402.
const litlenTable: usize = memory.data(4096 * 4, 16)
const distanceTable: usize = memory.data(1024 * 4, 16)
const lengths: usize = memory.data(320 + 32, 16)
const precodeTable: usize = memory.data(128 * 4, 16)
const longest: usize = memory.data(2048, 16)

// Entries: bits 0-7 how many bits to consume, 8-11 how many of them are code, 16-30 the value; above and between them these flags.
const literal: u32 = 0x80000000
const exceptional: u32 = 0x8000
const subtable: u32 = 0x4000
const endOfBlock: u32 = 0x2000

export const needInput: i32 = 0
export const outputFull: i32 = 1
export const complete: i32 = 2
export const malformed: i32 = 3
export const truncated: i32 = 4
export const atBlock: i32 = 5

const inHeader: i32 = 0
const inStored: i32 = 1
const inCodes: i32 = 2
const ended: i32 = 3

let state: i32 = inHeader
let isLast: bool = false
let storedLeft: i32 = 0
let tablesAreFixed: bool = false

let bits: u64 = 0
let bitCount: u32 = 0
let inAt: usize = input
let inEnd: usize = input
let outAt: usize = output + <usize>windowBytes
/** First byte that a match may refer to. */
let outFirst: usize = output + <usize>windowBytes
/** A block that begins behind so many bytes of output stops the run, for a checkpoint. */
let stopAt: usize = usize.MAX_VALUE

export function inputStart(): usize {
  return input
}

export function windowStart(): usize {
  return output
}

/** Text stands at [windowStart() + windowBytes, outputEnd()) after a run. */
export function outputEnd(): usize {
  return outAt
}

/** Begins a stream; the host has put `history` bytes of text right before the end of the window. */
export function reset(history: i32): void {
  state = inHeader
  isLast = false
  tablesAreFixed = false
  bits = 0
  bitCount = 0
  inAt = input
  inEnd = input
  outAt = output + windowBytes
  outFirst = outAt - <usize>min(history, windowBytes)
  stopAt = usize.MAX_VALUE
}

/** Drops bits of the first byte: a block may begin anywhere. */
export function skipBits(count: i32): void {
  refill()
  bits >>= <u64>count
  bitCount -= <u32>count
  unread()
}

/** The next block that begins once `bytes` of text stand in the output stops the run. */
export function stopBehind(bytes: i32): void {
  stopAt = bytes < 0 ? usize.MAX_VALUE : output + windowBytes + <usize>bytes
}

/** Moves what was not read to the front of the input; where the host goes on writing, and by how many bytes at most. */
export function compact(): usize {
  unread()
  const left = inEnd - inAt
  memory.copy(input, inAt, left)
  inAt = input
  inEnd = input + left
  return inEnd
}

/** The host has written so many bytes behind those that were there. */
export function supply(count: i32): void {
  inEnd += <usize>count
}

/** Bytes supplied and not consumed, not counting one of which bits were used. */
export function unreadBytes(): i32 {
  return <i32>(inEnd - inAt) + <i32>(bitCount >> 3)
}

/** Bits of the byte before the unread ones that are not used yet: 0 to 7. */
export function unreadBits(): i32 {
  return <i32>(bitCount & 7)
}

/** Keeps the last 32 KB of text as the window of what follows. */
export function slide(): void {
  const keep = min<usize>(outAt - outFirst, windowBytes)
  memory.copy(output + windowBytes - keep, outAt - keep, keep)
  outAt = output + windowBytes
  outFirst = outAt - keep
}

/** Decodes until something stops it. `isFinal`: no more input will come. */
export function run(isFinal: i32): i32 {
  if (isFinal) memory.fill(inEnd, 0, padding)
  for (;;) {
    if (state == ended) return complete
    if (outAt >= output + windowBytes + outputBytes) return outputFull
    if (state == inHeader) {
      if (outAt >= stopAt) {
        stopAt = usize.MAX_VALUE
        return atBlock
      }
      if (!isFinal && unreadBytes() < headerBytesMax) return needInput
      const result = header()
      if (overrun()) return truncated
      if (result) return result
    } else if (state == inStored) {
      const result = copyStored(isFinal)
      if (result) return result - 1
    } else {
      const result = codes(isFinal)
      if (result) return result - 1
    }
  }
  return malformed // the compiler does not see that the loop has no end
}

@inline
function refill(): void {
  bits |= load<u64>(inAt) << <u64>bitCount
  inAt += (63 - bitCount) >> 3
  bitCount |= 56
}

@inline
function take(count: u32): u32 {
  const value = <u32>bits & ((1 << count) - 1)
  bits >>= <u64>count
  bitCount -= count
  return value
}

/** Gives whole bytes back to the input. */
function unread(): void {
  inAt -= <usize>(bitCount >> 3)
  bitCount &= 7
  bits &= (<u64>1 << <u64>bitCount) - 1
}

/** Bits beyond the end of the input were used. */
function overrun(): bool {
  return inAt - <usize>(bitCount >> 3) > inEnd
}

/** After the last block: the rest of its byte is no data. */
function finish(): void {
  unread()
  bits = 0
  bitCount = 0
  state = ended
}

function blockDone(): void {
  if (isLast) finish()
  else state = inHeader
}

/** Zero if the block may be decoded. */
function header(): i32 {
  refill()
  isLast = take(1) != 0
  const type = take(2)
  if (type == 0) return storedHeader()
  if (type == 1) {
    fixedTables()
    state = inCodes
    return 0
  }
  if (type == 3) return malformed
  tablesAreFixed = false
  return dynamicTables() ? 0 : malformed
}

function storedHeader(): i32 {
  unread()
  bits = 0
  bitCount = 0
  const size = load<u16>(inAt)
  const check = load<u16>(inAt, 2)
  inAt += 4
  if (inAt <= inEnd && (<u32>size ^ <u32>check) != 0xffff) return malformed
  storedLeft = size
  state = inStored
  return 0
}

/** One more than the result of the run, or zero to go on. */
function copyStored(isFinal: i32): i32 {
  const room = <i32>(output + windowBytes + outputBytes - outAt)
  const present = <i32>(inEnd - inAt)
  const count = min(storedLeft, min(room, present))
  memory.copy(outAt, inAt, count)
  outAt += count
  inAt += count
  storedLeft -= count
  if (storedLeft == 0) {
    blockDone()
    return 0
  }
  if (present > count) return 1 + outputFull
  return isFinal ? 1 + truncated : 1 + needInput
}

function fixedTables(): void {
  if (tablesAreFixed) return
  memory.fill(lengths, 8, 144)
  memory.fill(lengths + 144, 9, 112)
  memory.fill(lengths + 256, 7, 24)
  memory.fill(lengths + 280, 8, 8)
  build(lengths, 288, litlenTable, litlenBits, 0)
  memory.fill(lengths, 5, 32)
  build(lengths, 32, distanceTable, distanceBits, 1)
  tablesAreFixed = true
}

function dynamicTables(): bool {
  const litlenCount = <i32>take(5) + 257
  const distanceCount = <i32>take(5) + 1
  const precodeCount = <i32>take(4) + 4
  if (litlenCount > 286 || distanceCount > 30) return false
  memory.fill(lengths, 0, 19)
  for (let index = 0; index < precodeCount; index++) {
    if (bitCount < 3) refill()
    store<u8>(lengths + <usize>precodeOrder(index), <u8>take(3))
  }
  if (!build(lengths, 19, precodeTable, 7, 2)) return false
  const total = litlenCount + distanceCount
  for (let index = 0; index < total; ) {
    refill()
    const entry = load<u32>(precodeTable + ((<usize>bits & 127) << 2))
    if (entry & exceptional) return false
    take(entry & 255)
    const symbol = entry >> 16
    if (symbol < 16) {
      store<u8>(lengths + index, <u8>symbol)
      index++
      continue
    }
    let value: u8 = 0
    let count: i32
    if (symbol == 16) {
      if (index == 0) return false
      value = load<u8>(lengths + index - 1)
      count = 3 + <i32>take(2)
    } else if (symbol == 17) count = 3 + <i32>take(3)
    else count = 11 + <i32>take(7)
    if (index + count > total) return false
    memory.fill(lengths + index, value, count)
    index += count
  }
  // Without an end-of-block code the block has no end.
  if (load<u8>(lengths + 256) == 0) return false
  if (!build(lengths + litlenCount, distanceCount, distanceTable, distanceBits, 1)) return false
  if (!build(lengths, litlenCount, litlenTable, litlenBits, 0)) return false
  state = inCodes
  return true
}

/** RFC 1951 section 3.2.7: 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15. */
function precodeOrder(index: i32): i32 {
  if (index < 3) return 16 + index
  if (index == 3) return 0
  const step = index - 4
  return step & 1 ? 7 - (step >> 1) : 8 + (step >> 1)
}

/** RFC 1951 section 3.2.5. `kind`: 0 literals and lengths, 1 distances, 2 code lengths. Without the code's own length. */
function valueOf(symbol: i32, kind: i32): u32 {
  if (kind == 2) return <u32>symbol << 16
  if (kind == 1) {
    if (symbol > 29) return exceptional
    if (symbol < 4) return <u32>(symbol + 1) << 16
    const extra = (symbol >> 1) - 1
    return (<u32>(((2 + (symbol & 1)) << extra) + 1) << 16) | <u32>extra
  }
  if (symbol < 256) return literal | (<u32>symbol << 16)
  if (symbol == 256) return exceptional | endOfBlock
  if (symbol < 265) return <u32>(symbol - 254) << 16
  if (symbol == 285) return <u32>258 << 16
  if (symbol > 285) return exceptional
  const extra = (symbol - 261) >> 2
  return (<u32>(((4 + ((symbol - 265) & 3)) << extra) + 3) << 16) | <u32>extra
}

@inline
function reverse(code: u32, length: u32): u32 {
  let value = code
  value = ((value & 0x5555) << 1) | ((value >> 1) & 0x5555)
  value = ((value & 0x3333) << 2) | ((value >> 2) & 0x3333)
  value = ((value & 0x0f0f) << 4) | ((value >> 4) & 0x0f0f)
  value = ((value & 0x00ff) << 8) | ((value >> 8) & 0x00ff)
  return value >> (16 - length)
}

const counts: usize = memory.data(16 * 4, 16)
const nextCode: usize = memory.data(16 * 4, 16)

/** False if the lengths are those of no code. An incomplete one is allowed where it has a single code of one bit, or none (zlib does the same). */
function build(from: usize, symbols: i32, table: usize, tableBits: i32, kind: i32): bool {
  memory.fill(counts, 0, 64)
  for (let symbol = 0; symbol < symbols; symbol++) {
    const slot = counts + (<usize>load<u8>(from + symbol) << 2)
    store<u32>(slot, load<u32>(slot) + 1)
  }
  store<u32>(counts, 0)
  let left: i32 = 1
  let longestCode = 0
  let code: u32 = 0
  for (let length = 1; length < 16; length++) {
    const count = load<u32>(counts + (<usize>length << 2))
    left = (left << 1) - <i32>count
    if (left < 0) return false
    if (count) longestCode = length
    code = (code + load<u32>(counts + (<usize>(length - 1) << 2))) << 1
    store<u32>(nextCode + (<usize>length << 2), code)
  }
  if (left > 0 && longestCode > 0 && (kind == 2 || longestCode != 1)) return false
  if (left > 0) for (let index = 0; index < 1 << tableBits; index++) store<u32>(table + (<usize>index << 2), exceptional | 1)
  if (longestCode > tableBits) subtables(from, symbols, table, tableBits)
  fill(from, symbols, table, tableBits, kind)
  return true
}

/** Points the entries whose codes are longer than the table's bits to tables of their own. */
function subtables(from: usize, symbols: i32, table: usize, tableBits: i32): void {
  const mask = (1 << tableBits) - 1
  memory.fill(longest, 0, <usize>1 << tableBits)
  const codes = nextCodeCopy()
  for (let symbol = 0; symbol < symbols; symbol++) {
    const length = load<u8>(from + symbol)
    if (length == 0) continue
    const slot = codes + (<usize>length << 2)
    const code = load<u32>(slot)
    store<u32>(slot, code + 1)
    if (<i32>length <= tableBits) continue
    const prefix = reverse(code, length) & mask
    if (load<u8>(longest + prefix) < length) store<u8>(longest + prefix, length)
  }
  let at: u32 = 1 << tableBits
  for (let prefix = 0; prefix <= mask; prefix++) {
    const length = load<u8>(longest + prefix)
    if (length == 0) continue
    const extra = <u32>length - tableBits
    store<u32>(table + (<usize>prefix << 2), (at << 16) | exceptional | subtable | (extra << 8) | tableBits)
    at += 1 << extra
  }
}

const codesCopy: usize = memory.data(16 * 4, 16)

function nextCodeCopy(): usize {
  memory.copy(codesCopy, nextCode, 64)
  return codesCopy
}

function fill(from: usize, symbols: i32, table: usize, tableBits: i32, kind: i32): void {
  for (let symbol = 0; symbol < symbols; symbol++) {
    const length = <u32>load<u8>(from + symbol)
    if (length == 0) continue
    const slot = nextCode + (<usize>length << 2)
    const code = load<u32>(slot)
    store<u32>(slot, code + 1)
    const reversed = reverse(code, length)
    const value = valueOf(symbol, kind)
    if (<i32>length <= tableBits) {
      const entry = value + length + (length << 8)
      for (let index = reversed; index < <u32>1 << tableBits; index += 1 << length) store<u32>(table + (<usize>index << 2), entry)
    } else {
      const pointer = load<u32>(table + (<usize>(reversed & ((1 << tableBits) - 1)) << 2))
      const own = length - tableBits
      const entry = value + own + (own << 8)
      const start = pointer >> 16
      const size = <u32>1 << ((pointer >> 8) & 15)
      for (let index = reversed >> tableBits; index < size; index += 1 << own) store<u32>(table + (<usize>(start + index) << 2), entry)
    }
  }
}

/** One more than the result of the run, or zero to go on. */
function codes(isFinal: i32): i32 {
  const result = fastCodes()
  if (result == 1) {
    blockDone()
    return overrun() ? 1 + truncated : 0
  }
  if (result == 2) return 1 + malformed
  if (outAt >= output + windowBytes + outputBytes) return 1 + outputFull
  if (!isFinal) return 1 + needInput
  return slowCodes()
}

/** 0: input or room nearly used up; 1: end of the block; 2: no such code or distance. */
function fastCodes(): i32 {
  const inLimit = inEnd - stepBytes
  const outLimit = output + windowBytes + outputBytes
  if (inEnd < input + stepBytes) return 0
  let at = inAt
  let out = outAt
  let held = bits
  let count: u32 = bitCount
  let result = 0
  while (at < inLimit && out < outLimit) {
    held |= load<u64>(at) << <u64>count
    at += (63 - count) >> 3
    count |= 56
    let entry = load<u32>(litlenTable + ((<usize>held & 2047) << 2))
    let before = held
    held >>= <u64>(entry & 255)
    count -= entry & 255
    if (entry & literal) {
      store<u8>(out, <u8>(entry >> 16))
      out++
      entry = load<u32>(litlenTable + ((<usize>held & 2047) << 2))
      before = held
      held >>= <u64>(entry & 255)
      count -= entry & 255
      if (entry & literal) {
        store<u8>(out, <u8>(entry >> 16))
        out++
        entry = load<u32>(litlenTable + ((<usize>held & 2047) << 2))
        before = held
        held >>= <u64>(entry & 255)
        count -= entry & 255
        if (entry & literal) {
          store<u8>(out, <u8>(entry >> 16))
          out++
          continue
        }
      }
    }
    // At most 22 bits of literals and 11 of this entry are used: 23 are left.
    if (entry & exceptional) {
      if (entry & subtable) {
        entry = load<u32>(litlenTable + (<usize>((entry >> 16) + (<u32>held & ((1 << ((entry >> 8) & 15)) - 1))) << 2))
        before = held
        held >>= <u64>(entry & 255)
        count -= entry & 255
        if (entry & literal) {
          store<u8>(out, <u8>(entry >> 16))
          out++
          continue
        }
      }
      if (entry & exceptional) {
        result = entry & endOfBlock ? 1 : 2
        break
      }
    }
    const length = (entry >> 16) + ((<u32>before & ((1 << (entry & 255)) - 1)) >> ((entry >> 8) & 15))
    if (count < 32) {
      held |= load<u64>(at) << <u64>count
      at += (63 - count) >> 3
      count |= 56
    }
    entry = load<u32>(distanceTable + ((<usize>held & 255) << 2))
    if (entry & exceptional) {
      if (!(entry & subtable)) {
        result = 2
        break
      }
      held >>= <u64>(entry & 255)
      count -= entry & 255
      entry = load<u32>(distanceTable + (<usize>((entry >> 16) + (<u32>held & ((1 << ((entry >> 8) & 15)) - 1))) << 2))
      if (entry & exceptional) {
        result = 2
        break
      }
    }
    const distance = (entry >> 16) + ((<u32>held & ((1 << (entry & 255)) - 1)) >> ((entry >> 8) & 15))
    held >>= <u64>(entry & 255)
    count -= entry & 255
    if (<usize>distance > out - outFirst) {
      result = 2
      break
    }
    let from = out - <usize>distance
    const end = out + <usize>length
    if (distance >= 16) {
      do {
        v128.store(out, v128.load(from))
        from += 16
        out += 16
      } while (out < end)
    } else if (distance == 1) {
      const fill = v128.splat<u8>(load<u8>(from))
      do {
        v128.store(out, fill)
        out += 16
      } while (out < end)
    } else if (distance >= 8) {
      do {
        store<u64>(out, load<u64>(from))
        from += 8
        out += 8
      } while (out < end)
    } else {
      do {
        store<u8>(out, load<u8>(from))
        from++
        out++
      } while (out < end)
    }
    out = end
  }
  inAt = at
  outAt = out
  bits = held
  bitCount = count
  return result
}

/** The last symbols of the input, one by one: what would need bits that are not there is not decoded. */
function slowCodes(): i32 {
  const outLimit = output + windowBytes + outputBytes
  while (outAt < outLimit) {
    refill()
    let entry = load<u32>(litlenTable + ((<usize>bits & 2047) << 2))
    if (entry & subtable && entry & exceptional) {
      take(entry & 255)
      entry = load<u32>(litlenTable + (<usize>((entry >> 16) + (<u32>bits & ((1 << ((entry >> 8) & 15)) - 1))) << 2))
    }
    const before = bits
    take(entry & 255)
    if (overrun()) return 1 + truncated
    if (entry & literal) {
      store<u8>(outAt, <u8>(entry >> 16))
      outAt++
      continue
    }
    if (entry & exceptional) {
      if (!(entry & endOfBlock)) return 1 + malformed
      blockDone()
      return 0
    }
    const length = (entry >> 16) + ((<u32>before & ((1 << (entry & 255)) - 1)) >> ((entry >> 8) & 15))
    refill()
    let code = load<u32>(distanceTable + ((<usize>bits & 255) << 2))
    if (code & subtable && code & exceptional) {
      take(code & 255)
      code = load<u32>(distanceTable + (<usize>((code >> 16) + (<u32>bits & ((1 << ((code >> 8) & 15)) - 1))) << 2))
    }
    const distance = (code >> 16) + ((<u32>bits & ((1 << (code & 255)) - 1)) >> ((code >> 8) & 15))
    take(code & 255)
    if (overrun()) return 1 + truncated
    if (code & exceptional || <usize>distance > outAt - outFirst) return 1 + malformed
    for (let index: u32 = 0; index < length; index++) {
      store<u8>(outAt, load<u8>(outAt - distance))
      outAt++
    }
  }
  return 1 + outputFull
}
