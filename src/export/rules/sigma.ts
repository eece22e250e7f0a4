// Sigma: one rule for each type of indicator and log source, long lists split; YAML with every value in single quotes.
import type { Indicator } from "../../model/indicator.js"
import type { ObservableType } from "../../model/observable.js"
import { addressBlocks } from "./address-blocks.js"
import type { RenderInput, RuleExporter, RuleFile } from "./exporter.js"
import { comments, plainText } from "./header.js"
import { ofTypes } from "./in-order.js"
import { uuidOf } from "./stable-id.js"
import { isTame } from "./tame.js"
import { urlParts } from "./url-parts.js"

/** Values in one rule: converters and consoles grow slow beyond. */
const valuesMax = 500

interface Kind {
  readonly slug: string
  readonly types: readonly ObservableType[]
  readonly title: string
  readonly logsource: readonly string[]
  /** Selections by name: each a list of `field|modifier`, joined by `or`. */
  readonly fields: readonly string[]
  readonly values: (indicator: Indicator) => readonly string[]
  /** Fields that take the value itself beside a suffix, for names. */
  readonly equal?: readonly string[]
}

const addresses = ({ value }: Indicator): readonly string[] => addressBlocks(value).map(({ address, prefix }) => `${address}/${prefix}`)
const names = ({ value }: Indicator): readonly string[] => [value]

const kinds: readonly Kind[] = [
  {
    slug: "firewall-address",
    types: ["ipv4-addr", "ipv6-addr"],
    title: "Connection from or to a listed address",
    logsource: ["category: firewall"],
    fields: ["src_ip|cidr", "dst_ip|cidr"],
    values: addresses,
  },
  {
    slug: "webserver-address",
    types: ["ipv4-addr", "ipv6-addr"],
    title: "Web request from a listed address",
    logsource: ["category: webserver"],
    fields: ["c-ip|cidr"],
    values: addresses,
  },
  {
    slug: "dns-name",
    types: ["domain-name"],
    title: "DNS question for a listed name or one below it",
    logsource: ["category: dns"],
    fields: ["query|endswith"],
    equal: ["query"],
    values: names,
  },
  {
    slug: "proxy-name",
    types: ["domain-name"],
    title: "Proxy request to a listed name or one below it",
    logsource: ["category: proxy"],
    fields: ["cs-host|endswith"],
    equal: ["cs-host"],
    values: names,
  },
  {
    slug: "proxy-url",
    types: ["url"],
    title: "Proxy request for a listed URL",
    logsource: ["category: proxy"],
    fields: ["c-uri|cased"],
    values: ({ value }) => {
      const { scheme, host, port, target } = urlParts(value)
      return [value, `${scheme}://${host}:${port ?? (scheme === "https" ? 443 : 80)}${target}`]
    },
  },
  {
    slug: "proxy-user-agent",
    types: ["user-agent"],
    title: "Proxy request with a listed user agent",
    logsource: ["category: proxy"],
    fields: ["c-useragent|cased"],
    values: names,
  },
  {
    slug: "process-hash",
    types: ["file:hashes.MD5", "file:hashes.SHA-1", "file:hashes.SHA-256"],
    title: "Process with a listed hash",
    logsource: ["category: process_creation", "product: windows"],
    fields: ["Hashes|contains"],
    values: ({ type, value }) => [`${type.slice("file:hashes.".length).replace("-", "")}=${value}`],
  },
  {
    slug: "process-name",
    types: ["file:name"],
    title: "Process with a listed file name",
    logsource: ["category: process_creation", "product: windows"],
    fields: ["Image|endswith"],
    values: ({ value }) => [`\\${value}`],
  },
]

export const sigma: RuleExporter = {
  name: "sigma",
  title: "Sigma rules",
  actions: ["alert"],
  capabilities: {
    "ipv4-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "firewall and web server logs" },
    "ipv6-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "firewall and web server logs" },
    "domain-name": { strengths: ["exact", "subdomain"], directions: "outbound", sees: "DNS and proxy logs" },
    url: { strengths: ["exact"], directions: "outbound", sees: "proxy logs" },
    "user-agent": { strengths: ["exact"], directions: "outbound", sees: "proxy logs" },
    "file:name": { strengths: ["exact"], directions: "none", sees: "process creation on Windows" },
    "file:hashes.MD5": { strengths: ["exact"], directions: "none", sees: "process creation on Windows" },
    "file:hashes.SHA-1": { strengths: ["exact"], directions: "none", sees: "process creation on Windows" },
    "file:hashes.SHA-256": { strengths: ["exact"], directions: "none", sees: "process creation on Windows" },
  },
  inexpressible: ({ value }) =>
    !isTame(value) && /[\p{Cc}\p{Zl}\p{Zp}]/u.test(value) ? "holds a line break or control character, which a rule cannot say" : undefined,
  render(input): readonly RuleFile[] {
    return kinds.flatMap((kind) => {
      const of = ofTypes(input.indicators, kind.types)
      const parts = Math.ceil(of.length / valuesMax)
      return Array.from({ length: parts }, (_, part) => ({
        name: `sillage-${kind.slug}${parts > 1 ? `-${String(part + 1).padStart(4, "0")}` : ""}.yml`,
        content: ruleText(kind, of.slice(part * valuesMax, (part + 1) * valuesMax), input, part, parts),
      }))
    })
  },
  checkers: [{ program: "sigma", args: ["check", "{dir}"] }],
}

function* ruleText(kind: Kind, indicators: readonly Indicator[], { header }: RenderInput, part: number, parts: number): Iterable<string> {
  const values = indicators.flatMap(kind.values)
  yield comments("#", header)
  yield `title: ${quoted(`${kind.title}${parts > 1 ? ` (${part + 1} of ${parts})` : ""}`)}\n`
  yield `id: ${uuidOf("sigma", kind.slug, String(part), ...header.bulletins)}\nstatus: experimental\n`
  yield `description: ${quoted(`Indicators of: ${header.bulletins.map((title) => plainText(title)).join("; ") || "command line"}. A hit is not a compromise.`)}\n`
  if (header.date !== null) yield `date: ${quoted(header.date.slice(0, 10))}\n`
  if (header.tlp !== undefined) yield `tags:\n  - tlp.${header.tlp}\n`
  yield `logsource:\n${kind.logsource.map((line) => `  ${line}\n`).join("")}detection:\n`
  const suffixed = kind.equal !== undefined
  const all = [
    ...kind.fields.map((field) => [field, suffixed ? "." : ""] as const),
    ...(kind.equal ?? []).map((field) => [field, ""] as const),
  ]
  for (const [at, [field, before]] of all.entries()) {
    yield `  listed_${at + 1}:\n    ${field}:\n`
    for (const value of values) yield `      - ${quotedPlain(before + value)}\n`
  }
  yield `  condition: 1 of listed_*\nfalsepositives:\n  - ${quoted("The owner of a relay, or a later holder of the address")}\nlevel: medium\n`
}

/** YAML single quotes: only the quote itself is special, and it is doubled (YAML 1.2 section 7.3.2). */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function quotedPlain(text: string): string {
  return isTame(text) && !text.includes("*") && !text.includes("?") ? `'${text}'` : quoted(plain(text))
}

/** Sigma's own wildcards lose their meaning behind a backslash; a backslash is doubled before them and at the end. */
function plain(text: string): string {
  return text.replace(/\\+(?=[*?]|$)/g, (run) => run + run).replace(/[*?]/g, "\\$&")
}
