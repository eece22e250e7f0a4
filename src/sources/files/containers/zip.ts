// zip (APPNOTE 6.3.10), read from its front: so it may lie in another archive, come from a pipe, or be cut off. The directory at its end
// serves as a check on what was found. Self-extracting archives are not known as zip.
import { crc32 } from "node:zlib"
import { ByteReader, copyOf, limited, sourceOf } from "../byte-reader.js"
import type { Report } from "../ledger.js"
import { bzip2 } from "./bzip2.js"
import type { Archive, Compression, Entry } from "./container.js"
import { inflate } from "./inflate-stream.js"
import { xz } from "./xz.js"
import { zstd } from "./zstd.js"

const local = 0x04034b50
const descriptor = 0x08074b50
const splitMarker = 0x30304b50
const central = 0x02014b50
const endOfDirectory = 0x06054b50
const endOfDirectory64 = 0x06064b50
const locator64 = 0x07064b50
const signature = 0x05054b50
const extraData = 0x08064b50

const encryptedFlag = 1
const descriptorFlag = 8
const utf8Flag = 0x800
const stored = 0
const deflated = 8
const compressions: Readonly<Record<number, Compression>> = { 12: bzip2, 20: zstd, 93: zstd, 95: xz }
const methodNames: Readonly<Record<number, string>> = {
  1: "shrink",
  6: "implode",
  9: "deflate64",
  14: "lzma",
  97: "wavpack",
  98: "ppmd",
  99: "aes",
}
const skippedBytes = 64 * 1024

export const zip: Archive = {
  name: "zip",
  // A split archive may begin with a marker of its own; an empty one has only its end.
  recognize: (head) =>
    isLocal(head) || (head.length >= 22 && word(head) === endOfDirectory) || (isMarker(head) && isLocal(head.subarray(4))),
  async *entries(input, report) {
    if (isMarker(await input.peek(4))) input.advance(4)
    let listed = 0
    let found = 0
    let ended = false
    for (;;) {
      const head = await input.peek(30)
      if (isLocal(head)) {
        const member = await localHeader(input)
        if (!member) return cutOff(input, report)
        ended = false
        found++
        const outcome: Outcome = { ended: false }
        if (!member.isFolder) yield entryOf(input, member, outcome)
        await goBehind(input, member, outcome)
      } else if (head.length === 0) {
        if (!ended) cutOff(input, report)
        return
      } else if (head.length < 22) {
        cutOff(input, report)
        return
      } else if (word(head) === central) {
        listed++
        await input.skip(46 + half(await input.peek(46), 28) + half(await input.peek(46), 30) + half(await input.peek(46), 32))
      } else if (word(head) === endOfDirectory) {
        await input.skip(22 + half(head, 20))
        if (listed > found)
          report({ code: "malformed", at: input.position, message: `the zip lists ${listed} members, ${found} were found`, goesOn: true })
        ended = true
        listed = 0
        found = 0
      } else if (!(await skipRecord(input, head))) {
        const message = ended
          ? "bytes behind the end of the zip are no zip: not read"
          : "damaged zip: members up to the next sound header are lost"
        report({
          code: head.length < 30 && !ended ? "truncated" : "malformed",
          at: input.position,
          message,
          ...(ended ? {} : { goesOn: true }),
        })
        if (ended || !(await findSignature(input))) return
      }
    }
  },
}

/** What became of a content whose end only it can know. */
interface Outcome {
  ended: boolean
}

interface Head {
  readonly name: string
  readonly isFolder: boolean
  readonly mtimeMs: number | undefined
  readonly flags: number
  readonly method: number
  /** Undefined where a descriptor behind the content says it. */
  readonly crc: number | undefined
  readonly storedBytes: number | undefined
  readonly contentAt: number
}

function cutOff(input: ByteReader, report: Report): void {
  if (!input.broken) report({ code: "truncated", at: input.position, message: "ends before the directory of the zip" })
}

/** APPNOTE 4.3.7, consumed; undefined where it is cut off. */
async function localHeader(input: ByteReader): Promise<Head | undefined> {
  const fixed = await input.read(30)
  const nameBytes = half(fixed, 26)
  const names = await input.read(nameBytes + half(fixed, 28))
  if (names.length < nameBytes + half(fixed, 28)) return undefined
  const extra = names.subarray(nameBytes)
  const flags = half(fixed, 6)
  const name = nameOf(names.subarray(0, nameBytes), flags)
  const size = word(fixed, 18) === 0xffffffff ? size64(extra) : word(fixed, 18)
  const isOpen = (flags & descriptorFlag) !== 0
  return {
    name,
    isFolder: name.endsWith("/") && !size,
    mtimeMs: unixTime(extra) ?? dosTime(half(fixed, 12), half(fixed, 10)),
    flags,
    method: half(fixed, 8),
    crc: isOpen ? undefined : word(fixed, 14),
    storedBytes: isOpen && !size ? undefined : size,
    contentAt: input.position,
  }
}

function entryOf(input: ByteReader, head: Head, outcome: Outcome): Entry {
  const { name, mtimeMs, method } = head
  if (head.flags & encryptedFlag)
    return { name, mtimeMs, code: "encrypted", reason: "encrypted: not searched; decrypt it and search the result" }
  if (method === stored || method === deflated || compressions[method])
    return { name, mtimeMs, open: (report) => sourceOf(content(input, head, outcome, report)) }
  const reason = `compressed by ${methodNames[method] ?? `method ${method}`}: not searched; unpack it and search the result`
  return { name, mtimeMs, code: "unsupported", reason }
}

async function* content(input: ByteReader, head: Head, outcome: Outcome, report: Report): AsyncGenerator<Uint8Array> {
  const part = head.storedBytes === undefined ? input : new ByteReader(limited(input, head.storedBytes), input)
  let crc = 0
  let bytes = 0
  let isSound = true
  const tell: Report = (damage) => {
    isSound = false
    report(damage)
  }
  for await (const chunk of unpacked(part, head, tell)) {
    crc = crc32(chunk, crc)
    bytes += chunk.length
    yield chunk
  }
  const used = input.position - head.contentAt
  if (isSound && head.storedBytes !== undefined && head.storedBytes > used && (await part.view()) === undefined && !input.broken) {
    input.fail()
    report({
      code: "truncated",
      at: used,
      message: `${head.storedBytes - used} of ${head.storedBytes} bytes are missing: the archive ends within it`,
    })
    return
  }
  if (!isSound || input.broken) return
  const stated = head.storedBytes === undefined ? await readDescriptor(input, used, bytes) : head.crc
  outcome.ended = head.storedBytes === undefined && stated !== undefined
  const isOpen = head.storedBytes === undefined && stated === undefined
  if (isOpen || (stated !== undefined && stated !== crc)) {
    report({ code: "malformed", at: used, message: "was read whole, but its checksum does not match", goesOn: true })
  }
}

async function* unpacked(part: ByteReader, head: Head, report: Report): AsyncGenerator<Uint8Array> {
  const compression = compressions[head.method]
  if (compression) yield* compression.decode(part, report)
  else if (head.method === deflated) {
    const stream = inflate(part)
    for (;;) {
      const { done, value } = await stream.next()
      if (!done) yield value
      else {
        if (value.state !== "complete" && !part.broken) report({ code: value.state, at: part.position, message: value.message })
        return
      }
    }
  } else if (head.storedBytes === undefined) yield* untilDescriptor(part)
  else {
    for (let view = await part.view(); view; view = await part.view()) {
      yield view
      part.advance(view.length)
    }
  }
}

/** Content of unknown length ends where a descriptor states the length that it has come to. */
async function* untilDescriptor(input: ByteReader): AsyncGenerator<Uint8Array> {
  const start = input.position
  for (;;) {
    const view = await input.peek(skippedBytes)
    if (view.length === 0) return
    let at = Buffer.from(view.buffer, view.byteOffset, view.length).indexOf("PK\x07\x08", 0, "latin1")
    while (at >= 0 && at + 24 <= view.length && !statesLength(view.subarray(at), input.position + at - start)) {
      at = Buffer.from(view.buffer, view.byteOffset, view.length).indexOf("PK\x07\x08", at + 1, "latin1")
    }
    const isEnd = at >= 0 && statesLength(view.subarray(at), input.position + at - start)
    // The last bytes of the view may be the start of a descriptor.
    const given = at >= 0 ? at : view.length < skippedBytes ? view.length : view.length - 23
    if (given > 0) yield view.subarray(0, given)
    input.advance(given)
    if (isEnd || given === view.length) return
    if (at >= 0 && given === 0) {
      yield copyOf(await input.peek(1))
      input.advance(1)
    }
  }
}

function statesLength(bytes: Uint8Array, length: number): boolean {
  return (
    bytes.length >= 12 && word(bytes) === descriptor && (word(bytes, 8) === length || (bytes.length >= 16 && long(bytes, 8) === length))
  )
}

/** APPNOTE 4.3.9: with or without signature, sizes of 4 or 8 bytes. The CRC that it states, consumed; undefined if none fits. */
async function readDescriptor(input: ByteReader, storedBytes: number, bytes: number): Promise<number | undefined> {
  const view = await input.peek(24)
  for (const from of [4, 0]) {
    if (from === 4 && word(view) !== descriptor) continue
    for (const width of [4, 8]) {
      if (view.length < from + 4 + 2 * width) continue
      const read = width === 4 ? word : long
      if (read(view, from + 4) !== storedBytes || read(view, from + 4 + width) !== bytes) continue
      const crc = word(view, from)
      input.advance(from + 4 + 2 * width)
      return crc
    }
  }
  return undefined
}

/** Stands behind a member, whatever became of it. */
async function goBehind(input: ByteReader, head: Head, outcome: Outcome): Promise<void> {
  if (head.storedBytes !== undefined) {
    await input.skip(Math.max(0, head.contentAt + head.storedBytes - input.position))
    if (!(head.flags & descriptorFlag)) return
    const view = await input.peek(16 + 30)
    if (word(view) === descriptor) input.advance(isSignature(view.subarray(16)) || view.length < 24 ? Math.min(16, view.length) : 24)
  } else if (!outcome.ended) await findSignature(input)
}

/** Moves to the next header that makes sense; false if there is none. */
async function findSignature(input: ByteReader): Promise<boolean> {
  for (;;) {
    const view = await input.peek(skippedBytes)
    if (view.length < 22) return false
    let at = 0
    for (; at + 30 <= view.length || (view.length < skippedBytes && at + 22 <= view.length); at++) {
      if (view[at] === 0x50 && view[at + 1] === 0x4b && isSignature(view.subarray(at))) {
        input.advance(at)
        return true
      }
    }
    input.advance(at)
  }
}

function isSignature(bytes: Uint8Array): boolean {
  return isLocal(bytes) || word(bytes) === central || word(bytes) === endOfDirectory
}

/** Records of the directory that hold nothing for us. */
async function skipRecord(input: ByteReader, head: Uint8Array): Promise<boolean> {
  const bytes =
    word(head) === endOfDirectory64
      ? 12 + long(head, 4)
      : word(head) === locator64
        ? 20
        : word(head) === signature
          ? 6 + half(head, 4)
          : word(head) === extraData
            ? 8 + word(head, 4)
            : 0
  return bytes > 0 && (await input.skip(bytes)) > 0
}

/** A signature alone stands in text, too: version, flags and method must be possible as well. */
function isLocal(bytes: Uint8Array): boolean {
  if (bytes.length < 30 || word(bytes) !== local) return false
  return (bytes[4] as number) <= 63 && half(bytes, 8) <= 99 && half(bytes, 26) > 0
}

function isMarker(head: Uint8Array): boolean {
  return word(head) === descriptor || word(head) === splitMarker
}

function nameOf(bytes: Uint8Array, flags: number): string {
  const utf8 = Buffer.from(bytes).toString("utf8")
  // Code page 437 by the standard; writers put in whatever they had. Latin-1 keeps the bytes apart.
  return flags & utf8Flag || !utf8.includes("\ufffd") ? utf8 : Buffer.from(bytes).toString("latin1")
}

/** APPNOTE 4.5.3: the original size, then the stored one. */
function size64(extra: Uint8Array): number | undefined {
  const field = extraField(extra, 1)
  return field && field.length >= 16 ? long(field, 8) : undefined
}

/** Info-ZIP's extended timestamp: a flag for each stamp, then the modification in seconds. */
function unixTime(extra: Uint8Array): number | undefined {
  const field = extraField(extra, 0x5455)
  return field && field.length >= 5 && (field[0] as number) & 1 ? (word(field, 1) | 0) * 1000 : undefined
}

function extraField(extra: Uint8Array, id: number): Uint8Array | undefined {
  for (let at = 0; at + 4 <= extra.length; at += 4 + half(extra, at + 2)) {
    if (half(extra, at) === id) return extra.subarray(at + 4, at + 4 + half(extra, at + 2))
  }
  return undefined
}

/** Local time of a writer whose zone nobody knows: taken as UTC, it is a hint for the year only. */
function dosTime(date: number, time: number): number | undefined {
  return date === 0
    ? undefined
    : Date.UTC(1980 + (date >> 9), ((date >> 5) & 15) - 1, date & 31, time >> 11, (time >> 5) & 63, (time & 31) * 2)
}

function half(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
}

function word(bytes: Uint8Array, at = 0): number {
  return (half(bytes, at) | (half(bytes, at + 2) << 16)) >>> 0
}

function long(bytes: Uint8Array, at: number): number {
  return word(bytes, at) + word(bytes, at + 4) * 2 ** 32
}
