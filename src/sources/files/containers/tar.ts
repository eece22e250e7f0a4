// tar: v7, ustar, pax and GNU archives, also several one after another. A damaged header costs the members up to the next sound one.

import { type ByteReader, type ByteSource, copyOf, limited } from "../byte-reader.js"
import type { Report } from "../ledger.js"
import type { Archive, Entry } from "./container.js"

const blockBytes = 512
/** pax headers and GNU long names are read up to here. */
const metadataBytesMax = 1024 * 1024

export const tar: Archive = {
  name: "tar",
  recognize: (head) => head.length >= blockBytes && (isHeader(head) || hasMagic(head)),
  async *entries(input, report) {
    let names: Metadata = {}
    let ended = false
    for (;;) {
      const header = copyOf(await input.peek(blockBytes))
      if (header.length < blockBytes) {
        if (!input.broken && (header.length > 0 || !ended))
          report({ code: "truncated", at: input.position, message: "tar ends without its end mark" })
        return
      }
      if (isZero(header)) {
        ended = true
        input.advance(blockBytes)
      } else if (!isHeader(header)) {
        if (!(await resync(input, ended, report))) return
      } else {
        ended = false
        input.advance(blockBytes)
        const found = await member(input, header, names, report)
        if (found.metadata) names = { ...names, ...found.metadata }
        else {
          if (found.entry) yield found.entry
          names = {}
        }
        await input.skip(Math.max(0, found.end - input.position))
      }
    }
  },
}

/** What pax and GNU headers say about the member that follows. */
interface Metadata {
  readonly path?: string
  readonly size?: number
  readonly mtimeMs?: number
}

interface Found {
  /** Where the next header stands. */
  readonly end: number
  readonly entry?: Entry
  readonly metadata?: Metadata
}

async function member(input: ByteReader, header: Uint8Array, said: Metadata, report: Report): Promise<Found> {
  const type = String.fromCharCode(header[156] as number)
  const size = said.size ?? number(header, 124, 12)
  if (size === undefined || size > Number.MAX_SAFE_INTEGER / 2) {
    report({ code: "malformed", at: input.position - blockBytes, message: "tar header states no readable size" })
    return { end: input.position }
  }
  if (type === "x" || type === "L" || type === "K" || type === "g") {
    const end = padded(input.position, size)
    const text = await input.read(Math.min(size, metadataBytesMax))
    return {
      end,
      metadata: type === "x" ? pax(text) : type === "L" ? { path: cString(text) } : {},
    }
  }
  if (type === "S") await skipSparseMaps(input, header)
  const end = padded(input.position, size)
  // Links, folders and devices hold nothing; a hard link may (pax).
  if (/[123456VMND]/.test(type) && (size === 0 || type !== "1")) return { end: type === "5" || type === "D" ? end : input.position }
  const name = said.path ?? nameOf(header)
  const mtimeMs = said.mtimeMs ?? millis(number(header, 136, 12))
  return { end, entry: { name, mtimeMs, open: (tell) => content(input, size, tell) } }
}

function content(input: ByteReader, size: number, report: Report): ByteSource {
  const end = input.position + size
  const source = limited(input, size)
  return {
    ...source,
    async next() {
      const chunk = await source.next()
      const missing = end - input.position
      if (!chunk && missing > 0 && !input.broken) {
        input.fail()
        report({ code: "truncated", at: size - missing, message: `${missing} of ${size} bytes are missing: the archive ends within it` })
      }
      return chunk
    },
  }
}

/** Looks for the next sound header. What stands behind the end mark is reported once. */
async function resync(input: ByteReader, ended: boolean, report: Report): Promise<boolean> {
  const at = input.position
  const message = ended
    ? "bytes behind the end of the tar are no tar: not read"
    : "damaged tar header: members up to the next sound one are lost"
  report({ code: "malformed", at, message, ...(ended ? {} : { goesOn: true }) })
  if (ended) return false
  for (;;) {
    const block = await input.peek(blockBytes)
    if (block.length < blockBytes) return false
    if (isHeader(block)) return true
    input.advance(blockBytes)
  }
}

/** Old GNU sparse files: further maps follow the header. */
async function skipSparseMaps(input: ByteReader, header: Uint8Array): Promise<void> {
  for (let more = header[482] !== 0; more; ) {
    const block = await input.read(blockBytes)
    more = block.length === blockBytes && block[504] !== 0
  }
}

/** The checksum counts its own field as spaces; some old archives summed signed bytes. */
function isHeader(block: Uint8Array): boolean {
  const stated = number(block, 148, 8)
  if (stated === undefined || stated === 0) return false
  let plain = 0
  let signed = 0
  for (let at = 0; at < blockBytes; at++) {
    const byte = at >= 148 && at < 156 ? 0x20 : (block[at] as number)
    plain += byte
    signed += byte < 128 ? byte : byte - 256
  }
  return (stated === plain || stated === signed) && block[0] !== 0
}

/** Enough to know a tar by whose first header is damaged. */
function hasMagic(block: Uint8Array): boolean {
  return /^ustar(\x0000| {2}\0)$/.test(Buffer.from(block.subarray(257, 265)).toString("latin1"))
}

/** Octal digits, or a base-256 number where the first bit is set. */
function number(block: Uint8Array, at: number, length: number): number | undefined {
  if ((block[at] as number) & 0x80) {
    let value = (block[at] as number) & 0x3f
    for (let index = 1; index < length; index++) value = value * 256 + (block[at + index] as number)
    return value
  }
  const text = Buffer.from(block.subarray(at, at + length))
    .toString("latin1")
    .replace(/\0.*$/s, "")
    .trim()
  if (text === "") return 0
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined
}

function nameOf(header: Uint8Array): string {
  const name = cString(header.subarray(0, 100))
  const isUstar = Buffer.from(header.subarray(257, 263)).toString("latin1") === "ustar\0"
  const prefix = isUstar ? cString(header.subarray(345, 500)) : ""
  return prefix ? `${prefix}/${name}` : name
}

/** Records of the form `length key=value\n`. */
function pax(bytes: Uint8Array): Metadata {
  let said: Metadata = {}
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at)
    const length = Number(Buffer.from(bytes.subarray(at, space)).toString("latin1"))
    if (space < 0 || !(length > space - at + 1)) return said
    const record = Buffer.from(bytes.subarray(space + 1, at + length - 1)).toString("utf8")
    const equals = record.indexOf("=")
    const key = record.slice(0, equals)
    const value = record.slice(equals + 1)
    if (key === "path" || key === "GNU.sparse.name") said = { ...said, path: value }
    if (key === "size" && /^\d+$/.test(value)) said = { ...said, size: Number(value) }
    if (key === "mtime" && Number.isFinite(Number(value))) said = { ...said, mtimeMs: Number(value) * 1000 }
    at += length
  }
  return said
}

function cString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString("utf8")
}

function millis(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000
}

function padded(at: number, size: number): number {
  return at + Math.ceil(size / blockBytes) * blockBytes
}

function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0)
}
