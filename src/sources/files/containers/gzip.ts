// gzip (RFC 1952): all members; padding and garbage behind the last one.
import { crc32 } from "node:zlib"
import type { ByteReader } from "../byte-reader.js"
import type { Report } from "../ledger.js"
import type { SeekPoints } from "../seek.js"
import { type Compression, type Sum, startsWith } from "./container.js"
import { type InflateOptions, inflate } from "./inflate-stream.js"

/** Header fields of free length (name, comment, extra) are read up to here. */
const headerBytesMax = 256 * 1024

export const gzip: Compression = {
  name: "gzip",
  recognize: isMember,
  isSummed: true,
  async *decode(input, report, seek, sums) {
    yield* members(input, report, 0, seek, sums)
  },
  async *resume(input, point, report) {
    const start = input.position
    const rest = yield* text(input, start, report, { at: point.at, from: point })
    // The checksum is of the whole member, of which this is the end.
    if (!rest || (await input.skip(8)) < 8 || !(await nextMember(input, report))) return
    yield* members(input, report, 0, undefined)
  },
}

async function* members(
  input: ByteReader,
  report: Report,
  from: number,
  seek: SeekPoints | undefined,
  sums?: Sum[],
): AsyncGenerator<Uint8Array> {
  for (let at = from; ; ) {
    const start = input.position
    if (!(await skipHeader(input))) {
      report({ code: "truncated", at: input.position, message: "gzip header is cut off or too long" })
      return
    }
    const sum = yield* member(input, start, report, { at, ...(seek ? { seek } : {}) })
    if (sum) sums?.push(sum)
    if (!sum || !(await nextMember(input, report))) return
    at += sum.bytes
  }
}

/** RFC 1952 section 2.3: magic, DEFLATE, reserved flags clear. */
function isMember(head: Uint8Array): boolean {
  return startsWith(head, [0x1f, 0x8b, 8]) && ((head[3] as number) & 0xe0) === 0
}

/** Of the member's text; undefined where nothing more can be read. */
async function* member(
  input: ByteReader,
  start: number,
  report: Report,
  options: InflateOptions,
): AsyncGenerator<Uint8Array, Sum | undefined> {
  const sum = yield* text(input, start, report, options)
  if (!sum) return undefined
  const trailer = await input.read(8)
  if (trailer.length < 8) {
    if (!input.broken) report({ code: "truncated", at: input.position, message: `gzip member at byte ${start} ends without its checksum` })
    return undefined
  }
  const view = new DataView(trailer.buffer, trailer.byteOffset, 8)
  if (view.getUint32(0, true) !== sum.crc || view.getUint32(4, true) !== sum.bytes % 2 ** 32) {
    const message = `gzip member at byte ${start} was read whole, but its checksum does not match`
    report({ code: "malformed", at: input.position - 8, message, goesOn: true })
  }
  return sum
}

/** The text of a member; what it sums up to, undefined where it is damaged. */
async function* text(
  input: ByteReader,
  start: number,
  report: Report,
  options: InflateOptions,
): AsyncGenerator<Uint8Array, Sum | undefined> {
  let crc = 0
  let size = 0
  const stream = inflate(input, options)
  for (;;) {
    const { done, value } = await stream.next()
    if (!done) {
      if (!options.from) crc = crc32(value, crc)
      size += value.length
      yield value
    } else if (value.state === "complete") return { bytes: size, crc }
    else {
      if (!input.broken) report({ code: value.state, at: input.position, message: `gzip member at byte ${start}: ${value.message}` })
      return undefined
    }
  }
}

/** RFC 1952 section 2.3.1. */
async function skipHeader(input: ByteReader): Promise<boolean> {
  const head = await input.peek(12)
  if (head.length < 10) return false
  const flags = head[3] as number
  const extra = flags & 4 ? 2 + (head[10] ?? 0) + 256 * (head[11] ?? 0) : 0
  if ((await input.skip(10 + extra)) < 10 + extra) return false
  if (flags & 8 && !(await skipText(input))) return false
  if (flags & 16 && !(await skipText(input))) return false
  return !(flags & 2) || (await input.skip(2)) === 2
}

async function skipText(input: ByteReader): Promise<boolean> {
  for (let skipped = 0; skipped < headerBytesMax; ) {
    const view = await input.view()
    if (!view) return false
    const end = view.indexOf(0)
    input.advance(end < 0 ? view.length : end + 1)
    if (end >= 0) return true
    skipped += view.length
  }
  return false
}

/** Stands at the next member, behind padding; false at the end, which is reported if anything but zeros stands there. */
async function nextMember(input: ByteReader, report: Report): Promise<boolean> {
  for (;;) {
    const head = await input.peek(10)
    if (head.length === 0) return false
    if (isMember(head)) return true
    if (head[0] !== 0) {
      report({ code: "malformed", at: input.position, message: "bytes behind the gzip data are no gzip: not read" })
      return false
    }
    // tape blocks are padded with zeros
    const view = (await input.view()) as Uint8Array
    const end = view.findIndex((byte) => byte !== 0)
    input.advance(end < 0 ? view.length : end)
  }
}
