// Plain lists: one value a line, comments after `#` or `;`, bullets of Markdown; every line that is no value is reported.
import { isAscii } from "node:buffer"
import type { ClaimContext } from "../claim.js"
import type { BulletinDraft } from "../draft.js"
import { readMeaning } from "../meaning.js"
import { refangProse } from "../prose.js"
import { looksLikePattern } from "../stix-terms.js"
import { readValue } from "../value.js"
import type { BulletinFormat, BulletinInput } from "./format.js"

export const plainList: BulletinFormat = {
  name: "list",
  title: "Plain list, one value a line",
  recognize({ head }) {
    const lines: ValueLine[] = []
    eachValueLine(head, undefined, (value) => lines.push(value))
    if (lines.length === 0) return 0
    const single = lines.filter((line) => !/\s/.test(line.value)).length
    const readable = lines.filter(({ value }) => "found" in readValue("any", value)).length
    if (readable / lines.length >= 0.8) return 0.7
    // Below the certainty of a text with headings and bullets, above that of any text.
    if (readable / lines.length >= 0.6) return 0.55
    // A list of names that nothing recognises is still a list, to be reported line by line.
    return single === lines.length && lines.length >= 2 && !/[<{]/.test(head.slice(0, 200)) ? 0.4 : 0
  },
  parse(input, draft) {
    const text = input.text()
    const said = comments(text)
    if (/\S/.test(said)) readMeaning(said, input.name, draft)
    // Put together once: a million texts hold it as one.
    const file = `${input.name}:`
    eachValueLine(text, bytesOf(input, text), ({ value, comment, line, detached }) => {
      claimLine(value, { provenance: file + line, comment, original: value, detached }, draft)
    })
  },
}

/** The bytes, where each is the character of the text at its place. */
function bytesOf({ bytes }: BulletinInput, text: string): Buffer | undefined {
  if (text.length !== bytes.length || !isAscii(bytes)) return undefined
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** A line is a value, a value spelt oddly, or a value and a remark without any mark between them. */
function claimLine(value: string, said: ClaimContext, draft: BulletinDraft): void {
  const reading = readValue("any", value)
  if ("found" in reading) {
    draft.claimReading(reading, "any", value, said)
    return
  }
  const spelt = refangProse(value)
  const token = /^(\S+)\s+(.+)$/.exec(spelt)
  const readable = (text: string): boolean => "found" in readValue("any", text)
  if (readable(spelt)) draft.claimAs("any", spelt, said)
  else if (token && readable(token[1]!))
    draft.claimAs("any", token[1]!, { ...said, comment: said.comment ?? token[2], original: value.split(/\s/, 1)[0] })
  else draft.claimReading(reading, "any", value, said)
}

interface ValueLine {
  readonly value: string
  readonly comment: string | undefined
  readonly line: number
  readonly detached: boolean
}

const lineLengthMax = 10_000

/** A value and nothing else, as on most lines of long lists. */
const bareValue = /^[A-Za-z0-9][A-Za-z0-9._@:/-]*\r?$/
const bareCodes = Uint8Array.from({ length: 128 }, (_, code) => Number(/[A-Za-z0-9._@:/-]/.test(String.fromCharCode(code))))

/**
 * One after another: a list of a million values is not held twice. Bare values are cut out of the bytes where these are given, and then hold
 * nothing else alive.
 */
function eachValueLine(text: string, bytes: Buffer | undefined, take: (line: ValueLine) => void): void {
  let line = 0
  for (let start = 0; start <= text.length; ) {
    line++
    const bare = endOfBare(text, start)
    if (bare > start) {
      const value = bytes ? bytes.toString("latin1", start, bare) : text.slice(start, bare)
      take({ value, comment: undefined, line, detached: bytes !== undefined })
      start = bare + (text.charCodeAt(bare) === 13 ? 2 : 1)
      continue
    }
    const newline = text.indexOf("\n", start)
    const end = newline < 0 ? text.length : newline
    for (const found of readLine(text.slice(start, Math.min(end, start + lineLengthMax)))) take({ ...found, line, detached: false })
    start = end + 1
  }
}

/** Where a line of a bare value alone ends, or -1. */
function endOfBare(text: string, start: number): number {
  if (!isLetterOrDigit(text.charCodeAt(start))) return -1
  const last = Math.min(text.length, start + lineLengthMax)
  let at = start
  while (at < last && bareCodes[text.charCodeAt(at)] === 1) at++
  const behind = text.charCodeAt(at) === 13 ? at + 1 : at
  return behind === text.length || text.charCodeAt(behind) === 10 ? at : -1
}

function isLetterOrDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
}

/** Several values only on a line of a hosts file. */
function readLine(whole: string): readonly Pick<ValueLine, "value" | "comment">[] {
  if (bareValue.test(whole)) return [{ value: whole.endsWith("\r") ? whole.slice(0, -1) : whole, comment: undefined }]
  const plain = whole.trim().replace(/^\ufeff/, "")
  if (plain === "" || /^(?:#|;|\/\/|--)/.test(plain)) return []
  const hosts = blocked(plain)
  if (hosts !== undefined) return hosts.names.map((value) => ({ value, comment: hosts.comment }))
  const split = /^(.*?)(?:\s+[#;]\s*|\s+\/\/\s+|\t+|;(?=\s|$|[^\s;]+\s))(.*)$/.exec(plain)
  const value = (split && !looksLikePattern(plain) ? split[1]! : plain)
    .replace(/^(?:[-*+•]|\d{1,4}[.)])\s+/, "")
    .replace(/^[`*]+|[`*]+$/g, "")
  return [{ value: value.trim(), comment: split?.[2]?.trim() || undefined }]
}

/** `0.0.0.0 evil.example worse.example`, a line of a hosts file: the names are meant; the address only says where they are to lead. */
function blocked(line: string): { readonly names: readonly string[]; readonly comment: string | undefined } | undefined {
  const [, listed, comment] = /^(?:0\.0\.0\.0|127\.0\.0\.1|::1?)[ \t]+(?=[^\s#;])([^#;]*?)(?:[ \t]*[#;][ \t]*(.*))?$/.exec(line) ?? []
  if (listed === undefined) return undefined
  const names = listed.split(/\s+/).filter((name) => name !== "" && name !== "0.0.0.0" && !ownName.test(name))
  return { names, comment: comment || undefined }
}

/** Names of the machine itself, with which every hosts file begins. */
const ownName = /^(?:localhost|local|broadcasthost|ip6-\w+)(?:\.localdomain)?$/

function comments(text: string): string {
  return text
    .slice(0, 200_000)
    .split("\n")
    .map((line) => /^\s*(?:#|;|\/\/)\s*(.*)$/.exec(line)?.[1] ?? "")
    .join("\n")
}
