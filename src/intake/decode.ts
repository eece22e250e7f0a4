// Bytes of a document to text: UTF-8, UTF-16 with or without a mark, else Latin-1. Never throws.
import { isAscii, isUtf8 } from "node:buffer"

/** More text than this is read in part only, with a Problem; strings and memory have an end. */
export const textBytesMax = 256 * 1024 * 1024

export interface Decoded {
  readonly text: string
  readonly encoding: "utf-8" | "utf-16le" | "utf-16be" | "windows-1252"
  /** Not all bytes were read. */
  readonly cut: boolean
}

export function decodeText(bytes: Uint8Array, bytesMax = textBytesMax): Decoded {
  const cut = bytes.length > bytesMax
  const part = cut ? bytes.subarray(0, bytesMax) : bytes
  const encoding = encodingOf(part)
  if (encoding !== "utf-8") return { text: new TextDecoder(encoding).decode(part), encoding, cut }
  const whole = cut ? wholeCharacters(part) : part
  // Not UTF-8: Latin-1 as Windows writes it, in which every byte is a character.
  if (!isUtf8(whole)) return { text: new TextDecoder("windows-1252").decode(part), encoding: "windows-1252", cut }
  return { text: utf8Text(whole), encoding, cut }
}

const pieceBytesDefault = 4 * 1024 * 1024

/**
 * The text in pieces that end at a line break where there is one, so that a table of any length needs no string of that length. The same
 * characters as `decodeText` gives, without a limit.
 */
export function* decodePieces(bytes: Uint8Array, pieceBytes = pieceBytesDefault): Generator<string> {
  const encoding = encodingOf(bytes)
  if (encoding === "utf-16le" || encoding === "utf-16be") yield* widePieces(bytes, encoding, pieceBytes)
  else yield* bytePieces(bytes, isUtf8(bytes.length > textBytesMax ? wholeCharacters(bytes) : bytes), pieceBytes)
}

function* bytePieces(bytes: Uint8Array, utf8: boolean, pieceBytes: number): Generator<string> {
  for (let at = 0; at < bytes.length; ) {
    const full = bytes.subarray(at, at + pieceBytes)
    const newline = at + full.length < bytes.length ? full.lastIndexOf(10) : -1
    const piece = newline >= 0 ? full.subarray(0, newline + 1) : utf8 && at + full.length < bytes.length ? wholeCharacters(full) : full
    yield utf8 ? utf8Text(piece) : new TextDecoder("windows-1252").decode(piece)
    at += piece.length
  }
}

function* widePieces(bytes: Uint8Array, encoding: "utf-16le" | "utf-16be", pieceBytes: number): Generator<string> {
  const decoder = new TextDecoder(encoding)
  let rest = ""
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const text = rest + decoder.decode(bytes.subarray(at, at + pieceBytes), { stream: at + pieceBytes < bytes.length })
    const newline = text.lastIndexOf("\n")
    yield newline < 0 ? text : text.slice(0, newline + 1)
    rest = newline < 0 ? "" : text.slice(newline + 1)
  }
  if (rest !== "") yield rest
}

/** Of valid UTF-8, without its mark; ASCII takes one byte a character. */
function utf8Text(bytes: Uint8Array): string {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset + (marked ? 3 : 0), bytes.length - (marked ? 3 : 0))
  return buffer.toString(isAscii(buffer) ? "latin1" : "utf8")
}

/** Without a character that the end cuts in two. */
function wholeCharacters(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!
    if (byte < 0x80) return bytes
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? bytes.subarray(0, -back) : bytes
  }
  return bytes
}

function encodingOf(bytes: Uint8Array): Decoded["encoding"] {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le"
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be"
  const head = bytes.subarray(0, 4096)
  let even = 0
  let odd = 0
  for (let at = 0; at < head.length; at++) if (head[at] === 0) at % 2 === 0 ? even++ : odd++
  const pairs = head.length / 2
  if (odd > pairs * 0.4 && even < pairs * 0.1) return "utf-16le"
  if (even > pairs * 0.4 && odd < pairs * 0.1) return "utf-16be"
  return "utf-8"
}
