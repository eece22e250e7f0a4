// Microsoft Sentinel and Defender: a watchlist, and queries in KQL over their tables.
import type { Indicator } from "../../model/indicator.js"
import { csvLine, csvText } from "./csv.js"
import type { RenderInput, RuleExporter } from "./exporter.js"
import { comments } from "./header.js"
import { type QueryTarget, queriesFor } from "./queries.js"
import { type Dialect, doubleQuoted } from "./query.js"
import { remembered } from "./tame.js"

const queryMax = 500

const kql: Dialect = {
  quote: doubleQuoted,
  or: "or",
  in: (field, list) => `${field} in (${list})`,
  equals: (field, literal) => `${field} =~ ${literal}`,
  endsWith: (field, literal) => `${field} endswith ${literal}`,
  within: (field, literal, version) => `ipv${version}_is_in_range(${field}, ${literal})`,
  group: (text) => text,
}

const targets: readonly QueryTarget[] = [
  {
    title: "CommonSecurityLog",
    query: (condition) => `CommonSecurityLog\n| where ${condition}`,
    addresses: ["SourceIP", "DestinationIP"],
    names: ["DestinationHostName"],
    urls: ["RequestURL"],
  },
  { title: "SigninLogs", query: (condition) => `SigninLogs\n| where ${condition}`, addresses: ["IPAddress"] },
  { title: "W3CIISLog", query: (condition) => `W3CIISLog\n| where ${condition}`, addresses: ["cIP"], agents: ["csUserAgent"] },
  { title: "DnsEvents", query: (condition) => `DnsEvents\n| where ${condition}`, names: ["Name"] },
  {
    title: "DeviceNetworkEvents",
    query: (condition) => `DeviceNetworkEvents\n| where ${condition}`,
    addresses: ["RemoteIP"],
    urls: ["RemoteUrl"],
  },
  {
    title: "DeviceFileEvents",
    query: (condition) => `DeviceFileEvents\n| where ${condition}`,
    files: ["FileName"],
    hashes: { "file:hashes.MD5": ["MD5"], "file:hashes.SHA-1": ["SHA1"], "file:hashes.SHA-256": ["SHA256"] },
  },
  {
    title: "EmailEvents",
    query: (condition) => `EmailEvents\n| where ${condition}`,
    mails: ["SenderFromAddress", "RecipientEmailAddress"],
  },
]

export const sentinel: RuleExporter = {
  name: "sentinel",
  title: "Microsoft Sentinel watchlist and KQL queries",
  actions: ["alert"],
  capabilities: {
    "ipv4-addr": {
      strengths: ["exact", "cidr"],
      directions: "both",
      sees: "CommonSecurityLog, SigninLogs, W3CIISLog, DeviceNetworkEvents",
    },
    "ipv6-addr": {
      strengths: ["exact", "cidr"],
      directions: "both",
      sees: "CommonSecurityLog, SigninLogs, W3CIISLog, DeviceNetworkEvents",
    },
    "domain-name": { strengths: ["exact", "subdomain"], directions: "outbound", sees: "DnsEvents, CommonSecurityLog" },
    url: { strengths: ["exact"], directions: "outbound", sees: "CommonSecurityLog, DeviceNetworkEvents" },
    "email-addr": { strengths: ["exact"], directions: "both", sees: "EmailEvents" },
    "user-agent": { strengths: ["exact"], directions: "both", sees: "W3CIISLog" },
    "file:name": { strengths: ["exact"], directions: "none", sees: "DeviceFileEvents" },
    "file:hashes.MD5": { strengths: ["exact"], directions: "none", sees: "DeviceFileEvents" },
    "file:hashes.SHA-1": { strengths: ["exact"], directions: "none", sees: "DeviceFileEvents" },
    "file:hashes.SHA-256": { strengths: ["exact"], directions: "none", sees: "DeviceFileEvents" },
  },
  render: (input) => [
    { name: "sillage-watchlist.csv", content: watchlistLines(input.indicators) },
    { name: "sillage.kql", content: queryLines(input) },
  ],
  checkers: [],
}

function* watchlistLines(indicators: readonly Indicator[]): Iterable<string> {
  yield csvLine(["indicator", "type", "bulletin", "validUntil"])
  const bulletinText = remembered(csvText)
  for (const { value, type, bulletin, validUntil } of indicators) yield csvLine([value, type, bulletinText(bulletin), validUntil ?? ""])
}

function* queryLines({ indicators, header }: RenderInput): Iterable<string> {
  yield comments("//", header)
  for (const { title, text } of queriesFor(targets, indicators, kql, queryMax)) yield `\n// ${title}\n${text};\n`
}
