// A short digest of a list of texts: ids that are the same in every run and on every machine.
import { hash, randomBytes } from "node:crypto"

/** 32 hex digits. The length of each part goes in, so that no two lists run together. */
export function digestOf(...parts: readonly string[]): string {
  let text = ""
  for (const part of parts) text += `${part.length}:${part}`
  return hash("sha256", text, "hex").slice(0, 32)
}

/** Chance: an id that no other run gives. */
export function randomId(): string {
  return randomBytes(9).toString("base64url")
}
