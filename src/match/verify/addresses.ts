// Addresses, networks and ranges in text (semantics 4.1 to 4.3, 5.1 to 5.4), compared as numbers.
import { mappedIpv4, nat64Ipv4, networkRange, parseIpv6 } from "../../model/address.js"
import { type CanonicalAddress, canonicalAddress } from "../../model/canonical.js"
import type { HitNote, Strength } from "../../model/hit.js"
import { eachMatch } from "./each-match.js"
import { isSuperseded, isWordChar, type Scan, weaker } from "./scan.js"
import type { Tables } from "./tables.js"

/** One address or a stretch of them. */
export interface Stretch {
  readonly version: 4 | 6
  readonly first: bigint
  readonly last: bigint
}

/** Every IPv6 address; returns where they stand, since their dotted tails are no IPv4 addresses of their own. */
export function ipv6Addresses(scan: Scan): readonly number[] {
  const taken: number[] = []
  if (!(scan.tables.ipv6 || scan.tables.ipv4) || !/:[0-9A-Fa-f.]{0,15}:/.test(scan.text)) return taken
  eachMatch(hexRuns, scan.text, ({ 0: run, index }) => {
    if (run.length > runCharsMax || run.indexOf(":") === run.lastIndexOf(":")) return
    const from = wordEnd(scan.text, index, run)
    const address = ipv6Address(scan, from, index + run.length)
    if (address) taken.push(from, address.to)
  })
  return taken
}

const hexRuns = /[0-9A-Fa-f:.]+/g

/** The IPv4 addresses within one run of letters, digits, dots, hyphens and underscores. */
export function ipv4Addresses(scan: Scan, from: number, to: number, taken: readonly number[]): void {
  if (!(scan.tables.ipv4 || scan.tables.ipv6) || to - from < 7) return
  const { text } = scan
  let start = from
  for (let at = from; at <= to; at++) {
    const char = at < to ? text.charCodeAt(at) : 45
    // Hyphens and underscores are boundaries for addresses, and so is the first of two dots.
    if (char !== 45 && char !== 95 && !(char === 46 && text.charCodeAt(at + 1) === 46)) continue
    if (at - start >= 7) ipv4Piece(scan, start, at, taken)
    start = at + 1
  }
}

/** Reports every indicator that an observed address or stretch equals, lies in or surrounds (semantics 5.4). */
export function reportAddress(scan: Scan, seen: Stretch, from: number, to: number, ceiling: Strength, notes: readonly HitNote[]): void {
  const single = seen.first === seen.last
  const address = single ? addressKey(seen) : undefined
  if (!single && isRepeated(scan, seen, from)) return
  eachMeeting(scan.tables, seen, (indicator, strength) =>
    scan.report({ indicator, span: { from, to }, strength: weaker(strength, ceiling), notes, address }),
  )
}

/** A network surrounds thousands of indicators: the same one again in the same kind of place has nothing to add. */
function isRepeated(scan: Scan, { version, first, last }: Stretch, from: number): boolean {
  const key = `${version}:${first}-${last} ${scan.place(from)}`
  if (scan.stretches.has(key)) return true
  scan.stretches.add(key)
  return false
}

export function addressKey({ version, first }: Stretch): string {
  return `${version}:${first}`
}

/** The stretch's relation to every indicator that it meets. */
export function eachMeeting(tables: Tables, seen: Stretch, see: (indicator: number, strength: Strength) => void): void {
  const tooWide = seen.last - seen.first >= 1n << (seen.version === 4 ? 16n : 96n)
  // Whatever holds a stretch holds its first address: a stretch too wide to mean its inside asks for no more.
  const last = tooWide ? seen.first : seen.last
  const relate =
    <T extends number | bigint>(first: T, end: T) =>
    (indicator: number, from: T, to: T) => {
      if (from === first && to === end) see(indicator, "exact")
      else if (from <= first && to >= end) see(indicator, "cidr")
      else if (!tooWide) see(indicator, "overlap")
    }
  if (seen.version === 4) tables.ipv4?.(Number(seen.first), Number(last), relate(Number(seen.first), Number(seen.last)))
  else tables.ipv6?.(seen.first, last, relate(seen.first, seen.last))
}

/** An IPv4-mapped or NAT64 address is the IPv4 address inside it (semantics 5.1). */
export function unwrap(address: bigint): Stretch & { readonly nat64: boolean } {
  const mapped = mappedIpv4(address)
  const translated = nat64Ipv4(address)
  const inner = mapped ?? translated
  if (inner === undefined) return { version: 6, first: address, last: address, nat64: false }
  return { version: 4, first: BigInt(inner), last: BigInt(inner), nat64: translated !== undefined }
}

export interface QuadReadings {
  readonly decimal: number | undefined
  /** Undefined unless zeros lead a part and every part is octal where they do. */
  readonly octal: number | undefined
  readonly zeros: boolean
}

/** What four dotted numbers may mean (semantics 5.2). */
export function quadReadings(parts: readonly string[]): QuadReadings {
  const zeros = parts.some((part) => part.length > 1 && part.startsWith("0"))
  const decimal = quad(parts.map(Number))
  if (!zeros) return { decimal, octal: undefined, zeros }
  const octal = quad(
    parts.map((part) => (part.startsWith("0") ? (/^[0-7]+$/.test(part) ? Number.parseInt(part, 8) : Number.NaN) : Number(part))),
  )
  return { decimal, octal, zeros }
}

/** The longest address, with a zone's or port's punctuation around it. */
const runCharsMax = 64

/** Where an address may begin in a run: a word glued to its front (`outside:2001:db8::9`) ends at the first colon. */
function wordEnd(text: string, from: number, run: string): number {
  if (from === 0 || !isWordChar(text[from - 1])) return from
  const colon = run.indexOf(":")
  return run[colon + 1] === ":" ? from : from + colon + 1
}

function ipv6Address(scan: Scan, from: number, end: number): { readonly to: number } | undefined {
  const { text } = scan
  if (isWordChar(text[from - 1])) return undefined
  const found = parsePrefix(scan, from, end)
  if (!found) return undefined
  const { to, address } = found
  if (/^(?:[0-9a-f]{2}:){7}[0-9a-f]{2}$/i.test(text.slice(from, to))) return undefined // an EUI-64, as MAC addresses are written
  if (isSuperseded(scan, from, to) || (to !== end && isSuperseded(scan, from, end))) return { to }
  const seen = unwrap(address)
  if (!stretchBehind(scan, from, to, seen)) reportAddress(scan, seen, from, to, "exact", seen.nat64 ? ["nat64"] : [])
  return { to }
}

/** The run as a whole, or without one trailing colon or full stop, or without the port of a tcpdump line. */
function parsePrefix(scan: Scan, from: number, end: number): { readonly to: number; readonly address: bigint } | undefined {
  const { text } = scan
  const run = text.slice(from, end)
  const whole = isWordChar(text[end]) ? undefined : parseIpv6(run)
  if (whole !== undefined) return { to: end, address: whole }
  const last = run.at(-1)
  if (last === ":" || (last === "." && !isWordChar(text[end]))) {
    const cut = parseIpv6(run.slice(0, -1))
    if (cut !== undefined) return { to: end - 1, address: cut }
  }
  const dot = run.lastIndexOf(".")
  if (dot < 0 || !scan.context.ports.dotted()) return undefined
  const address = parseIpv6(run.slice(0, dot))
  return address === undefined ? undefined : { to: from + dot, address }
}

function ipv4Piece(scan: Scan, start: number, end: number, taken: readonly number[]): void {
  const { text } = scan
  let from = start
  let to = end
  while (from < to && text[from] === ".") from++
  while (to > from && text[to - 1] === ".") to--
  const code = text.charCodeAt(from)
  if (code < 48 || code > 57) return
  const match = /^(\d{1,11})\.(\d{1,11})\.(\d{1,11})\.(\d{1,11})(\.[A-Za-z0-9]{1,16})?$/.exec(text.slice(from, to))
  if (!match) return
  const port = match[5]
  if (port !== undefined && !(scan.context.ports.dotted() && isPort(port.slice(1)))) return
  if (port !== undefined) to -= port.length
  if (isTaken(taken, from) || isSuperseded(scan, from, to)) return
  // The escape may follow the dots that were cut: what it becomes would then go on with the run.
  if (end !== to && port === undefined && isSuperseded(scan, from, end)) return
  const readings = quadReadings(match.slice(1, 5) as string[])
  reportQuad(scan, readings, from, to)
}

function reportQuad(scan: Scan, { decimal, octal, zeros }: QuadReadings, from: number, to: number): void {
  if (!zeros) {
    if (decimal === undefined) return
    const next = scan.text.charCodeAt(to)
    // Most addresses of a record are no indicator's, and begin neither a network nor a range.
    if (next !== slash && next !== hyphen && !meets(scan.tables, decimal)) return
    const seen = { version: 4 as const, first: BigInt(decimal), last: BigInt(decimal) }
    const ceiling = isNumbering(scan.text, from) ? "mention" : "exact"
    if (!stretchBehind(scan, from, to, seen)) reportAddress(scan, seen, from, to, ceiling, [])
    return
  }
  const [right, wrong] = scan.hosts.has(from) ? [octal, decimal] : [decimal, octal]
  if (right !== undefined) reportAddress(scan, singleIpv4(right), from, to, "exact", ["leading-zeros"])
  if (wrong !== undefined && wrong !== right) reportAddress(scan, singleIpv4(wrong), from, to, "weak", ["leading-zeros"])
}

const slash = 47
const hyphen = 45

function meets({ ipv4 }: Tables, address: number): boolean {
  let found = false
  ipv4?.(address, address, () => (found = true))
  return found
}

const numberedChars = 48

/**
 * Four numbers that number something: the value of a version or of an object identifier, or a folder named after a version. They look like an
 * address and may be one, but only as content. The host of a UNC path has nothing in front of its backslashes.
 */
function isNumbering(text: string, from: number): boolean {
  const before = text.slice(Math.max(0, from - numberedChars), from)
  return /[^\\\s"'=:,;([]\\{1,2}$/.test(before) || /(?:version|\boid|[a-z]OID)["']?\s{0,2}[=:]\s{0,2}["']?$/i.test(before)
}

function singleIpv4(address: number): Stretch {
  return { version: 4, first: BigInt(address), last: BigInt(address) }
}

/**
 * A network or a range that begins with this address. Reports it, and says whether the address itself has been dealt with:
 * a network's own address means the network, unless host bits are set.
 */
function stretchBehind(scan: Scan, from: number, to: number, seen: Stretch): boolean {
  const next = scan.text[to]
  if (next === "/") return networkBehind(scan, from, to, seen)
  if (next === "-") rangeBehind(scan, from, to)
  return false
}

function networkBehind(scan: Scan, from: number, to: number, seen: Stretch): boolean {
  if (scan.hosts.has(from) || scan.text[from - 1] === "[") return false
  const digits = /^\/(0|[1-9]\d{0,2})(?![\p{L}\p{N}_/%?=&]|[.:-][\p{L}\p{N}])/u.exec(scan.text.slice(to, to + 8))
  if (!digits || scan.context.ports.slash()) return false
  const width = seen.version === 4 ? 32 : 128
  // The prefix of a mapped address counts the 96 bits before it.
  const stated = Number(digits[1]) - (seen.version === 4 && scan.text.slice(from, to).includes(":") ? 96 : 0)
  if (stated < 0 || stated >= width) return false
  const range = networkRange(seen.version, seen.first, stated)
  reportAddress(scan, range, from, to + (digits[0] as string).length, "exact", [])
  return range.first === seen.first
}

function rangeBehind(scan: Scan, from: number, to: number): void {
  const behind = /^-([0-9A-Fa-f:.]{2,45})(?![\p{L}\p{N}_-])/u.exec(scan.text.slice(to, to + 50))
  if (!behind) return
  const last = (behind[1] as string).replace(/[.:]$/, "")
  const range: CanonicalAddress | undefined = canonicalAddress(`${scan.text.slice(from, to)}-${last}`)
  if (range?.wide) reportAddress(scan, range.range, from, to + 1 + last.length, "exact", [])
}

function quad(parts: readonly number[]): number | undefined {
  if (parts.some((part) => !(part >= 0 && part <= 255))) return undefined
  return parts.reduce((value, part) => value * 256 + part, 0)
}

function isPort(text: string): boolean {
  return /^\d+$/.test(text) ? Number(text) <= 65535 : /^[a-z]/i.test(text)
}

/** `taken` holds ends of spans, two by two, ascending. */
function isTaken(taken: readonly number[], at: number): boolean {
  let low = 0
  let high = taken.length
  while (low < high) {
    const mid = (low + high) >>> 1
    if ((taken[mid] as number) <= at) low = mid + 1
    else high = mid
  }
  return low % 2 === 1
}
