// iptables with ipset: the sets as `ipset restore` reads them, and the rules that ask them.
import type { Indicator } from "../../model/indicator.js"
import { blockTextsOnce } from "./address-blocks.js"
import type { RuleExporter } from "./exporter.js"
import { comments } from "./header.js"
import { ofTypes } from "./in-order.js"

export const ipset: RuleExporter = {
  name: "ipset",
  title: "iptables with ipset",
  actions: ["alert", "block"],
  capabilities: {
    "ipv4-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "packets through or to this host" },
    "ipv6-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "packets through or to this host" },
  },
  render: ({ indicators, header, action }) => [
    { name: "sillage.ipset", content: setLines(indicators, comments("#", header)) },
    { name: "sillage.iptables", content: [comments("#", header), ruleLines(action === "block")] },
    { name: "sillage.ip6tables", content: [comments("#", header), ruleLines(action === "block").replaceAll("sillage4", "sillage6")] },
  ],
  // `ipset` cannot read a file without loading it.
  checkers: [],
}

function* setLines(indicators: readonly Indicator[], head: string): Iterable<string> {
  yield head
  for (const [set, family, type] of [
    ["sillage4", "inet", "ipv4-addr"],
    ["sillage6", "inet6", "ipv6-addr"],
  ] as const) {
    const blocks = [...blockTextsOnce(ofTypes(indicators, [type]))]
    yield `create ${set} hash:net family ${family} maxelem ${Math.max(65_536, blocks.length)} -exist\nflush ${set}\n`
    for (const text of blocks) yield `add ${set} ${text} -exist\n`
  }
}

function ruleLines(block: boolean): string {
  const lines = ["INPUT", "FORWARD", "OUTPUT"].flatMap((chain) =>
    ["src", "dst"].flatMap((side) => {
      const rule = `-A ${chain} -m set --match-set sillage4 ${side}`
      const log = `${rule} -j LOG --log-prefix "sillage ${side} listed: "`
      return block ? [log, `${rule} -j DROP`] : [log]
    }),
  )
  return `*filter\n${lines.join("\n")}\nCOMMIT\n`
}
