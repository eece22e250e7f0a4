// Snort 3: one rule for each indicator, place and direction. It has no buffer for DNS questions, so names are matched in their wire form.
import type { Indicator } from "../../model/indicator.js"
import { blockTexts } from "./address-blocks.js"
import type { RuleExporter } from "./exporter.js"
import { comments } from "./header.js"
import { numbersBetween } from "./stable-id.js"
import { content, message } from "./suricata-text.js"
import { urlParts } from "./url-parts.js"

const firstSid = 1_000_000
const sids = 1_000_000

export const snort: RuleExporter = {
  name: "snort",
  title: "Snort 3 rules",
  actions: ["alert", "block"],
  capabilities: {
    "ipv4-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "packets from and to the address" },
    "ipv6-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "packets from and to the address" },
    "domain-name": { strengths: ["exact", "subdomain"], directions: "both", sees: "DNS questions and answers on port 53" },
    url: { strengths: ["exact"], directions: "both", sees: "clear-text HTTP requests" },
    "user-agent": { strengths: ["exact"], directions: "both", sees: "clear-text HTTP requests" },
  },
  indicatorsMax: 250_000,
  inexpressible: ({ type, value }) =>
    type === "url" && urlParts(value).scheme !== "http"
      ? "the path of an encrypted request cannot be seen, and the host alone would be wider"
      : undefined,
  render: ({ indicators, header, action }) => [
    { name: "sillage-snort3.rules", content: ruleLines(indicators, comments("#", header), action === "block" ? "block" : "alert") },
  ],
  checkers: [{ program: "snort", args: ["-T", "-R", "{file}"] }],
}

function* ruleLines(indicators: readonly Indicator[], head: string, verb: string): Iterable<string> {
  yield head
  const sid = numbersBetween(firstSid, sids)
  for (const { type, value, bulletin } of indicators)
    for (const [slot, rule, options] of rulesFor(type, value)) {
      const text = message(`Sillage: ${slot} ${value} (${bulletin})`)
      yield `${verb} ${rule} ( msg:"${text}"; ${options} classtype:misc-attack; gid:1; sid:${sid(`${type} ${value} ${slot}`)}; rev:1; )\n`
    }
}

function rulesFor(type: string, value: string): readonly (readonly [slot: string, rule: string, options: string])[] {
  switch (type) {
    case "ipv4-addr":
    case "ipv6-addr": {
      const list = blockTexts(value)
      const side = list.length === 1 ? (list[0] as string) : `[${list.join(",")}]`
      const limit = "detection_filter:track by_src, count 1, seconds 3600;"
      return [
        ["from", `ip ${side} any -> any any`, limit],
        ["to", `ip any any -> ${side} any`, limit],
      ]
    }
    case "domain-name": {
      const wire = `content:"${wireName(value)}",nocase;`
      return [
        ["name", "udp any any -> any 53", wire],
        ["name over TCP", "tcp any any -> any 53", `flow:established; ${wire}`],
      ]
    }
    case "url": {
      const { host, port, target } = urlParts(value)
      const asked = `http_header:field host; ${whole(port === undefined ? host : `${host}:${port}`, ",nocase")} http_raw_uri; ${whole(target)}`
      return [["request", `tcp any any -> any ${port ?? "any"}`, `flow:established,to_server; ${asked}`]]
    }
    default:
      return [["user agent", "tcp any any -> any any", `flow:established,to_server; http_header:field user-agent; ${whole(value)}`]]
  }
}

/** Labels with their lengths and the root (RFC 1035 section 3.1): a length byte before each label keeps notevil.example out. */
function wireName(name: string): string {
  const labels = name
    .split(".")
    .map((label) => `|${Buffer.byteLength(label).toString(16).padStart(2, "0").toUpperCase()}|${content(label)}`)
  return `${labels.join("")}|00|`
}

function whole(text: string, more = ""): string {
  return `content:"${content(text)}"${more}; bufferlen:${Buffer.byteLength(text)};`
}
