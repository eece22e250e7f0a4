// Palo Alto Networks: external dynamic lists of addresses and of names.
import type { RuleExporter } from "./exporter.js"
import { externalLists } from "./external-lists.js"

export const paloalto: RuleExporter = {
  name: "paloalto",
  title: "Palo Alto external dynamic lists",
  actions: ["block"],
  capabilities: {
    "ipv4-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "sessions through the firewall, where a policy names the list" },
    "ipv6-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "sessions through the firewall, where a policy names the list" },
    "domain-name": { strengths: ["exact", "subdomain"], directions: "outbound", sees: "DNS questions through the firewall" },
  },
  render: ({ indicators, header }) =>
    externalLists(indicators, header, [
      {
        name: "sillage-paloalto-ip.txt",
        types: ["ipv4-addr", "ipv6-addr"],
      },
      { name: "sillage-paloalto-domain.txt", types: ["domain-name"], entries: ({ value }) => [value, `*.${value}`] },
    ]),
  checkers: [],
}
