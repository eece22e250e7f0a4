// Eight bytes for each indicator: which of a million are new since the last look, without keeping a million of them.
import { createHash } from "node:crypto"
import type { Indicator } from "../model/indicator.js"

/** In the order of the indicators. */
export function printsOf(indicators: readonly Pick<Indicator, "type" | "value">[]): BigUint64Array<ArrayBuffer> {
  const prints = new BigUint64Array(indicators.length)
  for (const [at, { type, value }] of indicators.entries()) {
    prints[at] = createHash("sha256").update(`${type} ${value}`).digest().readBigUInt64LE(0)
  }
  return prints
}

/** Those of `prints` that are not among `known`. */
export function printsBeside(prints: BigUint64Array<ArrayBuffer>, known: BigUint64Array<ArrayBuffer>): BigUint64Array<ArrayBuffer> {
  const seen = new Set(known)
  return prints.filter((print) => !seen.has(print))
}

export function encodePrints(prints: BigUint64Array<ArrayBuffer>): string {
  return Buffer.from(prints.buffer, prints.byteOffset, prints.byteLength).toString("base64")
}

export function decodePrints(text: string): BigUint64Array<ArrayBuffer> {
  const bytes = new Uint8Array(Buffer.from(text, "base64"))
  return new BigUint64Array(bytes.buffer, 0, bytes.length >> 3)
}
