// Splunk: lookup tables, their definitions, and saved searches that ask them.
import type { Indicator } from "../../model/indicator.js"
import type { ObservableType } from "../../model/observable.js"
import { addressBlocks } from "./address-blocks.js"
import { csvLine, csvText } from "./csv.js"
import type { ExportHeader, RuleExporter, RuleFile } from "./exporter.js"
import { comments } from "./header.js"
import { ofTypes } from "./in-order.js"
import { remembered } from "./tame.js"

interface Lookup {
  readonly name: string
  readonly types: readonly ObservableType[]
  readonly key: string
  readonly matchType?: "CIDR" | "WILDCARD"
  readonly rows: (value: string) => readonly string[]
  /** Fields of the Common Information Model that hold such values. */
  readonly fields: readonly string[]
}

const itself = (value: string): readonly string[] => [value]

const lookups: readonly Lookup[] = [
  {
    name: "sillage_addresses",
    types: ["ipv4-addr", "ipv6-addr"],
    key: "network",
    matchType: "CIDR",
    rows: (value) => addressBlocks(value).map(({ address, prefix }) => `${address}/${prefix}`),
    fields: ["src_ip", "dest_ip", "src", "dest"],
  },
  {
    name: "sillage_names",
    types: ["domain-name"],
    key: "name",
    matchType: "WILDCARD",
    rows: (value) => [value, `*.${value}`],
    fields: ["query", "url_domain"],
  },
  { name: "sillage_urls", types: ["url"], key: "url", rows: itself, fields: ["url"] },
  {
    name: "sillage_hashes",
    types: ["file:hashes.MD5", "file:hashes.SHA-1", "file:hashes.SHA-256", "file:hashes.SHA-512"],
    key: "hash",
    rows: itself,
    fields: ["file_hash", "process_hash"],
  },
  { name: "sillage_mails", types: ["email-addr"], key: "address", rows: itself, fields: ["src_user", "recipient"] },
  { name: "sillage_files", types: ["file:name"], key: "file", rows: itself, fields: ["file_name", "process_name"] },
  { name: "sillage_agents", types: ["user-agent"], key: "agent", rows: itself, fields: ["http_user_agent"] },
]

export const splunk: RuleExporter = {
  name: "splunk",
  title: "Splunk lookups and searches",
  actions: ["alert"],
  capabilities: {
    "ipv4-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "src, dest, src_ip, dest_ip" },
    "ipv6-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "src, dest, src_ip, dest_ip" },
    "domain-name": { strengths: ["exact", "subdomain"], directions: "outbound", sees: "query, url_domain" },
    url: { strengths: ["exact"], directions: "outbound", sees: "url" },
    "email-addr": { strengths: ["exact"], directions: "both", sees: "src_user, recipient" },
    "user-agent": { strengths: ["exact"], directions: "both", sees: "http_user_agent" },
    "file:name": { strengths: ["exact"], directions: "none", sees: "file_name, process_name" },
    "file:hashes.MD5": { strengths: ["exact"], directions: "none", sees: "file_hash, process_hash" },
    "file:hashes.SHA-1": { strengths: ["exact"], directions: "none", sees: "file_hash, process_hash" },
    "file:hashes.SHA-256": { strengths: ["exact"], directions: "none", sees: "file_hash, process_hash" },
    "file:hashes.SHA-512": { strengths: ["exact"], directions: "none", sees: "file_hash, process_hash" },
  },
  render({ indicators, header }): readonly RuleFile[] {
    const used = lookups.filter(({ types }) => ofTypes(indicators, types).length > 0)
    return [
      ...used.map((lookup) => ({ name: `${lookup.name}.csv`, content: lookupLines(indicators, lookup) })),
      { name: "transforms.conf", content: [comments("#", header), ...used.map(definition)] },
      { name: "savedsearches.conf", content: [comments("#", header), ...used.map((lookup) => search(lookup, header))] },
    ]
  },
  checkers: [],
}

function* lookupLines(indicators: readonly Indicator[], { types, key, rows }: Lookup): Iterable<string> {
  yield csvLine([key, "indicator", "bulletin", "valid_until"])
  const bulletinText = remembered(csvText)
  for (const { value, bulletin, validUntil } of ofTypes(indicators, types))
    for (const row of rows(value)) yield csvLine([row, value, bulletinText(bulletin), validUntil ?? ""])
}

function definition({ name, key, matchType }: Lookup): string {
  const exact = matchType === undefined || matchType === "CIDR"
  return `\n[${name}]\nfilename = ${name}.csv\n${matchType === undefined ? "" : `match_type = ${matchType}(${key})\n`}case_sensitive_match = ${exact ? "true" : "false"}\nmax_matches = 1\n`
}

function search({ name, key, fields }: Lookup, { expires }: ExportHeader): string {
  const asked = fields.map(
    (field) => `| lookup ${name} ${key} AS ${field} OUTPUTNEW indicator AS sillage_${field}, bulletin AS sillage_bulletin`,
  )
  const found = fields.map((field) => `isnotnull(sillage_${field})`).join(" OR ")
  const until = expires === undefined ? "" : ` latest="${Math.floor(Date.parse(expires) / 1000)}"`
  return `\n[Sillage ${name.slice("sillage_".length)}]\nsearch = index=*${until} ${asked.join(" ")} | where ${found}\n`
}
