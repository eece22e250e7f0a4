// A logged HTTP request as ECS fields: request line, target, host.
import type { Loose } from "./draft.js"
import { isAddress } from "./endpoint.js"

export interface Request {
  readonly fields: Loose
  /** The request went through a forward proxy: an absolute URL or CONNECT. */
  readonly proxied: boolean
}

const method = /^([A-Z][A-Z_-]{1,20})\s+(\S+)(?:\s+(HTTP\/[\d.]+))?\s*$/

/** `GET /path?query HTTP/1.1`; anything else is malformed traffic and has no URL. */
export function requestLine(text: string, host?: string): Request | undefined {
  const match = method.exec(text.length > 16_384 ? text.slice(0, 16_384) : text)
  return match ? request(match[1], match[2] as string, host) : undefined
}

export function request(verb: string | undefined, target: string, host?: string): Request {
  if (verb === "CONNECT") {
    const { name, port } = splitHost(target)
    return { fields: { "http.request.method": verb, "url.domain": name, "url.port": port }, proxied: true }
  }
  const absolute = urlFields(target)
  if (absolute) return { fields: { "http.request.method": verb, ...absolute }, proxied: true }
  return { fields: { "http.request.method": verb, ...pathFields(target), ...hostFields(host) }, proxied: false }
}

/** `scheme://…` in its parts; undefined if it does not begin like a URL. The text stays as logged. */
export function urlFields(text: string): Loose | undefined {
  const match = /^([a-z][a-z0-9+.-]{1,20}):\/\/([^/?#\s]*)([^?#\s]*)(?:\?([^#\s]*))?/i.exec(text)
  if (!match) return undefined
  const authority = (match[2] as string).replace(/^.*@/, "")
  const { name, port } = splitHost(authority)
  return {
    "url.full": text,
    "url.scheme": match[1]?.toLowerCase(),
    "url.domain": name,
    "url.port": port,
    "url.path": match[3],
    "url.query": match[4],
  }
}

/** A URL, or a scheme-less one, or a path. */
export function looseUrl(text: string): Loose {
  const absolute = urlFields(text)
  if (absolute) return absolute
  if (text.startsWith("/")) return pathFields(text)
  const slash = text.indexOf("/")
  if (slash < 0 && !text.includes(".")) return {}
  return { "url.full": text, ...hostFields(slash < 0 ? text : text.slice(0, slash)), ...(slash < 0 ? {} : pathFields(text.slice(slash))) }
}

export function hostFields(host: string | undefined): Loose {
  if (host === undefined || host === "-" || host === "_" || host === "") return {}
  const { name, port } = splitHost(host)
  return { "url.domain": name, "url.port": port }
}

function pathFields(target: string): Loose {
  const mark = target.indexOf("?")
  return mark < 0 ? { "url.path": target } : { "url.path": target.slice(0, mark), "url.query": target.slice(mark + 1) }
}

function splitHost(host: string): { readonly name: string; readonly port?: number } {
  const match = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(host)
  if (!match || isAddress(host)) return { name: host.replace(/^\[(.*)\]$/, "$1") }
  return { name: (match[1] as string).replace(/^\[(.*)\]$/, "$1"), port: Number(match[2]) }
}
