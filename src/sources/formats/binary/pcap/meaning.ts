// What a capture's records mean: their own names are ECS already; direction and outcome are added.
import type { FieldValue } from "../../../../model/log-record.js"
import type { LineParser, ParseContext } from "../../../log-format.js"
import { stampOf } from "../../../time/stamp.js"
import { type Draft, fieldsOf, finishRecord, type Loose } from "../../draft.js"
import { at, listAt } from "../../json/flatten.js"
import { parseObject } from "../../json-draft.js"
import { request } from "../../request.js"
import { statusOutcome } from "../../verdict.js"

export function captureParser(context: ParseContext): LineParser {
  return {
    parse(line) {
      const object = parseObject(line)
      const time = object && at(object, "@timestamp")
      if (!object || typeof time !== "string" || !/^\d{4}-\d\d-\d\dT/.test(time)) return undefined
      return finishRecord(line, "pcap", { time: stampOf(time), ...draftOf(object) }, context.roles)
    },
  }
}

const copied: readonly string[] = [
  "source.ip",
  "source.port",
  "source.mac",
  "source.bytes",
  "source.packets",
  "destination.ip",
  "destination.port",
  "destination.mac",
  "destination.bytes",
  "destination.packets",
  "network.transport",
  "network.protocol",
  "network.bytes",
  "network.packets",
  "dns.question.name",
  "http.request.method",
  "http.request.referrer",
  "http.response.status_code",
  "user_agent.original",
  "user.name",
  "tls.client.server_name",
  "tls.client.ja3",
  "tls.client.ja4",
  "tls.server.ja3s",
  "tls.server.subject",
  "tls.server.issuer",
  "tls.server.hash.md5",
  "tls.server.hash.sha1",
  "tls.server.hash.sha256",
  "email.from.address",
  "email.subject",
  "email.message_id",
  "resolved.ip",
]
const copiedLists: readonly string[] = ["email.to.address", "tls.server.x509.alternative_names", "resolved.names"]

function draftOf(object: Readonly<Record<string, unknown>>): Omit<Draft, "time"> {
  const fields: Record<string, FieldValue> = {}
  for (const name of copied) {
    const value = at(object, name)
    if (value !== undefined && value !== "") fields[name] = value
  }
  for (const name of copiedLists) {
    const list = listAt(object, name)
    if (list.length > 0) fields[name] = list
  }
  const action = at(object, "event.action")
  if (action !== undefined) fields["event.action"] = action
  if (action === "http") return httpDraft(object, fields)
  if (action === "dns-question" || action === "dns-answer") {
    const answers = (object.dns as { answers?: unknown } | undefined)?.answers
    const data = (Array.isArray(answers) ? answers : []).flatMap((answer) => at(answer, "data") ?? [])
    if (data.length > 0) fields["dns.answers.data"] = data
    return { fields, exchange: fields["dns.question.name"] === undefined ? "lookup" : "question" }
  }
  const outcome = at(object, "event.outcome")
  const end = at(object, "event.end")
  return {
    fields,
    ...((outcome === "success" || outcome === "failure") && { outcome }),
    ...(typeof end === "string" && { end: stampOf(end) }),
  }
}

function httpDraft(object: Readonly<Record<string, unknown>>, fields: Record<string, FieldValue>): Omit<Draft, "time"> {
  const verb = at(object, "http.request.method")
  const host = at(object, "url.host")
  const { fields: url, proxied } = request(
    String(verb ?? ""),
    String(at(object, "url.original") ?? ""),
    host === undefined ? undefined : String(host),
  )
  const full = at(object, "url.full")
  const loose: Loose = { ...fields, ...url, "url.full": full ?? url["url.full"] }
  const headers = (object.http as { request?: { headers?: Readonly<Record<string, unknown>> } } | undefined)?.request?.headers
  const forwarded = headers?.["x-forwarded-for"] ?? headers?.forwarded
  return {
    fields: fieldsOf(loose),
    outcome: statusOutcome(at(object, "http.response.status_code")),
    ...(proxied && { exchange: "proxy" as const }),
    ...(forwarded !== undefined && { forwarded: String(forwarded) }),
  }
}
