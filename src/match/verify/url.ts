// URLs in text (semantics 4.5): where they begin and end, what is their host, and what is only content inside them.
import { eachMatch } from "./each-match.js"

/** A canonical URL in its parts. */
export interface UrlParts {
  readonly scheme: string
  readonly host: string
  /** Empty for the default. */
  readonly port: string
  readonly path: string
  /** With its question mark; empty if there is none. */
  readonly query: string
}

/** Where the parts of a URL, or of a request target, stand in a text. A request target has no host: its host is empty and ends at `path`. */
export interface UrlSpan {
  readonly from: number
  /** Behind the last character that belongs to it, trailing punctuation cut. */
  readonly to: number
  /** Before the cut. */
  readonly end: number
  readonly authority: number
  readonly hostFrom: number
  readonly hostTo: number
  readonly path: number
  /** Of the question mark; `to` if there is none. */
  readonly query: number
}

export function splitUrl(canonical: string): UrlParts | undefined {
  const match = /^([a-z][a-z0-9+.-]*):\/\/(\[[^\]]*\]|[^/?#:]*)(?::(\d+))?([^?]*)(\?.*)?$/s.exec(canonical)
  if (!match) return undefined
  return { scheme: match[1] as string, host: match[2] as string, port: match[3] ?? "", path: match[4] || "/", query: match[5] ?? "" }
}

/** The host of a canonical URL, as `splitUrl` finds it. */
export function hostOf(canonical: string): string {
  const from = canonical.indexOf("://") + 3
  if (canonical[from] === "[") return canonical.slice(from, canonical.indexOf("]", from) + 1)
  let to = from
  while (to < canonical.length && !endsHost(canonical.charCodeAt(to))) to++
  return canonical.slice(from, to)
}

/** `/`, `?`, `#`, `:` */
function endsHost(code: number): boolean {
  return code === 0x2f || code === 0x3f || code === 0x23 || code === 0x3a
}

/** Every URL of the text that states its scheme, in the order of the text; those inside others included. */
export function* urlSpans(text: string): Generator<UrlSpan, void, undefined> {
  let wordEnd = 0
  let end = 0
  let nested = 0
  for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", at + 3)) {
    let from = at
    while (from > 0 && at - from < schemeCharsMax && isSchemeChar(text.charCodeAt(from - 1))) from--
    while (from < at && !isLetter(text.charCodeAt(from))) from++
    if (from === at) continue
    nested++
    if (at + 3 > wordEnd) {
      wordEnd = urlEnd(text, at + 3)
      nested = 0
    }
    if (at + 3 > end) end = listEnd(text, from, wordEnd)
    yield spanOf(text, from, at + 3, end, nested < nestedMax ? urlCharsMax : nestedCharsMax)
  }
}

/** A host, an optional port and a path, without a scheme. */
export function schemelessSpan(text: string, from: number): UrlSpan {
  return spanOf(text, from, from, listEnd(text, from, urlEnd(text, from)), nestedCharsMax)
}

const targets = /(?:^|[\s"'=(])(\/[^\s"'`<>|]*)/g

/** What a request asks a server for: `/path?query` behind a method, or anywhere with a query of its own. */
export function targetSpans(text: string): readonly UrlSpan[] {
  if (!text.includes("/")) return []
  const found: UrlSpan[] = []
  eachMatch(targets, text, (match) => {
    const target = match[1] as string
    const from = match.index + match[0].length - target.length
    if (target.startsWith("//")) return
    const question = target.indexOf("?")
    if (question < 0 && !/\b[A-Z]{3,9} $/.test(text.slice(Math.max(0, from - 12), from))) return
    const to = from + target.length
    found.push({ from, to, end: to, authority: from, hostFrom: from, hostTo: from, path: from, query: question < 0 ? to : from + question })
  })
  return found
}

/** The spans that lie in no other, in the order of the text. */
export function outermost(spans: readonly UrlSpan[]): readonly UrlSpan[] {
  const found: UrlSpan[] = []
  let end = -1
  for (const span of [...spans].sort((a, b) => a.from - b.from || b.end - a.end)) {
    if (span.from < end) continue
    found.push(span)
    end = span.end
  }
  return found
}

const schemeCharsMax = 32
/** Longer than any browser sends; what is longer is compared up to here. */
const urlCharsMax = 16_384
/** URLs within one word, of which the later ones are compared up to a shorter length: a line made of `://` stays linear. */
const nestedMax = 64
const nestedCharsMax = 256

function spanOf(text: string, from: number, authority: number, end: number, charsMax: number): UrlSpan {
  const to = end - authority > charsMax ? authority + charsMax : Math.max(authority, trimmedEnd(text, authority, end))
  let path = authority
  while (path < to && !"/?#\\".includes(text[path] as string)) path++
  const at = text.slice(authority, path).lastIndexOf("@")
  const hostFrom = at < 0 ? authority : authority + at + 1
  const host = text.slice(hostFrom, path)
  const bracket = host.startsWith("[") ? host.indexOf("]") + 1 : 0
  const colon = host.indexOf(":", bracket)
  const question = text.slice(path, to).indexOf("?")
  return {
    from,
    to,
    end,
    authority,
    hostFrom,
    hostTo: colon < 0 ? path : hostFrom + colon,
    path,
    query: question < 0 ? to : path + question,
  }
}

// White space, quotes, `<`, `>`, `|`; and a comma or semicolon before the next URL, since lists are written so.
const stops = /[\s\x00-\x1f\x7f"'`<>|\u00ab\u00bb\u2018-\u201f\u2039\u203a]|[,;](?=[A-Za-z]{2,10}:\/\/)/g

function urlEnd(text: string, from: number): number {
  stops.lastIndex = from
  const stop = stops.exec(text)
  return stop ? stop.index : text.length
}

/** In a list, what separates ends it: `…,http://a.example/,…` and `url=http://a.example/,user=…`. */
function listEnd(text: string, from: number, end: number): number {
  const before = text[from - 1]
  if (before === "," || before === ";") {
    const next = text.indexOf(before, from)
    return next < 0 ? end : Math.min(next, end)
  }
  if (before !== "=") return end
  nextKey.lastIndex = from
  const key = nextKey.exec(text)
  return key ? Math.min(key.index, end) : end
}

const nextKey = /[,;](?=[A-Za-z_][\w.-]{0,32}=)|[\s"]/g

const closers: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" }

/** Trailing punctuation and closing brackets without an opening one belong to the sentence; a backslash to an escaped quote. */
function trimmedEnd(text: string, from: number, end: number): number {
  let to = end
  let balance: Record<string, number> | undefined
  while (to > from) {
    const char = text[to - 1] as string
    const opener = closers[char]
    if (opener !== undefined) {
      balance ??= brackets(text, from, to)
      if ((balance[char] ?? 0) <= (balance[opener] ?? 0)) break
      balance[char] = (balance[char] ?? 0) - 1
    } else if (!".,;:!?\\".includes(char)) break
    to--
  }
  return to
}

function brackets(text: string, from: number, to: number): Record<string, number> {
  const count: Record<string, number> = {}
  for (let at = from; at < to; at++) {
    const char = text[at] as string
    if ("()[]{}".includes(char)) count[char] = (count[char] ?? 0) + 1
  }
  return count
}

function isSchemeChar(code: number): boolean {
  return isLetter(code) || (code >= 48 && code <= 57) || code === 43 || code === 45 || code === 46
}

function isLetter(code: number): boolean {
  const lower = code | 32
  return lower >= 97 && lower <= 122
}
