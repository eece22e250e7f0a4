// Suricata: one rule for each indicator, place and direction, with numbers that stay the same from export to export.
import type { Indicator } from "../../model/indicator.js"
import { blockTexts } from "./address-blocks.js"
import type { RuleExporter, RuleFile } from "./exporter.js"
import { comments } from "./header.js"
import { ofTypes } from "./in-order.js"
import { numbersBetween } from "./stable-id.js"
import { content, message } from "./suricata-text.js"
import { urlParts } from "./url-parts.js"

/** The range that is free for local rules. */
const firstSid = 1_000_000
/** The last hundred belong to `suricata-lists`. */
const sids = 999_900
interface Rule {
  readonly slot: string
  readonly head: string
  readonly what: string
  readonly options: string
}

export const suricata: RuleExporter = {
  name: "suricata",
  title: "Suricata rules, one for each indicator",
  actions: ["alert", "block"],
  capabilities: {
    "ipv4-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "packets from and to the address" },
    "ipv6-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "packets from and to the address" },
    "domain-name": { strengths: ["exact", "subdomain"], directions: "both", sees: "DNS questions, HTTP hosts, TLS server names" },
    url: { strengths: ["exact"], directions: "both", sees: "clear-text HTTP requests" },
    "file:hashes.MD5": { strengths: ["exact"], directions: "both", sees: "files in clear-text protocols" },
    "file:hashes.SHA-1": { strengths: ["exact"], directions: "both", sees: "files in clear-text protocols" },
    "file:hashes.SHA-256": { strengths: ["exact"], directions: "both", sees: "files in clear-text protocols" },
    "x-ja3": { strengths: ["exact"], directions: "both", sees: "TLS client hellos" },
    "user-agent": { strengths: ["exact"], directions: "both", sees: "clear-text HTTP requests" },
  },
  // Up to three rules each must find room in the range.
  indicatorsMax: 250_000,
  insteadOfMore: "suricata-lists",
  inexpressible(indicator) {
    if (indicator.type === "url" && urlParts(indicator.value).scheme !== "http")
      return "the path of an encrypted request cannot be seen, and the host alone would be wider"
    return undefined
  },
  render({ indicators, header, action }): readonly RuleFile[] {
    const lists = hashLists(indicators)
    return [
      { name: "sillage.rules", content: ruleLines(indicators, lists, comments("#", header), action === "block" ? "drop" : "alert") },
      ...lists.map((list) => ({ name: list.name, content: valueLines(list.indicators) })),
    ]
  },
  checkers: [{ program: "suricata", args: ["-T", "-S", "{dir}/sillage.rules", "-l", "{dir}"] }],
}

function* ruleLines(indicators: readonly Indicator[], lists: readonly HashList[], head: string, verb: string): Iterable<string> {
  yield head
  const sid = numbersBetween(firstSid, sids)
  for (const indicator of indicators) for (const rule of rulesFor(indicator)) yield line(verb, indicator, rule, sid)
  for (const list of lists) {
    const options = `flow:established; ${list.keyword}:${list.name};`
    yield `${verb} ip any any -> any any (msg:"Sillage: file with a listed ${list.algorithm}"; ${options} classtype:trojan-activity; sid:${sid(list.name)}; rev:1;)\n`
  }
}

function line(
  verb: string,
  { type, value, bulletin }: Indicator,
  { slot, head, what, options }: Rule,
  sid: (key: string) => number,
): string {
  const text = message(`Sillage: ${what} ${value} (${bulletin})`)
  return `${verb} ${head} (msg:"${text}"; ${options} classtype:misc-attack; sid:${sid(`${type} ${value} ${slot}`)}; rev:1;)\n`
}

function rulesFor({ type, value }: Indicator): readonly Rule[] {
  switch (type) {
    case "ipv4-addr":
    case "ipv6-addr":
      return addressRules(value)
    case "domain-name":
      return domainRules(value)
    case "url":
      return [urlRule(value)]
    case "x-ja3":
      return [
        { slot: "ja3", head: "tls any any -> any any", what: "TLS client", options: `ja3.hash; content:"${content(value)}"; bsize:32;` },
      ]
    case "user-agent":
      return [
        {
          slot: "ua",
          head: "http any any -> any any",
          what: "user agent",
          options: `flow:established,to_server; http.user_agent; ${whole(value)}`,
        },
      ]
    default:
      return [] // hashes stand in lists
  }
}

/** At most one alert for each pair of hosts and hour: a scan is one finding, not thousands. */
const oncePerHour = "threshold:type limit, track by_both, seconds 3600, count 1;"

function addressRules(value: string): readonly Rule[] {
  const blocks = blockTexts(value)
  const list = blocks.length === 1 ? (blocks[0] as string) : `[${blocks.join(",")}]`
  return [
    { slot: "from", head: `ip ${list} any -> any any`, what: "from", options: oncePerHour },
    { slot: "to", head: `ip any any -> ${list} any`, what: "to", options: oncePerHour },
  ]
}

function domainRules(value: string): readonly Rule[] {
  // dotprefix puts a dot before the buffer: ".evil.example" at its end is the name itself or one below it, never notevil.example.
  const ends = `dotprefix; content:"${content(`.${value}`)}"; nocase; endswith;`
  return [
    { slot: "dns", head: "dns any any -> any any", what: "DNS question for", options: `dns.query; ${ends}` },
    { slot: "http", head: "http any any -> any any", what: "HTTP to", options: `flow:established,to_server; http.host; ${ends}` },
    { slot: "tls", head: "tls any any -> any any", what: "TLS to", options: `flow:established,to_server; tls.sni; ${ends}` },
  ]
}

function urlRule(value: string): Rule {
  const { host, port, target } = urlParts(value)
  const options = `flow:established,to_server; http.host; ${whole(host)} http.uri.raw; ${whole(target)}`
  return { slot: "url", head: `http any any -> any ${port ?? "any"}`, what: "request for", options }
}

function whole(text: string): string {
  return `content:"${content(text)}"; bsize:${Buffer.byteLength(text)};`
}

function* valueLines(indicators: readonly Indicator[]): Iterable<string> {
  for (const { value } of indicators) yield `${value}\n`
}

interface HashList {
  readonly name: string
  readonly keyword: string
  readonly algorithm: string
  readonly indicators: readonly Indicator[]
}

function hashLists(indicators: readonly Indicator[]): readonly HashList[] {
  const kinds = [
    ["file:hashes.MD5", "sillage-md5.lst", "filemd5", "MD5"],
    ["file:hashes.SHA-1", "sillage-sha1.lst", "filesha1", "SHA-1"],
    ["file:hashes.SHA-256", "sillage-sha256.lst", "filesha256", "SHA-256"],
  ] as const
  return kinds
    .map(([type, name, keyword, algorithm]) => ({
      name,
      keyword,
      algorithm,
      indicators: ofTypes(indicators, [type]),
    }))
    .filter(({ indicators }) => indicators.length > 0)
}
