// dnsmasq: listed names and those below them are answered locally, with NXDOMAIN.
import type { Indicator } from "../../model/indicator.js"
import type { RuleExporter } from "./exporter.js"
import { comments } from "./header.js"

export const dnsmasq: RuleExporter = {
  name: "dnsmasq",
  title: "dnsmasq configuration",
  actions: ["block"],
  capabilities: {
    "domain-name": { strengths: ["exact", "subdomain"], directions: "outbound", sees: "DNS questions to this resolver" },
  },
  render: ({ indicators, header }) => [{ name: "sillage-dnsmasq.conf", content: nameLines(indicators, comments("#", header)) }],
  checkers: [{ program: "dnsmasq", args: ["--test", "--conf-file={file}"] }],
}

function* nameLines(indicators: readonly Indicator[], head: string): Iterable<string> {
  yield head
  for (const { value } of indicators) yield `local=/${value}/\n`
}
