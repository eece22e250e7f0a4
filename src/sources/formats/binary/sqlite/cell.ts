// A cell of a database as JSON: text, numbers without loss, bytes as text where they are, else with what is legible among them.
import { hex, printableRuns, quote } from "../json-text.js"

export type Cell = number | bigint | string | Uint8Array | null

/** Longer byte arrays are shown by their legible parts alone. */
const hexBytesMax = 1024

/** "" for null. */
export function cellText(value: Cell): string {
  if (value === null) return ""
  if (typeof value === "string") return quote(value)
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : `"${value}"`
  if (typeof value === "bigint") return value >= -maxSafe && value <= maxSafe ? String(value) : `"${value}"`
  const text = Buffer.from(value.buffer, value.byteOffset, value.length).toString("utf8")
  if (!/[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text)) return quote(text)
  const digits = value.length <= hexBytesMax ? [hex(value)] : []
  return `[${[...digits, ...printableRuns(value)].map(quote).join(",")}]`
}

const maxSafe = BigInt(Number.MAX_SAFE_INTEGER)
