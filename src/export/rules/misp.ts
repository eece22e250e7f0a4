// MISP: one event with one attribute for each value.
import type { Indicator } from "../../model/indicator.js"
import type { ObservableType } from "../../model/observable.js"
import { addressBlocks } from "./address-blocks.js"
import { everyType } from "./every-type.js"
import type { ExportHeader, RuleExporter } from "./exporter.js"
import { plainText } from "./header.js"
import { uuidOf } from "./stable-id.js"

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
      yield `${first ? "" : ","}\n${JSON.stringify(attribute(indicator, value, timestamp))}`
      first = false
    }
  yield "\n]}}\n"
}

/** What is undefined is not written. */
function attribute(one: Indicator, value: string, timestamp: string): Record<string, unknown> {
  const [type, category] = types[one.type]
  return {
    uuid: uuidOf("misp attribute", one.type, value),
    type,
    category,
    value,
    to_ids: one.toIds ?? true,
    timestamp,
    distribution: "5",
    comment: plainText(one.comment ?? "", 500),
    disable_correlation: false,
    first_seen: one.validFrom,
    last_seen: one.validUntil,
    Tag: one.tlp === undefined ? undefined : [{ name: `tlp:${one.tlp}` }],
  }
}

function valuesOf({ type, value }: Indicator): readonly string[] {
  return type === "ipv4-addr" || type === "ipv6-addr" ? addressBlocks(value).map(({ text }) => text) : [value]
}

function seconds(date: string): string {
  return String(Math.floor(Date.parse(`${date}T00:00:00Z`) / 1000))
}
