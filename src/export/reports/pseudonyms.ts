// Accounts, own addresses and paths under names that only the holder of the key can undo: keyed hashes, the mapping stays with the user.
import { createHmac } from "node:crypto"

export type PseudonymKind = "account" | "host" | "source" | "name"

export interface Pseudonyms {
  /** The same value gives the same name under the same key: `account-3f09c1d2e4`. */
  readonly of: (kind: PseudonymKind, value: string) => string
  /** All names given so far, sorted: what must not leave. */
  readonly mapping: () => readonly { readonly pseudonym: string; readonly kind: PseudonymKind; readonly value: string }[]
}

/** 40 bits: no chance doubles among a million names worth speaking of, short enough to read aloud. */
const hexLength = 10
export const keyBytesMin = 16

export function createPseudonyms(key: Uint8Array): Pseudonyms {
  if (key.length < keyBytesMin) throw new Error(`a pseudonym key has at least ${keyBytesMin} bytes`)
  const given = new Map<string, { pseudonym: string; kind: PseudonymKind; value: string }>()
  return {
    of(kind, value) {
      const id = `${kind}\u0000${value.toLowerCase()}`
      const known = given.get(id)
      if (known) return known.pseudonym
      const pseudonym = `${kind}-${createHmac("sha256", key).update(id).digest("hex").slice(0, hexLength)}`
      given.set(id, { pseudonym, kind, value })
      return pseudonym
    },
    mapping: () => [...given.values()].sort((a, b) => (a.pseudonym < b.pseudonym ? -1 : 1)),
  }
}

/**
 * Replaces whole words of a dictionary in free text, letter case ignored; a name inside a longer word stays.
 * Longer names go first, so that `a.smith` does not cut `a.smith-admin`.
 */
export function wordReplacer(replacements: ReadonlyMap<string, string>): (text: string) => string {
  const words = [...replacements.keys()].filter((word) => word !== "").sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
  if (words.length === 0) return (text) => text
  const lower = new Map([...replacements].map(([word, by]) => [word.toLowerCase(), by]))
  const patterns: RegExp[] = []
  for (let at = 0; at < words.length; at += wordsPerPattern) {
    const some = words.slice(at, at + wordsPerPattern).map((word) => word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"))
    patterns.push(new RegExp(`(?<![\\p{L}\\p{N}_])(?:${some.join("|")})(?![\\p{L}\\p{N}_])`, "giu"))
  }
  return (text) => patterns.reduce((done, pattern) => done.replace(pattern, (word) => lower.get(word.toLowerCase()) ?? word), text)
}

const wordsPerPattern = 500
