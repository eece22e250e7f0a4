// One row of a row group as a JSON line: times to the nanosecond, bytes as text where they are, integers without loss.
import type { FileMetaData, ParquetParsers } from "hyparquet"
import { formatInstant } from "../../../../model/time.js"
import { hex, printableRuns, quote, textOf } from "../json-text.js"

/** Decoded values of one row group by column name. */
export type Columns = ReadonlyMap<string, ArrayLike<unknown>>

const decoder = new TextDecoder("utf-8", { fatal: true })

/** Times stay exact as RFC 3339 texts: a `Date` would lose micro- and nanoseconds. */
export const parquetParsers: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (millis: bigint) => instantText(millis * 1_000_000n),
  timestampFromMicroseconds: (micros: bigint) => instantText(micros * 1000n),
  timestampFromNanoseconds: (nanos: bigint) => instantText(nanos),
  dateFromDays: (days: number) => instantText(BigInt(days) * 86_400_000_000_000n).slice(0, 10),
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && textOf(bytes),
  jsonFromBytes: (bytes: Uint8Array | undefined) => bytes && textOf(bytes),
}

/** The year 10000 and beyond is no time of a log; the number itself is kept. */
const instantMax = 253_402_300_800_000_000_000n

function instantText(nanos: bigint): string {
  return nanos > instantMax || nanos < -instantMax ? String(nanos) : formatInstant(nanos)
}

/** Timestamp columns that are stated to be local clock: their texts lose the `Z`, so that the zone stays open. */
export function localColumns({ schema }: FileMetaData): ReadonlySet<string> {
  return new Set(
    schema.filter(({ logical_type: type }) => type?.type === "TIMESTAMP" && type.isAdjustedToUTC === false).map(({ name }) => name),
  )
}

/** Null and absent values are left out. */
export function rowText(columns: Columns, row: number, local: ReadonlySet<string>): string {
  let out = ""
  for (const [name, values] of columns) {
    const value: unknown = values[row]
    if (value === undefined || value === null) continue
    const shown = local.has(name) && typeof value === "string" ? value.replace(/Z$/, "") : value
    out += `${out === "" ? "" : ","}${quote(name)}:${valueText(shown, 0)}`
  }
  return `{${out}}`
}

const depthMax = 32

function valueText(value: unknown, depth: number): string {
  if (typeof value === "string") return quote(value)
  if (typeof value === "bigint") return value >= -maxSafe && value <= maxSafe ? String(value) : `"${value}"`
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : `"${value}"`
  if (typeof value === "boolean") return String(value)
  if (value instanceof Date) return quote(value.toISOString())
  if (value instanceof Uint8Array) return bytesText(value)
  if (value === null || value === undefined || depth > depthMax) return "null"
  if (Array.isArray(value)) return `[${value.map((each) => valueText(each, depth + 1)).join(",")}]`
  if (typeof value !== "object") return quote(String(value))
  const members = Object.entries(value).filter(([, each]) => each !== undefined && each !== null)
  return `{${members.map(([name, each]) => `${quote(name)}:${valueText(each, depth + 1)}`).join(",")}}`
}

/** A byte array without a type is text where it is UTF-8, an address of 4 or 16 bytes is not guessed. */
function bytesText(bytes: Uint8Array): string {
  try {
    return quote(decoder.decode(bytes))
  } catch {
    // No text: its bytes, and what is legible among them.
    const runs = printableRuns(bytes)
    return runs.length === 0 ? `"${hex(bytes)}"` : `[${[hex(bytes), ...runs].map(quote).join(",")}]`
  }
}

const maxSafe = BigInt(Number.MAX_SAFE_INTEGER)
