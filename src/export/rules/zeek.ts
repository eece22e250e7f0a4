// Zeek: an intelligence file as its input framework reads it, and the script that loads it.
import type { Indicator } from "../../model/indicator.js"
import type { ObservableType } from "../../model/observable.js"
import { blockTexts } from "./address-blocks.js"
import type { RuleExporter } from "./exporter.js"
import { comments, plainText } from "./header.js"
import { isTame, remembered } from "./tame.js"

const kinds: Readonly<Partial<Record<ObservableType, string>>> = {
  "domain-name": "DOMAIN",
  url: "URL",
  "email-addr": "EMAIL",
  "file:name": "FILE_NAME",
  "file:hashes.MD5": "FILE_HASH",
  "file:hashes.SHA-1": "FILE_HASH",
  "file:hashes.SHA-256": "FILE_HASH",
  "user-agent": "SOFTWARE",
}

export const zeek: RuleExporter = {
  name: "zeek",
  title: "Zeek intelligence file",
  actions: ["alert"],
  capabilities: {
    "ipv4-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "established TCP connections, X-Forwarded-For" },
    "ipv6-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "established TCP connections" },
    "domain-name": {
      strengths: ["exact"],
      directions: "both",
      sees: "DNS questions, HTTP hosts, TLS server names; no name below the listed one",
    },
    url: { strengths: ["exact"], directions: "both", sees: "clear-text HTTP requests" },
    "email-addr": { strengths: ["exact"], directions: "both", sees: "SMTP envelopes and headers, certificates" },
    "file:name": { strengths: ["exact"], directions: "both", sees: "files whose protocol names them" },
    "file:hashes.MD5": { strengths: ["exact"], directions: "both", sees: "files in clear-text protocols" },
    "file:hashes.SHA-1": { strengths: ["exact"], directions: "both", sees: "files in clear-text protocols" },
    "file:hashes.SHA-256": {
      strengths: ["exact"],
      directions: "both",
      sees: "files in clear-text protocols, where SHA-256 is switched on",
    },
    "user-agent": { strengths: ["exact"], directions: "both", sees: "clear-text HTTP requests" },
  },
  inexpressible: ({ type, value }) =>
    type === "url" && /[A-Z]/.test(value.slice(value.indexOf("/", 8)))
      ? "Zeek compares lower-cased URLs only: it would hit other paths than this one"
      : type === "url" && !value.startsWith("http://")
        ? "the path of an encrypted request cannot be seen, and the host alone would be wider"
        : undefined,
  render: ({ indicators, header }) => [
    { name: "sillage-intel.dat", content: intelLines(indicators) },
    { name: "__load__.zeek", content: [comments("#", header), loader] },
  ],
  checkers: [{ program: "zeek", args: ["-a", "{dir}/__load__.zeek"] }],
}

const loader = `
@load frameworks/intel/seen
@load frameworks/intel/do_notice

redef Intel::read_files += { @DIR + "/sillage-intel.dat" };
`

function* intelLines(indicators: readonly Indicator[]): Iterable<string> {
  yield "#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\tmeta.url\n"
  const sourceOf = remembered((bulletin) => field(plainText(bulletin)))
  for (const indicator of indicators) {
    const source = sourceOf(indicator.bulletin)
    const about = indicator.comment ? field(plainText(indicator.comment)) : "-"
    for (const [value, kind] of entries(indicator)) yield `${field(value)}\tIntel::${kind}\t${source}\t${about}\t-\n`
  }
}

function entries({ type, value }: Indicator): readonly (readonly [value: string, kind: string])[] {
  if (type === "ipv4-addr" || type === "ipv6-addr")
    return blockTexts(value).map((text) => [text, text.includes("/") ? "SUBNET" : "ADDR"] as const)
  // Zeek's URLs have no scheme (frameworks/intel).
  return [[type === "url" ? value.slice("http://".length) : value, kinds[type] as string]]
}

/** A cell of the ASCII reader: a backslash begins an escape, a lone `-` is unset, a `#` at the start of a line is a comment. */
function field(text: string): string {
  if (text.length > 1 && isTame(text) && !text.startsWith("#")) return text
  if (text === "" || text === "-") return text === "" ? "-" : "\\x2d"
  return text.replace(/[\p{Cc}\\\u2028\u2029]|^#/gu, (char) =>
    [...Buffer.from(char)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join(""),
  )
}
