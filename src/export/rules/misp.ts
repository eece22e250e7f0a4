// MISP: one event with one attribute for each value.
import type { Indicator } from "../../model/indicator.js"
import type { ObservableType } from "../../model/observable.js"
import { blockTexts } from "./address-blocks.js"
import { everyType, forEachType } from "./every-type.js"
import type { ExportHeader, RuleExporter } from "./exporter.js"
import { plainText } from "./header.js"
import { uuidOf, uuidsUnder } from "./stable-id.js"
import { jsonText } from "./tame.js"

/** MISP's own names: the mirror of the table in intake. */
export const types: Readonly<Record<ObservableType, readonly [type: string, category: string]>> = {
  "ipv4-addr": ["ip-src", "Network activity"],
  "ipv6-addr": ["ip-src", "Network activity"],
  "domain-name": ["domain", "Network activity"],
  url: ["url", "Network activity"],
  "email-addr": ["email", "Network activity"],
  "file:name": ["filename", "Payload delivery"],
  "file:path": ["filename", "Payload delivery"],
  "file:hashes.MD5": ["md5", "Payload delivery"],
  "file:hashes.SHA-1": ["sha1", "Payload delivery"],
  "file:hashes.SHA-256": ["sha256", "Payload delivery"],
  "file:hashes.SHA-512": ["sha512", "Payload delivery"],
  "x-ja3": ["ja3-fingerprint-md5", "Network activity"],
  "x-ja4": ["ja4-plus", "Network activity"],
  "user-agent": ["user-agent", "Network activity"],
}

export const misp: RuleExporter = {
  name: "misp",
  title: "MISP event",
  actions: ["alert"],
  capabilities: everyType("what the reader makes of it"),
  render: ({ indicators, header }) => [{ name: "sillage-event.misp.json", content: event(indicators, header) }],
  checkers: [],
}

function* event(indicators: readonly Indicator[], header: ExportHeader): Iterable<string> {
  const uuid = uuidOf("misp event", ...header.bulletins)
  const date = header.date?.slice(0, 10) ?? "1970-01-01"
  const timestamp = seconds(date)
  const frame = {
    uuid,
    info: header.bulletins.map((title) => plainText(title)).join("; ") || "Indicators of the command line",
    date,
    timestamp,
    analysis: "2",
    threat_level_id: "4",
    published: false,
    distribution: "0",
    Orgc: { name: "Sillage export", uuid: uuidOf("identity", "sillage export") },
    Tag: header.tlp === undefined ? [] : [{ name: `tlp:${header.tlp}` }],
  }
  yield `{"Event":${JSON.stringify(frame).slice(0, -1)},"Attribute":[`
  let first = true
  for (const indicator of indicators)
    for (const value of valuesOf(indicator)) {
      yield `${first ? "" : ","}\n${attributeText(indicator, value, timestamp)}`
      first = false
    }
  yield "\n]}}\n"
}

/** Written by hand, member by member: a million attributes need not be made for it. What is undefined is not written. */
function attributeText(one: Indicator, value: string, timestamp: string): string {
  const comment = one.comment ? jsonText(plainText(one.comment, 500)) : '""'
  let text =
    `{"uuid":"${idOf[one.type](value)}${heads[one.type]}${jsonText(value)},"to_ids":${one.toIds ?? true}` +
    `,"timestamp":"${timestamp}","distribution":"5","comment":${comment},"disable_correlation":false`
  if (one.validFrom !== undefined) text += `,"first_seen":${jsonText(one.validFrom)}`
  if (one.validUntil !== undefined) text += `,"last_seen":${jsonText(one.validUntil)}`
  if (one.tlp !== undefined) text += `,"Tag":[{"name":"tlp:${one.tlp}"}]`
  return `${text}}`
}

const idOf = forEachType((type) => uuidsUnder("misp attribute", type))
const heads = forEachType((type) => `","type":"${types[type][0]}","category":"${types[type][1]}","value":`)

function valuesOf({ type, value }: Indicator): readonly string[] {
  return type === "ipv4-addr" || type === "ipv6-addr" ? blockTexts(value) : [value]
}

function seconds(date: string): string {
  return String(Math.floor(Date.parse(`${date}T00:00:00Z`) / 1000))
}
