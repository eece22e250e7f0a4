// dnsmasq: listed names and those below them are answered locally, with NXDOMAIN.
import type { RuleExporter } from "./exporter.js"
import { comments } from "./header.js"

export const dnsmasq: RuleExporter = {
  name: "dnsmasq",
  title: "dnsmasq configuration",
  actions: ["block"],
  capabilities: {
    "domain-name": { strengths: ["exact", "subdomain"], directions: "outbound", sees: "DNS questions to this resolver" },
  },
  render: ({ indicators, header }) => [
    { name: "sillage-dnsmasq.conf", content: [comments("#", header), ...indicators.map(({ value }) => `local=/${value}/\n`)] },
  ],
  checkers: [{ program: "dnsmasq", args: ["--test", "--conf-file={file}"] }],
}
