// Ids that are the same for the same indicator in every export: UUID version 5 and numbers within a range.
import { hash } from "node:crypto"

/** Sillage's own namespace: never that of STIX SCOs (STIX 2.1 section 2.9). */
const namespace = Buffer.from("6f0b5a0c2c7e4b8d9a533f1e7c2d8b41", "hex")

const roomBytes = 2048
/** What is hashed: the namespace, then the parts. A million ids want no million buffers. */
const room = Buffer.concat([namespace, Buffer.alloc(roomBytes)])
const behind = room.subarray(namespace.length)
/** The first bytes of it, by their number. */
const heads = Array.from({ length: room.length + 1 }, (_, bytes) => room.subarray(0, bytes))
const encoder = new TextEncoder()
/** The digit that holds the variant, by what the hash has there. */
const variants = new Map([..."0123456789abcdef"].map((digit) => [digit, ((Number.parseInt(digit, 16) & 3) | 8).toString(16)]))

/** RFC 9562 section 5.5. */
export function uuidOf(...parts: readonly string[]): string {
  return uuidOfText(textOf(parts))
}

/** As `uuidOf` of the parts and one more, for many with the same beginning. */
export function uuidsUnder(...parts: readonly string[]): (last: string) => string {
  const head = textOf(parts)
  return (last) => uuidOfText(`${head}${last.length}:${last}`)
}

/** Each with its length, so that no two lists of parts are one text. */
function textOf(parts: readonly string[]): string {
  return parts.map((part) => `${part.length}:${part}`).join("")
}

function uuidOfText(text: string): string {
  const hex = hash("sha1", bytesOf(text), "hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variants.get(hex[16] as string)}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

function bytesOf(text: string): Uint8Array {
  // A character of UTF-16 takes three bytes of UTF-8 at most.
  if (3 * text.length > roomBytes) return Buffer.concat([namespace, Buffer.from(text)])
  return heads[namespace.length + encoder.encodeInto(text, behind).written] as Uint8Array
}

/**
 * Hands out numbers from `first` on, `span` of them, by the key alone: the same key gets the same number whatever else is exported, unless two
 * keys of one export fall on the same number, when the later one moves on. Throws if more are asked for than there are.
 */
export function numbersBetween(first: number, span: number): (key: string) => number {
  const taken = new Uint8Array(span)
  let count = 0
  return (key) => {
    if (count >= span) throw new Error(`no number left of ${span}`)
    let at = Number.parseInt(hash("sha256", key, "hex").slice(0, 8), 16) % span
    while (taken[at] === 1) at = (at + 1) % span
    taken[at] = 1
    count++
    return first + at
  }
}
