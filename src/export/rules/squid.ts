// Squid: access lists of names, addresses and URLs, and what to do with them.
import type { RenderInput, RuleExporter, RuleFile } from "./exporter.js"
import { externalLists } from "./external-lists.js"
import { comments } from "./header.js"
import { ofTypes } from "./in-order.js"

const lists = [
  { acl: "sillage_names", kind: "dstdomain", name: "sillage-squid-names.txt" },
  { acl: "sillage_addresses", kind: "dst", name: "sillage-squid-addresses.txt" },
  { acl: "sillage_urls", kind: "url_regex", name: "sillage-squid-urls.txt" },
] as const

export const squid: RuleExporter = {
  name: "squid",
  title: "Squid access lists",
  actions: ["alert", "block"],
  capabilities: {
    "ipv4-addr": { strengths: ["exact", "cidr"], directions: "outbound", sees: "destinations of proxied requests" },
    "ipv6-addr": { strengths: ["exact", "cidr"], directions: "outbound", sees: "destinations of proxied requests" },
    "domain-name": { strengths: ["exact", "subdomain"], directions: "outbound", sees: "hosts of proxied requests" },
    url: { strengths: ["exact"], directions: "outbound", sees: "proxied clear-text requests" },
  },
  inexpressible: ({ type, value }) =>
    type === "url" && !value.startsWith("http://")
      ? "the path of an encrypted request cannot be seen, and the host alone would be wider"
      : undefined,
  render(input): readonly RuleFile[] {
    const files = externalLists(input.indicators, input.header, [
      { name: lists[0].name, types: ["domain-name"], entries: outermost(input) },
      { name: lists[1].name, types: ["ipv4-addr", "ipv6-addr"] },
      { name: lists[2].name, types: ["url"], entries: ({ value }) => [`^${literal(value)}$`] },
    ])
    const used = lists.filter(({ name }) => files.some((file) => file.name === name))
    return [{ name: "sillage-squid.conf", content: configuration(input, used) }, ...files]
  },
  checkers: [{ program: "squid", args: ["-k", "parse", "-f", "{dir}/sillage-squid.conf"] }],
}

function configuration({ header, action }: RenderInput, used: readonly (typeof lists)[number][]): readonly string[] {
  return [
    comments("#", header),
    "# The lists are looked for in the folder that Squid was started in: give their full paths where that is another one.\n",
    ...used.map(({ acl, kind, name }) => `acl ${acl} ${kind} "${name}"\n`),
    ...used.map(({ acl }) =>
      action === "block" ? `http_access deny ${acl}\n` : `access_log daemon:/var/log/squid/sillage.log logformat=squid ${acl}\n`,
    ),
  ]
}

/** A leading dot covers the name and all below it; Squid refuses a name that another entry covers already. */
function outermost({ indicators }: RenderInput): (indicator: { readonly value: string }) => readonly string[] {
  const names = new Set(ofTypes(indicators, ["domain-name"]).map(({ value }) => value))
  return ({ value }) => {
    for (let dot = value.indexOf("."); dot >= 0; dot = value.indexOf(".", dot + 1)) if (names.has(value.slice(dot + 1))) return []
    return [`.${value}`]
  }
}

/** POSIX extended, every mark of it taken literally; canonical URLs hold no white space or control character. */
function literal(text: string): string {
  let out = ""
  let from = 0
  for (let at = 0; at < text.length; at++) {
    if (special[text.charCodeAt(at)] !== 1) continue
    out += `${text.slice(from, at)}\\`
    from = at
  }
  return out + text.slice(from)
}

const special = Uint8Array.from({ length: 127 }, (_, code) => Number(/[.[\]{}()*+?^$|\\]/.test(String.fromCharCode(code))))
