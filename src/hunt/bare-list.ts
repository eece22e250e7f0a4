// Whether a file mainly holds bare values, one a line, as block lists and bulletins do (semantics 10.4): an echo, never contact.
import { canonicalAddress, canonicalDomain, canonicalEmail, canonicalHash, canonicalUrl } from "../model/canonical.js"

const linesMin = 3
const share = 0.8

/** Judged on the head of the file. Lines that only comment do not count. */
export function looksLikeList(head: Uint8Array): boolean {
  const lines = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 16 * 1024))
    .toString("utf8")
    .split(/\r?\n/)
  if (head.length > 16 * 1024) lines.pop()
  const values = lines.map((line) => line.replace(/^\s*[#;].*$|\s+[#;].*$/, "").trim()).filter((line) => line !== "")
  if (values.length < linesMin) return false
  return values.filter(isBare).length >= values.length * share
}

const introChars = 16 * 1024

/** Bulletins in the formats of the field: what they begin with, and what only they have. */
const bulletins: readonly (readonly [begins: RegExp, has: RegExp])[] = [
  [
    /^\s*\{\s*"(?:type|id|spec_version|objects)"\s*:/,
    /"type"\s*:\s*"bundle"[\s\S]*"objects"\s*:|"objects"\s*:[\s\S]*"type"\s*:\s*"bundle"/,
  ],
  [/^\s*\{\s*"(?:Event|response)"\s*:\s*(?:\[\s*)?\{/, /"(?:Orgc|threat_level_id|Attribute)"\s*:/],
  [/^\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--[^>]*-->\s*)*<(?:ioc|OpenIOC|stix:STIX_Package|IODEF-Document)[\s>]/, /^/],
  [/^(?:#separator[^\n]*\n)?#fields\tindicator\tindicator_type/, /^/],
]

/** A bulletin in a structured format: a list of indicators too, whatever stands between them (semantics 10.4). */
export function looksLikeBulletin(head: Uint8Array): boolean {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, introChars))
    .toString("utf8")
    .replace(/^\uFEFF/, "")
  return bulletins.some(([begins, has]) => begins.test(text) && has.test(text))
}

function isBare(line: string): boolean {
  const value = line.replace(/^["']|["'],?$/g, "")
  if (/\s/.test(value) || value.length > 2048) return false
  return [
    canonicalAddress,
    canonicalDomain,
    canonicalEmail,
    canonicalHash,
    (text: string) => (text.includes("://") ? canonicalUrl(text) : undefined),
  ].some((read) => read(value) !== undefined)
}
