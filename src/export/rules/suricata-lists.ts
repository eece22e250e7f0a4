// Suricata at scale: IP reputation and datasets, and a handful of rules that ask them.
import type { Indicator } from "../../model/indicator.js"
import type { ObservableType } from "../../model/observable.js"
import { blockTexts } from "./address-blocks.js"
import type { RuleExporter, RuleFile } from "./exporter.js"
import { comments } from "./header.js"
import { ofTypes } from "./in-order.js"

interface StringSet {
  readonly type: ObservableType
  readonly name: string
  /** Protocol and sticky buffer that are looked up. */
  readonly asks: readonly (readonly [protocol: string, buffer: string])[]
  readonly kind: "string" | "md5"
  /** Compared without case: the buffer is lowered before it is looked up. */
  readonly lowered: boolean
}

const sets: readonly StringSet[] = [
  {
    type: "domain-name",
    name: "domains",
    kind: "string",
    lowered: true,
    asks: [
      ["dns", "dns.query"],
      ["http", "http.host"],
      ["tls", "tls.sni"],
    ],
  },
  { type: "x-ja3", name: "ja3", kind: "md5", lowered: false, asks: [["tls", "ja3.hash"]] },
  { type: "user-agent", name: "user-agents", kind: "string", lowered: false, asks: [["http", "http.user_agent"]] },
]

/** Of the categories that reputation knows, one is ours. */
const category = 1
/** The end of the local range, which the rules for single indicators leave free. */
const firstSid = 1_999_900

export const suricataLists: RuleExporter = {
  name: "suricata-lists",
  title: "Suricata IP reputation and datasets",
  actions: ["alert", "block"],
  capabilities: {
    "ipv4-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "packets from and to the address" },
    "ipv6-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "packets from and to the address" },
    "domain-name": {
      strengths: ["exact"],
      directions: "both",
      sees: "DNS questions, HTTP hosts, TLS server names; no name below the listed one",
    },
    "x-ja3": { strengths: ["exact"], directions: "both", sees: "TLS client hellos" },
    "user-agent": { strengths: ["exact"], directions: "both", sees: "clear-text HTTP requests" },
  },
  render({ indicators, header, action }): readonly RuleFile[] {
    const verb = action === "block" ? "drop" : "alert"
    const used = sets.filter(({ type }) => ofTypes(indicators, [type]).length > 0)
    const addresses = ofTypes(indicators, ["ipv4-addr", "ipv6-addr"])
    return [
      { name: "sillage-lists.rules", content: [comments("#", header), ...ruleLines(verb, used, addresses.length > 0)] },
      ...used.map((set) => ({ name: `sillage-${set.name}.lst`, content: datasetLines(indicators, set) })),
      ...(addresses.length === 0
        ? []
        : [
            { name: "sillage-categories.txt", content: [`${category},sillage,listed in a bulletin\n`] },
            { name: "sillage-reputation.list", content: reputationLines(addresses) },
          ]),
    ]
  },
  checkers: [{ program: "suricata", args: ["-T", "-S", "{dir}/sillage-lists.rules", "-l", "{dir}"] }],
}

function ruleLines(verb: string, used: readonly StringSet[], addresses: boolean): readonly string[] {
  let sid = firstSid
  const lines: string[] = []
  if (addresses) {
    lines.push("# suricata.yaml: reputation-categories-file: sillage-categories.txt, reputation-files: [sillage-reputation.list]\n")
    for (const [side, text] of [
      ["src", "from"],
      ["dst", "to"],
    ])
      lines.push(
        `${verb} ip any any -> any any (msg:"Sillage: ${text} a listed address"; iprep:${side},sillage,>,0; threshold:type limit, track by_both, seconds 3600, count 1; classtype:misc-attack; sid:${sid++}; rev:1;)\n`,
      )
  }
  for (const { name, kind, lowered, asks } of used)
    for (const [protocol, buffer] of asks)
      lines.push(
        `${verb} ${protocol} any any -> any any (msg:"Sillage: listed value in ${buffer}"; ${buffer};${lowered ? " to_lowercase;" : ""} dataset:isset,sillage-${name},type ${kind},load sillage-${name}.lst; classtype:misc-attack; sid:${sid++}; rev:1;)\n`,
      )
  return lines
}

/** String sets are base64, one a line (Suricata documentation, datasets). */
function* datasetLines(indicators: readonly Indicator[], { type, kind }: StringSet): Iterable<string> {
  for (const { value } of ofTypes(indicators, [type])) yield `${kind === "string" ? Buffer.from(value).toString("base64") : value}\n`
}

function* reputationLines(addresses: readonly Indicator[]): Iterable<string> {
  for (const { value } of addresses) for (const text of blockTexts(value)) yield `${text},${category},100\n`
}
