// Ids that are the same for the same indicator in every export: UUID version 5 and numbers within a range.
import { hash } from "node:crypto"

/** Sillage's own namespace: never that of STIX SCOs (STIX 2.1 section 2.9). */
const namespace = Buffer.from("6f0b5a0c2c7e4b8d9a533f1e7c2d8b41", "hex")

/** Holds what is hashed, the namespace at its beginning: a million ids want no million buffers. */
let room = Buffer.concat([namespace, Buffer.alloc(1024)])

/** RFC 9562 section 5.5. */
export function uuidOf(...parts: readonly string[]): string {
  let text = ""
  for (const part of parts) text += `${part.length}:${part}`
  // A character of UTF-16 takes three bytes of UTF-8 at most.
  if (room.length < namespace.length + 3 * text.length) room = Buffer.concat([namespace, Buffer.alloc(3 * text.length)])
  const bytes = namespace.length + room.write(text, namespace.length, "utf8")
  const hex = hash("sha1", room.subarray(0, bytes), "hex")
  const variant = ((Number.parseInt(hex[16] as string, 16) & 3) | 8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/**
 * Hands out numbers from `first` on, `span` of them, by the key alone: the same key gets the same number whatever else is exported, unless two
 * keys of one export fall on the same number, when the later one moves on. Throws if more are asked for than there are.
 */
export function numbersBetween(first: number, span: number): (key: string) => number {
  const taken = new Set<number>()
  return (key) => {
    if (taken.size >= span) throw new Error(`no number left of ${span}`)
    let at = Number.parseInt(hash("sha256", key, "hex").slice(0, 8), 16) % span
    while (taken.has(at)) at = (at + 1) % span
    taken.add(at)
    return first + at
  }
}
