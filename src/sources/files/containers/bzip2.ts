// bzip2: all streams. Blocks are independent, so one that is damaged costs itself only: the next is found by its magic number.
import type { ByteReader } from "../byte-reader.js"
import type { Report } from "../ledger.js"
import type { SeekPoints } from "../seek.js"
import { type Compression, startsWith } from "./container.js"

// 48 bits each, the decimal digits of pi and of its square root.
const blockMagic = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]
const endMagic = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]
const groupSymbols = 50
const codeBitsMax = 20
const fastBits = 10
/** Header, tables and symbols of one block, whatever its codes. */
const blockBytesMax = (level: number) => Math.ceil((level * 100_000 * codeBitsMax) / 8) + 64 * 1024

export const bzip2: Compression = {
  name: "bzip2",
  recognize: isStream,
  async *decode(input, report, seek) {
    yield* streams(input, report, seek && { seek, at: 0 })
  },
  async *resume(input, point, report) {
    const bits = new Bits()
    bits.at = point.bits
    if (yield* stream(input, point.parameter, report, bits, "rest")) yield* streams(input, report)
  },
}

/** Where the next block's text stands. */
interface Seeking {
  readonly seek: SeekPoints
  at: number
}

async function* streams(input: ByteReader, report: Report, seeking?: Seeking): AsyncGenerator<Uint8Array> {
  for (;;) {
    const head = await input.peek(10)
    if (head.length === 0) return
    if (!isStream(head)) {
      const code = isCutHead(head) ? "truncated" : "malformed"
      if (!input.broken) report({ code, at: input.position, message: "bytes behind the bzip2 data are no bzip2: not read" })
      return
    }
    input.advance(4)
    if (!(yield* stream(input, (head[3] as number) - 0x30, report, new Bits(), "whole", seeking))) return
  }
}

function isStream(head: Uint8Array): boolean {
  const isLevel = startsWith(head, [0x42, 0x5a, 0x68]) && (head[3] as number) >= 0x31 && (head[3] as number) <= 0x39
  return isLevel && (startsWith(head, blockMagic, 4) || startsWith(head, endMagic, 4))
}

function isCutHead(head: Uint8Array): boolean {
  return head.length < 10 && startsWith(head, [0x42, 0x5a, 0x68].slice(0, head.length))
}

/** Blocks up to the end of the stream; false where nothing more can be read. The checksum is of the whole stream. */
async function* stream(
  input: ByteReader,
  level: number,
  report: Report,
  bits: Bits,
  part: "whole" | "rest",
  seeking?: Seeking,
): AsyncGenerator<Uint8Array, boolean> {
  const decoder = new BlockDecoder(level)
  let sum = 0
  let isSound = part === "whole"
  for (;;) {
    await bits.fill(input, blockBytesMax(level))
    const at = input.position
    const start = bits.mark()
    const magic = bits.magic()
    if (magic === blockMagic && seeking && seeking.at > 0 && seeking.seek.due(seeking.at) === 0) {
      seeking.seek.add({ at: seeking.at, stored: at, bits: start, window: nothing, parameter: level })
    }
    if (magic === endMagic) {
      const stated = bits.read32()
      if (bits.overrun) return cutOff(input, report)
      if (isSound && stated !== sum)
        report({ code: "malformed", at, message: "bzip2 stream was read whole, but its checksum does not match", goesOn: true })
      bits.end(input)
      return true
    }
    const block = magic === blockMagic ? decoder.decode(bits) : { failure: "no block where one should begin", crc: 0 }
    if (block.text) yield block.text
    if (seeking) seeking.at += block.text?.length ?? 0
    sum = ((sum << 1) | (sum >>> 31)) ^ block.crc
    if (block.failure === undefined) continue
    if (bits.overrun) return cutOff(input, report)
    isSound = false
    report({ code: "malformed", at, message: `damaged bzip2 block, which is lost: ${block.failure}`, goesOn: true })
    bits.back(start + 1)
    if (!(await bits.find(input))) return false
  }
}

const nothing = new Uint8Array(0)

function cutOff(input: ByteReader, report: Report): false {
  if (!input.broken) report({ code: "truncated", at: input.position, message: "ends in the middle of bzip2 data: its last block is lost" })
  return false
}

/** Bits, most significant first, out of bytes made available beforehand, so that a block is decoded without waiting. */
class Bits {
  bytes: Uint8Array = new Uint8Array(0)
  /** The next bit of `bytes`; beyond their end, bits are zero. */
  at = 0

  get overrun(): boolean {
    return this.at > this.bytes.length * 8
  }

  /** Consumes the bytes behind it, and makes the next ones available: at least `bytes`, fewer only at the end. */
  async fill(input: ByteReader, bytes: number): Promise<void> {
    input.advance(this.at >>> 3)
    this.at &= 7
    this.bytes = await input.peek(bytes)
  }

  /** Consumes what the stream's last byte holds. */
  end(input: ByteReader): void {
    input.advance((this.at + 7) >>> 3)
  }

  mark(): number {
    return this.at
  }

  back(mark: number): void {
    this.at = mark
  }

  read(bits: number): number {
    let value = 0
    for (let left = bits; left > 0; left--) {
      value = (value << 1) | (((this.bytes[this.at >>> 3] ?? 0) >>> (7 - (this.at & 7))) & 1)
      this.at++
    }
    return value
  }

  read32(): number {
    return this.read(32)
  }

  /** The magic number that stands here, consumed; undefined if it is none. */
  magic(): readonly number[] | undefined {
    const found = Array.from({ length: 6 }, () => this.read(8))
    return [blockMagic, endMagic].find((magic) => magic.every((byte, index) => byte === found[index]))
  }

  /** Moves to the next magic number at whatever bit; false if there is none. */
  async find(input: ByteReader): Promise<boolean> {
    const step = 1024 * 1024
    for (;;) {
      await this.fill(input, step)
      const end = this.bytes.length * 8
      for (; this.at + 48 <= end; this.at++) {
        const first = byteAt(this.bytes, this.at)
        if (first !== blockMagic[0] && first !== endMagic[0]) continue
        const at = this.at
        const magic = this.magic()
        this.at = at
        if (magic) return true
      }
      if (this.bytes.length < step) return false
    }
  }
}

function byteAt(bytes: Uint8Array, bit: number): number {
  const at = bit >>> 3
  return ((((bytes[at] as number) << 8) | (bytes[at + 1] ?? 0)) >>> (8 - (bit & 7))) & 255
}

interface Decoded {
  readonly text?: Uint8Array
  readonly crc: number
  readonly failure?: string
}

function failed(failure: string): Decoded {
  return { failure, crc: 0 }
}

interface Codes {
  /** By the next `fastBits` bits: length << 16 | symbol; 0 where the code is longer. */
  readonly fast: Uint32Array
  /** By length: the last code of that length, or -1; what to take off a code for its index into `symbols`. */
  readonly limit: Int32Array
  readonly base: Int32Array
  readonly symbols: Uint16Array
  readonly lengthMax: number
}

class BlockDecoder {
  readonly #symbolsMax: number
  /** Burrows-Wheeler: low byte the text, above it the order. */
  readonly #order: Uint32Array

  constructor(level: number) {
    this.#symbolsMax = level * 100_000
    this.#order = new Uint32Array(this.#symbolsMax)
  }

  /** The block behind a magic number. Nothing of a damaged block comes out: only its checksum says what is sound. */
  decode(bits: Bits): Decoded {
    const stated = bits.read32()
    if (bits.read(1)) return failed("written by a version that is no longer used")
    const origin = bits.read(24)
    const used = usedBytes(bits)
    const groups = bits.read(3)
    const selectors = selectorsOf(bits, groups)
    if (used.length === 0 || !selectors) return failed("its tables make no sense")
    const tables: Codes[] = []
    for (let group = 0; group < groups; group++) {
      const codes = codesOf(bits, used.length + 2)
      if (!codes) return failed("its code lengths make no sense")
      tables.push(codes)
    }
    const count = this.#symbols(bits, used, selectors, tables)
    if (count < 0 || origin >= count) return failed("its symbols make no sense")
    const { text, crc } = unsorted(this.#order, count, origin)
    return crc === stated ? { text, crc } : failed("its checksum does not match")
  }

  /** Huffman codes, move to front and run lengths undone; how many bytes, -1 if damaged. */
  #symbols(bits: Bits, used: Uint8Array, selectors: Uint8Array, tables: readonly Codes[]): number {
    const order = this.#order
    const data = bits.bytes
    const front = used.slice()
    const endOfBlock = used.length + 1
    let at = bits.at >>> 3
    let held = ((data[at++] ?? 0) << (24 + (bits.at & 7))) >>> 0
    let heldBits = 8 - (bits.at & 7)
    let count = 0
    let run = 0
    let runBit = 1
    const stop = (result: number): number => {
      bits.at = at * 8 - heldBits
      return result
    }
    for (let selector = 0; selector < selectors.length; selector++) {
      const codes = tables[selectors[selector] as number] as Codes
      const { fast, limit, base, symbols, lengthMax } = codes
      for (let left = groupSymbols; left > 0; left--) {
        while (heldBits <= 24) {
          held |= (at < data.length ? (data[at] as number) : 0) << (24 - heldBits)
          at++
          heldBits += 8
        }
        const entry = fast[held >>> (32 - fastBits)] as number
        let symbol = entry & 0xffff
        let length = entry >>> 16
        if (length === 0) {
          length = fastBits + 1
          while (length <= lengthMax && held >>> (32 - length) > (limit[length] as number)) length++
          if (length > lengthMax) return stop(-1)
          symbol = symbols[(held >>> (32 - length)) - (base[length] as number)] as number
        }
        held <<= length
        heldBits -= length
        if (symbol <= 1) {
          run += runBit << symbol
          runBit <<= 1
          if (run > this.#symbolsMax) return stop(-1)
          continue
        }
        if (run > 0) {
          if (count + run > order.length) return stop(-1)
          order.fill(front[0] as number, count, count + run)
          count += run
          run = 0
          runBit = 1
        }
        if (symbol === endOfBlock) return stop(count)
        if (count >= order.length || symbol > endOfBlock) return stop(-1)
        const place = symbol - 1
        const byte = front[place] as number
        if (place < 16) for (let index = place; index > 0; index--) front[index] = front[index - 1] as number
        else front.copyWithin(1, 0, place)
        front[0] = byte
        order[count++] = byte
      }
    }
    return stop(-1)
  }
}

function usedBytes(bits: Bits): Uint8Array {
  const rows = bits.read(16)
  const used: number[] = []
  for (let row = 0; row < 16; row++) {
    if (!(rows & (0x8000 >>> row))) continue
    const columns = bits.read(16)
    for (let column = 0; column < 16; column++) if (columns & (0x8000 >>> column)) used.push(row * 16 + column)
  }
  return Uint8Array.from(used)
}

function selectorsOf(bits: Bits, groups: number): Uint8Array | undefined {
  const count = bits.read(15)
  if (groups < 2 || groups > 6 || count === 0) return undefined
  const selectors = new Uint8Array(count)
  const front = [0, 1, 2, 3, 4, 5]
  for (let index = 0; index < count; index++) {
    let place = 0
    while (bits.read(1)) if (++place >= groups) return undefined
    const [group] = front.splice(place, 1) as [number]
    front.unshift(group)
    selectors[index] = group
  }
  return selectors
}

function codesOf(bits: Bits, count: number): Codes | undefined {
  const lengths = new Uint8Array(count)
  let length = bits.read(5)
  for (let symbol = 0; symbol < count; symbol++) {
    for (;;) {
      if (length < 1 || length > codeBitsMax) return undefined
      if (!bits.read(1)) break
      length += bits.read(1) ? -1 : 1
    }
    lengths[symbol] = length
  }
  return canonicalCodes(lengths)
}

function canonicalCodes(lengths: Uint8Array): Codes {
  const lengthMax = Math.max(...lengths)
  const fast = new Uint32Array(1 << fastBits)
  const limit = new Int32Array(lengthMax + 1).fill(-1)
  const base = new Int32Array(lengthMax + 1)
  const symbols = new Uint16Array(lengths.length)
  let code = 0
  let index = 0
  for (let length = 1; length <= lengthMax; length++) {
    base[length] = code - index
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue
      symbols[index++] = symbol
      if (length <= fastBits) fast.fill((length << 16) | symbol, code << (fastBits - length), (code + 1) << (fastBits - length))
      code++
    }
    limit[length] = code - 1
    code <<= 1
  }
  return { fast, limit, base, symbols, lengthMax }
}

/** Undoes the Burrows-Wheeler transform and the first run-length coding (four equal bytes, then a count). */
function unsorted(order: Uint32Array, count: number, origin: number): { readonly text: Uint8Array; readonly crc: number } {
  const starts = new Uint32Array(256)
  for (let at = 0; at < count; at++) starts[(order[at] as number) & 255]!++
  let sum = 0
  for (let byte = 0; byte < 256; byte++) {
    const number = starts[byte] as number
    starts[byte] = sum
    sum += number
  }
  for (let at = 0; at < count; at++) order[starts[(order[at] as number) & 255]!++]! |= at << 8
  let text: Uint8Array = new Uint8Array(count + 1024)
  let length = 0
  let crc = -1
  let next = (order[origin] as number) >>> 8
  let last = -1
  let equal = 0
  for (let left = count; left > 0; left--) {
    const entry = order[next] as number
    const byte = entry & 255
    next = entry >>> 8
    if (equal === 4) {
      if (length + byte > text.length) text = grown(text, length + byte)
      text.fill(last, length, length + byte)
      length += byte
      for (let copies = byte; copies > 0; copies--) crc = (crc << 8) ^ (crcTable[(crc >>> 24) ^ last] as number)
      equal = 0
      last = -1
      continue
    }
    if (length === text.length) text = grown(text, length + 1)
    text[length++] = byte
    crc = (crc << 8) ^ (crcTable[(crc >>> 24) ^ byte] as number)
    equal = byte === last ? equal + 1 : 1
    last = byte
  }
  return { text: text.subarray(0, length), crc: ~crc }
}

function grown(text: Uint8Array, atLeast: number): Uint8Array {
  const larger = new Uint8Array(Math.max(atLeast, text.length * 2))
  larger.set(text)
  return larger
}

/** CRC-32 with the most significant bit first. */
const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  return crc
})
