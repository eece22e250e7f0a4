// What a Zeek record means, whether it came as TSV or as JSON: orig is source, resp is destination.
import type { FieldValue, Outcome } from "../../model/log-record.js"
import { epochStamp, stampOf } from "../time/stamp.js"
import { type Draft, fieldsOf, type Loose } from "./draft.js"
import { hostFields, looseUrl } from "./request.js"

/** Values of one record by Zeek's own names, `id.orig_h` with a dot. */
export type ZeekValues = ReadonlyMap<string, string | number | readonly (string | number)[]>

const failures = new Set(["S0", "REJ", "SH", "RSTOS0"])
const successes = new Set(["SF", "S1", "S2", "S3", "RSTO", "RSTR"])

/** Zeek name to ECS name; what `host`, `query` and their like mean depends on the log and stands in the function below. */
const table: Readonly<Record<string, string>> = {
  "id.orig_h": "source.ip",
  "id.orig_p": "source.port",
  "id.resp_h": "destination.ip",
  "id.resp_p": "destination.port",
  tx_hosts: "source.ip",
  rx_hosts: "destination.ip",
  src: "source.ip",
  dst: "destination.ip",
  p: "destination.port",
  client_addr: "source.ip",
  server_addr: "destination.ip",
  assigned_addr: "client.nat.ip",
  proto: "network.transport",
  service: "network.protocol",
  method: "http.request.method",
  status_code: "http.response.status_code",
  user_agent: "user_agent.original",
  referrer: "http.request.referrer",
  proxied: "http.request.headers.x-forwarded-for",
  query: "dns.question.name",
  answers: "dns.answers.data",
  server_name: "tls.client.server_name",
  ja3: "tls.client.ja3",
  ja3s: "tls.server.ja3s",
  ja4: "tls.client.ja4",
  subject: "tls.server.subject",
  issuer: "tls.server.issuer",
  mailfrom: "email.from.address",
  rcptto: "email.to.address",
  from: "email.from.address",
  to: "email.to.address",
  reply_to: "email.reply_to.address",
  username: "user.name",
  user: "user.name",
  client: "user.name",
  cookie: "user.name",
  md5: "file.hash.md5",
  sha1: "file.hash.sha1",
  sha256: "file.hash.sha256",
  filename: "file.name",
  path: "file.path",
  name: "file.name",
  note: "rule.name",
  host_name: "host.name",
  "san.dns": "tls.server.x509.alternative_names",
  mac: "source.mac",
  "certificate.subject": "tls.server.subject",
  machine: "host.name",
  helo: "email.helo",
  x_originating_ip: "source.nat.ip",
}

/** The draft of a Zeek record; `log` is its stream (`conn`, `dns`, `http`), if known. */
export function zeekDraft(values: ZeekValues, log: string | undefined): Draft {
  const fields: Record<string, FieldValue> = {}
  for (const [name, value] of values) {
    const field = fieldName(name, log)
    if (field === undefined || fields[field] !== undefined) continue
    Object.assign(fields, fieldsOf({ [field]: value }))
  }
  Object.assign(fields, fieldsOf(special(values, log, fields)))
  const uid = text(values, "uid") ?? firstText(values, "conn_uids") ?? firstText(values, "uids")
  const state = text(values, "conn_state")
  const status = Number(values.get("status_code"))
  const forwarded = forwardedBy(values)
  return {
    fields,
    time: stampOf(firstText(values, "ts") ?? ""),
    end: endOf(values),
    outcome: state === undefined ? loginOutcome(values, log, status) : stateOutcome(state),
    ...(log === "dns" && fields["dns.question.name"] !== undefined && { exchange: "question" as const }),
    echo: log === "intel" || values.has("seen.indicator") ? "alert" : undefined,
    ...(forwarded !== undefined && { forwarded }),
    ...(uid !== undefined && { connection: `zeek:${uid}` }),
  }
}

/** The stream of a record by its fields, where nothing names it. */
export function zeekLog(values: ZeekValues): string | undefined {
  if (values.has("conn_state")) return "conn"
  if (values.has("seen.indicator")) return "intel"
  if (values.has("qtype") || values.has("qclass")) return "dns"
  if (values.has("trans_depth") && values.has("user_agent")) return "http"
  return undefined
}

function fieldName(name: string, log: string | undefined): string | undefined {
  if (name === "query" && log !== undefined && log !== "dns") return undefined
  if (name === "subject") return log === "smtp" ? "email.subject" : "tls.server.subject"
  if (name === "client" && log !== "kerberos") return undefined
  if (name === "service" && log === "kerberos") return undefined
  if ((name === "src" || name === "dst" || name === "p") && log !== "notice" && log !== undefined && log !== "signatures") return undefined
  if (name === "path" && log === "smtp") return undefined
  return table[name]
}

function special(values: ZeekValues, log: string | undefined, fields: Readonly<Record<string, FieldValue>>): Loose {
  const host = text(values, "host")
  const uri = text(values, "uri")
  const port = Number(values.get("id.resp_p"))
  if (uri !== undefined)
    return {
      ...looseUrl(uri),
      ...(uri.includes("://") ? {} : hostFields(host)),
      ...(port === 80 || !Number.isInteger(port) || host === undefined || /:\d+$/.test(host) ? {} : { "url.port": port }),
    }
  if (log === "http") return hostFields(host)
  if (host !== undefined && fields["source.ip"] === undefined) return { "source.ip": host }
  const node = text(values, "node") ?? text(values, "_node_name") ?? text(values, "@system")
  return node === undefined ? {} : { "observer.name": node }
}

function stateOutcome(state: string): Outcome {
  return failures.has(state) ? "failure" : successes.has(state) ? "success" : "unknown"
}

function loginOutcome(values: ZeekValues, log: string | undefined, status: number): Outcome | undefined {
  const success = text(values, "auth_success") ?? text(values, "success") ?? (log === "ssl" ? text(values, "established") : undefined)
  if (success !== undefined) return /^(?:T|true)$/i.test(success) ? "success" : "failure"
  if (log === "http" && status >= 100) return status < 400 ? "success" : "failure"
  return undefined
}

/** A connection of less than a second is one moment; a longer one spans its duration. */
function endOf(values: ZeekValues): Draft["end"] {
  const start = Number(values.get("ts"))
  const duration = Number(values.get("duration"))
  if (!(start > 0) || !(duration >= 1) || duration > 31_536_000) return undefined
  return epochStamp((start + duration).toFixed(6))
}

/** `X-FORWARDED-FOR -> 203.0.113.9` in http.log's list of proxy headers. */
function forwardedBy(values: ZeekValues): string | undefined {
  const proxied = values.get("proxied")
  const list = Array.isArray(proxied) ? proxied.map(String) : proxied === undefined ? [] : [String(proxied)]
  return list.map((each) => /^(?:X-FORWARDED-FOR|FORWARDED)(?: -> |: ?)(.+)$/i.exec(each)?.[1]).find((each) => each !== undefined)
}

function text(values: ZeekValues, name: string): string | undefined {
  const value = values.get(name)
  return value === undefined || Array.isArray(value) || value === "" || value === "-" ? undefined : String(value)
}

function firstText(values: ZeekValues, name: string): string | undefined {
  const value = values.get(name)
  const first = Array.isArray(value) ? value[0] : value
  return first === undefined || first === "" ? undefined : String(first)
}
