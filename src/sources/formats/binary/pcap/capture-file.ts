// Reads the containers of packet captures: pcap of both byte orders and both resolutions, and pcapng with its sections and interfaces.

import type { ProblemCode } from "../../../../model/problem.js"
import { be16, be32, le16, le32, u8 } from "./integers.js"
import type { Loss } from "./losses.js"

/** Told of each packet; `start` to `end` are its captured bytes. Called for each packet of a file: no object is made for it. */
export interface PacketSink {
  packet(
    linkType: number,
    seconds: number,
    nanos: number,
    bytes: Buffer,
    start: number,
    end: number,
    wireBytes: number,
    offset: number,
  ): void
  /** Names of addresses and comments that a pcapng file carries beside its packets. */
  note(seconds: number, nanos: number, text: Readonly<Record<string, unknown>>, offset: number): void
  damaged(code: ProblemCode, offset: number, message: string): void
  lose(kind: Loss, offset: number): void
}

export interface CaptureReader {
  /**
   * Reads whole packets from the start of `bytes`; how many bytes were used up. `offset` is where they stand in the file.
   * More are needed where nothing was used.
   */
  read(bytes: Buffer, offset: number, sink: PacketSink): number
  /** What is left when the file has ended. */
  finish(bytes: Buffer, offset: number, sink: PacketSink): void
}

/** A larger packet or block is damage: the largest snap length in use is 262,144. */
export const packetBytesMax = 16 * 1024 * 1024

const pcapMagics: Readonly<Record<number, { readonly little: boolean; readonly nano: boolean; readonly extra: number }>> = {
  2712847316: { little: false, nano: false, extra: 0 },
  3569595041: { little: true, nano: false, extra: 0 },
  2712812621: { little: false, nano: true, extra: 0 },
  1295823521: { little: true, nano: true, extra: 0 },
  // Kuznetzov's variant: eight more bytes with each packet.
  2712849716: { little: false, nano: false, extra: 8 },
  885895841: { little: true, nano: false, extra: 8 },
}

const sectionHeader = 0x0a0d0d0a
export const pcapHeaderBytes = 24

/** Undefined if it is neither pcap nor pcapng. */
export function captureReader(head: Uint8Array): CaptureReader | undefined {
  if (head.length < 12) return undefined
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length)
  const magic = be32(bytes, 0) >>> 0
  if (magic === sectionHeader && (le32(bytes, 8) >>> 0 === byteOrderMagic || be32(bytes, 8) >>> 0 === byteOrderMagic)) return pcapng()
  const form = pcapMagics[magic]
  if (!form || bytes.length < pcapHeaderBytes) return undefined
  const major = form.little ? le16(bytes, 4) : be16(bytes, 4)
  return major === 2 ? pcap(form) : undefined
}

interface Integers {
  u32(bytes: Buffer, at: number): number
  u16(bytes: Buffer, at: number): number
}

const littleEndian: Integers = { u32: (bytes, at) => le32(bytes, at) >>> 0, u16: (bytes, at) => le16(bytes, at) }
const bigEndian: Integers = { u32: (bytes, at) => be32(bytes, at) >>> 0, u16: (bytes, at) => be16(bytes, at) }

function pcap({ little, nano, extra }: { readonly little: boolean; readonly nano: boolean; readonly extra: number }): CaptureReader {
  const { u32 } = little ? littleEndian : bigEndian
  const headerBytes = 16 + extra
  const scale = nano ? 1 : 1000
  const fractionMax = nano ? 1_000_000_000 : 1_000_000
  let linkType: number | undefined
  let lastSeconds = 0
  /** A header of these values can be one; times may run backwards, but not by years. */
  const plausible = (bytes: Buffer, at: number): boolean => {
    const captured = u32(bytes, at + 8)
    return (
      captured <= packetBytesMax &&
      u32(bytes, at + 12) <= packetBytesMax &&
      u32(bytes, at + 4) < fractionMax &&
      (lastSeconds === 0 || Math.abs(u32(bytes, at) - lastSeconds) < 366 * 86_400)
    )
  }
  return {
    read(bytes, offset, sink) {
      let at = 0
      if (linkType === undefined) {
        if (bytes.length < pcapHeaderBytes) return 0
        // The upper bits hold the length of the frame check sequence.
        linkType = u32(bytes, 20) & 0x0fffffff
        at = pcapHeaderBytes
      }
      while (at + headerBytes <= bytes.length) {
        const captured = u32(bytes, at + 8)
        if (captured > packetBytesMax || u32(bytes, at + 4) >= fractionMax) {
          const next = resynchronised(bytes, at + 1, headerBytes, u32, plausible)
          if (next === undefined && bytes.length - at < resyncBytesMax) return at
          const to = next ?? bytes.length
          sink.damaged("malformed", offset + at, `${to - at} bytes hold no packet where one should begin`)
          at = to
          continue
        }
        const start = at + headerBytes
        if (start + captured > bytes.length) break
        lastSeconds = u32(bytes, at)
        sink.packet(linkType, lastSeconds, u32(bytes, at + 4) * scale, bytes, start, start + captured, u32(bytes, at + 12), offset + at)
        at = start + captured
      }
      return at
    },
    finish(bytes, offset, sink) {
      if (bytes.length === 0) return
      const start = headerBytes
      if (linkType === undefined || bytes.length <= start || !plausible(bytes, 0)) {
        sink.damaged("truncated", offset, "the file ends within the header of a packet, or in bytes that are none")
        return
      }
      sink.damaged("truncated", offset, "the last packet is cut off; what stands of it is searched")
      sink.packet(linkType, u32(bytes, 0), u32(bytes, 4) * scale, bytes, start, bytes.length, u32(bytes, 12), offset)
    },
  }
}

/** Damage is given up as unreadable after so many bytes without two packets in a row. */
const resyncBytesMax = 1024 * 1024

/** Where two plausible packets follow each other again. */
function resynchronised(
  bytes: Buffer,
  from: number,
  headerBytes: number,
  u32: Integers["u32"],
  plausible: (bytes: Buffer, at: number) => boolean,
): number | undefined {
  for (let at = from; at + headerBytes <= bytes.length && at - from < resyncBytesMax; at++) {
    const captured = u32(bytes, at + 8)
    if (captured < 14 || !plausible(bytes, at) || u32(bytes, at + 12) < captured) continue
    const next = at + headerBytes + captured
    if (next + headerBytes <= bytes.length && plausible(bytes, next) && u32(bytes, next + 8) >= 14) return at
  }
  return undefined
}

const byteOrderMagic = 0x1a2b3c4d

interface Interface {
  readonly linkType: number
  /** Units in a second, as exponent of ten or two. */
  readonly unitsPerSecond: bigint
  readonly offsetSeconds: number
}

const interfacesMax = 4096
const microsPerSecond = 1_000_000n

function pcapng(): CaptureReader {
  let integers = littleEndian
  let interfaces: Interface[] = []
  let last: readonly [seconds: number, nanos: number] = [0, 0]
  const block = (bytes: Buffer, at: number, length: number, offset: number, sink: PacketSink): void => {
    const type = integers.u32(bytes, at)
    const body = at + 8
    const end = at + length - 4
    if (type === 1) {
      if (interfaces.length < interfacesMax) interfaces.push(readInterface(bytes, body, end, integers))
      else sink.lose("interfaces", offset)
      comments(bytes, body + 8, end, offset, sink)
    } else if (type === 6 && end - body >= 20) enhanced(bytes, body, end, offset, sink)
    else if (type === 3 && end - body >= 4) simple(bytes, body, end, offset, sink)
    else if (type === 2 && end - body >= 20) obsolete(bytes, body, end, offset, sink)
    else if (type === 4) names(bytes, body, end, offset, sink)
    else if (type === sectionHeader) comments(bytes, body + 16, end, offset, sink)
    else if (type === 5) comments(bytes, body + 12, end, offset, sink)
    else if (type === 6 || type === 3 || type === 2) sink.damaged("malformed", offset, "a block is too short for a packet")
    // Keys to decrypt with (10) name nobody.
    else if (type !== 10) sink.lose("block", offset)
  }
  const deliver = (
    id: number,
    high: number,
    low: number,
    bytes: Buffer,
    start: number,
    end: number,
    wire: number,
    offset: number,
    sink: PacketSink,
  ): void => {
    const from = interfaces[id]
    if (!from) {
      sink.damaged("malformed", offset, `a packet of interface ${id}, which was not described`)
      return
    }
    last = timeOf(from, high, low)
    sink.packet(from.linkType, last[0], last[1], bytes, start, end, wire, offset)
  }
  const enhanced = (bytes: Buffer, body: number, end: number, offset: number, sink: PacketSink): void => {
    const captured = integers.u32(bytes, body + 12)
    const start = body + 20
    const stop = Math.min(start + captured, end)
    if (start + captured > end) sink.damaged("malformed", offset, "a packet is longer than its block; what stands of it is searched")
    deliver(
      integers.u32(bytes, body),
      integers.u32(bytes, body + 4),
      integers.u32(bytes, body + 8),
      bytes,
      start,
      stop,
      integers.u32(bytes, body + 16),
      offset,
      sink,
    )
    const options = start + ((captured + 3) & ~3)
    if (options < end) comments(bytes, options, end, offset, sink)
  }
  const obsolete = (bytes: Buffer, body: number, end: number, offset: number, sink: PacketSink): void => {
    const start = body + 20
    const captured = integers.u32(bytes, body + 12)
    const stop = Math.min(start + captured, end)
    if (start + captured > end) sink.damaged("malformed", offset, "a packet is longer than its block; what stands of it is searched")
    deliver(
      integers.u16(bytes, body),
      integers.u32(bytes, body + 4),
      integers.u32(bytes, body + 8),
      bytes,
      start,
      stop,
      integers.u32(bytes, body + 16),
      offset,
      sink,
    )
  }
  /** A simple packet has no time: that of the packet before it. */
  const simple = (bytes: Buffer, body: number, end: number, offset: number, sink: PacketSink): void => {
    const from = interfaces[0]
    if (!from) {
      sink.damaged("malformed", offset, "a packet before any interface was described")
      return
    }
    const wire = integers.u32(bytes, body)
    sink.packet(from.linkType, last[0], last[1], bytes, body + 4, Math.min(body + 4 + wire, end), wire, offset)
  }
  const names = (bytes: Buffer, body: number, end: number, offset: number, sink: PacketSink): void => {
    for (let at = body; at + 4 <= end; ) {
      const type = integers.u16(bytes, at)
      const length = integers.u16(bytes, at + 2)
      const addressBytes = type === 1 ? 4 : type === 2 ? 16 : 0
      if (type === 0) break
      if (at + 4 + length > end) {
        sink.lose("block-damaged", offset)
        break
      }
      if (addressBytes > 0 && length > addressBytes) {
        const address = addressBytes === 4 ? [...bytes.subarray(at + 4, at + 8)].join(".") : sixText(bytes, at + 4)
        const list = bytes
          .toString("utf8", at + 4 + addressBytes, at + 4 + length)
          .split("\0")
          .filter((name) => name !== "")
        sink.note(last[0], last[1], { resolved: { ip: address, names: list } }, offset)
      }
      at += 4 + ((length + 3) & ~3)
    }
  }
  const comments = (bytes: Buffer, from: number, end: number, offset: number, sink: PacketSink): void => {
    const isWhole = eachOption(bytes, from, end, integers, (code, start, length) => {
      if (code === 1 && length > 0) sink.note(last[0], last[1], { message: bytes.toString("utf8", start, start + length) }, offset)
    })
    if (!isWhole) sink.lose("block-damaged", offset)
  }
  return {
    read(bytes, offset, sink) {
      let at = 0
      while (at + 12 <= bytes.length) {
        const isSection = be32(bytes, at) >>> 0 === sectionHeader
        if (isSection) {
          integers = le32(bytes, at + 8) >>> 0 === byteOrderMagic ? littleEndian : bigEndian
          interfaces = []
        }
        const length = integers.u32(bytes, at + 4)
        const bad = length < 12 || length % 4 !== 0 || length > packetBytesMax
        if (!bad && at + length > bytes.length) break
        if (bad || integers.u32(bytes, at + length - 4) !== length) {
          const next = nextBlock(bytes, at + 4, integers)
          if (next === undefined && bytes.length - at < resyncBytesMax) return at
          const to = next ?? bytes.length
          sink.damaged("malformed", offset + at, `${to - at} bytes hold no block where one should begin`)
          at = to
          continue
        }
        block(bytes, at, length, offset + at, sink)
        at += length
      }
      return at
    },
    finish(bytes, offset, sink) {
      if (bytes.length === 0) return
      const length = bytes.length >= 8 ? integers.u32(bytes, 4) : 0
      const cut = length >= 12 && length <= packetBytesMax && length > bytes.length
      const holdsPacket = cut && bytes.length > 36 && integers.u32(bytes, 0) === 6
      const rest = holdsPacket ? "what stands of it is searched" : "it is not searched"
      sink.damaged(cut ? "truncated" : "malformed", offset, `the last block is cut off; ${rest}`)
      if (holdsPacket) enhanced(bytes, 8, bytes.length, offset, sink)
    },
  }
}

function readInterface(bytes: Buffer, body: number, end: number, integers: Integers): Interface {
  let unitsPerSecond = microsPerSecond
  let offsetSeconds = 0
  eachOption(bytes, body + 8, end, integers, (code, start, length) => {
    if (code === 9 && length >= 1) {
      const resolution = u8(bytes, start)
      unitsPerSecond = (resolution & 0x80 ? 2n : 10n) ** BigInt(Math.min(resolution & 0x7f, 63))
    }
    if (code === 14 && length >= 8)
      offsetSeconds = Number(integers === littleEndian ? bytes.readBigInt64LE(start) : bytes.readBigInt64BE(start))
  })
  return { linkType: end - body >= 2 ? integers.u16(bytes, body) : 0, unitsPerSecond, offsetSeconds }
}

/** False where an option is longer than what is left. */
function eachOption(
  bytes: Buffer,
  from: number,
  end: number,
  { u16 }: Integers,
  see: (code: number, start: number, length: number) => void,
): boolean {
  for (let at = from; at + 4 <= end; ) {
    const code = u16(bytes, at)
    const length = u16(bytes, at + 2)
    if (code === 0) return true
    if (at + 4 + length > end) return false
    see(code, at + 4, length)
    at += 4 + ((length + 3) & ~3)
  }
  return true
}

function timeOf({ unitsPerSecond, offsetSeconds }: Interface, high: number, low: number): readonly [number, number] {
  if (unitsPerSecond === microsPerSecond && high < 0x200000) {
    const micros = high * 4_294_967_296 + low
    const seconds = Math.floor(micros / 1_000_000)
    return [seconds + offsetSeconds, (micros - seconds * 1_000_000) * 1000]
  }
  const units = (BigInt(high) << 32n) | BigInt(low)
  const seconds = units / unitsPerSecond
  const nanos = ((units % unitsPerSecond) * 1_000_000_000n) / unitsPerSecond
  return [Number(seconds) + offsetSeconds, Number(nanos)]
}

/** The next place where a block of a known type states the same length at both ends. */
function nextBlock(bytes: Buffer, from: number, { u32 }: Integers): number | undefined {
  for (let at = from; at + 12 <= bytes.length && at - from < resyncBytesMax; at += 1) {
    const type = u32(bytes, at)
    if (type !== 6 && type !== sectionHeader && type !== 3 && type !== 5 && type !== 1 && type !== 2) continue
    const length = u32(bytes, at + 4)
    if (length >= 12 && length % 4 === 0 && at + length <= bytes.length && u32(bytes, at + length - 4) === length) return at
  }
  return undefined
}

function sixText(bytes: Buffer, at: number): string {
  return Array.from({ length: 8 }, (_, index) => be16(bytes, at + index * 2).toString(16)).join(":")
}
