// What an observed URL is to the URL indicators (semantics 5.10 to 5.12), and integers as its host (5.3).
import { parseIpv4 } from "../../model/address.js"
import { canonicalUrl } from "../../model/canonical.js"
import type { HitNote, Strength } from "../../model/hit.js"
import { quadReadings, reportAddress } from "./addresses.js"
import { aLabels, type HostName, reportDomains } from "./names.js"
import { percentLayers } from "./reading.js"
import type { Scan } from "./scan.js"
import { isSharedHost } from "./shared-hosts.js"
import { schemelessSpan, splitUrl, type UrlSpan } from "./url.js"
import type { UrlEntry, UrlTable } from "./url-table.js"

export type UrlRelation = (indicator: number, strength: Strength, notes: readonly HitNote[]) => void

/** The URLs of a text that state their scheme. */
export function statedUrls(scan: Scan): void {
  for (const span of scan.urls) {
    if (scan.context.kind === "host") {
      numericHost(scan, span)
      continue
    }
    if (!standsAsRead(scan, span.from, span.authority, span.to)) continue
    numericHost(scan, span)
    const { urls } = scan.tables
    if (urls && mayMatch(urls, scan.text.slice(span.hostFrom, span.hostTo))) reportUrl(scan, urls, span, "")
  }
}

/** A URL without a scheme: it begins at a host that a path follows. */
export function schemelessUrl(scan: Scan, host: { readonly from: number; readonly to: number }): void {
  const { urls } = scan.tables
  const { text } = scan
  if (!urls || scan.hosts.has(host.from) || text[host.from - 1] === "@") return
  const path = /^(?::\d{1,5})?\//.exec(text.slice(host.to, host.to + 7))
  // `/51234` behind an address is a port, `/24` a network.
  if (!path || (parseIpv4(text.slice(host.from, host.to)) !== undefined && /^\/\d{1,5}(?!\w)/.test(text.slice(host.to, host.to + 7))))
    return
  if (!mayMatch(urls, text.slice(host.from, host.to))) return
  const span = schemelessSpan(text, host.from)
  if (standsAsRead(scan, host.from, host.to + 1, span.to)) reportUrl(scan, urls, span, "http://")
}

/** Every URL indicator that a canonical URL equals or lies below. */
export function relateUrl(table: UrlTable, canonical: string, stated: "scheme" | "no scheme", see: UrlRelation): void {
  const url = splitUrl(canonical)
  const place = url && table.place(url.scheme, url.host, url.port)
  if (!place) return
  const { scheme, host, path, query } = url
  const report = (entries: readonly UrlEntry[] | undefined, strength: Strength) => {
    for (const entry of entries ?? [])
      see(entry.indicator, strength, stated === "scheme" && entry.scheme !== scheme ? ["scheme-differs"] : [])
  }
  report(place.exact.get(path + query), "exact")
  const rootCounts = !isSharedHost(host)
  if (query !== "" && (path !== "/" || rootCounts)) report(place.exact.get(path), "prefix")
  for (const length of place.folderLengths) {
    if (length >= path.length) break
    if (length > 1 || rootCounts) report(place.folders.get(path.slice(0, length)), "prefix")
  }
}

/** A URL whose scheme stands plain is read as it stands: decoding counts only where it undid the scheme as well (semantics 5.9). */
function standsAsRead(scan: Scan, from: number, schemeTo: number, to: number): boolean {
  const { reading } = scan
  if (reading.parent === undefined) return true
  const whole = percentLayers(reading, { from, to })
  return (whole & ~percentLayers(reading, { from, to: Math.max(from + 1, schemeTo) })) === 0
}

/** Whether the host is one of the set's, or may be after a WHATWG parse. */
function mayMatch(urls: UrlTable, host: string): boolean {
  if (urls.hasHost(host.toLowerCase().replace(/\.$/, ""))) return true
  return /[^A-Za-z0-9.:_-]/.test(host) || /(?:^|\.)(?:\d+|0[xX][0-9a-fA-F]*)\.?$/.test(host)
}

function reportUrl(scan: Scan, urls: UrlTable, span: UrlSpan, scheme: string): void {
  const { text } = scan
  if (holdsEscape(scan, span)) return
  const stated = scheme === "" ? "scheme" : "no scheme"
  const seen = new Set<number>()
  const see = (to: number, only: readonly Strength[]) => {
    const canonical = canonicalUrl(scheme + text.slice(span.from, to))
    if (canonical === undefined) return
    relateUrl(urls, canonical, stated, (indicator, strength, notes) => {
      if (!only.includes(strength) || seen.has(indicator)) return
      seen.add(indicator)
      scan.report({ indicator, span: { from: span.from, to }, strength, notes })
    })
  }
  see(span.to, ["exact", "prefix"])
  // What was cut as punctuation may belong to the URL after all, if an indicator says so.
  if (span.end !== span.to && span.end - span.to < 8) see(span.end, ["exact"])
  // Inside another URL's query its parameters end at the next one, unless they were encoded with it.
  const place = scan.place(span.from)
  if (place !== "query" && place !== "path") return
  const parameter = parameterEnd(scan, span)
  if (parameter < span.to) see(parameter, ["exact", "prefix"])
}

/** The first `&` of an enclosing query: one that was not decoded together with the URL. */
function parameterEnd(scan: Scan, span: UrlSpan): number {
  const layers = percentLayers(scan.reading, { from: span.from, to: span.hostFrom })
  let at = scan.text.indexOf("&", span.hostFrom)
  for (let tries = 0; at >= 0 && at < span.to && tries < parametersMax; tries++) {
    if ((layers & ~percentLayers(scan.reading, { from: at, to: at + 1 })) !== 0 || layers === 0) return at
    at = scan.text.indexOf("&", at + 1)
  }
  return span.to
}

const parametersMax = 256

/** A backslash escape inside belongs to the carrier: the reading in which it is undone judges. */
function holdsEscape(scan: Scan, span: UrlSpan): boolean {
  if (scan.reading.decoded.length === 0) return false
  const at = scan.text.slice(span.path, span.to).indexOf("\\")
  return at >= 0 && /^\\(?:[nrtbf"'0]|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2})/.test(scan.text.slice(span.path + at, span.path + at + 6))
}

/** `http://3405803785/`, `http://0xCB007109/`, `http://203.28937/`: what WHATWG reads as an IPv4 address. */
function numericHost(scan: Scan, span: UrlSpan): void {
  const host = scan.text.slice(span.hostFrom, span.hostTo)
  if (host.length > 64 || host === "") return
  const ipv4 = scan.tables.ipv4 !== undefined
  if (ipv4 && /^(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+)){0,3}\.?$/i.test(host) && !/^\d+(?:\.\d+){3}\.?$/.test(host)) {
    const address = whatwgHost(scan, span, host)
    const decimal = address === undefined ? undefined : quadReadings(address.split(".")).decimal
    if (decimal !== undefined) {
      const seen = { version: 4 as const, first: BigInt(decimal), last: BigInt(decimal) }
      reportAddress(scan, seen, span.hostFrom, span.hostTo, "exact", [])
    }
  } else if (scan.tables.domains && /[^A-Za-z0-9._-]/.test(host) && !host.startsWith("[")) escapedHost(scan, span, host)
}

/** A host that only a parse makes readable: percent-encoded, in full-width letters, with an ideographic full stop. */
function escapedHost(scan: Scan, span: UrlSpan, host: string): void {
  const name = whatwgHost(scan, span, host)
  if (name !== undefined) reportDomains(scan, { from: span.hostFrom, to: span.hostTo, name: aLabels(name) } satisfies HostName)
}

function whatwgHost(scan: Scan, span: UrlSpan, host: string): string | undefined {
  const scheme = scan.text.slice(span.from, span.authority) || "http://"
  const canonical = canonicalUrl(`${scheme}${host}/`)
  return canonical === undefined ? undefined : splitUrl(canonical)?.host
}
