// Unbound: listed names and those below them are answered with NXDOMAIN, or only logged.
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
      content: [
        comments("#", header),
        "server:\n",
        ...indicators.map(({ value }) => `  local-zone: "${value}." ${action === "block" ? "always_nxdomain" : "inform"}\n`),
      ],
    },
  ],
  checkers: [{ program: "unbound-checkconf", args: ["{file}"] }],
}
