// A canonical URL in the parts that targets ask for.

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

export function urlParts(value: string): UrlParts {
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
