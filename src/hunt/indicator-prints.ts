// Eight bytes for each indicator: which of a million are new since the last look, without keeping a million of them.
import { hash } from "node:crypto"
import type { Indicator } from "../model/indicator.js"

/** Base64 of eight bytes each: as it is stored, and as it crosses threads. */
export type Prints = string

export function printOf({ type, value }: Pick<Indicator, "type" | "value">): bigint {
  return BigInt(`0x${hash("sha256", `${type} ${value}`).slice(0, 16)}`)
}

export function encodePrints(prints: readonly bigint[]): Prints {
  return Buffer.from(BigUint64Array.from(prints).buffer).toString("base64")
}

export function decodePrints(text: Prints): ReadonlySet<bigint> {
  const bytes = new Uint8Array(Buffer.from(text, "base64"))
  return new Set(new BigUint64Array(bytes.buffer, 0, bytes.length >> 3))
}
