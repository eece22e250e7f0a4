// Plain lists: one value a line, comments after `#` or `;`, bullets of Markdown; every line that is no value is reported.
import type { BulletinDraft } from "../draft.js"
import { readMeaning } from "../meaning.js"
import { refangProse } from "../prose.js"
import { looksLikePattern } from "../stix-terms.js"
import { readValue } from "../value.js"
import type { BulletinFormat } from "./format.js"

export const plainList: BulletinFormat = {
  name: "list",
  title: "Plain list, one value a line",
  recognize({ head }) {
    const lines = [...valueLines(head)]
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
    readMeaning(comments(text), input.name, draft)
    for (const { value, comment, line } of valueLines(text)) claimLine(value, comment, `${input.name}:${line}`, draft)
  },
}

/** A line is a value, a value spelt oddly, or a value and a remark without any mark between them. */
function claimLine(value: string, comment: string | undefined, provenance: string, draft: BulletinDraft): void {
  const said = { provenance, comment, original: value }
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
    draft.claimAs("any", token[1]!, { ...said, comment: comment ?? token[2], original: value.split(/\s/, 1)[0] })
  else draft.claimReading(reading, "any", value, said)
}

interface ValueLine {
  readonly value: string
  readonly comment: string | undefined
  readonly line: number
}

const lineLengthMax = 10_000

/** A value and nothing else, as on most lines of long lists. */
const bareValue = /^[A-Za-z0-9][A-Za-z0-9._@:/-]*\r?$/

/** One after another: a list of a million values is not held twice. */
function* valueLines(text: string): Generator<ValueLine, void, undefined> {
  let line = 0
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf("\n", start)
    const end = newline < 0 ? text.length : newline
    const whole = text.slice(start, Math.min(end, start + lineLengthMax))
    start = end + 1
    line++
    if (bareValue.test(whole)) {
      yield { value: whole.endsWith("\r") ? whole.slice(0, -1) : whole, comment: undefined, line }
      continue
    }
    const plain = whole.trim().replace(/^\ufeff/, "")
    if (plain === "" || /^(?:#|;|\/\/|--)/.test(plain)) continue
    const hosts = blocked(plain)
    if (hosts !== undefined) {
      for (const value of hosts.names) yield { value, comment: hosts.comment, line }
      continue
    }
    const split = /^(.*?)(?:\s+[#;]\s*|\s+\/\/\s+|\t+|;(?=\s|$|[^\s;]+\s))(.*)$/.exec(plain)
    const value = (split && !looksLikePattern(plain) ? split[1]! : plain)
      .replace(/^(?:[-*+•]|\d{1,4}[.)])\s+/, "")
      .replace(/^[`*]+|[`*]+$/g, "")
    yield { value: value.trim(), comment: split?.[2]?.trim() || undefined, line }
  }
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
