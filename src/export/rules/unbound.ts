// Unbound: listed names and those below them are answered with NXDOMAIN, or only logged.
import type { Indicator } from "../../model/indicator.js"
import type { RuleExporter } from "./exporter.js"
import { comments } from "./header.js"

export const unbound: RuleExporter = {
  name: "unbound",
  title: "Unbound local zones",
  actions: ["alert", "block"],
  capabilities: {
    "domain-name": { strengths: ["exact", "subdomain"], directions: "outbound", sees: "DNS questions to this resolver" },
  },
  render: ({ indicators, header, action }) => [
    {
      name: "sillage-unbound.conf",
      content: zoneLines(indicators, comments("#", header), action === "block" ? "always_nxdomain" : "inform"),
    },
  ],
  checkers: [{ program: "unbound-checkconf", args: ["{file}"] }],
}

function* zoneLines(indicators: readonly Indicator[], head: string, answer: string): Iterable<string> {
  yield `${head}server:\n`
  for (const { value } of indicators) yield `  local-zone: "${value}." ${answer}\n`
}
