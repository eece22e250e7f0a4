// Access log lines: CLF, combined, with virtual host, with X-Forwarded-For before or behind. What a line says, not which server wrote it.
import { readStamp } from "../time/stamp.js"
import { type Draft, fieldsOf, type Loose } from "./draft.js"
import { endpoint, isAddress, isHostName, side } from "./endpoint.js"
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
  const rest = parts.slice(1)
  const tail = tailOf(rest.map(({ text }) => text))
  const outcome = statusOutcome(status)
  return {
    format: "access-log",
    fields: fieldsOf({
      ...side("source", who.client),
      "user.name": who.user,
      ...(asked?.fields ?? hostFields(who.host)),
      "http.response.status_code": status === undefined ? undefined : Number(status),
      ...tail.fields,
      ...(who.forwarded && { "http.request.headers.x-forwarded-for": who.forwarded }),
    }),
    time: readStamp(stamped[0])?.stamp,
    exchange: asked?.proxied ? "proxy" : "service",
    action: asked?.proxied ? "allowed" : "unknown",
    outcome,
    forwarded: who.forwarded ?? tail.forwarded,
  }
}

interface Client {
  readonly client: ReturnType<typeof endpoint>
  readonly host?: string
  readonly user?: string
  readonly forwarded?: string
}

/** Who asked, from the words before the stamp: `[vhost] client ident user`, or addresses of X-Forwarded-For in the client's place. */
function clientOf(before: string, after: string): Client | undefined {
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

/** Referrer, agent, forwarded addresses: told apart by what they hold, since their order varies. */
function tailOf(values: readonly string[]): { readonly fields: Loose; readonly forwarded?: string } {
  const fields: Record<string, string | number | undefined> = {}
  let forwarded: string | undefined
  let seen = 0
  for (const value of values.slice(0, 12)) {
    if (isAddressList(value)) forwarded ??= value
    else if (seen === 0 && (urlFields(value) || value === "-" || (values.length > 1 && value.startsWith("/"))))
      fields["http.request.referrer"] = value
    else if (fields["user_agent.original"] === undefined && value !== "-" && !urlFields(value)) fields["user_agent.original"] = value
    seen++
  }
  return forwarded === undefined ? { fields } : { fields: { ...fields, "http.request.headers.x-forwarded-for": forwarded }, forwarded }
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
    let end = at + 1
    while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1
    if (end >= text.length) return parts
    parts.push({ text: text.slice(at + 1, end).replaceAll('\\"', '"'), start: at, end: end + 1 })
    at = text.indexOf('"', end + 1)
  }
  return parts
}
