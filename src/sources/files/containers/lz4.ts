// LZ4 frames (frame format 1.6.3) and legacy frames: all of them, linked blocks included. No kept library reads more than the first frame.
import type { ByteReader } from "../byte-reader.js"
import type { Report } from "../ledger.js"
import type { Compression } from "./container.js"
import { XxHash32, xxHash32 } from "./xxhash.js"

const frameMagic = 0x184d2204
const legacyMagic = 0x184c2102
const windowBytes = 64 * 1024
const legacyBlockBytes = 8 * 1024 * 1024

export const lz4: Compression = {
  name: "lz4",
  recognize: (head) => head.length >= 4 && (word(head) === frameMagic || word(head) === legacyMagic),
  async *decode(input, report) {
    for (;;) {
      const head = await input.peek(4)
      if (head.length === 0) return
      const magic = head.length === 4 ? word(head) : 0
      if (magic === frameMagic) {
        if (!(yield* frame(input, report))) return
      } else if (magic === legacyMagic) {
        if (!(yield* legacyFrame(input, report))) return
      } else if (magic >>> 4 === 0x184d2a5) await skipFrame(input)
      else {
        if (!input.broken) report({ code: "malformed", at: input.position, message: "bytes behind the lz4 data are no lz4: not read" })
        return
      }
    }
  },
}

async function* frame(input: ByteReader, report: Report): AsyncGenerator<Uint8Array, boolean> {
  const start = input.position
  const head = await input.peek(19)
  const flags = head[4] ?? 0
  const headBytes = 7 + (flags & 8 ? 8 : 0) + (flags & 1 ? 4 : 0)
  const sizeCode = ((head[5] ?? 0) >> 4) & 7
  if (head.length < headBytes) return cutOff(input, report)
  const isSound = flags >> 6 === 1 && sizeCode >= 4 && head[headBytes - 1] === ((xxHash32(head.subarray(4, headBytes - 1)) >>> 8) & 255)
  if (!isSound) return damaged(report, start, "damaged lz4 frame header")
  if (flags & 1) return damaged(report, start, "lz4 frame needs a dictionary that is not in it", "unsupported")
  input.advance(headBytes)
  const blockBytesMax = 1 << (8 + 2 * sizeCode)
  const room = new Uint8Array(windowBytes + blockBytesMax)
  const hash = new XxHash32()
  /** Text already decoded that a linked block may refer to: it ends where the next block begins. */
  let window = 0
  for (;;) {
    const size = await input.read(4)
    if (size.length < 4) return cutOff(input, report)
    const stated = word(size)
    if (stated === 0) break
    const bytes = stated & 0x7fffffff
    if (bytes > blockBytesMax) return damaged(report, input.position - 4, "lz4 block states a size beyond its frame's limit")
    const block = await input.peek(bytes + (flags & 16 ? 4 : 0))
    const isWhole = block.length === bytes + (flags & 16 ? 4 : 0)
    const data = block.subarray(0, bytes)
    if (isWhole && flags & 16 && word(block, bytes) !== xxHash32(data))
      return damaged(report, input.position, "lz4 block does not match its checksum")
    const from = flags & 32 ? window : 0
    const length = stated >>> 31 ? copied(data, room, window) : decodeBlock(data, room, from, window, window + blockBytesMax)
    const sound = length < 0 ? ~length : length
    const text = room.slice(window, sound)
    hash.update(text)
    if (text.length > 0) yield text
    if (!isWhole) return cutOff(input, report)
    if (length < 0) return damaged(report, input.position, "damaged lz4 block")
    input.advance(block.length)
    window = keepWindow(room, sound)
  }
  if (!(flags & 4)) return true
  const sum = await input.read(4)
  if (sum.length < 4) return cutOff(input, report)
  if (word(sum) !== hash.digest()) {
    report({
      code: "malformed",
      at: input.position - 4,
      message: "lz4 frame was read whole, but its checksum does not match",
      goesOn: true,
    })
  }
  return true
}

/** Blocks of 8 MB up to the end of the input or the next frame. */
async function* legacyFrame(input: ByteReader, report: Report): AsyncGenerator<Uint8Array, boolean> {
  input.advance(4)
  const room = new Uint8Array(legacyBlockBytes)
  for (;;) {
    const size = await input.peek(4)
    if (size.length === 0) return true
    if (size.length < 4) return cutOff(input, report)
    const bytes = word(size)
    if (bytes === frameMagic || bytes === legacyMagic || bytes >>> 4 === 0x184d2a5) return true
    if (bytes > legacyBlockBytes + legacyBlockBytes / 255 + 16)
      return damaged(report, input.position, "bytes behind the lz4 data are no lz4: not read")
    const data = (await input.peek(4 + bytes)).subarray(4)
    const length = decodeBlock(data, room, 0, 0, room.length)
    const sound = length < 0 ? ~length : length
    if (sound > 0) yield room.slice(0, sound)
    if (data.length < bytes) return cutOff(input, report)
    if (length < 0) return damaged(report, input.position, "damaged lz4 block")
    input.advance(4 + bytes)
  }
}

/** End of what was decoded into `to`; its complement (`~end`) where the block is damaged or cut off behind it. Refers back to `from` at most. */
export function decodeBlock(data: Uint8Array, to: Uint8Array, from: number, start: number, end: number): number {
  let out = start
  let at = 0
  while (at < data.length) {
    const token = data[at++] as number
    let literals = token >> 4
    if (literals === 15) {
      for (let more = 255; more === 255; literals += more) {
        if (at >= data.length) return ~out
        more = data[at++] as number
      }
    }
    const present = Math.min(literals, data.length - at, end - out)
    to.set(data.subarray(at, at + present), out)
    at += present
    out += present
    if (present < literals) return ~out
    if (at === data.length) return out
    if (at + 2 > data.length) return ~out
    const distance = (data[at] as number) | ((data[at + 1] as number) << 8)
    at += 2
    let length = token & 15
    if (length === 15) {
      for (let more = 255; more === 255; length += more) {
        if (at >= data.length) return ~out
        more = data[at++] as number
      }
    }
    length += 4
    if (distance === 0 || out - distance < from || out + length > end) return ~out
    if (distance >= length) to.copyWithin(out, out - distance, out - distance + length)
    else for (let index = 0; index < length; index++) to[out + index] = to[out + index - distance] as number
    out += length
  }
  return start === out && data.length === 0 ? out : ~out
}

function copied(data: Uint8Array, to: Uint8Array, at: number): number {
  to.set(data, at)
  return at + data.length
}

function keepWindow(room: Uint8Array, end: number): number {
  const kept = Math.min(end, windowBytes)
  room.copyWithin(0, end - kept, end)
  return kept
}

async function skipFrame(input: ByteReader): Promise<void> {
  const head = await input.read(8)
  if (head.length === 8) await input.skip(word(head, 4))
}

function cutOff(input: ByteReader, report: Report): false {
  if (!input.broken) report({ code: "truncated", at: input.position, message: "ends in the middle of lz4 data" })
  return false
}

function damaged(report: Report, at: number, message: string, code: "malformed" | "unsupported" = "malformed"): false {
  report({ code, at, message })
  return false
}

/** Little-endian, unsigned. */
function word(bytes: Uint8Array, at = 0): number {
  return (
    ((bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)) >>> 0
  )
}
