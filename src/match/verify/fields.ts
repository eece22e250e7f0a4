// What a record's fields add to its text (semantics 5.3, 5.10, 5.12, 6): which place a value has, and what several say together.
import type { Fields, FieldValue } from "../../model/log-record.js"
import type { TextKind } from "./scan.js"

/** One value of one field, as text. */
export interface FieldText {
  readonly name: string
  readonly value: string
}

/** What a field's values are. */
export type FieldKind = TextKind | "address" | "whole record"

/** The values of all fields, in their order; those that repeat the record's text or sum up other fields are not looked at. */
export function fieldTexts(fields: Fields): readonly FieldText[] {
  const found: FieldText[] = []
  for (const [name, value] of Object.entries(fields)) {
    if (fieldKind(name) === "whole record") continue
    for (const one of Array.isArray(value) ? value : [value]) {
      if (typeof one === "string" || typeof one === "number") found.push({ name, value: String(one) })
    }
  }
  return found
}

/** Logs have a few hundred names of fields; a log written to have millions has them looked at each time. */
const kindsMax = 4096
const kinds = new Map<string, FieldKind>()

export function fieldKind(name: string): FieldKind {
  let kind = kinds.get(name)
  if (kind !== undefined) return kind
  kind = kindOf(name)
  if (kinds.size < kindsMax) kinds.set(name, kind)
  return kind
}

function kindOf(name: string): FieldKind {
  if (wholeRecord.test(name)) return "whole record"
  if (content.test(name)) return "content"
  if (lookups.test(name)) return "lookup"
  if (name === "url.path" || name === "url.original") return "target"
  if (name === "url.domain") return "host"
  return /(?:^|\.)ip$/.test(name) ? "address" : "text"
}

const wholeRecord = /^(?:message|event\.original|log\.original|related\..*|event\.(?:created|start|end|ingested)|@timestamp)$/
const content =
  /^(?:http\.request\.referrer|user_agent\..*|rule\.(?:name|description)|email\.(?:subject|body(?:\..*)?)|http\.(?:request|response)\.body(?:\..*)?|url\.(?:query|fragment))$/
const lookups = /^dns\.(?:answers(?:\.(?:data|name))?|resolved_ip)$/

/** Names of headers that only claim an address, unless the walk of semantics 9.1 reached it. */
export function isForwardingHeader(name: string): boolean {
  return name !== "network.forwarded_ip" && /forward|x-real-ip|client-ip/i.test(name)
}

/** Among fields that hold the same occurrence, the one to name: lower is better. */
export function fieldRank(name: string): number {
  const at = preferred.indexOf(name)
  return at < 0 ? preferred.length : at
}

const preferred = [
  "source.ip",
  "destination.ip",
  "network.forwarded_ip",
  "client.ip",
  "server.ip",
  "dns.question.name",
  "url.full",
  "url.domain",
  "email.from.address",
  "email.to.address",
]

/** A decimal or hexadecimal number in a field named as an address (semantics 5.3). */
export function integerAddress(value: string): number | undefined {
  if (!/^(?:\d{1,10}|0[xX][0-9A-Fa-f]{1,8})$/.test(value)) return undefined
  const address = Number(value)
  return address <= 0xffffffff ? address : undefined
}

/** A URL that no single field holds (semantics 5.10). */
export interface JoinedUrl {
  /** With a scheme, `http` where none is stated. */
  readonly url: string
  readonly stated: "scheme" | "no scheme"
  /** The parts as they stand. */
  readonly observed: string
}

export function joinedUrl(fields: Fields): JoinedUrl | undefined {
  const host = text(fields["url.domain"]) || text(fields["destination.domain"])
  const original = text(fields["url.original"])
  const path = text(fields["url.path"]) || (original.startsWith("/") ? original : "")
  if (host === "" || !path.startsWith("/") || host.length + path.length > joinedCharsMax) return undefined
  const scheme = text(fields["url.scheme"]).toLowerCase().replace(/:.*$/s, "")
  const port = /:\d+$/.test(host) ? "" : text(fields["url.port"]) || text(fields["destination.port"])
  const query = path.includes("?") ? "" : text(fields["url.query"]).replace(/^(?=[^?])/, "?")
  const isDefault = port === "" || (scheme === "" ? port === "80" || port === "443" : false)
  const colon = isDefault ? "" : `:${port}`
  const bare = host.includes(":") && !/^\[|:\d+$/.test(host) ? `[${host}]` : host
  return {
    url: `${scheme || "http"}://${bare}${colon}${path}${query}`,
    stated: scheme === "" ? "no scheme" : "scheme",
    observed: `${scheme === "" ? "" : `${scheme}://`}${host}${port === "" ? "" : `:${port}`}${path}${query}`,
  }
}

/** Whether the record shows the path of a request: its host alone is then no evidence (semantics 5.12). */
export function showsPath(fields: Fields): boolean {
  if (isTunnel(fields)) return false
  const whole = `${text(fields["url.full"])} ${text(fields["url.original"])}`
  return text(fields["url.path"]) !== "" || /:\/\/[^/\s]*\/|^\/| \//.test(whole) || text(fields["http.request.method"]) !== ""
}

/** Hosts of a record that cannot show a path: those of names, and those of literal addresses. */
export interface BareHost {
  readonly host: string
  readonly where: string | null
  /** Known for a tunnel only. */
  readonly port?: string
  readonly kind: "name" | "address"
}

export function bareHosts(fields: Fields, recordText: string): readonly BareHost[] {
  const found: BareHost[] = []
  const tunnel = /\bCONNECT\s+(\[[^\]\s]{2,64}\]|[^\s:/"']{1,253}):(\d{1,5})\b/.exec(recordText)
  if (tunnel)
    found.push({
      host: tunnel[1] as string,
      port: tunnel[2] as string,
      where: isTunnel(fields) && fields["url.domain"] !== undefined ? "url.domain" : null,
      kind: "name",
    })
  if (isTunnel(fields) && !tunnel) {
    const port = text(fields["url.port"]) || text(fields["destination.port"])
    for (const host of texts(fields["url.domain"]))
      found.push({ host, where: "url.domain", kind: "name", ...(port === "" ? {} : { port }) })
  }
  for (const name of ["tls.client.server_name", "dns.question.name"]) {
    for (const host of texts(fields[name])) found.push({ host, where: name, kind: "name" })
  }
  if (showsPath(fields)) return found.filter(({ where }) => where === "dns.question.name" || tunnel !== null)
  for (const name of ["destination.ip", "source.ip", "server.ip", "client.ip"]) {
    for (const host of texts(fields[name])) found.push({ host, where: name, kind: "address" })
  }
  return found
}

const joinedCharsMax = 16_384

function isTunnel(fields: Fields): boolean {
  return text(fields["http.request.method"]).toUpperCase() === "CONNECT"
}

/** The only value of a field, as text; empty if there is none. */
function text(value: FieldValue | undefined): string {
  return texts(value)[0] ?? ""
}

function texts(value: FieldValue | undefined): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string" || typeof one === "number").map(String)
}
