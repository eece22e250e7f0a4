// What a STIX pattern means for logs (semantics 11.9): the values that can be hunted, and what cannot.
import type { Claim, StatedType } from "./claim.js"
import { own } from "./own.js"
import { type Comparison, type ComparisonExpression, type Pattern, parsePattern, pathText } from "./stix-pattern.js"

export interface PatternTerms {
  readonly claims: readonly { readonly type: StatedType; readonly value: string; readonly exact?: boolean }[]
  readonly unsupported: readonly { readonly value: string; readonly type: string; readonly reason: string }[]
}

/** The terms of a pattern; a message where it is no pattern at all. */
export function patternTerms(text: string): PatternTerms | { readonly message: string } {
  const reading = parsePattern(text)
  if (!("pattern" in reading)) return { message: `no STIX pattern: ${reading.message} at character ${reading.offset + 1}` }
  const comparisons: Comparison[] = []
  collect(reading.pattern, comparisons)
  const claims: { type: StatedType; value: string }[] = []
  const unsupported: { value: string; type: string; reason: string }[] = []
  let qualifiers = 0
  for (const comparison of comparisons) {
    const values = comparison.values.filter(({ kind }) => kind === "string").map(({ value }) => String(value))
    const path = pathText(comparison)
    const type = observableOf(comparison)
    const supported = ["=", "IN", "ISSUBSET"].includes(comparison.operator) && !comparison.negated
    if (type !== undefined && supported && (comparison.operator !== "ISSUBSET" || isAddressType(type)))
      for (const value of values) claims.push({ type, value })
    else if (isQualifier(comparison)) qualifiers++
    else unsupported.push({ value: values[0] ?? text, type: path, reason: reasonFor(comparison, path, type !== undefined) })
  }
  if (claims.length === 0 && unsupported.length === 0)
    unsupported.push({
      value: text,
      type: "pattern",
      reason: `a pattern of ${qualifiers} conditions names no value that logs can be searched for`,
    })
  return { claims, unsupported }
}

/** A STIX pattern's values as claims of one document, beside what else it says. */
export function looksLikePattern(text: string): boolean {
  return /^\s*\(*\s*\[\s*\(*\s*[a-z][\w-]*:[\w'.[\]*-]+/i.test(text)
}

export type PatternContext = Omit<Claim, "type" | "value">

function collect(pattern: Pattern, comparisons: Comparison[]): void {
  if (pattern.kind === "observation") collectComparisons(pattern.expression, comparisons)
  else if (pattern.kind === "qualified") collect(pattern.pattern, comparisons)
  else for (const term of pattern.terms) collect(term, comparisons)
}

function collectComparisons(expression: ComparisonExpression, comparisons: Comparison[]): void {
  if (expression.kind === "comparison") comparisons.push(expression)
  else for (const term of expression.terms) collectComparisons(term, comparisons)
}

function isAddressType(type: StatedType): boolean {
  return type === "ipv4-addr" || type === "ipv6-addr" || type === "host" || type === "address"
}

/** The kind of value that an object path holds; undefined where logs hold none. */
function observableOf(comparison: Comparison): StatedType | undefined {
  const path = pathText(comparison).replace(/\[(?:\d+|\*)\]/g, "[]")
  const direct = own(directPaths, path)
  if (direct) return direct
  const hash = /^(?:file|artifact|process|x509-certificate):(?:[\w.'-]*\.)?hashes\.'?([\w-]+)'?$/.exec(path)?.[1]
  if (hash)
    return own(
      hashNames,
      hash
        .toUpperCase()
        .replace("_", "-")
        .replace(/^SHA(?=\d)/, "SHA-"),
    )
  if (/^network-traffic:(?:src|dst)_ref\.value$/.test(path)) return "host"
  if (/^network-traffic:(?:src|dst)_ip$/.test(path) || /^ipv[46]-?addr:value$/.test(path)) return "address"
  if (/^email-message:(?:from|sender|to|cc|bcc)_refs?(?:\[\])?\.value$/.test(path)) return "email-addr"
  if (/^email-message:body_multipart\[\]\.body_raw_ref\.name$/.test(path)) return "file:name"
  if (/request_header\.'?User-Agent'?$/i.test(path)) return "user-agent"
  if (/(?:binary|image|creator)_ref\.name$/.test(path)) return "file:name"
  if (/resolves_to_refs\[\]\.value$/.test(path)) return "host"
  return undefined
}

const directPaths: Readonly<Record<string, StatedType>> = {
  "ipv4-addr:value": "ipv4-addr",
  "ipv6-addr:value": "ipv6-addr",
  "domain-name:value": "domain-name",
  "url:value": "url",
  "email-addr:value": "email-addr",
  "emailaddr:value": "email-addr",
  "file:name": "file:name",
  "file:file_name": "file:name",
  "file:path": "file:path",
  "artifact:url": "url",
  "x-misp-ja3:value": "x-ja3",
}

const hashNames: Readonly<Record<string, StatedType>> = {
  MD5: "file:hashes.MD5",
  "SHA-1": "file:hashes.SHA-1",
  "SHA-256": "file:hashes.SHA-256",
  "SHA-512": "file:hashes.SHA-512",
}

/** A condition that only narrows: leaving it away finds more, never less (11.8 for ports). */
function isQualifier(comparison: Comparison): boolean {
  const path = pathText(comparison)
  return /(?:_port|:protocols\[.*\]|:is_active|_ref\.type|\.type|:mime_type|:size|:start|:end|:created|:modified|:accessed|:ctime|:mtime|:atime|_packets|_byte_count|:date|:is_multipart)$/.test(
    path,
  )
}

function reasonFor({ operator, negated }: Comparison, path: string, known: boolean): string {
  if (negated) return `NOT ${operator} on ${path} names what is good, not what is bad`
  if (!["=", "IN"].includes(operator)) return `${operator} on ${path} is not hunted: only whole values are`
  return known ? `${path} holds no text value` : `${path} is not found in logs by its value`
}
