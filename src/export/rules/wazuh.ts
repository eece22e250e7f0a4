// Wazuh: CDB lists, and rules that look fields of decoded events up in them.
import type { Indicator } from "../../model/indicator.js"
import type { ObservableType } from "../../model/observable.js"
import { isSingle, singleAddresses } from "./address-blocks.js"
import type { RenderInput, RuleExporter, RuleFile } from "./exporter.js"
import { headerLines, tameText } from "./header.js"
import { ofTypes } from "./in-order.js"
import { remembered } from "./tame.js"

/** A network that is no whole number of octets is spelt out, up to so many addresses. */
const spelledOutMax = 1_024
const firstRule = 110_500

interface List {
  readonly name: string
  readonly title: string
  readonly types: readonly ObservableType[]
  readonly lookup: string
  readonly fields: readonly string[]
}

const lists: readonly List[] = [
  {
    name: "sillage-address",
    title: "a listed address",
    types: ["ipv4-addr", "ipv6-addr"],
    lookup: "address_match_key",
    fields: ["srcip", "dstip"],
  },
  {
    name: "sillage-domain",
    title: "a listed name",
    types: ["domain-name"],
    lookup: "match_key",
    fields: ["url", "dns.question.name"],
  },
  {
    name: "sillage-hash",
    title: "a file with a listed hash",
    types: ["file:hashes.MD5", "file:hashes.SHA-1", "file:hashes.SHA-256"],
    lookup: "match_key",
    fields: ["md5", "sha1", "sha256"],
  },
]

export const wazuh: RuleExporter = {
  name: "wazuh",
  title: "Wazuh CDB lists and rules",
  actions: ["alert"],
  capabilities: {
    "ipv4-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "decoded srcip and dstip" },
    "ipv6-addr": { strengths: ["exact"], directions: "both", sees: "decoded srcip and dstip" },
    "domain-name": { strengths: ["exact"], directions: "outbound", sees: "decoded names; no name below the listed one" },
    "file:hashes.MD5": { strengths: ["exact"], directions: "none", sees: "file integrity monitoring" },
    "file:hashes.SHA-1": { strengths: ["exact"], directions: "none", sees: "file integrity monitoring" },
    "file:hashes.SHA-256": { strengths: ["exact"], directions: "none", sees: "file integrity monitoring" },
  },
  inexpressible: ({ type, value }) =>
    (type === "ipv4-addr" || type === "ipv6-addr") && keysOf(value) === undefined
      ? `neither a network of whole octets nor at most ${spelledOutMax} addresses: a CDB list cannot say it exactly`
      : undefined,
  render(input): readonly RuleFile[] {
    const used = lists.filter(({ types }) => ofTypes(input.indicators, types).length > 0)
    return [
      { name: "sillage_rules.xml", content: rules(input, used) },
      ...used.map((list) => ({ name: list.name, content: listLines(input.indicators, list) })),
    ]
  },
  checkers: [{ program: "xmllint", args: ["--noout", "--nonet", "{file}"], files: /\.xml$/ }],
}

function rules({ header }: RenderInput, used: readonly List[]): readonly string[] {
  const about = headerLines(header).map((line) => `  ${tameText(line, 200)}\n`)
  let id = firstRule
  return [
    `<!--\n${about.join("").replaceAll("--", "__")}-->\n<group name="sillage,threat_intel,">\n`,
    ...used.flatMap(({ name, title, lookup, fields }) =>
      fields.map(
        (field) =>
          `  <rule id="${id++}" level="8">\n    <list field="${field}" lookup="${lookup}">etc/lists/${name}</list>\n    <description>Sillage: ${title} in ${field}</description>\n  </rule>\n`,
      ),
    ),
    "</group>\n",
  ]
}

function* listLines(indicators: readonly Indicator[], list: List): Iterable<string> {
  const noteOf = remembered((bulletin) => tameText(bulletin, 60))
  for (const indicator of ofTypes(indicators, list.types)) {
    const note = noteOf(indicator.bulletin)
    const keys = list.name === "sillage-address" ? (keysOf(indicator.value) ?? []) : [indicator.value]
    // A key with a colon stands in double quotes (Wazuh documentation, CDB lists).
    for (const key of keys) yield `${key.includes(":") ? `"${key}"` : key}:${note}\n`
  }
}

/** A network of whole octets is its leading octets with a dot; anything else is spelt out. */
function keysOf(value: string): readonly string[] | undefined {
  if (isSingle(value)) return [value]
  const octets = /^(\d+\.)(\d+\.)?(\d+\.)?\d+(?:\.\d+)*\/(8|16|24)$/.exec(value)
  if (octets)
    return [
      value
        .split(".", Number(octets[4]) / 8)
        .join(".")
        .concat("."),
    ]
  return singleAddresses(value, spelledOutMax)
}
