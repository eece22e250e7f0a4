// Reads one value of a bulletin: refanged, its kind recognised, in canonical form, with the marks of semantics 11.6.
import { parseIpv4 } from "../model/address.js"
import { isPlainIpv6, pathOfPlainUrl, plainIpv4Network } from "../model/already-canonical.js"
import { canonical, canonicalAddress, canonicalDomain, canonicalEmail, canonicalHash, canonicalUrl } from "../model/canonical.js"
import type { ObservableType } from "../model/observable.js"
import type { ProblemCode } from "../model/problem.js"
import { refang } from "../model/refang.js"
import type { StatedType } from "./claim.js"
import { isFileName } from "./data/file-extensions.js"
import { hasKnownSuffix } from "./suffix.js"

const none: readonly string[] = []

export interface Found {
  readonly type: ObservableType
  readonly value: string
  readonly marks: readonly string[]
}

export type Reading = { readonly found: Found } | { readonly code: ProblemCode; readonly reason: string }

/** Longer values are no indicator; a URL of this length is already beyond what servers accept. */
export const valueLengthMax = 8192

/** Reads a value under the kind that the document states; `any` lets the value speak. */
export function readValue(stated: StatedType, raw: string): Reading {
  if (raw.length > valueLengthMax) return { code: "indicator-unreadable", reason: `longer than ${valueLengthMax} characters` }
  const text = undressed(raw, stated)
  if (text === "") return { code: "indicator-empty", reason: "empty value" }
  const asStated = readAs(stated, text)
  if (asStated) return bounded(asStated)
  const other = stated === "any" ? undefined : readAny(text, true)
  if (other) return bounded({ ...other, marks: [...other.marks, "retyped"] })
  const kind = unsupportedKind(text)
  if (kind !== undefined) return { code: "indicator-unsupported", reason: `${kind} is not found in logs by its value` }
  return { code: "indicator-unreadable", reason: unreadableReason(stated, text) }
}

/** Kinds of value that are indicators, but none that can be hunted (semantics 1.2). */
function unsupportedKind(text: string): string | undefined {
  if (/^(?:HKEY_[A-Z_]+|HK(?:LM|CU|CR|U|CC|PD))\\/i.test(text)) return "a registry key"
  if (/^CVE-\d{4}-\d{4,}$/i.test(text)) return "a vulnerability"
  if (/^AS\d{1,10}$/i.test(text)) return "an autonomous system"
  if (/^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i.test(text)) return "a hardware address"
  if (/^(?:[0-9a-fA-F]{56}|[0-9a-fA-F]{96})$/.test(text)) return "a SHA-224 or SHA-384 digest"
  if (/^\d+:[A-Za-z0-9+/]{6,}:[A-Za-z0-9+/]{3,}$/.test(text)) return "a fuzzy digest"
  if (/^(?:Global|Local|Session\\\d+)\\[\w{}.-]+$/.test(text)) return "a mutex"
  return undefined
}

/** The kind that a refanged text is of by itself; undefined if it is none. */
export function readAny(text: string, suffixFree = false): Found | undefined {
  return (
    readAddress(text) ??
    readEmail(text) ??
    readUrl(text) ??
    readHash(text) ??
    readPath(text) ??
    readHost(text, suffixFree) ??
    readFileName(text)
  )
}

/** An address, network or range: with a port cut off, zeros read as decimal, a netmask as a prefix. */
export function readAddress(text: string): Found | undefined {
  const first = text.charCodeAt(0)
  // Cheap refusal of what cannot be one: a digit, a hex letter before a colon, or a bracket begins every address.
  if (!(first >= 48 && first <= 57) && (!text.includes(":") || text.includes("://"))) return undefined
  if (!text.includes(".") && !text.includes(":")) return undefined
  // Strict parsing accepts the canonical spelling only, so the text is its own canonical form.
  if (parseIpv4(text) !== undefined) return { type: "ipv4-addr", value: text, marks: none }
  if (plainIpv4Network(text) !== undefined) return { type: "ipv4-addr", value: text, marks: none }
  if (isPlainIpv6(text)) return { type: "ipv6-addr", value: text, marks: none }
  const exact = canonicalAddress(text)
  if (exact) return { type: exact.type, value: exact.value, marks: exact.hostBits ? ["host-bits"] : [] }
  const port = /^(\d[\d.]*|\[[^\]]+\])[:#]\d{1,5}$/.exec(text)
  if (port) return readAddress(port[1]!)
  const masked = /^(\d[\d.]*)\s*[/ ]\s*(255\.[\d.]+)$/.exec(text)
  if (masked) {
    const prefix = prefixOfMask(masked[2]!)
    return prefix === undefined ? undefined : readAddress(`${masked[1]}/${prefix}`)
  }
  if (!/^\d{1,10}\.\d{1,10}\.\d{1,10}\.\d{1,10}(?![\d.])/.test(text)) return undefined
  const plain = text.replace(/(^|[.\-\s])0+(?=\d)/g, "$1")
  if (plain === text) return undefined
  const zeros = readAddress(plain)
  return zeros && { ...zeros, marks: [...zeros.marks, "leading-zeros"] }
}

export function readUrl(text: string): Found | undefined {
  if (!text.includes("/")) return undefined
  if (pathOfPlainUrl(text) >= 0) return { type: "url", value: text, marks: none }
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]{0,31}:\/\//.exec(text)
  if (scheme) {
    const value = canonicalUrl(bracketedIpv6(text))
    if (value === undefined) return undefined
    const zeros = /^[^/]*\/\/(?:[^/@]*@)?(?=[\d.]*(?:^|[./])0\d)[\d.]+(?:[:/?#]|$)/.test(text)
    return { type: "url", value, marks: zeros ? ["leading-zeros"] : [] }
  }
  const bare = /^(\[[0-9a-fA-F:.]+\]|[^\s/:?#@[\]]+)(:\d{1,5})?(\/\S*)$/.exec(text)
  if (!bare) return undefined
  const host = bare[1]!
  const address = canonicalAddress(host)
  // `address/digits` is a network that is out of range, never a path.
  if (address ? /^\/\d*$/.test(bare[3]!) && bare[2] === undefined && bare[3] !== "/" : !isKnownName(host)) return undefined
  const value = canonicalUrl(`http://${text}`)
  return value === undefined ? undefined : { type: "url", value, marks: [] }
}

export function readEmail(text: string): Found | undefined {
  if (!text.includes("@") || text.includes("://")) return undefined
  const inner = /<([^<>]+@[^<>]+)>\s*$/.exec(text)?.[1] ?? text
  const value = canonicalEmail(inner.replace(/^mailto:/i, "").trim())
  return value === undefined ? undefined : { type: "email-addr", value, marks: [] }
}

export function readHash(text: string): Found | undefined {
  if (text.length < 32 || text.length > 400) return undefined
  const hash = canonicalHash(text.replace(/^(?:md5|sha-?1|sha-?256|sha-?512)\s*[:=]\s*/i, ""))
  return hash && { type: hash.type, value: hash.value, marks: [] }
}

/** A Windows, UNC or POSIX path, or one that begins with a variable. */
export function readPath(text: string): Found | undefined {
  if (!text.includes("/") && !text.includes("\\")) return undefined
  const path =
    /^(?:[a-zA-Z]:[\\/]|\\\\[^\\\s]|%[A-Za-z_][\w()]*%[\\/]|\$\{?[A-Za-z_]\w*\}?\/|~\/)[^\n\r]+$/.test(text) ||
    /^\/(?!\/)[\w.+@-]+(?:\/[^\s/][^/\n]*)+$/.test(text)
  return path ? { type: "file:path", value: text.normalize("NFC"), marks: [] } : undefined
}

/** A domain name, possibly with a port; `suffixFree` accepts a name whose last label is no known suffix. */
export function readHost(text: string, suffixFree = false): Found | undefined {
  const bare = text.includes(":") ? text.replace(/:\d{1,5}$/, "") : text
  const value = lowerName.test(bare) && bare.length <= 253 ? bare : canonicalDomain(bare)
  if (value === undefined || !(hasKnownSuffix(value) || (suffixFree && !isFileName(bare)))) return undefined
  return { type: "domain-name", value, marks: [] }
}

/** Already canonical: what canonicalDomain would give back unchanged. */
const lowerName = /^(?!(?:.*\.)?xn--)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/

export function readFileName(text: string): Found | undefined {
  return isFileName(text) ? { type: "file:name", value: text.normalize("NFC"), marks: [] } : undefined
}

function readAs(stated: StatedType, text: string): Found | undefined {
  switch (stated) {
    case "any":
      return readAny(text)
    case "address":
    case "ipv4-addr":
    case "ipv6-addr":
      return readAddress(text)
    case "hash":
      return readHash(text)
    case "host":
      return readAddress(text) ?? readHost(text, true)
    case "domain-name":
      return readAddress(text) ? undefined : readHost(text, true)
    case "url":
      return readUrl(text)
    case "email-addr":
      return readEmail(text)
    case "file":
    case "file:name":
    case "file:path": {
      const value = text.normalize("NFC")
      const isPath = stated === "file:path" || /[\\/]/.test(value)
      return { type: isPath ? "file:path" : "file:name", value, marks: [] }
    }
    case "file:hashes.MD5":
    case "file:hashes.SHA-1":
    case "file:hashes.SHA-256":
    case "file:hashes.SHA-512": {
      const hash = readHash(text)
      return hash?.type === stated ? hash : undefined
    }
    default: {
      const value = canonical(stated, text)
      return value === undefined ? undefined : { type: stated, value, marks: [] }
    }
  }
}

function bounded(found: Found): Reading {
  // Escapes make a URL longer than it was written.
  if (found.value.length > valueLengthMax) return { code: "indicator-unreadable", reason: `longer than ${valueLengthMax} characters` }
  if (found.type !== "ipv4-addr" && found.type !== "ipv6-addr") return { found }
  if (!found.value.includes("/") && !found.value.includes("-")) return { found }
  const network = plainIpv4Network(found.value)
  if (network && network.last - network.first < 2 ** 24) return { found }
  const range = canonicalAddress(found.value)!.range
  const widest = found.type === "ipv4-addr" ? 1n << 24n : 1n << 112n
  if (range.last - range.first + 1n <= widest) return { found }
  return { code: "indicator-too-wide", reason: `wider than /${found.type === "ipv4-addr" ? 8 : 16}: it would match nearly everything` }
}

/**
 * Letters, digits, `.`, `-`, `_`, `@`, or what an address is written with: nothing to undress, and most values are of these alone. Of URLs
 * those without any mark that is used to defang.
 */
function isPlain(text: string): boolean {
  let kinds = 0
  for (let at = 0; at < text.length; at++) kinds |= kindsOfCharacters[text.charCodeAt(at)] ?? dressing
  return kinds === 0 || kinds === ofNames || kinds === ofAddresses || (kinds < dressing && isPlainUrl(text))
}

const [ofNames, ofAddresses, dressing] = [1, 2, 4]
const kindsOfCharacters = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code)
  return /[A-Fa-f0-9.]/.test(char) ? 0 : /[A-Za-z0-9_@-]/.test(char) ? ofNames : /[:/]/.test(char) ? ofAddresses : dressing
})

function isPlainUrl(text: string): boolean {
  return pathOfPlainUrl(text) >= 0 && !/h[tx]xp|hxtp|fxp/i.test(text)
}

/** Refanged, without the quotes and marks that a document puts around a value. */
function undressed(raw: string, stated: StatedType): string {
  if (isPlain(raw)) return raw
  // Names, paths and user agents stand as they are: their brackets and backslashes are part of them.
  const verbatim = stated === "file" || stated === "file:name" || stated === "file:path" || stated === "user-agent"
  let text = verbatim || !mayBeFanged(raw) || isWindowsPath(raw) ? raw.trim() : refang(raw).trim()
  for (;;) {
    const inner = /^(["'`])(.*)\1[,;]?$/s.exec(text)?.[2] ?? /^[<“«‘](.*)[>”»’][,;]?$/s.exec(text)?.[1]
    if (inner === undefined) break
    text = inner.trim()
  }
  return verbatim ? text : text.replace(/[,;]+$/, "")
}

function mayBeFanged(text: string): boolean {
  return /[[\](){}\\*\u0080-\uffff]|^\s*(?:h..ps?|f.p|htx?ps?):/i.test(text)
}

function isWindowsPath(text: string): boolean {
  return /^\s*["'`]?(?:[a-zA-Z]:\\|\\\\|%\w+%\\)/.test(text)
}

function unreadableReason(stated: StatedType, text: string): string {
  if (/^[\d.:/]+$/.test(text)) return "neither an address nor a network"
  if (/^[0-9a-fA-F]{16,}$/.test(text)) return `${text.length} hexadecimal digits are no digest that can be hunted`
  if (canonicalDomain(text) !== undefined) return "the last label is no known top-level domain"
  return stated === "any" ? "no kind of indicator" : `cannot be read as ${stated}`
}

/** `http://fdc4::1` as some documents write it: the host wants brackets. */
function bracketedIpv6(text: string): string {
  const bare = /^([a-z][a-z0-9+.-]*:\/\/)([0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})(\/.*)?$/i.exec(text)
  return bare && canonicalAddress(bare[2]!) ? `${bare[1]}[${bare[2]}]${bare[3] ?? "/"}` : text
}

function isKnownName(host: string): boolean {
  const name = canonicalDomain(host)
  return name !== undefined && hasKnownSuffix(name)
}

function prefixOfMask(mask: string): number | undefined {
  const bits = mask
    .split(".")
    .map((octet) => Number(octet).toString(2).padStart(8, "0"))
    .join("")
  return /^1*0*$/.test(bits) && bits.length === 32 ? (bits.indexOf("0") === -1 ? 32 : bits.indexOf("0")) : undefined
}
