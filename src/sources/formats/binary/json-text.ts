// Writes the one JSON line of a decoded record. Text is quoted by hand where nothing in it needs an escape, which is nearly always.

const needsEscape = /["\\\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff]/

/** A JSON string. */
export function quote(text: string): string {
  return needsEscape.test(text) ? JSON.stringify(text) : `"${text}"`
}

/** What stands within a JSON string. */
export function escaped(text: string): string {
  return needsEscape.test(text) ? JSON.stringify(text).slice(1, -1) : text
}

/** `"name":value` pairs, those with an empty value left out. */
export function members(pairs: readonly (readonly [name: string, json: string])[]): string {
  let out = ""
  for (const [name, json] of pairs) if (json !== "") out += `${out === "" ? "" : ","}${quote(name)}:${json}`
  return out
}

/** The JSON of a value of any kind; integers beyond 2^53 as strings, so that no digit is lost on the way back. */
export function jsonOf(value: unknown): string {
  return (
    JSON.stringify(value, (_key, each: unknown) => {
      if (typeof each === "bigint") return each >= -maxSafe && each <= maxSafe ? Number(each) : String(each)
      if (each instanceof Uint8Array) return hex(each)
      return each
    }) ?? "null"
  )
}

/** Bytes as text: UTF-8 where they are, else Latin-1. */
export function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const decoded = buffer.toString("utf8")
  return decoded.includes("\ufffd") ? buffer.toString("latin1") : decoded
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex")
}

/** Printable runs of bytes that hold no text as a whole: ASCII and UTF-16LE, at least `least` characters each. */
export function printableRuns(bytes: Uint8Array, least = 4): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const narrow = buffer.toString("latin1").match(new RegExp(`[\\x20-\\x7e]{${least},}`, "g")) ?? []
  const wide = buffer.toString("latin1").match(new RegExp(`(?:[\\x20-\\x7e]\\x00){${least},}`, "g")) ?? []
  return [...wide.map((run) => run.replaceAll("\u0000", "")), ...narrow]
}

const maxSafe = BigInt(Number.MAX_SAFE_INTEGER)
