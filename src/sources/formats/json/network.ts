// JSON of network sensors and resolvers: Zeek, Suricata EVE, AdGuard, OCSF, flow exports.
import type { FieldValue, Outcome } from "../../../model/log-record.js"
import type { Draft } from "../draft.js"
import { directionOfWord } from "../plain-keys.js"
import { actionOf } from "../verdict.js"
import { type ZeekValues, zeekDraft, zeekLog } from "../zeek.js"
import { at } from "./flatten.js"
import { type FieldTable, fieldsBy, type JsonKind, type JsonObject, stampAt } from "./kind.js"

const zeekJson: JsonKind = {
  name: "zeek-json",
  title: "Zeek logs as JSON",
  is: (object) =>
    "ts" in object &&
    ("id.orig_h" in object ||
      "id_orig_h" in object ||
      "_path" in object ||
      "@stream" in object ||
      ("uid" in object && "id" in object) ||
      "fuid" in object ||
      "conn_uids" in object ||
      "certificate.version" in object),
  draft(object) {
    const values = zeekValues(object)
    const log = at(object, "_path") ?? at(object, "@stream")
    return zeekDraft(values, log === undefined ? zeekLog(values) : String(log))
  },
}

const zeekNames: Readonly<Record<string, string>> = {
  id_orig_h: "id.orig_h",
  id_orig_p: "id.orig_p",
  id_resp_h: "id.resp_h",
  id_resp_p: "id.resp_p",
}

function zeekValues(object: JsonObject): ZeekValues {
  const values = new Map<string, string | number | readonly (string | number)[]>()
  for (const [name, value] of Object.entries(object)) {
    if (typeof value === "string" || typeof value === "number") values.set(zeekNames[name] ?? name, value)
    else if (typeof value === "boolean") values.set(name, String(value))
    else if (Array.isArray(value))
      values.set(name, value.filter((each): each is string | number => typeof each === "string" || typeof each === "number").slice(0, 64))
    else if (typeof value === "object" && value !== null)
      for (const [inner, each] of Object.entries(value))
        if (typeof each === "string" || typeof each === "number") values.set(`${name}.${inner}`, each)
  }
  return values
}

const eveTable: FieldTable = {
  "network.transport": "proto",
  "network.protocol": "app_proto",
  "dns.question.name": ["dns.rrname", "dns.query.rrname", "dns.queries.rrname"],
  "dns.answers.data": ["*dns.grouped.A", "*dns.grouped.AAAA", "*dns.grouped.CNAME", "dns.rdata", "dns.answers.rdata"],
  "http.request.method": "http.http_method",
  "http.response.status_code": "http.status",
  "http.request.referrer": "http.http_refer",
  "user_agent.original": "http.http_user_agent",
  "http.request.headers.x-forwarded-for": ["http.xff", "xff"],
  "url.full": "http.url",
  "url.domain": "http.hostname",
  "tls.client.server_name": ["tls.sni", "quic.sni"],
  "tls.server.subject": "tls.subject",
  "tls.server.issuer": "tls.issuerdn",
  "tls.client.ja3": "tls.ja3.hash",
  "tls.client.ja4": ["tls.ja4", "quic.ja4"],
  "tls.server.ja3s": "tls.ja3s.hash",
  "tls.server.hash.sha1": "tls.fingerprint",
  "email.from.address": "smtp.mail_from",
  "email.to.address": "*smtp.rcpt_to",
  "email.subject": "email.subject",
  "file.name": "fileinfo.filename",
  "file.hash.md5": "fileinfo.md5",
  "file.hash.sha1": "fileinfo.sha1",
  "file.hash.sha256": "fileinfo.sha256",
  "rule.name": "alert.signature",
  "rule.id": "alert.signature_id",
  "host.name": "host",
}

const suricataEve: JsonKind = {
  name: "suricata-eve",
  title: "Suricata EVE JSON",
  is: (object) =>
    typeof object.event_type === "string" &&
    ("src_ip" in object || "flow_id" in object || "dest_ip" in object || "stats" in object) &&
    "timestamp" in object,
  draft(object) {
    const fields: Record<string, FieldValue> = { ...eveSides(object), ...fieldsBy(eveTable, object) }
    const flowId = at(object, "flow_id")
    const answer = object.event_type === "dns" && at(object, "dns.type") === "answer"
    const status = Number(fields["http.response.status_code"])
    return {
      fields,
      time:
        object.event_type === "flow" || object.event_type === "netflow"
          ? (stampAt(object, "flow.start", "netflow.start") ?? stampAt(object, "timestamp"))
          : stampAt(object, "timestamp"),
      end: object.event_type === "flow" || object.event_type === "netflow" ? stampAt(object, "flow.end", "netflow.end") : undefined,
      action: actionOf(at(object, "alert.action") ?? at(object, "verdict.action") ?? (object.event_type === "drop" ? "drop" : undefined)),
      outcome: status >= 100 ? (status < 400 ? "success" : "failure") : undefined,
      exchange: object.event_type === "dns" && !answer ? "question" : answer ? "lookup" : undefined,
      ...(flowId !== undefined && { connection: `suricata:${exactFlow(flowId)}` }),
      ...(fields["http.request.headers.x-forwarded-for"] !== undefined && {
        forwarded: String(fields["http.request.headers.x-forwarded-for"]),
      }),
    }
  },
}

/** The initiator by `flow` where it is stated, else by the packet's direction. */
function eveSides(object: JsonObject): Record<string, FieldValue> {
  const packet = fieldsBy(
    { "source.ip": "src_ip", "source.port": "src_port", "destination.ip": "dest_ip", "destination.port": "dest_port" },
    object,
  )
  const flow = fieldsBy(
    { "source.ip": "flow.src_ip", "source.port": "flow.src_port", "destination.ip": "flow.dest_ip", "destination.port": "flow.dest_port" },
    object,
  )
  const swapped = swap(packet)
  if (flow["source.ip"] !== undefined && flow["destination.ip"] !== undefined) {
    return { ...(flow["source.ip"] === packet["source.ip"] ? packet : swapped), ...flow }
  }
  const direction = at(object, "direction") ?? at(object, "packet_info.direction")
  return direction === "to_client" || at(object, "dns.type") === "answer" ? swapped : packet
}

function swap(fields: Readonly<Record<string, FieldValue>>): Record<string, FieldValue> {
  const swapped: Record<string, FieldValue> = {}
  for (const [name, value] of Object.entries(fields))
    swapped[name.startsWith("source.") ? name.replace("source", "destination") : name.replace("destination", "source")] = value
  return swapped
}

function exactFlow(value: string | number): string {
  return typeof value === "number" ? BigInt(Math.trunc(value)).toString() : value
}

const adguard: JsonKind = {
  name: "adguard",
  title: "AdGuard Home query log",
  is: (object) => "QH" in object && "IP" in object && "QT" in object,
  draft: (object) => ({
    fields: fieldsBy(
      { "source.ip": "IP", "dns.question.name": "QH", "dns.question.type": "QT", "rule.name": ["Result.Rule", "Result.Rules.Text"] },
      object,
    ),
    time: stampAt(object, "T"),
    exchange: "question",
    action: at(object, "Result.IsFiltered") === "true" ? "blocked" : "allowed",
  }),
}

const ocsfTable: FieldTable = {
  "source.ip": ["src_endpoint.ip", "actor.session.ip"],
  "source.port": "src_endpoint.port",
  "source.domain": "src_endpoint.hostname",
  "destination.ip": "dst_endpoint.ip",
  "destination.port": "dst_endpoint.port",
  "destination.domain": ["dst_endpoint.hostname", "dst_endpoint.domain"],
  "url.full": ["http_request.url.url_string", "url.url_string"],
  "url.domain": ["http_request.url.hostname", "url.hostname"],
  "url.path": ["http_request.url.path", "url.path"],
  "url.query": ["http_request.url.query_string", "url.query_string"],
  "http.request.method": "http_request.http_method",
  "http.response.status_code": "http_response.code",
  "user_agent.original": "http_request.user_agent",
  "http.request.referrer": "http_request.referrer",
  "dns.question.name": "query.hostname",
  "dns.answers.data": ["*answers.rdata", "answers.rdata"],
  "user.name": ["actor.user.name", "user.name"],
  "network.transport": "connection_info.protocol_name",
  "tls.client.server_name": "tls.sni",
  "tls.client.ja3": "tls.ja3_hash.value",
  "host.name": "device.hostname",
  "rule.name": "finding_info.title",
}

const ocsf: JsonKind = {
  name: "ocsf",
  title: "OCSF events",
  is: (object) => "class_uid" in object && ("metadata" in object || "category_uid" in object),
  draft(object) {
    const disposition = Number(at(object, "disposition_id"))
    const status = Number(at(object, "status_id"))
    const way = Number(at(object, "connection_info.direction_id"))
    const outcome: Outcome | undefined = status === 1 ? "success" : status === 2 ? "failure" : undefined
    return {
      fields: fieldsBy(ocsfTable, object),
      time: stampAt(object, "start_time", "time_dt", "time"),
      end: stampAt(object, "end_time"),
      action: disposition === 1 ? "allowed" : disposition === 2 ? "blocked" : actionOf(at(object, "disposition") ?? at(object, "action")),
      outcome,
      direction:
        way === 1
          ? "inbound"
          : way === 2
            ? "outbound"
            : way === 3
              ? "internal"
              : directionOfWord(asText(at(object, "connection_info.direction"))),
    }
  },
}

const resolverQuery: JsonKind = {
  name: "route53-resolver",
  title: "Route 53 resolver query logs",
  is: (object) => "query_name" in object && "srcaddr" in object,
  draft: (object) => ({
    fields: fieldsBy(
      {
        "source.ip": "srcaddr",
        "source.port": "srcport",
        "dns.question.name": "query_name",
        "dns.question.type": "query_type",
        "dns.answers.data": "answers.Rdata",
      },
      object,
    ),
    time: stampAt(object, "query_timestamp"),
    exchange: "question",
  }),
}

function asText(value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}

/** Exports of NetFlow and IPFIX collectors by their own names (nfdump, GoFlow, pmacct, softflowd). */
const netflow: JsonKind = {
  name: "netflow-json",
  title: "NetFlow and IPFIX exports as JSON",
  is: (object) =>
    ("src4_addr" in object && "dst4_addr" in object) ||
    ("src6_addr" in object && "dst6_addr" in object) ||
    ("ip_src" in object && "ip_dst" in object) ||
    ("sourceIPv4Address" in object && "destinationIPv4Address" in object),
  draft: (object): Draft => ({
    fields: fieldsBy(
      {
        "source.ip": ["src4_addr", "src6_addr", "ip_src", "sourceIPv4Address"],
        "source.port": ["src_port", "port_src", "sourceTransportPort"],
        "destination.ip": ["dst4_addr", "dst6_addr", "ip_dst", "destinationIPv4Address"],
        "destination.port": ["dst_port", "port_dst", "destinationTransportPort"],
        "network.transport": ["proto", "ip_proto", "protocolIdentifier"],
      },
      object,
    ),
    time: stampAt(object, "first", "timestamp_start", "t_first", "flowStartMilliseconds", "timestamp"),
    end: stampAt(object, "last", "timestamp_end", "t_last", "flowEndMilliseconds"),
  }),
}

/** Hits that lie in the archive are Sillage's own echo (semantics 10.4). */
const ownOutput: JsonKind = {
  name: "sillage",
  title: "Sillage's own output",
  is: (object) =>
    (object.type === "hit" && "indicator" in object && "observed" in object) ||
    (object.type === "alert" && "indicator" in object && "revision" in object) ||
    (object.type === "echo" && "indicator" in object && "echo" in object) ||
    (object.type === "problem" && "code" in object && "where" in object) ||
    (object.type === "coverage" && "decoded" in object) ||
    (object.type === "summary" && "indicators" in object && "exit" in object),
  draft: () => ({ fields: {}, echo: "own-output" }),
}

export const networkKinds: readonly JsonKind[] = [ownOutput, suricataEve, zeekJson, adguard, ocsf, resolverQuery, netflow]
