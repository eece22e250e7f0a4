// JSON access logs: Traefik, Caddy, Envoy, nginx and others that log a request as an object.
import type { FieldValue } from "../../../model/log-record.js"
import type { Draft } from "../draft.js"
import { requestLine } from "../request.js"
import { statusOutcome } from "../verdict.js"
import { at } from "./flatten.js"
import { type FieldTable, fieldsBy, type JsonKind, type JsonObject, stampAt } from "./kind.js"

/** One access log layout: its name, the keys that give it away, and its fields. */
interface Layout {
  readonly name: string
  readonly title: string
  is(object: JsonObject): boolean
  readonly fields: FieldTable
  readonly times: readonly string[]
}

const layouts: readonly Layout[] = [
  {
    name: "traefik-json",
    title: "Traefik access log as JSON",
    is: (object) => ("ClientAddr" in object || "ClientHost" in object) && ("RequestMethod" in object || "RequestPath" in object),
    fields: {
      "source.ip": ["ClientHost", "ClientAddr"],
      "source.port": "ClientPort",
      "user.name": "ClientUsername",
      "http.request.method": "RequestMethod",
      "url.path": "RequestPath",
      "url.domain": ["RequestHost", "RequestAddr"],
      "url.port": "RequestPort",
      "url.scheme": "RequestScheme",
      "http.response.status_code": ["DownstreamStatus", "OriginStatus"],
      "user_agent.original": "request_User-Agent",
      "http.request.referrer": "request_Referer",
      "http.request.headers.x-forwarded-for": "request_X-Forwarded-For",
    },
    times: ["StartUTC", "StartLocal", "time"],
  },
  {
    name: "caddy",
    title: "Caddy access log",
    is: (object) =>
      typeof object.request === "object" &&
      object.request !== null &&
      ("remote_ip" in object.request || "remote_addr" in object.request) &&
      "uri" in object.request,
    fields: {
      "source.ip": ["request.remote_ip", "request.remote_addr"],
      "source.port": "request.remote_port",
      "http.request.method": "request.method",
      "url.domain": "request.host",
      "url.path": "request.uri",
      "user_agent.original": "request.headers.User-Agent",
      "http.request.referrer": "request.headers.Referer",
      "http.request.headers.x-forwarded-for": "request.headers.X-Forwarded-For",
      "http.response.status_code": "status",
      "user.name": "user_id",
      "tls.client.server_name": "request.tls.server_name",
      "network.forwarded_ip": "request.client_ip",
    },
    times: ["ts"],
  },
  {
    name: "envoy",
    title: "Envoy access log as JSON",
    is: (object) => "downstream_remote_address" in object || ":authority" in object || "downstream_direct_remote_address" in object,
    fields: {
      "source.ip": ["downstream_direct_remote_address", "downstream_remote_address"],
      "destination.ip": "downstream_local_address",
      "http.request.method": ["method", ":method"],
      "url.domain": [":authority", "authority"],
      "url.path": ["x-envoy-origin-path", "path", ":path"],
      "http.response.status_code": "response_code",
      "user_agent.original": ["user-agent", "user_agent"],
      "http.request.headers.x-forwarded-for": ["x-forwarded-for", "x_forwarded_for"],
      "http.request.referrer": ["referer", "referrer"],
      "tls.client.server_name": "requested_server_name",
    },
    times: ["start_time", "@timestamp", "time"],
  },
  {
    name: "access-json",
    title: "Access log as JSON",
    is: (object) =>
      ("remote_addr" in object ||
        "remoteAddr" in object ||
        "clientip" in object ||
        "client_ip" in object ||
        "ClientIP" in object ||
        "remote_ip" in object) &&
      ("request" in object || "request_uri" in object || "uri" in object || "ClientRequestURI" in object || "requestURI" in object),
    fields: {
      "source.ip": ["remote_addr", "remoteAddr", "clientip", "client_ip", "ClientIP", "remote_ip"],
      "source.port": ["remote_port", "ClientSrcPort"],
      "user.name": ["remote_user", "user"],
      "url.domain": ["http_host", "host", "server_name", "ClientRequestHost", "vhost"],
      "url.path": ["request_uri", "ClientRequestURI", "requestURI", "uri", "url"],
      "url.query": ["args", "query_string"],
      "http.request.method": ["request_method", "method", "ClientRequestMethod", "verb"],
      "http.response.status_code": ["status", "status_code", "EdgeResponseStatus", "response"],
      "http.request.referrer": ["http_referer", "http_referrer", "referrer", "referer", "ClientRequestReferer"],
      "user_agent.original": ["http_user_agent", "user_agent", "agent", "ClientRequestUserAgent"],
      "http.request.headers.x-forwarded-for": ["http_x_forwarded_for", "x_forwarded_for", "xff"],
      "url.scheme": "scheme",
    },
    times: ["time_iso8601", "@timestamp", "timestamp", "time", "time_local", "EdgeStartTimestamp", "msec", "ts"],
  },
]

export const webKinds: readonly JsonKind[] = layouts.map(({ name, title, is, fields, times }) => ({
  name,
  title,
  is,
  draft: (object) => accessDraft(object, fields, times),
}))

function accessDraft(object: JsonObject, table: FieldTable, times: readonly string[]): Draft {
  const line = at(object, "request")
  const asked = line === undefined ? undefined : requestLine(String(line))
  const found = fieldsBy(table, object)
  const { "url.path": path, "url.query": query, ...rest } = found
  const fields: Record<string, FieldValue> = {
    ...(asked?.fields as Record<string, FieldValue> | undefined),
    ...(path !== undefined && { "url.path": path }),
    ...(query !== undefined && { "url.query": query }),
    ...rest,
  }
  for (const [name, value] of Object.entries(fields)) if (value === undefined) delete fields[name]
  const header = fields["http.request.headers.x-forwarded-for"]
  const outcome = statusOutcome(fields["http.response.status_code"] as number | undefined)
  const proxied = asked?.proxied ?? fields["http.request.method"] === "CONNECT"
  return {
    fields,
    time: stampAt(object, ...times),
    exchange: proxied ? "proxy" : "service",
    action: proxied ? "allowed" : "unknown",
    outcome,
    ...(header !== undefined && { forwarded: String(header) }),
  }
}
