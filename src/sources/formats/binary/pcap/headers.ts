// Headers of HTTP and of mails, as they come to stand in a record.
import { textOf } from "../json-text.js"

export type Headers = readonly (readonly [name: string, value: string])[]

/** By name in lower case; a name that comes more than once has all its values. */
export function grouped(headers: Headers): Readonly<Record<string, string | readonly string[]>> {
  const found: Record<string, string | string[]> = Object.create(null)
  for (const [name, raw] of headers) {
    const key = name.toLowerCase()
    const value = shown(raw)
    const known = found[key]
    if (known === undefined) found[key] = value
    else if (typeof known === "string") found[key] = [known, value]
    else known.push(value)
  }
  return found
}

/** Read as Latin-1 from the wire; UTF-8 where it is. */
export function shown(raw: string): string {
  return /[\u0080-\u00ff]/.test(raw) ? textOf(Buffer.from(raw, "latin1")) : raw
}
