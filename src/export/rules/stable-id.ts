// Ids that are the same for the same indicator in every export: UUID version 5 and numbers within a range.
import { createHash } from "node:crypto"

/** Sillage's own namespace: never that of STIX SCOs (STIX 2.1 section 2.9). */
const namespace = Buffer.from("6f0b5a0c2c7e4b8d9a533f1e7c2d8b41", "hex")

/** RFC 9562 section 5.5. */
export function uuidOf(...parts: readonly string[]): string {
  const hash = createHash("sha1").update(namespace)
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  const bytes = hash.digest().subarray(0, 16)
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x50
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const hex = bytes.toString("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/**
 * Hands out numbers from `first` on, `span` of them, by the key alone: the same key gets the same number whatever else is exported, unless two
 * keys of one export fall on the same number, when the later one moves on. Throws if more are asked for than there are.
 */
export function numbersBetween(first: number, span: number): (key: string) => number {
  const taken = new Set<number>()
  return (key) => {
    if (taken.size >= span) throw new Error(`no number left of ${span}`)
    let at = createHash("sha256").update(key).digest().readUInt32BE(0) % span
    while (taken.has(at)) at = (at + 1) % span
    taken.add(at)
    return first + at
  }
}
