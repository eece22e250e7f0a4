// DNS response policy zone (RPZ): answers for listed names and addresses are logged, or refused with NXDOMAIN.
import type { Indicator } from "../../model/indicator.js"
import { addressBlocks } from "./address-blocks.js"
import type { RuleExporter } from "./exporter.js"
import { comments } from "./header.js"

export const rpz: RuleExporter = {
  name: "rpz",
  title: "DNS response policy zone",
  actions: ["alert", "block"],
  capabilities: {
    "domain-name": { strengths: ["exact", "subdomain"], directions: "outbound", sees: "DNS questions to this resolver" },
    "ipv4-addr": { strengths: ["exact", "cidr"], directions: "outbound", sees: "addresses in answers of this resolver" },
    "ipv6-addr": { strengths: ["exact", "cidr"], directions: "outbound", sees: "addresses in answers of this resolver" },
  },
  // The owner name must fit beside the zone's own name (RFC 1035 section 3.1).
  inexpressible: ({ type, value }) =>
    type === "domain-name" && value.length > 220 ? "too long to stand below the zone's name" : undefined,
  render: ({ indicators, header, action }) => [
    {
      name: "sillage.rpz",
      content: zoneLines(indicators, comments(";", header), serialOf(header.date), action === "block" ? "." : "rpz-passthru."),
    },
  ],
  checkers: [{ program: "named-checkzone", args: ["sillage.rpz.invalid", "{file}"] }],
}

function* zoneLines(indicators: readonly Indicator[], head: string, serial: string, answer: string): Iterable<string> {
  yield head
  yield `$TTL 300\n@ IN SOA localhost. root.localhost. ( ${serial} 3600 600 604800 300 )\n@ IN NS localhost.\n`
  for (const { type, value } of indicators) {
    if (type === "domain-name") yield `${value} CNAME ${answer}\n*.${value} CNAME ${answer}\n`
    else
      for (const { version, address, prefix } of addressBlocks(value))
        yield `${prefix}.${reversed(version, address)}.rpz-ip CNAME ${answer}\n`
  }
}

/** Octets reversed; IPv6 groups reversed with `zz` for the longest run of zeros (draft-vixie-dnsop-dns-rpz section 4.1.1). */
function reversed(version: 4 | 6, address: string): string {
  if (version === 4) return address.split(".").reverse().join(".")
  const [head, tail] = address.split("::")
  const groups = (part: string | undefined): string[] => (part ? part.split(":") : [])
  if (tail === undefined) return groups(head).reverse().join(".")
  return [...groups(tail).reverse(), "zz", ...groups(head).reverse()].join(".")
}

/** Days since 1970 times 100, from the bulletin's date: the same bulletin gives the same zone. */
function serialOf(date: string | null): string {
  const at = date === null ? Number.NaN : Date.parse(date)
  return String(Number.isNaN(at) ? 1 : Math.floor(at / 86_400_000) * 100 + 1)
}
