// pf: a table file and the rules that log, or block, what comes from or goes to it.
import type { Indicator } from "../../model/indicator.js"
import { blockTexts } from "./address-blocks.js"
import type { RuleExporter } from "./exporter.js"
import { comments } from "./header.js"

export const pf: RuleExporter = {
  name: "pf",
  title: "pf table",
  actions: ["alert", "block"],
  capabilities: {
    "ipv4-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "packets through or to this host" },
    "ipv6-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "packets through or to this host" },
  },
  render: ({ indicators, header, action }) => [
    {
      name: "sillage.table",
      content: tableLines(indicators, comments("#", header)),
    },
    {
      name: "sillage.pf.conf",
      content: [
        comments("#", header),
        'table <sillage> persist file "/etc/pf/sillage.table"\n',
        action === "block"
          ? "block log quick from <sillage> to any\nblock log quick from any to <sillage>\n"
          : "match log from <sillage> to any\nmatch log from any to <sillage>\n",
      ],
    },
  ],
  checkers: [{ program: "pfctl", args: ["-n", "-f", "{file}"], files: /\.conf$/ }],
}

function* tableLines(indicators: readonly Indicator[], head: string): Iterable<string> {
  yield head
  for (const { value } of indicators) for (const text of blockTexts(value)) yield `${text}\n`
}
