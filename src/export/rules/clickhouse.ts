// ClickHouse: SQL over a table of logs with ECS-like columns.
import type { RenderInput, RuleExporter } from "./exporter.js"
import { comments } from "./header.js"
import { type QueryTarget, queriesFor } from "./queries.js"
import type { Dialect } from "./query.js"
import { isTame } from "./tame.js"

const queryMax = 1_000

const sql: Dialect = {
  // ClickHouse reads backslash escapes inside quotes, unlike standard SQL.
  quote: (text) =>
    isTame(text)
      ? `'${text}'`
      : `'${text.replace(/[\\']/g, "\\$&").replace(/[\p{Cc}]/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`)}'`,
  or: "OR",
  in: (field, list) => `${field} IN (${list})`,
  equals: (field, literal) => `lower(${field}) = ${literal}`,
  endsWith: (field, literal) => `endsWith(lower(${field}), ${literal})`,
  within: (field, literal) => `isIPAddressInRange(toString(${field}), ${literal})`,
  group: (text) => text,
}

const hash = (name: string): readonly string[] => [`file_hash_${name}`]

const target: QueryTarget = {
  title: "logs",
  query: (condition) => `SELECT * FROM {table:Identifier} WHERE ${condition} ORDER BY timestamp SETTINGS skip_unavailable_shards = 0;`,
  addresses: ["source_ip", "destination_ip"],
  names: ["dns_question_name", "url_domain"],
  urls: ["url_full"],
  mails: ["email_from_address"],
  agents: ["user_agent"],
  files: ["file_name"],
  hashes: {
    "file:hashes.MD5": hash("md5"),
    "file:hashes.SHA-1": hash("sha1"),
    "file:hashes.SHA-256": hash("sha256"),
    "file:hashes.SHA-512": hash("sha512"),
  },
}

export const clickhouse: RuleExporter = {
  name: "clickhouse",
  title: "ClickHouse SQL",
  actions: ["alert"],
  capabilities: {
    "ipv4-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "source_ip, destination_ip" },
    "ipv6-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "source_ip, destination_ip" },
    "domain-name": { strengths: ["exact", "subdomain"], directions: "outbound", sees: "dns_question_name, url_domain" },
    url: { strengths: ["exact"], directions: "outbound", sees: "url_full" },
    "email-addr": { strengths: ["exact"], directions: "both", sees: "email_from_address" },
    "user-agent": { strengths: ["exact"], directions: "both", sees: "user_agent" },
    "file:name": { strengths: ["exact"], directions: "none", sees: "file_name" },
    "file:hashes.MD5": { strengths: ["exact"], directions: "none", sees: "file_hash_md5" },
    "file:hashes.SHA-1": { strengths: ["exact"], directions: "none", sees: "file_hash_sha1" },
    "file:hashes.SHA-256": { strengths: ["exact"], directions: "none", sees: "file_hash_sha256" },
    "file:hashes.SHA-512": { strengths: ["exact"], directions: "none", sees: "file_hash_sha512" },
  },
  render: (input) => [{ name: "sillage-clickhouse.sql", content: queryLines(input) }],
  checkers: [],
}

function* queryLines({ indicators, header }: RenderInput): Iterable<string> {
  yield comments("--", header)
  for (const { title, text } of queriesFor([target], indicators, sql, queryMax)) yield `\n-- ${title}\n${text}\n`
}
