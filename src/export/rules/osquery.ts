// osquery: a pack of queries over sockets, processes and files of the machines themselves.
import type { Indicator } from "../../model/indicator.js"
import { addressCount, isSingle, singleAddresses } from "./address-blocks.js"
import type { RuleExporter } from "./exporter.js"
import { headerLines } from "./header.js"
import { ofTypes } from "./in-order.js"
import { type QueryTarget, queriesFor } from "./queries.js"
import { type Dialect, spell, sqlQuoted, Values, valueConditions } from "./query.js"

const queryMax = 500
/** A network is spelt out, up to so many addresses. */
const spelledOutMax = 1_024

const sqlite: Dialect = {
  quote: sqlQuoted,
  or: "OR",
  in: (field, list) => `${field} IN (${list})`,
  equals: (field, literal) => `lower(${field}) = ${literal}`,
  endsWith: (field, literal) => `substr(lower(${field}), -length(${literal})) = ${literal}`,
  within: (field, literal) => `${field} = ${literal}`,
  group: (text) => `(${text})`,
}

const targets: readonly QueryTarget[] = [
  {
    title: "processes",
    query: (condition) => `SELECT p.pid, p.name, p.path, h.sha256 FROM processes p JOIN hash h ON h.path = p.path WHERE ${condition};`,
    hashes: { "file:hashes.MD5": ["h.md5"], "file:hashes.SHA-1": ["h.sha1"], "file:hashes.SHA-256": ["h.sha256"] },
  },
  { title: "process names", query: (condition) => `SELECT pid, name, path, cmdline FROM processes WHERE ${condition};`, files: ["name"] },
]

export const osquery: RuleExporter = {
  name: "osquery",
  title: "osquery pack",
  actions: ["alert"],
  capabilities: {
    "ipv4-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "sockets open when the query runs" },
    "ipv6-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "sockets open when the query runs" },
    "file:name": { strengths: ["exact"], directions: "none", sees: "processes running when the query runs" },
    "file:hashes.MD5": { strengths: ["exact"], directions: "none", sees: "processes running when the query runs" },
    "file:hashes.SHA-1": { strengths: ["exact"], directions: "none", sees: "processes running when the query runs" },
    "file:hashes.SHA-256": { strengths: ["exact"], directions: "none", sees: "processes running when the query runs" },
  },
  inexpressible: (one) =>
    (one.type === "ipv4-addr" || one.type === "ipv6-addr") && !isSpeltOut(one)
      ? `more than ${spelledOutMax} addresses: osquery compares single ones only`
      : undefined,
  render: ({ indicators, header }) => [{ name: "sillage-osquery.conf", content: packLines(indicators, headerLines(header)) }],
  checkers: [{ program: "osqueryi", args: ["--config_path={file}", "--config_check"] }],
}

/** JSON, written query by query so that a long list is never one string. */
function* packLines(indicators: readonly Indicator[], about: readonly string[]): Iterable<string> {
  yield `{\n  "description": ${JSON.stringify(about.join("; "))},\n  "queries": {`
  let at = 0
  for (const { title, text } of queries(indicators)) {
    const entry = { query: text, interval: 3600, description: title, snapshot: false }
    yield `${at === 0 ? "" : ","}\n    ${JSON.stringify(`sillage_${++at}`)}: ${JSON.stringify(entry)}`
  }
  yield "\n  }\n}\n"
}

function* queries(indicators: readonly Indicator[]): Iterable<{ readonly title: string; readonly text: string }> {
  let count = 0
  for (const one of addressesIn(indicators)) if (isSpeltOut(one)) count += isSingle(one.value) ? 1 : Number(addressCount(one.value))
  const parts = Math.ceil(count / queryMax)
  let part = 0
  for (const chunk of addressChunks(indicators))
    yield {
      title: `sockets: addresses${parts > 1 ? ` (${++part} of ${parts})` : ""}`,
      text: `SELECT s.pid, p.name, p.path, s.local_port, s.remote_address, s.remote_port FROM process_open_sockets s LEFT JOIN processes p USING (pid) WHERE ${spell(sqlite, valueConditions({ single: new Values(chunk) }, ["s.remote_address"]))};`,
    }
  yield* queriesFor(targets, indicators, sqlite, queryMax)
}

/** Addresses in chunks: networks spelt out come to millions, and are never there all at once. */
function* addressChunks(indicators: readonly Indicator[]): Iterable<readonly string[]> {
  let chunk: string[] = []
  for (const one of addressesIn(indicators)) {
    if (!isSpeltOut(one)) continue
    for (const address of singleAddresses(one.value, spelledOutMax) ?? []) {
      chunk.push(address)
      if (chunk.length < queryMax) continue
      yield chunk
      chunk = []
    }
  }
  if (chunk.length > 0) yield chunk
}

function addressesIn(indicators: readonly Indicator[]): readonly Indicator[] {
  return ofTypes(indicators, ["ipv4-addr", "ipv6-addr"])
}

function isSpeltOut({ value }: Indicator): boolean {
  return isSingle(value) || addressCount(value) <= spelledOutMax
}
