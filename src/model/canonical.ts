// The canonical form of every kind of observable (semantics 1.1 and 5.9). Only canonical forms are compared.
import { type AddressRange, formatIpv4, formatIpv6, mappedIpv4, networkRange, parseIpv4, parseIpv6 } from "./address.js"
import { pathOfPlainUrl } from "./already-canonical.js"
import type { Observable, ObservableType } from "./observable.js"

/** An address, network (`a/n`, host bits cleared) or range (`a-b`), with the numbers behind it. */
export interface CanonicalAddress extends Observable {
  readonly type: "ipv4-addr" | "ipv6-addr"
  readonly range: AddressRange
  /** A network or a range rather than one address. */
  readonly wide: boolean
  readonly hostBits: boolean
}

/** Reads an address, a network or a range; undefined if it is none. Leading zeros are refused. */
export function canonicalAddress(text: string): CanonicalAddress | undefined {
  const dash = text.indexOf("-")
  if (dash > 0) return addressRange(text.slice(0, dash).trim(), text.slice(dash + 1).trim())
  const slash = text.indexOf("/")
  const bare = unmap(parseAny(slash < 0 ? text : text.slice(0, slash)))
  if (!bare) return undefined
  if (slash < 0) return single(bare)
  const stated = /^\d{1,3}$/.exec(text.slice(slash + 1)) ? Number(text.slice(slash + 1)) : Number.NaN
  const width = bare.version === 4 ? 32 : 128
  const prefix = bare.mapped ? stated - 96 : stated
  if (!(prefix >= 0 && prefix <= width)) return undefined
  if (prefix === width) return single(bare)
  const range = networkRange(bare.version, bare.address, prefix)
  return {
    type: typeOf(bare.version),
    value: `${format(bare.version, range.first)}/${prefix}`,
    range,
    wide: true,
    hostBits: range.first !== bare.address,
  }
}

/** Lower-case A-labels (UTS 46, non-transitional), no root dot, no leading `*.`; undefined if it is no name of at least two labels. */
export function canonicalDomain(text: string): string | undefined {
  const bare = text
    .trim()
    .replace(/^\*?\.(?=.)/, "")
    .replace(/\.$/, "")
  if (bare.length === 0 || bare.length > 1000 || /[\s/:?#@\\%[\]<>^|]/.test(bare)) return undefined
  const name = isPlainName(bare) ? bare.toLowerCase() : toAscii(bare)
  if (name === undefined || name.length > 253 || !name.includes(".")) return undefined
  const labels = name.split(".")
  if (labels.some((label) => label.length === 0 || label.length > 63 || !/^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/.test(label)))
    return undefined
  // The last label of a host name is never all digits (RFC 3696 section 2): such a text is a number.
  return /^\d+$/.test(labels[labels.length - 1] as string) ? undefined : name
}

/** WHATWG parse; default port, userinfo and fragment dropped; escapes normalised (semantics 5.9). Undefined if it is no URL with a host. */
export function canonicalUrl(text: string): string | undefined {
  if (pathOfPlainUrl(text) >= 0) return text
  let url: URL
  try {
    url = new URL(text.trim())
  } catch {
    return undefined // not a URL: absence, for the caller to name
  }
  if (!url.hostname || !/^[a-z][a-z0-9+.-]*:$/.test(url.protocol)) return undefined
  const host = url.hostname.replace(/\.$/, "").toLowerCase()
  // An empty label is no name (RFC 1035 section 2.3.1), though WHATWG lets it pass.
  if (host.endsWith(".") || host.includes("..")) return undefined
  const port = url.port && !isDefaultPort(url.protocol, url.port) ? `:${url.port}` : ""
  return `${url.protocol}//${host}${port}${normalizeEscapes(url.pathname) || "/"}${normalizeEscapes(url.search)}`
}

/** Only unreserved characters percent-decoded (RFC 3986 section 2.3), other escapes in upper-case hex. */
export function normalizeEscapes(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (triplet, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16))
    return /[A-Za-z0-9._~-]/.test(char) ? char : triplet.toUpperCase()
  })
}

/** Lower case, domain as A-labels; undefined if it is no address of the shape of semantics 4.7. */
export function canonicalEmail(text: string): string | undefined {
  const at = text.lastIndexOf("@")
  const local = text.slice(0, at)
  if (at < 1 || local.length > 64 || !/^[A-Za-z0-9._%+-]+$/.test(local)) return undefined
  const domain = canonicalDomain(text.slice(at + 1))
  return domain === undefined ? undefined : `${local.toLowerCase()}@${domain}`
}

const hashTypes: Readonly<Record<number, ObservableType>> = {
  32: "file:hashes.MD5",
  40: "file:hashes.SHA-1",
  64: "file:hashes.SHA-256",
  128: "file:hashes.SHA-512",
}

/** A digest by its length, lower-case hex; pairs may be separated throughout by `:`, `-` or space. */
export function canonicalHash(text: string): Observable | undefined {
  const match = /^(?:[0-9a-fA-F]{2}(?:([:\- ])[0-9a-fA-F]{2}(?:\1[0-9a-fA-F]{2})*)|[0-9a-fA-F]+)$/.exec(text.trim())
  if (!match) return undefined
  const hex = text
    .trim()
    .replace(/[:\- ]/g, "")
    .toLowerCase()
  const type = hashTypes[hex.length]
  return type && { type, value: hex }
}

/** The canonical form of a refanged value whose type is stated; undefined if it is none of that type. */
export function canonical(type: ObservableType, text: string): string | undefined {
  switch (type) {
    case "ipv4-addr":
    case "ipv6-addr": {
      const address = canonicalAddress(text)
      return address?.value
    }
    case "domain-name":
      return canonicalDomain(text)
    case "url":
      return canonicalUrl(text)
    case "email-addr":
      return canonicalEmail(text)
    case "file:hashes.MD5":
    case "file:hashes.SHA-1":
    case "file:hashes.SHA-256":
    case "file:hashes.SHA-512": {
      const hash = canonicalHash(text)
      return hash?.type === type ? hash.value : undefined
    }
    case "x-ja3":
      return /^[0-9a-fA-F]{32}$/.test(text) ? text.toLowerCase() : undefined
    case "x-ja4":
      return /^[a-z]\d{2}[a-z]\d{4}[a-z0-9]{2}_[0-9a-f]{12}_[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : undefined
    case "file:name":
    case "file:path":
    case "user-agent": {
      const plain = text.trim().normalize("NFC")
      return plain.length > 0 && plain.length <= 4096 ? plain : undefined
    }
  }
}

function addressRange(from: string, to: string): CanonicalAddress | undefined {
  const first = unmap(parseAny(from))
  const last = unmap(parseAny(to))
  if (!first || !last || first.version !== last.version || first.address > last.address) return undefined
  if (first.address === last.address) return single(first)
  return {
    type: typeOf(first.version),
    value: `${format(first.version, first.address)}-${format(last.version, last.address)}`,
    range: { version: first.version, first: first.address, last: last.address },
    wide: true,
    hostBits: false,
  }
}

interface Parsed {
  readonly version: 4 | 6
  readonly address: bigint
  readonly mapped: boolean
}

function parseAny(text: string): Parsed | undefined {
  const four = parseIpv4(text)
  if (four !== undefined) return { version: 4, address: BigInt(four), mapped: false }
  const six = parseIpv6(text.replace(/^\[(.*)\]$/, "$1").replace(/%.*$/, ""))
  return six === undefined ? undefined : { version: 6, address: six, mapped: false }
}

function unmap(parsed: Parsed | undefined): Parsed | undefined {
  if (parsed?.version !== 6) return parsed
  const four = mappedIpv4(parsed.address)
  return four === undefined ? parsed : { version: 4, address: BigInt(four), mapped: true }
}

function single({ version, address }: Parsed): CanonicalAddress {
  return {
    type: typeOf(version),
    value: format(version, address),
    range: { version, first: address, last: address },
    wide: false,
    hostBits: false,
  }
}

function typeOf(version: 4 | 6): "ipv4-addr" | "ipv6-addr" {
  return version === 4 ? "ipv4-addr" : "ipv6-addr"
}

function format(version: 4 | 6, address: bigint): string {
  return version === 4 ? formatIpv4(address) : formatIpv6(address)
}

function isPlainName(text: string): boolean {
  return /^[A-Za-z0-9._-]+$/.test(text) && !/(?:^|\.)xn--/i.test(text)
}

function toAscii(text: string): string | undefined {
  try {
    // Underscores are legal in names, but WHATWG lets them through only outside IDNA's mapping, which they survive.
    const host = new URL(`http://${text}/`).hostname
    return /^[\d.]+$/.test(host) || host.startsWith("[") ? undefined : host
  } catch {
    return undefined // not a name under UTS 46
  }
}

function isDefaultPort(protocol: string, port: string): boolean {
  return ({ "http:": "80", "https:": "443", "ftp:": "21", "ws:": "80", "wss:": "443" } as Record<string, string>)[protocol] === port
}
