// Windows events as JSON (winlogbeat, EvtxECmd, evtx_dump, NXLog) and the meaning of their fields, shared with the XML and CSV readers.
import type { FieldValue } from "../../../model/log-record.js"
import { stampOf } from "../../time/stamp.js"
import { type Draft, fieldsOf } from "../draft.js"
import { endpoint, side } from "../endpoint.js"
import { looseUrl } from "../request.js"
import { flatten } from "./flatten.js"
import type { JsonKind } from "./kind.js"

/** Last part of a field's name to ECS name. */
const table: Readonly<Record<string, string>> = {
  Computer: "host.name",
  ComputerName: "host.name",
  Hostname: "host.name",
  computer_name: "host.name",
  MachineName: "host.name",
  TargetUserName: "user.name",
  User: "user.name",
  AccountName: "user.name",
  SubjectUserName: "user.name",
  Image: "process.executable",
  NewProcessName: "process.executable",
  ProcessName: "process.executable",
  Application: "process.executable",
  CommandLine: "process.command_line",
  ParentImage: "process.parent.executable",
  TargetFilename: "file.path",
  ImageLoaded: "file.path",
  QueryName: "dns.question.name",
  QueryResults: "dns.answers.data",
  DestinationHostname: "destination.domain",
  SourceHostname: "source.domain",
  SourcePort: "source.port",
  SourcePortNumber: "source.port",
  DestPort: "destination.port",
  DestinationPort: "destination.port",
  IpPort: "source.port",
  Protocol: "network.transport",
  RuleName: "rule.name",
  EventID: "event.code",
  event_id: "event.code",
  EventId: "event.code",
  Id: "event.code",
  Channel: "event.provider",
  "cs-method": "http.request.method",
  "cs-uri-stem": "url.path",
  "cs-uri-query": "url.query",
  "cs-host": "url.domain",
  "sc-status": "http.response.status_code",
  "csUser-Agent": "user_agent.original",
  "cs-username": "user.name",
  WorkstationName: "source.domain",
}
const sources = new Set([
  "SourceIp",
  "SourceAddress",
  "IpAddress",
  "ClientAddress",
  "ClientIP",
  "CallingStationID",
  "ClientIPAddress",
  "SourceNetworkAddress",
  "c-ip",
])
const destinations = new Set(["DestinationIp", "DestAddress", "DestinationAddress", "TargetAddress", "TargetServerIp", "s-ip"])

const loginSuccess = new Set([4624, 4648, 4672, 4768, 4769, 4776, 4778, 1149, 21, 25, 6272, 528, 540])
const loginFailure = new Set([4625, 4771, 4777, 140, 6273, 529])
const filterBlocked = new Set([5152, 5157, 5155, 5150, 5151])
const filterAllowed = new Set([5156, 5154, 5158])

/** Entries of an event, named by their last part (`SourceIp`), and its own time if already known. */
export function windowsDraft(entries: readonly { readonly key: string; readonly value: FieldValue }[]): Draft {
  const fields: Record<string, FieldValue> = {}
  const text = new Map<string, string>()
  for (const { key, value } of entries) {
    const name = key.slice(Math.max(key.lastIndexOf("."), key.lastIndexOf("#"), key.lastIndexOf("@")) + 1)
    if (!text.has(name)) text.set(name, String(value))
    for (const [field, each] of Object.entries(fieldsOf(placed(name, value)))) fields[field] ??= each
  }
  hashes(text, fields)
  const id = Number(text.get("EventID") ?? text.get("event_id") ?? text.get("EventId") ?? text.get("Id") ?? text.get("Value"))
  return { fields, time: eventTime(text), ...meaningOf(id, text) }
}

/** Parts that decide what an event says: login, filter, connection, question. */
function meaningOf(id: number, text: ReadonlyMap<string, string>): Partial<Draft> {
  if (loginSuccess.has(id)) {
    const status = text.get("Status")
    const failed = (id === 4768 || id === 4769 || id === 4776) && status !== undefined && !/^0x0+$/.test(status)
    return { outcome: failed ? "failure" : "success", exchange: "service" }
  }
  if (loginFailure.has(id)) return { outcome: "failure", exchange: "service" }
  if (filterBlocked.has(id)) return { action: "blocked", direction: filterDirection(text.get("Direction")) }
  if (filterAllowed.has(id)) return { action: "allowed", direction: filterDirection(text.get("Direction")) }
  if (text.has("QueryName")) return { exchange: "question", direction: "outbound" }
  const initiated = text.get("Initiated")
  if (initiated !== undefined && text.has("DestinationIp")) return { action: "allowed" }
  return {
    exchange: [...sources].some((name) => text.has(name)) && ![...destinations].some((name) => text.has(name)) ? "service" : undefined,
  }
}

function filterDirection(word: string | undefined): Draft["direction"] {
  if (word === "%%14592" || /^in/i.test(word ?? "")) return "inbound"
  return word === "%%14593" || /^out/i.test(word ?? "") ? "outbound" : undefined
}

function placed(name: string, value: FieldValue): Readonly<Record<string, FieldValue | undefined>> {
  const text = String(value)
  if (sources.has(name)) return side("source", addressOf(text))
  if (destinations.has(name)) return side("destination", addressOf(text))
  const field = table[name]
  if (field === undefined) return /^(?:Url|url|RequestUri|TargetUrl)$/.test(name) ? (looseUrl(text) as Record<string, FieldValue>) : {}
  if (field.endsWith(".port")) return /^\d{1,5}$/.test(text) && text !== "0" ? { [field]: Number(text) } : {}
  if (field === "dns.answers.data") return { [field]: answersOf(text) }
  return { [field]: value }
}

function addressOf(text: string): ReturnType<typeof endpoint> {
  return endpoint(text === "LOCAL" ? undefined : text)
}

/** `type: 5 edge.example;::ffff:203.0.113.9;` of Sysmon 22. */
function answersOf(text: string): readonly string[] {
  return text
    .slice(0, 4096)
    .split(/[;,]/)
    .map((part) => part.replace(/^\s*type:\s*\d+\s*/, "").trim())
    .filter((part) => part !== "")
    .slice(0, 64)
}

function hashes(text: ReadonlyMap<string, string>, fields: Record<string, FieldValue>): void {
  const list = text.get("Hashes") ?? text.get("Hash")
  if (list === undefined) return
  for (const [, kind, digest] of list.slice(0, 1000).matchAll(/(MD5|SHA1|SHA256)=([0-9A-Fa-f]{32,64})/g))
    fields[`file.hash.${kind?.toLowerCase()}`] ??= digest as string
}

function eventTime(text: ReadonlyMap<string, string>): Draft["time"] {
  // IIS writes its events seconds after the request, whose own time in UTC stands among the data.
  const [date, time] = [text.get("date"), text.get("time")]
  const request = text.has("c-ip") && date && time ? stampOf(`${date}T${time}Z`) : undefined
  if (request) return request
  for (const name of ["UtcTime", "SystemTime", "TimeCreated", "timestamp", "@timestamp", "EventTime", "TimeGenerated", "Date"]) {
    const value = text.get(name)
    const stamp = value === undefined ? undefined : stampOf(value.replace(/^\/Date\((\d+)\)\/$/, "$1"))
    if (!stamp) continue
    // Sysmon's UtcTime carries no zone, and is UTC by its name.
    return name === "UtcTime" && stamp.offsets === undefined ? { ...stamp, offsets: [0], utc: true } : stamp
  }
  return undefined
}

export const windowsEvent: JsonKind = {
  name: "windows-event",
  title: "Windows events as JSON",
  is: (object) =>
    "winlog" in object ||
    (typeof object.Event === "object" && object.Event !== null && "System" in object.Event) ||
    (("EventID" in object || "EventId" in object || "event_id" in object || "Id" in object) &&
      ("Channel" in object ||
        "Computer" in object ||
        "ProviderName" in object ||
        "SourceName" in object ||
        "Provider" in object ||
        "log_name" in object ||
        "LogName" in object ||
        "MachineName" in object)),
  draft: (object) => windowsDraft(flatten(object).flatMap(payload)),
}

/** EvtxECmd keeps the event's data as JSON inside a text. */
function payload(entry: {
  readonly key: string
  readonly value: FieldValue
}): readonly { readonly key: string; readonly value: FieldValue }[] {
  if (!/^(?:Payload|EventData)$/.test(entry.key) || typeof entry.value !== "string" || !entry.value.startsWith("{")) return [entry]
  try {
    const data: unknown = JSON.parse(entry.value)
    const list = flatten(data)
    const named = (data as { EventData?: { Data?: unknown } }).EventData?.Data
    return Array.isArray(named) ? [...list, ...named.slice(0, 200).flatMap(namedValue)] : list
  } catch {
    return [entry] // a text that only looks like JSON
  }
}

function namedValue(item: unknown): { key: string; value: FieldValue }[] {
  const { "@Name": key, "#text": value } = (item ?? {}) as Record<string, unknown>
  return typeof key === "string" && typeof value === "string" ? [{ key, value }] : []
}
