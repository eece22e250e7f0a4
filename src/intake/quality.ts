// Marks that a value earns by what it is: special-purpose ranges and warninglists (semantics 11.4). Never a reason to drop it.
import { type AddressRange, mappedIpv4, parseIpv4 } from "../model/address.js"
import { isPlainIpv6, pathOfPlainUrl, plainIpv4Network } from "../model/already-canonical.js"
import { canonicalAddress } from "../model/canonical.js"
import { publishers, reporters } from "./data/publishers.js"
import { fileLists, hashLists, nameLists, networkLists, reservedNetworks } from "./data/warninglists.js"
import type { Found } from "./value.js"

/** `reserved` and `warninglist:NAME` for a canonical value; networks are compared for overlap both ways. */
export function qualityMarks(found: Found): readonly string[] {
  switch (found.type) {
    case "ipv4-addr":
    case "ipv6-addr":
      return addressMarks(found.value)
    case "domain-name":
      return nameMarks.get(found.value) ?? nameMarks.get(found.value.replace(/^www\./, "")) ?? none
    case "url":
      return urlMarks(found.value)
    case "file:hashes.MD5":
    case "file:hashes.SHA-1":
    case "file:hashes.SHA-256":
    case "file:hashes.SHA-512":
      return hashMarks.get(found.value) ?? none
    case "file:name":
      return fileMarks.get(found.value.toLowerCase()) ?? none
    default:
      return none
  }
}

/** True for a site or mailbox of those who publish bulletins (semantics 11.2). */
export function isPublishers(host: string): boolean {
  return isUnder(host, publisherNames)
}

/** True for a site of those who report on attacks, cited in running text. */
export function isReporters(host: string): boolean {
  return isUnder(host, reporterNames)
}

function isUnder(host: string, names: ReadonlySet<string>): boolean {
  for (let name = host; ; ) {
    if (names.has(name)) return true
    const dot = name.indexOf(".")
    if (dot < 0) return false
    name = name.slice(dot + 1)
  }
}

/** The host of a canonical name, URL or mail address; undefined for other kinds. */
export function hostOf(found: Found): string | undefined {
  if (found.type === "domain-name") return found.value
  if (found.type === "email-addr") return found.value.slice(found.value.lastIndexOf("@") + 1)
  if (found.type === "url") return plainHost(found.value) ?? /^[^/]*\/\/([^/:?#]+)/.exec(found.value)?.[1]
  return undefined
}

interface Listed {
  readonly mark: string
  readonly range: AddressRange
}

/** Of IPv4, with both ends as numbers. */
interface ListedNumbers extends Listed {
  readonly from: number
  readonly to: number
}

const none: readonly string[] = []
const publisherNames: ReadonlySet<string> = new Set(publishers)
const reporterNames: ReadonlySet<string> = new Set(reporters)
const listed: readonly Listed[] = [
  ...reservedNetworks.map((text) => ({ mark: "reserved", range: canonicalAddress(text)!.range })),
  ...networkLists.flatMap(({ name, networks }) =>
    networks.map((text) => ({ mark: `warninglist:${name}`, range: canonicalAddress(text)!.range })),
  ),
]
/** First octet of IPv4 to the networks that touch it, so that a million addresses need no scan of all lists. */
const byOctet: readonly (readonly ListedNumbers[])[] = networksByOctet()
/** First groups of IPv6 that some network touches; NaN stands for `::`. */
const listedGroups: ReadonlySet<number> = new Set([
  Number.NaN,
  ...listed.filter(({ range }) => range.version === 6).flatMap(({ range }) => groupsOf(range)),
])

function networksByOctet(): ListedNumbers[][] {
  const found = Array.from({ length: 256 }, (): ListedNumbers[] => [])
  for (const entry of listed) {
    const { version, first, last } = entry.range
    if (version !== 4) continue
    const [from, to] = [Number(first), Number(last)]
    for (let octet = from >>> 24; octet <= to >>> 24; octet++) found[octet]!.push({ ...entry, from, to })
  }
  return found
}

function groupsOf({ first, last }: AddressRange): readonly number[] {
  const from = Number(first >> 112n)
  return Array.from({ length: Number(last >> 112n) - from + 1 }, (_, at) => from + at)
}

const nameMarks = new Map<string, string[]>()
for (const { name, names } of nameLists) {
  for (const entry of names) nameMarks.set(entry, [...(nameMarks.get(entry) ?? []), `warninglist:${name}`])
}
const hashMarks = new Map(hashLists.flatMap(({ name, hashes }) => hashes.map((hash) => [hash, [`warninglist:${name}`]] as const)))

const fileMarks = new Map(fileLists.flatMap(({ name, files }) => files.map((file) => [file, [`warninglist:${name}`]] as const)))

function addressMarks(value: string): readonly string[] {
  const address = parseIpv4(value)
  if (address !== undefined) {
    let marks = none
    for (const { from, to, mark } of byOctet[address >>> 24]!)
      if (from <= address && address <= to && !marks.includes(mark)) marks = [...marks, mark]
    return marks
  }
  const network = plainIpv4Network(value)
  if (network && network.first >>> 24 === network.last >>> 24) {
    const touched = byOctet[network.first >>> 24]!.filter(({ from, to }) => from <= network.last && network.first <= to)
    return unique(touched.map(({ mark }) => mark))
  }
  // A value that begins with a group of its own lies within that group.
  if (isPlainIpv6(value) && !listedGroups.has(Number.parseInt(value, 16))) return none
  const range = canonicalAddress(value)?.range
  if (!range) return none
  const inner = range.version === 6 ? mappedIpv4(range.first) : undefined
  if (inner !== undefined) return none
  return unique(
    listed
      .filter((entry) => entry.range.version === range.version && entry.range.first <= range.last && range.first <= entry.range.last)
      .map(({ mark }) => mark),
  )
}

/** Of a URL whose host is a plain name. */
function plainHost(url: string): string | undefined {
  const path = pathOfPlainUrl(url)
  return path < 0 ? undefined : url.slice(url.indexOf("/") + 2, path)
}

function urlMarks(value: string): readonly string[] {
  // A path behind a name is no slip, and a name is no address.
  const path = pathOfPlainUrl(value)
  if (path >= 0 && path < value.length - 1) return none
  const host = /^[^/]*\/\/(\[[^\]]+\]|[^/:?#]+)(?::\d+)?(.*)$/.exec(value)
  if (!host) return none
  const address = canonicalAddress(host[1]!)
  if (address) return addressMarks(address.value).filter((mark) => mark === "reserved")
  // A path on a shared host is the indicator; the bare front page of a top site is a slip.
  return host[2] === "/" ? (nameMarks.get(host[1]!.replace(/^www\./, "")) ?? none) : none
}

function unique(marks: readonly string[]): readonly string[] {
  return marks.length < 2 ? marks : [...new Set(marks)]
}
