// Elasticsearch and OpenSearch: the indicators as documents under their ECS names, and queries over the logs.
import type { Indicator } from "../../model/indicator.js"
import { addressBlocks, isSingle } from "./address-blocks.js"
import { forEachType } from "./every-type.js"
import type { Capabilities, RenderInput, RuleExporter, RuleFile } from "./exporter.js"
import { comments, headerLines, plainText } from "./header.js"
import { type QueryTarget, queriesFor } from "./queries.js"
import { type Dialect, doubleQuoted, inChunks, listedAddresses } from "./query.js"
import { uuidsUnder } from "./stable-id.js"
import { jsonText, remembered } from "./tame.js"
import { urlParts } from "./url-parts.js"

const index = "sillage-indicators"
const queryMax = 500

const capabilities: Capabilities = {
  "ipv4-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "source.ip, destination.ip, client.ip, server.ip" },
  "ipv6-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "source.ip, destination.ip, client.ip, server.ip" },
  "domain-name": {
    strengths: ["exact", "subdomain"],
    directions: "outbound",
    sees: "dns.question.name, url.domain, tls.client.server_name",
  },
  url: { strengths: ["exact"], directions: "outbound", sees: "url.full" },
  "email-addr": { strengths: ["exact"], directions: "both", sees: "email.from.address, email.to.address" },
  "user-agent": { strengths: ["exact"], directions: "both", sees: "user_agent.original" },
  "file:name": { strengths: ["exact"], directions: "none", sees: "file.name" },
  "file:hashes.MD5": { strengths: ["exact"], directions: "none", sees: "file.hash, process.hash" },
  "file:hashes.SHA-1": { strengths: ["exact"], directions: "none", sees: "file.hash, process.hash" },
  "file:hashes.SHA-256": { strengths: ["exact"], directions: "none", sees: "file.hash, process.hash" },
  "file:hashes.SHA-512": { strengths: ["exact"], directions: "none", sees: "file.hash, process.hash" },
}

const hash = (name: string): readonly string[] => [`file.hash.${name}`, `process.hash.${name}`]

const target: QueryTarget = {
  title: "logs",
  query: (condition) =>
    `FROM logs-*\n| WHERE ${condition}\n| KEEP @timestamp, source.ip, destination.ip, event.*, host.name, user.name, message\n| SORT @timestamp`,
  addresses: ["source.ip", "destination.ip", "client.ip", "server.ip"],
  names: ["dns.question.name", "url.domain", "tls.client.server_name"],
  urls: ["url.full"],
  mails: ["email.from.address", "email.to.address"],
  agents: ["user_agent.original"],
  files: ["file.name"],
  hashes: {
    "file:hashes.MD5": hash("md5"),
    "file:hashes.SHA-1": hash("sha1"),
    "file:hashes.SHA-256": hash("sha256"),
    "file:hashes.SHA-512": hash("sha512"),
  },
}

const esql: Dialect = {
  quote: doubleQuoted,
  or: "OR",
  in: (field, list) => `${field} IN (${list})`,
  equals: (field, literal) => `${field} == ${literal}`,
  endsWith: (field, literal) => `ENDS_WITH(${field}, ${literal})`,
  within: (field, literal) => `CIDR_MATCH(${field}, ${literal})`,
  group: (text) => text,
}

export const elasticsearch: RuleExporter = {
  name: "elasticsearch",
  title: "Elasticsearch indicator index and ES|QL queries",
  actions: ["alert"],
  capabilities,
  render: (input): readonly RuleFile[] => [...indexFiles(input), { name: "sillage.esql", content: queryLines(input) }],
  checkers: [],
}

export const opensearch: RuleExporter = {
  name: "opensearch",
  title: "OpenSearch indicator index and queries",
  actions: ["alert"],
  capabilities,
  render: (input): readonly RuleFile[] => [
    ...indexFiles(input),
    { name: "sillage-queries.ndjson", content: searchLines(input.indicators) },
  ],
  checkers: [],
}

function* queryLines({ indicators, header }: RenderInput): Iterable<string> {
  yield comments("//", header)
  for (const { title, text } of queriesFor([target], indicators, esql, queryMax)) yield `\n// ${title}\n${text}\n`
}

function indexFiles({ indicators, header }: RenderInput): readonly RuleFile[] {
  const mapping = {
    index_patterns: [index],
    _meta: { about: headerLines(header) },
    template: {
      mappings: {
        properties: {
          "threat.indicator.ip": { type: "ip" },
          "threat.indicator.ip_range": { type: "ip_range" },
          "threat.indicator.first_seen": { type: "date" },
          "threat.indicator.last_seen": { type: "date" },
        },
      },
    },
  }
  return [
    { name: "sillage-index-template.json", content: [`${JSON.stringify(mapping, null, 2)}\n`] },
    { name: "sillage-indicators.ndjson", content: bulkLines(indicators) },
  ]
}

/** The body of a bulk request: an action and a document for each indicator, with ids that make a second load change nothing. */
function* bulkLines(indicators: readonly Indicator[]): Iterable<string> {
  for (const indicator of indicators)
    yield `{"index":{"_index":"${index}","_id":"${idOf[indicator.type](indicator.value)}"}}\n${documentOf(indicator)}\n`
}

const idOf = forEachType((type) => uuidsUnder("indicator", type))
const headOf = forEachType(
  (type) =>
    `{"event.kind":"enrichment","event.category":"threat","event.type":"indicator","threat.indicator.type":"${type.startsWith("file:") ? "file" : type}"`,
)

/** Written by hand, member by member: a million documents need no million objects. */
function documentOf(indicator: Indicator): string {
  const { type, bulletin, tlp, confidence, validFrom, validUntil } = indicator
  let text = headOf[type] + providerOf(bulletin)
  if (tlp !== undefined) text += member("marking.tlp", tlp.toUpperCase())
  if (confidence !== undefined) text += member("confidence", confidenceOf(confidence))
  if (validFrom !== undefined) text += member("first_seen", validFrom)
  if (validUntil !== undefined) text += member("last_seen", validUntil)
  return `${text}${valueMembers(indicator)}}`
}

const providerOf = remembered((bulletin) => member("provider", plainText(bulletin)))

function member(name: string, value: string): string {
  return `,"threat.indicator.${name}":${jsonText(value)}`
}

function valueMembers({ type, value }: Indicator): string {
  switch (type) {
    case "ipv4-addr":
    case "ipv6-addr": {
      if (isSingle(value)) return member("ip", value)
      const blocks = addressBlocks(value)
      return `,"threat.indicator.ip_range":${JSON.stringify(blocks.map(({ address, prefix }) => `${address}/${prefix}`))}`
    }
    case "domain-name":
      return member("url.domain", value)
    case "url":
      return member("url.full", value) + member("url.domain", urlParts(value).host)
    case "email-addr":
      return member("email.address", value)
    case "file:name":
      return member("file.name", value)
    case "user-agent":
      return member("user_agent.original", value)
    default:
      return member(hashMembers[type], value)
  }
}

const hashMembers = forEachType((type) => `file.hash.${type.slice("file:hashes.".length).toLowerCase().replace("-", "")}`)

/** ECS knows words, STIX numbers: the scale of STIX 2.1 appendix A, None/Low/Med/High. */
function confidenceOf(confidence: number): string {
  return confidence === 0 ? "None" : confidence < 30 ? "Low" : confidence < 70 ? "Medium" : "High"
}

/** The body of a multi-search: one request for each chunk, written by hand: millions of clauses need not be made for it. */
function* searchLines(indicators: readonly Indicator[]): Iterable<string> {
  for (const chunk of inChunks(indicators, queryMax)) {
    const should = [...addressClauses(chunk), ...nameClauses(chunk), ...termClauses(chunk)]
    if (should.length === 0) continue
    yield '{"index":"logs-*","allow_partial_search_results":false}\n'
    yield `{"size":1000,"sort":["@timestamp"],"query":{"bool":{"minimum_should_match":1,"should":[${should.join(",")}]}}}\n`
  }
}

function addressClauses(chunk: readonly Indicator[]): readonly string[] {
  const { single, wide } = listedAddresses(chunk.filter(({ type }) => type === "ipv4-addr" || type === "ipv6-addr"))
  // A terms query on an ip field takes networks beside addresses.
  return terms(target.addresses, [...single.all, ...wide])
}

function nameClauses(chunk: readonly Indicator[]): readonly string[] {
  const names = chunk.filter(({ type }) => type === "domain-name").map(({ value }) => value)
  if (names.length === 0) return []
  const below = names.map((name) => `:{"value":${jsonText(`*.${name}`)},"case_insensitive":true}}}`)
  const list = `[${names.map(jsonText).join(",")}]`
  return (target.names ?? []).flatMap((field) => [
    `{"terms":{"${field}":${list}}}`,
    ...below.map((rest) => `{"wildcard":{"${field}"${rest}`),
  ])
}

function termClauses(chunk: readonly Indicator[]): readonly string[] {
  const plain = [
    ["url", target.urls],
    ["email-addr", target.mails],
    ["user-agent", target.agents],
    ["file:name", target.files],
    ...Object.entries(target.hashes ?? {}),
  ] as const
  return plain.flatMap(([type, fields]) =>
    terms(
      fields,
      chunk.filter((one) => one.type === type).map(({ value }) => value),
    ),
  )
}

function terms(fields: readonly string[] | undefined, values: readonly string[]): readonly string[] {
  if (values.length === 0) return []
  const list = `[${values.map(jsonText).join(",")}]`
  return (fields ?? []).map((field) => `{"terms":{"${field}":${list}}}`)
}
