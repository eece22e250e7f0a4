// The value types of binary XML, as text and as JSON.
import { hex, printableRuns, quote, textOf } from "../json-text.js"
import type { Chunk } from "./chunk.js"

/** One value as plain text; arrays joined by spaces. */
export function valueText(chunk: Chunk, type: number, at: number, size: number): string {
  const json = valueJson(chunk, type, at, size)
  if (json === "") return ""
  const value: unknown = JSON.parse(json)
  return Array.isArray(value) ? value.join(" ") : String(value)
}

/** One value as JSON; "" where there is none. Integers beyond 2^53 are strings. */
export function valueJson(chunk: Chunk, type: number, at: number, size: number): string {
  if (size === 0) return ""
  const { bytes } = chunk
  switch (type) {
    case 0x00:
      return ""
    case 0x01:
      return stringJson(chunk, at, size)
    case 0x02:
      return quote(textOf(bytes.subarray(at, at + size)).replace(/\u0000+$/, ""))
    case 0x03:
      return String(bytes.readInt8(at))
    case 0x04:
      return String(bytes.readUInt8(at))
    case 0x05:
      return String(bytes.readInt16LE(at))
    case 0x06:
      return String(bytes.readUInt16LE(at))
    case 0x07:
      return String(bytes.readInt32LE(at))
    case 0x08:
      return String(bytes.readUInt32LE(at))
    case 0x09:
      return integerJson(bytes.readInt32LE(at + 4), bytes.readUInt32LE(at))
    case 0x0a:
      return integerJson(bytes.readUInt32LE(at + 4), bytes.readUInt32LE(at))
    case 0x0b:
      return floatJson(bytes.readFloatLE(at))
    case 0x0c:
      return floatJson(bytes.readDoubleLE(at))
    case 0x0d:
      return bytes.readUInt8(at) === 0 ? "false" : "true"
    case 0x0e:
      return binaryJson(bytes.subarray(at, at + size))
    case 0x0f:
      return `"${guid(bytes, at)}"`
    case 0x10:
      return size === 8 ? hexJson(bytes, at, 8) : hexJson(bytes, at, 4)
    case 0x11:
      return `"${fileTime(bytes, at)}"`
    case 0x12:
      return `"${systemTime(bytes, at)}"`
    case 0x13:
      return `"${sid(bytes, at, size)}"`
    case 0x14:
      return hexJson(bytes, at, 4)
    case 0x15:
      return hexJson(bytes, at, 8)
    default:
      return type & 0x80 ? arrayJson(chunk, type & 0x7f, at, size) : binaryJson(bytes.subarray(at, at + size))
  }
}

/** A string of UTF-16 without its final NULs; one of white space alone says nothing. */
function stringJson(chunk: Chunk, at: number, size: number): string {
  const { bytes } = chunk
  let chars = size >> 1
  while (chars > 0 && bytes[at + chars * 2 - 1] === 0 && bytes[at + chars * 2 - 2] === 0) chars--
  return chars === 0 ? "" : quote(chunk.text(at, chars))
}

function arrayJson(chunk: Chunk, type: number, at: number, size: number): string {
  if (type === 0x01) {
    const strings = chunk.text(at, size >> 1).split("\u0000")
    if (strings.at(-1) === "") strings.pop()
    return strings.length === 0 ? "" : `[${strings.map(quote).join(",")}]`
  }
  const step = elementBytes[type]
  if (step === undefined) return binaryJson(chunk.bytes.subarray(at, at + size))
  const values: string[] = []
  for (let each = at; each + step <= at + size; each += step) values.push(valueJson(chunk, type, each, step))
  return `[${values.join(",")}]`
}

/** Types of fixed size that come in arrays. */
const elementBytes: Readonly<Record<number, number>> = {
  3: 1,
  4: 1,
  5: 2,
  6: 2,
  7: 4,
  8: 4,
  9: 8,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  15: 16,
  17: 8,
  18: 16,
  20: 4,
  21: 8,
}

/** Bytes as hexadecimal digits; where text stands among them, that too, since an indicator may. */
function binaryJson(bytes: Buffer): string {
  const address = socketAddress(bytes)
  if (address !== undefined) return `["${hex(bytes)}",${quote(address)}]`
  const runs = printableRuns(bytes, 6)
  return runs.length === 0 ? `"${hex(bytes)}"` : `["${hex(bytes)}",${runs.map(quote).join(",")}]`
}

/** A SOCKADDR (16, 28 or 128 bytes) as the log of SMB, RPC and WinSock providers holds it. */
function socketAddress(bytes: Buffer): string | undefined {
  if (bytes.length !== 16 && bytes.length !== 28 && bytes.length !== 128) return undefined
  const family = bytes.readUInt16LE(0)
  const port = bytes.readUInt16BE(2)
  const zeros = (from: number): boolean => bytes.subarray(from).every((byte) => byte === 0)
  if (family === 2 && zeros(8) && !(port === 0 && bytes.readUInt32BE(4) === 0)) return withPort([...bytes.subarray(4, 8)].join("."), port)
  if (family === 23 && bytes.length >= 28 && zeros(28)) {
    const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(8 + index * 2).toString(16)).join(":")
    return port === 0 ? groups : `[${groups}]:${port}`
  }
  return undefined
}

function withPort(address: string, port: number): string {
  return port === 0 ? address : `${address}:${port}`
}

function integerJson(high: number, low: number): string {
  if (high > -0x200000 && high < 0x200000) return String(high * 4_294_967_296 + low)
  return `"${(BigInt(high) << 32n) + BigInt(low)}"`
}

function floatJson(value: number): string {
  return Number.isFinite(value) ? String(value) : `"${value}"`
}

function hexJson(bytes: Buffer, at: number, size: number): string {
  const low = bytes.readUInt32LE(at)
  const high = size === 8 ? bytes.readUInt32LE(at + 4) : 0
  return high === 0 ? `"0x${low.toString(16)}"` : `"0x${high.toString(16)}${low.toString(16).padStart(8, "0")}"`
}

const digits: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

function guid(bytes: Buffer, at: number): string {
  const d = (offset: number): string => digits[bytes.readUInt8(at + offset)] as string
  return `{${d(3)}${d(2)}${d(1)}${d(0)}-${d(5)}${d(4)}-${d(7)}${d(6)}-${d(8)}${d(9)}-${d(10)}${d(11)}${d(12)}${d(13)}${d(14)}${d(15)}}`
}

/** Revision (1), count (1), authority (6, big-endian), sub-authorities (4 each). */
function sid(bytes: Buffer, at: number, size: number): string {
  const count = Math.min(bytes.readUInt8(at + 1), (size - 8) >> 2)
  let text = `S-${bytes.readUInt8(at)}-${bytes.readUIntBE(at + 2, 6)}`
  for (let index = 0; index < count; index++) text += `-${bytes.readUInt32LE(at + 8 + index * 4)}`
  return text
}

function systemTime(bytes: Buffer, at: number): string {
  const part = (index: number, width: number): string => String(bytes.readUInt16LE(at + index * 2)).padStart(width, "0")
  return `${part(0, 4)}-${part(1, 2)}-${part(3, 2)}T${part(4, 2)}:${part(5, 2)}:${part(6, 2)}.${part(7, 3)}Z`
}

let minuteKnown = Number.NaN
let minuteText = ""

/** 100-nanosecond ticks since 1601 as RFC 3339 with seven digits: through no `Date`, which would lose four of them. */
export function fileTime(bytes: Buffer, at: number): string {
  const low = bytes.readUInt32LE(at)
  const high = bytes.readUInt32LE(at + 4)
  // 2^32 ticks are 429 s and 4,967,296 ticks; each product stays below 2^53.
  const rest = high * 4_967_296 + low
  const seconds = high * 429 + Math.floor(rest / 10_000_000) - 11_644_473_600
  const minute = Math.floor(seconds / 60)
  if (minute !== minuteKnown) {
    const millis = minute * 60_000
    minuteText = millis > 8.64e15 ? "" : new Date(millis).toISOString().slice(0, -7)
    minuteKnown = minute
  }
  if (minuteText === "") return String((BigInt(high) << 32n) + BigInt(low))
  const second = seconds - minute * 60
  // The leading 1 keeps the zeros, and is cut off again.
  return `${minuteText}${second < 10 ? "0" : ""}${second}.${String((rest % 10_000_000) + 10_000_000).slice(1)}Z`
}
