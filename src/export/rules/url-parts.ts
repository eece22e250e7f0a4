// A canonical URL in the parts that targets ask for.
import { pathOfPlainUrl } from "../../model/already-canonical.js"

export interface UrlParts {
  readonly scheme: string
  /** Without brackets for IPv6. */
  readonly host: string
  /** Absent: the default of the scheme. */
  readonly port: string | undefined
  /** Path and query, as sent on the wire. */
  readonly target: string
  readonly path: string
  /** With its `?`; empty if there is none. */
  readonly query: string
}

/** Throws if the value is no URL. */
export function urlParts(value: string): UrlParts {
  const path = pathOfPlainUrl(value)
  return path < 0 ? parsedParts(value) : plainParts(value, path)
}

function plainParts(value: string, path: number): UrlParts {
  const scheme = value.slice(0, value.indexOf(":"))
  const target = value.slice(path)
  const query = target.indexOf("?")
  return {
    scheme,
    host: value.slice(scheme.length + 3, path),
    port: undefined,
    target,
    path: query < 0 ? target : target.slice(0, query),
    query: query < 0 ? "" : target.slice(query),
  }
}

function parsedParts(value: string): UrlParts {
  const url = new URL(value)
  return {
    scheme: url.protocol.slice(0, -1),
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port || undefined,
    target: value.slice(value.indexOf("/", value.indexOf("://") + 3)),
    path: url.pathname,
    query: url.search,
  }
}
