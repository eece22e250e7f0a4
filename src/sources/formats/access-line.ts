// Access log lines: CLF, combined, with virtual host, with X-Forwarded-For before or behind. What a line says, not which server wrote it.
import { parseIpv4 } from "../../model/address.js"
import type { FieldValue } from "../../model/log-record.js"
import { readStamp } from "../time/stamp.js"
import { type Draft, valueCharsMax } from "./draft.js"
import { endpoint, isAddress, isHostName } from "./endpoint.js"
import { hostFields, requestLine, urlFields } from "./request.js"
import { statusOutcome } from "./verdict.js"

const bracket = /\[(\d{1,2}\/(?:[A-Za-z]{3}|\d{1,2})\/\d{4}:?[ ]?\d{1,2}:\d{2}:\d{2}[^\]]{0,12})\]/
/** Before the bracket stand a client and names; a longer text is a message about something else. */
const prefixMax = 400

/** The draft of an access log line; undefined if it has no bracketed stamp and quoted request. */
export function accessDraft(line: string): Draft | undefined {
  const stamped = bracket.exec(line.length > 700 ? line.slice(0, 700) : line)
  if (!stamped || stamped.index > prefixMax) return undefined
  const before = line.slice(0, stamped.index)
  const after = line.slice(stamped.index + stamped[0].length)
  const parts = quotedParts(after)
  const first = parts[0]
  if (!first) return undefined
  const who = clientOf(before.trim(), after)
  if (!who) return undefined
  const asked = requestLine(first.text, who.host)
  const status = /^\s*(?:")?(\d{3})\b/.exec(after.slice(first.end))?.[1] ?? /(?:^|\s)(\d{3})\s/.exec(after.slice(0, first.start))?.[1]
  if (!asked && status === undefined) return undefined
  const tail = tailOf(parts)
  const fields: Record<string, FieldValue> = {}
  // Written one by one: this is the most frequent line of all, and copies of objects were half of its cost.
  put(fields, "source.ip", who.client.ip)
  put(fields, "source.domain", who.client.domain)
  put(fields, "source.port", who.client.port)
  put(fields, "user.name", who.user)
  const request = asked?.fields ?? hostFields(who.host)
  for (const name in request) put(fields, name, request[name] as string | number | undefined)
  if (status !== undefined) fields["http.response.status_code"] = Number(status)
  put(fields, "http.request.referrer", tail.referrer)
  put(fields, "user_agent.original", tail.agent)
  const forwarded = who.forwarded ?? tail.forwarded
  put(fields, "http.request.headers.x-forwarded-for", forwarded)
  return {
    format: "access-log",
    fields,
    time: readStamp(stamped[0])?.stamp,
    exchange: asked?.proxied ? "proxy" : "service",
    action: asked?.proxied ? "allowed" : "unknown",
    outcome: statusOutcome(status),
    forwarded,
  }
}

function put(fields: Record<string, FieldValue>, name: string, value: string | number | undefined): void {
  if (value !== undefined && value !== "" && value !== "-") fields[name] = typeof value === "string" ? value.slice(0, valueCharsMax) : value
}

/** The common log format to the letter: no other kind of line begins so. */
export function isCommonLog(line: string): boolean {
  return commonLog.test(line)
}

const commonLog = /^[^\s[]{1,253} [^\s[]{1,64} [^\s[]{1,128} \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "/

interface Client {
  readonly client: ReturnType<typeof endpoint>
  readonly host?: string
  readonly user?: string
  readonly forwarded?: string
}

const commonest = /^(\d{1,3}(?:\.\d{1,3}){3}) - (\S+)$/

/** Who asked, from the words before the stamp: `[vhost] client ident user`, or addresses of X-Forwarded-For in the client's place. */
function clientOf(before: string, after: string): Client | undefined {
  const [, address, user] = commonest.exec(before) ?? []
  if (address !== undefined && parseIpv4(address) !== undefined)
    return user === "-" ? { client: { ip: address } } : { client: { ip: address }, user: user as string }
  const words = before
    .replace(/,\s+/g, ",")
    .split(/\s+/)
    .filter((word) => word !== "")
  if (words.length > 8) return undefined
  if (words.length === 0) return clientBehind(after)
  const at = words.findIndex((word) => word.split(",").every((part) => endpoint(part).ip !== undefined))
  if (at < 0) {
    const name = words[0] as string
    return words.length >= 3 && isHostName(name)
      ? { client: { domain: name }, ...named(words, 0) }
      : words[0] === "-"
        ? { client: {}, ...named(words, 0) }
        : undefined
  }
  const word = words[at] as string
  const host = at > 0 && words[0] !== "-" ? words[0] : undefined
  const base = { ...(host !== undefined && { host }), ...named(words, at) }
  if (word.includes(",")) return { client: {}, forwarded: word, ...base }
  const second = words[at + 1]
  if (second?.split(",").every((part) => isAddress(part))) return { client: endpoint(word), forwarded: second, ...base }
  return { client: endpoint(word), ...base }
}

/** Some layouts begin with the stamp: `[stamp] host client seconds "…"`, or `[stamp] - 404 404 - GET http host "/path" [Client a]`. */
function clientBehind(after: string): Client | undefined {
  const bracketed = /\[Client ([^\]\s]{2,60})\]/i.exec(after.slice(0, 8192))
  if (bracketed) {
    const host = /\s(?:https?)\s(\S{1,253})\s"/.exec(after.slice(0, 600))?.[1]
    return { client: endpoint(bracketed[1]), ...(host && { host }) }
  }
  const words = after.slice(0, 400).trim().split(/\s+/, 5)
  const at = words.findIndex((word) => endpoint(word).ip !== undefined)
  if (at < 0) return undefined
  return { client: endpoint(words[at]), ...(at > 0 && words[0] !== "_" && { host: words[0] as string }) }
}

function named(words: readonly string[], at: number): { readonly user?: string } {
  const user = words[at + 2]
  return words.length >= at + 3 && user !== undefined && user !== "-" ? { user } : {}
}

interface Tail {
  referrer?: string
  agent?: string
  forwarded?: string
}

const tailMax = 12

/** Referrer, agent, forwarded addresses behind the request: told apart by what they hold, since their order varies. */
function tailOf(parts: readonly Quoted[]): Tail {
  const tail: Tail = {}
  const end = Math.min(parts.length, tailMax + 1)
  for (let at = 1; at < end; at++) {
    const { text } = parts[at] as Quoted
    if (isAddressList(text)) tail.forwarded ??= text
    else if (at === 1 && (isUrl(text) || text === "-" || (parts.length > 2 && text.startsWith("/")))) tail.referrer = text
    else if (tail.agent === undefined && text !== "-" && !isUrl(text)) tail.agent = text
  }
  return tail
}

function isUrl(text: string): boolean {
  return text.includes("://") && urlFields(text) !== undefined
}

function isAddressList(text: string): boolean {
  if (text.length > 1500 || !/^[\da-fA-F[]/.test(text)) return false
  return text.split(/\s*,\s*/).every((part) => endpoint(part).ip !== undefined || part === "unknown" || part === "-")
}

interface Quoted {
  readonly text: string
  readonly start: number
  readonly end: number
}

const quotedMax = 16

/** Walks once: a quote that nothing closes ends the search. */
function quotedParts(text: string): Quoted[] {
  const parts: Quoted[] = []
  let at = text.indexOf('"')
  while (at >= 0 && parts.length < quotedMax) {
    const end = closingQuote(text, at + 1)
    if (end < 0) return parts
    const inner = text.slice(at + 1, end)
    parts.push({ text: inner.includes("\\") ? inner.replaceAll('\\"', '"') : inner, start: at, end: end + 1 })
    at = text.indexOf('"', end + 1)
  }
  return parts
}

/** The next quote that no backslash escapes; -1 if there is none. */
function closingQuote(text: string, from: number): number {
  let mark = text.indexOf("\\", from)
  for (let at = from; ; ) {
    const quote = text.indexOf('"', at)
    if (quote < 0 || mark < 0 || mark > quote) return quote
    at = mark + 2
    mark = text.indexOf("\\", at)
  }
}
