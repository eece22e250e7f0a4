// Host names in text (semantics 4.4, 5.5, 5.6): a run of name characters, compared label by label from the right.
import { canonicalDomain } from "../../model/canonical.js"
import { quadReadings, reportAddress } from "./addresses.js"
import { lowerCase } from "./file-table.js"
import { isSuperseded, type Scan } from "./scan.js"

/** A run is longer than any name: only its last characters can be one. */
const nameCharsMax = 253

export interface HostName {
  readonly from: number
  readonly to: number
  /** Lower case, Unicode labels as A-labels. */
  readonly name: string
}

/** Names, reverse names and embedded addresses within one run; returns the names that stand where a host stands. */
export function hostNames(scan: Scan, from: number, to: number): readonly HostName[] {
  const found: HostName[] = []
  const { text } = scan
  for (const [start, end] of pieces(text, from, to)) {
    if (!isHostPlace(scan, start, end)) continue
    const begin = Math.max(start, end - nameCharsMax)
    const written = text.slice(begin, end)
    if (!/\.[^.]*[^.\d][^.]*$/.test(written)) continue // one label only, or a number at its end
    if (isSuperseded(scan, start, end) || (end !== to && isSuperseded(scan, start, to))) continue
    const host = { from: begin, to: end, name: aLabels(written) }
    found.push(host)
    judge(scan, host)
  }
  return found
}

/** Reports the domain indicators that a name equals or lies below. */
export function reportDomains(scan: Scan, { from, to, name }: HostName): void {
  const { domains } = scan.tables
  if (!domains) return
  for (let at = 0; at >= 0; ) {
    const strength = at === 0 ? "exact" : "subdomain"
    for (const indicator of domains.get(name.slice(at))) scan.report({ indicator, span: { from, to }, strength, notes: [] })
    const dot = name.indexOf(".", at)
    at = dot < 0 ? -1 : dot + 1
  }
}

/** Lower case, A-labels; labels that are none under UTS 46 stay as they are, since their parents still count. */
export function aLabels(name: string): string {
  if (isAscii(name)) return name.toLowerCase()
  const whole = canonicalDomain(name)
  if (whole !== undefined) return whole
  return name
    .split(".")
    .map((label) =>
      isAscii(label) ? label.toLowerCase() : (canonicalDomain(`${label}.example`)?.replace(/\.example$/, "") ?? lowerCase(label)),
    )
    .join(".")
}

function judge(scan: Scan, host: HostName): void {
  reportDomains(scan, host)
  if (!scan.tables.ipv4 && !scan.tables.ipv6) return
  if (host.name.endsWith(".arpa")) reverseName(scan, host)
  else if (/\d-\d/.test(host.name)) embeddedOctets(scan, host)
}

/** Runs split at two or more dots, each without the dots around it. */
function pieces(text: string, from: number, to: number): readonly (readonly [number, number])[] {
  const found: [number, number][] = []
  let start = from
  for (let at = from; at <= to; at++) {
    if (at < to && !(text.charCodeAt(at) === dot && text.charCodeAt(at + 1) === dot)) continue
    let begin = start
    let end = at
    while (begin < end && text.charCodeAt(begin) === dot) begin++
    while (end > begin && text.charCodeAt(end - 1) === dot) end--
    if (begin < end) found.push([begin, end])
    start = at + 1
  }
  return found
}

const dot = 46

/** Not a host: a name right after a single `/` or a `\`, one followed by `@`, and what a URL has before its `@` (semantics 4.4, 5.8). */
function isHostPlace(scan: Scan, from: number, to: number): boolean {
  const { text } = scan
  if (text[to] === "@" || (scan.urls.length > 0 && scan.place(from) === "userinfo")) return false
  const before = text[from - 1]
  if (before === "/") return text[from - 2] === "/" && text[from - 3] !== "/"
  if (before === "\\") return isUncHost(text, from, to)
  return true
}

/** `\\host\share`, but not a file below `C:\\folder` as JSON writes it: there the next separator is doubled too. */
function isUncHost(text: string, from: number, to: number): boolean {
  if (text[from - 2] !== "\\" || text[to] !== "\\" || text[to + 1] === "\\") return false
  return from === 2 || /[\s"'=(,;<>|]/.test(text[from - 3] as string)
}

/** A PTR question for the whole address: four decimal labels, or thirty-two nibbles. */
function reverseName(scan: Scan, { from, to, name }: HostName): void {
  const ipv4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa$/.exec(name)
  if (ipv4) {
    const { decimal, zeros } = quadReadings(ipv4.slice(1, 5).reverse())
    if (decimal !== undefined && !zeros) reportSingle(scan, 4, BigInt(decimal), from, to, "lookup")
  }
  const ipv6 = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(name)
  if (ipv6) reportSingle(scan, 6, BigInt(`0x${(ipv6[1] as string).replaceAll(".", "").split("").reverse().join("")}`), from, to, "lookup")
}

/** Exactly four octets joined by hyphens within a label, forward or reversed, with no further number joined on. */
function embeddedOctets(scan: Scan, { from, to, name }: HostName): void {
  for (const label of name.split(".")) {
    const parts = label.split("-")
    for (let at = 0; at < parts.length; ) {
      let end = at
      while (end < parts.length && /^\d+$/.test(parts[end] as string)) end++
      if (end - at === 4) reportOctets(scan, parts.slice(at, end), from, to)
      else if (end - at === 3 && /^[a-z]+\d{1,3}$/.test(parts[at - 1] ?? "")) {
        reportOctets(scan, [(parts[at - 1] as string).replace(/^[a-z]+/, ""), ...parts.slice(at, end)], from, to)
      }
      at = end + 1
    }
  }
}

function reportOctets(scan: Scan, octets: readonly string[], from: number, to: number): void {
  const seen = new Set<number>()
  for (const order of [octets, [...octets].reverse()]) {
    const { decimal } = quadReadings(order)
    if (decimal === undefined || seen.has(decimal) || order.some((octet) => octet.length > 3)) continue
    seen.add(decimal)
    reportAddress(scan, { version: 4, first: BigInt(decimal), last: BigInt(decimal) }, from, to, "weak", ["embedded"])
  }
}

function reportSingle(scan: Scan, version: 4 | 6, address: bigint, from: number, to: number, ceiling: "lookup"): void {
  reportAddress(scan, { version, first: address, last: address }, from, to, ceiling, [])
}

function isAscii(text: string): boolean {
  return !/[^\x00-\x7f]/.test(text)
}
