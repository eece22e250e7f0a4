// One indicator against one line or record, for the tests of the matcher's strict half.
import { createVerifier } from "../../src/match/verify.js"
import { canonical, canonicalAddress, canonicalDomain, canonicalEmail, canonicalHash, canonicalUrl } from "../../src/model/canonical.js"
import type { Occurrence } from "../../src/model/hit.js"
import type { Indicator } from "../../src/model/indicator.js"
import type { Fields, LogRecord } from "../../src/model/log-record.js"
import { isObservableType, type ObservableType } from "../../src/model/observable.js"
import { refang } from "../../src/model/refang.js"

/** `TYPE=VALUE`, or a value whose type shows. */
export function indicator(text: string): Indicator {
  const [type, value] = typed(text)
  return { type, value, bulletin: "command line", marks: [], provenance: "command line" }
}

export function record(text: string, more: Partial<LogRecord> = {}): LogRecord {
  return { text, format: "text", fields: {}, direction: "unknown", action: "unknown", outcome: "unknown", ...more }
}

export function judge(spec: string, text: string, more: Partial<LogRecord> | Fields = {}): Occurrence | undefined {
  const parts = isPartial(more) ? more : { fields: more }
  const found = createVerifier([indicator(spec)])(record(text, parts))
  if (found.length > 1) throw new Error("more than one occurrence for one indicator")
  return found[0]
}

/** The hit in short: strength, then notes, then `@` and its field; undefined if there is none. */
export function verdict(spec: string, text: string, more: Partial<LogRecord> | Fields = {}): string | undefined {
  const hit = judge(spec, text, more)
  return hit && [hit.strength, ...hit.notes].join(" ") + (hit.where === null ? "" : ` @${hit.where}`)
}

function isPartial(more: Partial<LogRecord> | Fields): more is Partial<LogRecord> {
  return "fields" in more || "claimed" in more || "format" in more
}

function typed(text: string): [ObservableType, string] {
  const equals = text.indexOf("=")
  const name = text.slice(0, equals)
  if (equals > 0 && isObservableType(name)) {
    const value = canonical(name, refangUnlessFile(name, text.slice(equals + 1)))
    if (value === undefined) throw new Error(`no ${name}: ${text}`)
    return [name, value]
  }
  const plain = refang(text)
  const address = canonicalAddress(plain)
  if (address) return [address.type, address.value]
  const hash = canonicalHash(plain)
  if (hash) return [hash.type, hash.value]
  const url = plain.includes("://") ? canonicalUrl(plain) : undefined
  if (url) return ["url", url]
  const mail = canonicalEmail(plain)
  if (mail) return ["email-addr", mail]
  const domain = canonicalDomain(plain)
  if (domain) return ["domain-name", domain]
  throw new Error(`nothing: ${text}`)
}

function refangUnlessFile(name: string, value: string): string {
  return name.startsWith("file:") || name === "user-agent" ? value : refang(value)
}
