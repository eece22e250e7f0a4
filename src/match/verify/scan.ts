// One reading of a text or of a field's value while it is searched: its URLs, its context, and where occurrences go.
import type { HitNote, Strength } from "../../model/hit.js"
import { strengths } from "../../model/hit.js"
import { type Reading, type Span, superseded } from "./reading.js"
import type { Tables } from "./tables.js"
import { outermost, schemelessSpan, targetSpans, type UrlSpan, urlSpans } from "./url.js"

/** What the whole text is: a record or a plain value, or nothing but content, a request target, an answer of DNS, a URL's host. */
export type TextKind = "text" | "content" | "target" | "lookup" | "host"

export interface TextContext {
  readonly kind: TextKind
  readonly ports: PortStyles
  /** Told where a text was too long to be decoded in every way. */
  readonly limited: () => void
}

/** How the record writes ports behind addresses (semantics 4.2); asked only where one may stand. */
export interface PortStyles {
  /** `/n` behind an address is its port, as in ASA and FTD messages. */
  slash(): boolean
  /** The last of five numbers is a port, as in tcpdump and netstat lines. */
  dotted(): boolean
}

export interface Found {
  readonly indicator: number
  /** In the reading's text. */
  readonly span: Span
  readonly strength: Strength
  readonly notes: readonly HitNote[]
  /** The address that stands there, for occurrences of addresses: `4:` or `6:` and its number. */
  readonly address?: string
  /** Where it stands as itself although content stands there: a file's name in a URL's path (semantics 5.14), a user agent. */
  readonly atHome?: "in a path" | "anywhere"
}

export type Place = "text" | "userinfo" | "path" | "query"

export interface Scan {
  readonly text: string
  readonly reading: Reading
  readonly tables: Tables
  readonly context: TextContext
  readonly urls: readonly UrlSpan[]
  /** Where the hosts of URLs begin that state their scheme. */
  readonly hosts: ReadonlySet<number>
  /** Networks and ranges that were reported already, with their kind of place. */
  readonly stretches: Set<string>
  place(at: number): Place
  report(found: Found): void
}

export function newScan(reading: Reading, tables: Tables, context: TextContext, report: (found: Found) => void): Scan {
  const text = reading.text
  const urls = text.includes("://") ? [...urlSpans(text)] : context.kind === "host" ? [wholeHost(text)] : []
  let outer: readonly UrlSpan[] | undefined
  const place = (at: number) => {
    // Asked for occurrences only, which most texts have none of.
    outer ??= outermost([...urls, ...(context.kind === "target" ? [wholeTarget(text)] : targetSpans(text)), ...schemelessSpans(text)])
    return placeIn(outer, at)
  }
  const judged = (found: Found) =>
    report({ ...found, strength: weaker(found.strength, ceiling(context.kind, place(found.span.from), found)) })
  return {
    text,
    reading,
    tables,
    context,
    urls,
    hosts: urls.length === 0 ? noHosts : new Set(urls.map((url) => url.hostFrom)),
    stretches: new Set(),
    place,
    report: judged,
  }
}

const noHosts: ReadonlySet<number> = new Set()

/** What is only content is a mention, what DNS only answered a lookup (semantics 6). */
function ceiling(kind: TextKind, place: Place, { atHome }: Found): Strength {
  if (atHome === "anywhere") return "exact"
  if (kind === "content" || place === "query" || place === "userinfo") return "mention"
  if (place === "path" && atHome === undefined) return "mention"
  return kind === "lookup" ? "lookup" : "exact"
}

/** The later of two names in the closed list (semantics 6): what applies last counts. */
export function weaker(a: Strength, b: Strength): Strength {
  return rank(a) >= rank(b) ? a : b
}

export function rank(strength: Strength): number {
  return strengths.indexOf(strength)
}

/** Whether another reading knows better where this token begins or ends. */
export function isSuperseded(scan: Scan, from: number, to: number): boolean {
  return (scan.reading.decoded.length > 0 || scan.reading.beyond.length > 0) && superseded(scan.reading, from, to)
}

/** A letter or digit of any script. */
export function isWordChar(char: string | undefined): boolean {
  return char !== undefined && char !== "" && (char < "\x80" ? /[A-Za-z0-9]/.test(char) : /[\p{L}\p{N}\p{M}]/u.test(char))
}

function placeIn(outer: readonly UrlSpan[], at: number): Place {
  let low = 0
  let high = outer.length
  while (low < high) {
    const mid = (low + high) >>> 1
    if ((outer[mid] as UrlSpan).from <= at) low = mid + 1
    else high = mid
  }
  const url = outer[low - 1]
  if (!url || at >= url.end) return "text"
  if (at >= url.query) return "query"
  if (at >= url.path) return "path"
  return at >= url.authority && at < url.hostFrom ? "userinfo" : "text"
}

function wholeTarget(text: string): UrlSpan {
  const question = text.indexOf("?")
  const end = text.length
  return { from: 0, to: end, end, authority: 0, hostFrom: 0, hostTo: 0, path: 0, query: question < 0 ? end : question }
}

/** A URL's host without the rest, perhaps with its port: WHATWG rules hold for it (semantics 5.2, 5.3). */
function wholeHost(text: string): UrlSpan {
  const end = text.length
  const port = /:\d{1,5}$/.exec(text)
  const hostTo = port && !text.slice(0, port.index).includes(":") ? port.index : end
  return { from: 0, to: end, end, authority: 0, hostFrom: 0, hostTo, path: end, query: end }
}

// A name and a path with something in it; `host/203.0.113.9` is how Java prints an address, and no URL.
const schemeless = /(?<![\w./\\@-])(?=[A-Za-z0-9-]{0,63}\.)[A-Za-z0-9.-]{1,253}[A-Za-z0-9](?::\d{1,5})?\/(?=[^\s\d/"'<>|])/g

/** URLs without a scheme, whose path and query are content as well. */
function schemelessSpans(text: string): readonly UrlSpan[] {
  if (!text.includes("/") || !text.includes(".")) return []
  const found: UrlSpan[] = []
  schemeless.lastIndex = 0
  for (let match = schemeless.exec(text); match; match = schemeless.exec(text)) {
    const span = schemelessSpan(text, match.index)
    found.push(span)
    schemeless.lastIndex = Math.max(schemeless.lastIndex, span.end)
  }
  return found
}
