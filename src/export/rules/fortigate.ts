// FortiGate: external resources (threat feeds) of addresses, names and file hashes.
import type { RuleExporter } from "./exporter.js"
import { externalLists } from "./external-lists.js"

export const fortigate: RuleExporter = {
  name: "fortigate",
  title: "FortiGate external resources",
  actions: ["block"],
  capabilities: {
    "ipv4-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "sessions through the firewall, where a policy names the feed" },
    "ipv6-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "sessions through the firewall, where a policy names the feed" },
    "domain-name": { strengths: ["exact", "subdomain"], directions: "outbound", sees: "DNS questions through the firewall" },
    "file:hashes.MD5": { strengths: ["exact"], directions: "both", sees: "files that the antivirus profile sees" },
    "file:hashes.SHA-1": { strengths: ["exact"], directions: "both", sees: "files that the antivirus profile sees" },
    "file:hashes.SHA-256": { strengths: ["exact"], directions: "both", sees: "files that the antivirus profile sees" },
  },
  render: ({ indicators, header }) =>
    externalLists(indicators, header, [
      {
        name: "sillage-fortigate-ip.txt",
        types: ["ipv4-addr", "ipv6-addr"],
      },
      { name: "sillage-fortigate-domain.txt", types: ["domain-name"], entries: ({ value }) => [value, `*.${value}`] },
      {
        name: "sillage-fortigate-malware.txt",
        types: ["file:hashes.MD5", "file:hashes.SHA-1", "file:hashes.SHA-256"],
        entries: ({ value }) => [value],
      },
    ]),
  checkers: [],
}
