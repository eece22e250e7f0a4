// Sigma: one rule for each type of indicator and log source, long lists split; YAML with every value in single quotes.
import type { Indicator } from "../../model/indicator.js"
import type { ObservableType } from "../../model/observable.js"
import { addressBlocks, isSingle } from "./address-blocks.js"
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
  readonly title: string
  readonly logsource: readonly string[]
  readonly listed: Listed
  /** Selections by name: each a list of `field|modifier`, joined by `or`. */
  readonly fields: readonly string[]
  /** Fields that take the value itself beside a suffix, for names. */
  readonly equal?: readonly string[]
}

/** What the rules of one kind or of several list. */
interface Listed {
  readonly types: readonly ObservableType[]
  readonly values: (indicator: Indicator) => readonly string[]
}

const addresses: Listed = {
  types: ["ipv4-addr", "ipv6-addr"],
  values: ({ value }) =>
    isSingle(value)
      ? [`${value}/${value.includes(":") ? 128 : 32}`]
      : addressBlocks(value).map(({ address, prefix }) => `${address}/${prefix}`),
}
const names: Listed = { types: ["domain-name"], values: ({ value }) => [value] }

const kinds: readonly Kind[] = [
  {
    slug: "firewall-address",
    title: "Connection from or to a listed address",
    logsource: ["category: firewall"],
    listed: addresses,
    fields: ["src_ip|cidr", "dst_ip|cidr"],
  },
  {
    slug: "webserver-address",
    title: "Web request from a listed address",
    logsource: ["category: webserver"],
    listed: addresses,
    fields: ["c-ip|cidr"],
  },
  {
    slug: "dns-name",
    title: "DNS question for a listed name or one below it",
    logsource: ["category: dns"],
    listed: names,
    fields: ["query|endswith"],
    equal: ["query"],
  },
  {
    slug: "proxy-name",
    title: "Proxy request to a listed name or one below it",
    logsource: ["category: proxy"],
    listed: names,
    fields: ["cs-host|endswith"],
    equal: ["cs-host"],
  },
  {
    slug: "proxy-url",
    title: "Proxy request for a listed URL",
    logsource: ["category: proxy"],
    listed: {
      types: ["url"],
      values: ({ value }) => {
        const { scheme, host, port, target } = urlParts(value)
        return [value, `${scheme}://${host}:${port ?? (scheme === "https" ? 443 : 80)}${target}`]
      },
    },
    fields: ["c-uri|cased"],
  },
  {
    slug: "proxy-user-agent",
    title: "Proxy request with a listed user agent",
    logsource: ["category: proxy"],
    listed: { types: ["user-agent"], values: ({ value }) => [value] },
    fields: ["c-useragent|cased"],
  },
  {
    slug: "process-hash",
    title: "Process with a listed hash",
    logsource: ["category: process_creation", "product: windows"],
    listed: {
      types: ["file:hashes.MD5", "file:hashes.SHA-1", "file:hashes.SHA-256"],
      values: ({ type, value }) => [`${type.slice("file:hashes.".length).replace("-", "")}=${value}`],
    },
    fields: ["Hashes|contains"],
  },
  {
    slug: "process-name",
    title: "Process with a listed file name",
    logsource: ["category: process_creation", "product: windows"],
    listed: { types: ["file:name"], values: ({ value }) => [`\\${value}`] },
    fields: ["Image|endswith"],
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
    const lists = new Map<Listed, ValueLines>()
    return kinds.flatMap((kind) => {
      const list = lists.get(kind.listed) ?? new ValueLines(kind.listed, input.indicators)
      lists.set(kind.listed, list)
      return Array.from({ length: list.parts }, (_, part) => ({
        name: `sillage-${kind.slug}${list.parts > 1 ? `-${String(part + 1).padStart(4, "0")}` : ""}.yml`,
        content: ruleText(kind, list, input, part),
      }))
    })
  },
  checkers: [{ program: "sigma", args: ["check", "{dir}"] }],
}

function* ruleText(kind: Kind, list: ValueLines, { header }: RenderInput, part: number): Iterable<string> {
  yield comments("#", header)
  yield `title: ${quoted(`${kind.title}${list.parts > 1 ? ` (${part + 1} of ${list.parts})` : ""}`)}\n`
  yield `id: ${uuidOf("sigma", kind.slug, String(part), ...header.bulletins)}\nstatus: experimental\n`
  yield `description: ${quoted(`Indicators of: ${header.bulletins.map((title) => plainText(title)).join("; ") || "command line"}. A hit is not a compromise.`)}\n`
  if (header.date !== null) yield `date: ${quoted(header.date.slice(0, 10))}\n`
  if (header.tlp !== undefined) yield `tags:\n  - tlp.${header.tlp}\n`
  yield `logsource:\n${kind.logsource.map((line) => `  ${line}\n`).join("")}detection:\n`
  let number = 0
  const equal = list.lines(part, "")
  const ends = kind.equal === undefined ? equal : list.lines(part, ".")
  for (const field of kind.fields) yield `  listed_${++number}:\n    ${field}:\n${ends}`
  for (const field of kind.equal ?? []) yield `  listed_${++number}:\n    ${field}:\n${equal}`
  yield `  condition: 1 of listed_*\nfalsepositives:\n  - ${quoted("The owner of a relay, or a later holder of the address")}\nlevel: medium\n`
}

/** Values as the lines of rules, in parts; kinds that list the same ask for the same lines, which are then made once. */
class ValueLines {
  readonly parts: number
  private readonly indicators: readonly Indicator[]
  private readonly values: Listed["values"]
  private readonly isShared: boolean
  /** Made for one kind, and not yet taken by another. */
  private readonly waiting = new Map<string, string>()

  constructor(listed: Listed, indicators: readonly Indicator[]) {
    this.indicators = ofTypes(indicators, listed.types)
    this.parts = Math.ceil(this.indicators.length / valuesMax)
    this.values = listed.values
    this.isShared = kinds.filter((kind) => kind.listed === listed).length === 2
  }

  lines(part: number, before: string): string {
    const key = `${part}${before}`
    const made = this.waiting.get(key)
    if (made !== undefined) {
      this.waiting.delete(key)
      return made
    }
    const all: string[] = []
    for (const one of this.indicators.slice(part * valuesMax, (part + 1) * valuesMax))
      for (const value of this.values(one)) all.push(`      - ${quotedPlain(before + value)}\n`)
    const lines = all.join("")
    if (this.isShared) this.waiting.set(key, lines)
    return lines
  }
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
