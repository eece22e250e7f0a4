// nftables: two sets and rules that count and log, or drop, packets from and to listed addresses.
import type { Indicator } from "../../model/indicator.js"
import { blockTexts } from "./address-blocks.js"
import type { RuleExporter } from "./exporter.js"
import { comments } from "./header.js"
import { ofTypes } from "./in-order.js"

export const nftables: RuleExporter = {
  name: "nftables",
  title: "nftables sets and rules",
  actions: ["alert", "block"],
  capabilities: {
    "ipv4-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "packets through or to this host" },
    "ipv6-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "packets through or to this host" },
  },
  render: ({ indicators, header, action }) => [
    { name: "sillage.nft", content: tableLines(indicators, comments("#", header), action === "block" ? " drop" : "") },
  ],
  checkers: [{ program: "nft", args: ["-c", "-f", "{file}"] }],
}

function* tableLines(indicators: readonly Indicator[], head: string, verdict: string): Iterable<string> {
  yield `#!/usr/sbin/nft -f\n${head}`
  // Adding before deleting makes the file load again whether or not the table is there.
  yield "table inet sillage\ndelete table inet sillage\ntable inet sillage {\n"
  yield* setLines("listed4", "ipv4_addr", ofTypes(indicators, ["ipv4-addr"]))
  yield* setLines("listed6", "ipv6_addr", ofTypes(indicators, ["ipv6-addr"]))
  for (const hook of ["input", "forward", "output"]) {
    yield `  chain ${hook} {\n    type filter hook ${hook} priority filter - 10; policy accept;\n`
    for (const [family, set] of [
      ["ip", "listed4"],
      ["ip6", "listed6"],
    ])
      for (const [side, text] of [
        ["saddr", "from"],
        ["daddr", "to"],
      ])
        yield `    ${family} ${side} @${set} counter log prefix "sillage ${text} listed: "${verdict}\n`
    yield "  }\n"
  }
  yield "}\n"
}

function* setLines(name: string, type: string, indicators: readonly Indicator[]): Iterable<string> {
  yield `  set ${name} {\n    type ${type}\n    flags interval\n    auto-merge\n`
  if (indicators.length > 0) {
    yield "    elements = {\n"
    for (const { value } of indicators) for (const text of blockTexts(value)) yield `      ${text},\n`
    yield "    }\n"
  }
  yield "  }\n"
}
