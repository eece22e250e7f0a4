// Finds values in running text: refangs what is defanged, tells indicators from references by how the document sets them apart (semantics 11.2, 11.3).
import { canonicalAddress } from "../model/canonical.js"
import type { ObservableType } from "../model/observable.js"
import type { ClaimContext } from "./claim.js"
import { isFileInText, isFileName } from "./data/file-extensions.js"
import type { BulletinDraft } from "./draft.js"
import { hostOf, isPublishers, isReporters } from "./quality.js"
import { readAddress, readAny, readEmail, readHash, readHost, readUrl } from "./value.js"

/** How a value stands in its document. */
interface Mention {
  /** As the document has it. */
  readonly original: string
  /** Refanged. */
  readonly text: string
  readonly type: ObservableType | "unreadable"
  readonly line: number
  readonly defanged: boolean
  /** Alone on its line, in a cell, in a code span or block: set apart from sentences. */
  readonly apart: boolean
  /** The target of a link, or a place that the text sends its reader to. */
  readonly link: boolean
  /** Why it is no indicator wherever it stands. */
  readonly aside?: string
  readonly underReferences?: boolean
}

export interface ProseOptions {
  /** Added to every provenance: `file` in `file:line`. */
  readonly name: string
  /** Targets of links that the text itself no longer shows. */
  readonly links?: readonly { readonly address: string; readonly line: number }[]
}

/** Longer lines are read in pieces of at most this length, cut between words where there are any. */
const lineLengthMax = 20_000
const mentionsMax = 500_000
/** Far beyond any report; lists and tables have no such limit. */
const proseLengthMax = 32 * 1024 * 1024

/** Claims the indicators of a text, and leaves out its references with their reason. */
export function readProse(text: string, options: ProseOptions, draft: BulletinDraft): void {
  const mentions = findMentions(text.length > proseLengthMax ? text.slice(0, proseLengthMax) : text)
  if (text.length > proseLengthMax || mentions.length > mentionsMax)
    draft.problem("limit", `${options.name}:${mentions.at(-1)?.line ?? 1}`, limitReached)
  for (const { mention, reference } of judged(mentions, standalone)) {
    const where = `${options.name}:${mention.line}`
    if (reference !== undefined) leaveMention(mention, reference, where, draft)
    else draft.claimAs(typeOf(mention), mention.text, { provenance: where, original: mention.original })
  }
  for (const { address, line } of options.links ?? []) {
    if (/^(?:https?|ftp):/i.test(address))
      draft.leave("url", address, "indicator-reference", "the target of a link", `${options.name}:${line}`)
  }
}

const limitReached = `only the first ${proseLengthMax / 1024 / 1024} MB or ${mentionsMax} values of running text are read; give the rest as a list or table`

/**
 * Where a passage stands: among values, whose names are meant; as a remark, where even a name alone may be a reference; among references; or
 * as any text.
 */
export type PassageKind = "values" | "remark" | "references" | "text"

/** Running text that stands here and there in a document of values: judged as one, and after its values, since these say how it sets them apart. */
export class Passages {
  private readonly mentions: Mention[] = []
  private readonly contexts: { readonly from: number; readonly said: ClaimContext }[] = []
  private length = 0
  private line = 0
  private full: string | undefined

  /** Whether the text names anything. */
  add(text: string, kind: PassageKind, said: ClaimContext): boolean {
    if (this.length + text.length > proseLengthMax || this.mentions.length > mentionsMax) {
      this.full ??= said.provenance
      return true
    }
    this.length += text.length
    const found = findMentions(text)
    if (found.length === 0) return false
    this.contexts.push({ from: this.mentions.length, said })
    const alone = !text.trim().includes("\n")
    // The lines of two passages are no neighbours.
    const first = this.line + 1
    for (const mention of found) {
      const line = first + mention.line
      this.line = Math.max(this.line, line)
      this.mentions.push({ ...mention, ...standing(mention, kind, alone), line })
    }
    return true
  }

  /** `values`: how the document sets apart what it lists under keys of values. */
  claim(values: Values, draft: BulletinDraft): void {
    if (this.full !== undefined) draft.problem("limit", this.full, limitReached)
    let at = 0
    for (const { mention, index, reference } of judged(this.mentions, values)) {
      while (at + 1 < this.contexts.length && this.contexts[at + 1]!.from <= index) at++
      const { said } = this.contexts[at]!
      const type = typeOf(mention)
      // What a key calls a reference is no indicator for being mentioned in a sentence.
      if (!mention.apart && !mention.defanged && isNamed(mention) && draft.isReference(mention.type, mention.text)) continue
      if (reference === undefined) draft.claimAgain(type, mention.text, { ...said, original: mention.original })
      else if (!draft.holds(type, mention.text)) leaveMention(mention, reference, said.provenance, draft)
    }
  }
}

function standing(mention: Mention, kind: PassageKind, alone: boolean): Partial<Mention> {
  // A link within words is one among values too: `reference:url,…` of a rule.
  if (kind === "values") return mention.type === "url" ? {} : { apart: true }
  if (kind === "remark" && alone) return { apart: false }
  if (kind === "references" && isNamed(mention) && !mention.defanged) return { aside: "a reference link" }
  return {}
}

/** How a document sets its indicators apart, besides its running text. */
export interface Values {
  /** A name, URL or mailbox is defanged. */
  readonly defangs: boolean
  /** A name, URL or mailbox is listed. */
  readonly names: boolean
  /** Anything is listed. */
  readonly lists: boolean
  /** Hosts of those who published it. */
  readonly publishers: ReadonlySet<string>
}

const standalone: Values = { defangs: false, names: false, lists: false, publishers: new Set() }

function isNamed({ type }: Mention): boolean {
  return type === "domain-name" || type === "url" || type === "email-addr"
}

interface Judged {
  readonly mention: Mention
  readonly index: number
  /** Why it is no indicator. */
  readonly reference: string | undefined
}

function judged(mentions: readonly Mention[], values: Values): readonly Judged[] {
  const named = mentions.filter((mention) => isNamed(mention) && !mention.link && mention.aside === undefined)
  const setting: Setting = {
    defangs: values.defangs || named.some(({ defanged }) => defanged),
    sets: values.names || named.some((mention) => mention.apart && !isPublishersValue(mention)),
    lists: values.lists,
    publishers: values.publishers,
    listed: listedLines(mentions),
  }
  const all = mentions.map((mention, index) => ({ mention, index, reference: mention.aside ?? whyReference(mention, setting) }))
  const claimed = new Set(all.flatMap(({ mention, reference }) => (reference === undefined ? [keyOf(mention)] : [])))
  // A value that is an indicator in one place needs no reason why it is none in another.
  return all.filter(({ mention, reference }) => reference === undefined || !claimed.has(keyOf(mention)))
}

function keyOf({ type, text }: Mention): string {
  return `${type} ${text.toLowerCase()}`
}

function typeOf({ type }: Mention): ObservableType | "any" {
  return type === "unreadable" ? "any" : type
}

function leaveMention({ type, original }: Mention, reason: string, where: string, draft: BulletinDraft): void {
  draft.leave(type === "unreadable" ? "unknown" : type, original, "indicator-reference", reason, where)
}

/** Undoes the defanging of semantics 2 where it stands between the parts of a value; sentences stay as they are. */
export function refangProse(text: string): string {
  if (!/[[\](){}\\*\u00a0\u00ad\u200b-\u200d\u2060\ufeff\u3002\uff0e\uff61]|h\S{2}ps?|f.p/i.test(text)) return text
  return text
    .replace(/[\u00ad\u200b-\u200d\u2060\ufeff]/g, "")
    .replace(/\u00a0/g, " ")
    .replace(/(?<=[\p{L}\p{N}\]}]) ?[[({]{1,8} ?(?:\.|dot|point) ?[\])}]{1,8} ?(?=[\p{L}\p{N}[({])/giu, ".")
    .replace(/(?<=[\p{L}\p{N}])[[({]{1,8}\.(?=[\p{L}\p{N}])/gu, ".")
    .replace(/(?<=[\p{L}\p{N}])\.[\])}]{1,8}(?=[\p{L}\p{N}])/gu, ".")
    .replace(/(?<=[\p{L}\p{N}])\\\.(?=[\p{L}\p{N}])/gu, ".")
    .replace(/[。．｡]/g, ".")
    .replace(/(?<=[\p{L}\p{N}._%+-]) ?[[({]{1,8} ?(?:@|at|arobase) ?[\])}]{1,8} ?(?=[\p{L}\p{N}])/giu, "@")
    .replace(/[[({]{1,8}:\/\/[\])}]{1,8}/g, "://")
    .replace(/(?<=[\p{L}\p{N}*])[[({]{1,8}:[\])}]{1,8}(?=\/\/|\d|[\p{L}])/gu, ":")
    .replace(/(?<=[\p{L}\p{N}])[[({]\/[\])}](?=[\p{L}\p{N}])/gu, "/")
    .replace(
      /(?<![\p{L}\p{N}])(h(?:xx|\*\*|tx|tt)p|fxp|ftp)(s?) ?(:\/\/)/giu,
      (_, scheme: string, s: string, slashes: string) => `${/^f/i.test(scheme) ? "ftp" : "http"}${s.toLowerCase()}${slashes}`,
    )
    .replace(/(?<=https?:\/\/)\[(?=[\p{L}\p{N}-]+\.[\p{L}\p{N}])(?![^\]\s]*\])/giu, "")
    .replace(/(?<=https?:\/\/)[\p{L}\p{N}-]+(?:,[\p{L}\p{N}-]+)+(?=[/\s:]|$)/giu, (host) => host.replaceAll(",", "."))
}

function* linesOf(text: string): Generator<{ readonly text: string; readonly line: number }> {
  let line = 0
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf("\n", at)
    const end = newline < 0 ? text.length : newline
    line++
    for (let from = at; from < end; ) {
      const to = pieceEnd(text, from, end)
      yield { text: text.slice(from, to).replace(/\r$/, ""), line }
      from = to
    }
    at = end + 1
  }
}

function pieceEnd(text: string, from: number, end: number): number {
  if (end - from <= lineLengthMax) return end
  const full = from + lineLengthMax
  for (let at = full; at > full - 4000; at--) if (text.charCodeAt(at) <= 32) return at
  return full
}

function findMentions(text: string): readonly Mention[] {
  const mentions: Mention[] = []
  let fence: string | undefined
  let underReferences = false
  for (const { text: line, line: number } of linesOf(text)) {
    const mark = /^\s*(```+|~~~+|-{4,}|={4,}|\.{4,})\s*\w*\s*$/.exec(line)?.[1]
    if (mark) {
      const kind = mark.slice(0, 3)
      fence = fence === kind ? undefined : (fence ?? kind)
      continue
    }
    if (/^\s*(?:\/\/[^/]|:[\w-]+:\s)/.test(line)) continue // AsciiDoc comments and attributes
    if (line.length <= headingLengthMax) underReferences = referencesHeading.test(line) || (underReferences && !isHeading(line))
    const from = mentions.length
    mentionsOfLine(line, number, fence !== undefined && fence !== "===", mentions)
    if (underReferences) for (let at = from; at < mentions.length; at++) mentions[at] = { ...mentions[at]!, underReferences }
    if (mentions.length > mentionsMax) break
  }
  return mentions
}

const headingLengthMax = 160

function isHeading(line: string): boolean {
  return /^\s*(?:#{1,6}|={1,6})\s/.test(line) || indicatorsHeading.test(line)
}

const referencesHeading =
  /^\s*(?:[#=*\d.]+\s*)?\**(?:references?|r[ée]f[ée]rences?|sources?|links?|liens?|see also|voir aussi|further reading|bibliograph(?:y|ie)|documentation|credits?|remerciements)\**\s*:?\s*\**\s*$/i
const indicatorsHeading =
  /^\s*(?:[#=*\d.]+\s*)?\**(?:.{0,40}\b)?(?:indicat(?:ors?|eurs?)|iocs?|domain(?:e)?s?|adresses?|hash(?:es)?|empreintes|c2|infrastructure)\b.{0,60}:?\s*$/i

function mentionsOfLine(line: string, number: number, inBlock: boolean, mentions: Mention[]): void {
  if (line.length < 4 || !/[.:@。．｡\]]|[0-9a-fA-F]{32}|\b(?:dot|point)\b/.test(line)) return
  const { text, links } = withoutLinks(line)
  for (const { address, shown } of links) {
    const plain = refangProse(address)
    const found = readUrl(plain)
    if (found) mentions.push({ original: address, text: plain, type: "url", line: number, defanged: false, apart: false, link: true })
    // `[evil.example](http://…)`: what a link shows counts only where it is not the link itself.
    if (shown && refangProse(shown) !== shown) mentionsIn(shown, number, false, mentions)
  }
  mentionsIn(text, number, inBlock, mentions)
}

/** Takes the links of Markdown and AsciiDoc out of a line. */
function withoutLinks(line: string): { text: string; links: readonly { address: string; shown: string }[] } {
  const links: { address: string; shown: string }[] = []
  if (!/\]\(|:\/\/|link:|mailto:/.test(line)) return { text: line, links }
  const text = line
    .replace(
      /!?\[([^\][]{0,500})\]\(\s{0,5}<?([^\s)>[]{1,2000})>?(?:\s{1,5}"[^"]{0,500}")?\s{0,5}\)/g,
      (whole, shown: string, address: string) => {
        // `[.](…)` is defanging before a bracket, not a link.
        if (/^\s*(?:\.|dot|point|:|@|at)\s*$/i.test(shown)) return whole
        links.push({ address, shown })
        return ` ${shown.includes("://") || readHost(shown.trim()) ? "" : shown} `
      },
    )
    .replace(/<((?:https?|ftp|mailto):[^\s<>]{1,4000})>/gi, (_, address: string) => {
      links.push({ address, shown: "" })
      return " "
    })
    .replace(/\b(?:link:[^\s[\]]{1,1000}|https?:\/\/[^\s[\]]{1,1000})\[([^\][]{0,500})\]?/g, (whole, shown: string) => {
      const address = whole.slice(0, whole.indexOf("[")).replace(/^link:/, "")
      if (/^(?:\.|dot|point|:|\/)$/i.test(shown) || /^\.[\p{L}\p{N}]/u.test(shown)) return whole
      links.push({ address, shown })
      return ` ${shown} `
    })
  return { text, links }
}

// A URL; a mail address; an IPv6 or IPv4 address with its network, range, port or path; a digest; a name with its port and path.
const label = "[\\p{L}\\p{N}_](?:[\\p{L}\\p{N}_-]{0,61}[\\p{L}\\p{N}_])?"
const candidate = new RegExp(
  [
    `(?<![a-zA-Z0-9+.-])[a-zA-Z][a-zA-Z0-9+.-]{1,15}:\\/\\/[^\\s"'<>|\`“”«»]{1,8000}`,
    `(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@(?:${label}\\.){1,30}${label}`,
    `(?<![\\p{L}\\p{N}:.])\\[?[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?:\\.\\d{1,3}){0,3}\\]?(?:\\/\\d{1,3}|:\\d{1,5}(?:\\/[^\\s"'<>|\`]*)?)?(?![\\p{L}\\p{N}:])`,
    `(?<![\\p{L}\\p{N}_])(?<!\\d\\.)\\d{1,10}(?:\\.\\d{1,10}){3}(?:\\s?-\\s?\\d{1,3}(?:\\.\\d{1,3}){3}|\\/255(?:\\.\\d{1,3}){3}|[:#]\\d{1,5}(?:\\/[^\\s"'<>|\`]*)?|\\/[^\\s"'<>|\`]*)?(?![\\p{L}\\p{N}_])(?!\\.\\d)`,
    `(?<![\\p{L}\\p{N}_])[0-9a-fA-F]{32,128}(?![\\p{L}\\p{N}_])`,
    `(?<![\\p{L}\\p{N}_@])(?:\\*?\\.)?(?:${label}\\.){1,30}${label}\\.?(?::\\d{1,5}(?!\\d))?(?:\\/[^\\s"'<>|\`“”«»]*)?`,
  ].join("|"),
  "gu",
)

function mentionsIn(source: string, line: number, inBlock: boolean, mentions: Mention[]): void {
  const text = refangProse(source)
  const lone = loneValue(text)
  const spelt = spellings(source)
  for (const match of text.matchAll(candidate)) {
    const value = trimmed(match[0])
    if (value.length < 4) continue
    const mention = judge(
      value,
      text,
      match.index,
      line,
      source,
      inBlock || lone === value || isCell(text, match.index, match[0].length),
      spelt,
    )
    if (mention) mentions.push(mention)
  }
}

function judge(
  value: string,
  text: string,
  offset: number,
  line: number,
  source: string,
  apart: boolean,
  spelt: (value: string) => string,
): Mention | undefined {
  const defanged = !source.includes(value)
  const original = defanged ? spelt(value) : value
  const before = text.slice(Math.max(0, offset - 80), offset)
  const base = { original, text: value, line, defanged, apart, link: false }
  if (/\}$/.test(before) && value.startsWith(".")) {
    // `server-{1,30}.evil.example` stands for many names: none of them is written here.
    const whole = `${/\S+$/.exec(before)?.[0] ?? ""}${value}`
    return { ...base, original: spelt(whole), text: whole, type: "unreadable" }
  }
  const quad = /^\d{1,10}(?:\.\d{1,10}){3}(?![\d.])/.test(value)
  if (
    quad &&
    !defanged &&
    (numbersOfThings.test(before) || versionsAfter.test(text.slice(offset + value.length, offset + value.length + 60)))
  )
    return { ...base, type: "ipv4-addr", aside: "a number of a section, version or object, not an address" }
  if (quad && /^255\.(?:\d+\.){2}\d+$/.test(value) && /\d\s+$/.test(before)) return { ...base, type: "ipv4-addr", aside: "a netmask" }
  const found = readAddress(value) ?? readEmail(value) ?? readUrl(value) ?? readHash(value)
  if (found) {
    if (found.type === "email-addr" && !defanged && contactCue.test(before))
      return { ...base, type: "email-addr", aside: "a mailbox to write to" }
    if (found.type === "url" && !value.includes("://") && /^[\w-]+\.[a-z]{2,4}\/[A-Z]/.test(value) && !defanged && !apart)
      return { ...base, type: "url", link: true }
    return { ...base, type: found.type }
  }
  if (quad) return defanged || apart ? { ...base, type: "unreadable" } : undefined
  if (/^[0-9a-fA-F]+$/.test(value) || canonicalAddress(value)) return undefined
  const any = readAny(value)
  if (!any) return defanged && /^[\p{L}\p{N}_.-]+$/u.test(value) && /\p{L}/u.test(value) ? { ...base, type: "unreadable" } : undefined
  if (any.type === "file:name" || (!defanged && (isFileName(value) || isFileInText(value))))
    return { ...base, type: "file:name", aside: "a file name in running text; give it as file:name=… to hunt for it" }
  // `e.g`, `i.e`, `Node.js`, `U.S.name`: short or capitalised words with a full stop between are prose.
  if (!defanged && !apart && any.type === "domain-name" && !plausibleName(value)) return undefined
  if (!defanged && any.type === "domain-name" && /[\\/]$/.test(before)) return undefined
  return { ...base, type: any.type }
}

const contactCue =
  /(?:\bcontact\w*|\breach us|\be-?mail us|\bwrite to|\breport (?:it|to|this|incidents?)|\bsignal(?:er|ez)\w*|\bjoindre|\b[ée]cri(?:re|vez)|\bcourriel)[^@]{0,60}$/i

/** `section 198.18.2.3`, `version: 1.2.3.4`, `§ 1.2.3.4`, `OID 1.3.6.1`, `Product/1.2.3.4`, and the numbers that follow such a one in a list (semantics 11.3). */
const numbersOfThings =
  /(?:\b(?:sections?|sect?\.|chapters?|chapitres?|ch\.|versions?|vers?\.?|v\.?|builds?|releases?|rev(?:ision)?\.?|r[ée]vision|firmware|micrologiciel|kernel|noyau|paragraphs?|paragraphes?|para\.|articles?|art\.|annexe?s?|appendix|clauses?|figures?|fig\.|tables?|tableaux?|oids?|part(?:ie)?s?)\s*(?:n[o°]\.?|number|num[ée]ro|#)?|§+)\s*[:=]?\s*["'(]?(?:\d+(?:\.\d+)+\s*(?:,|and|et|or|ou|to|à|-|–|&)\s*)*$|(?<!\b(?:ip|ips|hosts?|address|adresse|and|or|et|ou|domain|ports?))(?<=[\p{L}\p{N}_])(?<=\p{L}[\p{L}\p{N}_.-]*)\/$/iu

/** `1.5.1.13 and earlier`. */
const versionsAfter =
  /^\s*\(?(?:and|or|et|ou|&)\s+(?:all\s+|toutes\s+(?:les\s+)?)?(?:earlier|prior|previous|later|newer|older|below|above|versions?|ant[ée]rieure?s?|pr[ée]c[ée]dente?s?|ult[ée]rieure?s?|sup[ée]rieure?s?|inf[ée]rieure?s?)(?![\p{L}])/iu

function plausibleName(value: string): boolean {
  const host = value.replace(/[:/].*$/, "")
  const labels = host.split(".")
  if (labels.length === 2 && labels[0]!.length < 2) return false
  // A new sentence without a space: `attack.The`, `U.S.name`.
  if (/^[A-Z]$/.test(labels[0]!)) return false
  return !/[a-z\d)]\.[A-Z][a-z]/.test(host)
}

interface Setting {
  /** Some name, URL or mailbox of the document is defanged. */
  readonly defangs: boolean
  /** Some name, URL or mailbox stands apart from sentences. */
  readonly sets: boolean
  /** Values are listed, of whatever kind. */
  readonly lists: boolean
  readonly publishers: ReadonlySet<string>
  readonly listed: Listed
}

function whyReference(mention: Mention, { defangs, sets, lists, publishers, listed }: Setting): string | undefined {
  if (mention.link) return "the target of a link"
  if (!isNamed(mention) || mention.defanged) return undefined
  if (isReportersValue(mention)) return "a site of those who report on attacks"
  if (listed.references.has(mention.line)) return "under a heading for references"
  if (defangs && mention.apart && (listed.defanged.has(mention.line) || (mention.type === "domain-name" && listed.long.has(mention.line))))
    return undefined
  if (defangs) return "left plain in a document that defangs its indicators"
  if (mention.apart) return undefined
  if (publishers.has(hostIn(mention) ?? "")) return "a site or mailbox of who published it"
  if (sets) return "part of a sentence in a document that sets its indicators apart"
  return lists && mention.type !== "domain-name" ? "a link or mailbox beside the values that the document lists" : undefined
}

interface Listed {
  /** Lines in one block of values with a defanged one: a list that was defanged carelessly is still one list. */
  readonly defanged: ReadonlySet<number>
  /** Lines of a list of names that is too long to be anything else. */
  readonly long: ReadonlySet<number>
  /** Lines under a heading such as "References". */
  readonly references: ReadonlySet<number>
}

const longListMin = 3

function listedLines(mentions: readonly Mention[]): Listed {
  const defanged = new Set<number>()
  const long = new Set<number>()
  const apart = mentions.filter((mention) => mention.apart)
  for (let from = 0; from < apart.length; ) {
    let to = from + 1
    while (to < apart.length && apart[to]!.line - apart[to - 1]!.line <= 1) to++
    const block = apart.slice(from, to)
    if (block.some((mention) => mention.defanged)) for (const { line } of block) defanged.add(line)
    if (new Set(block.map(({ line }) => line)).size >= longListMin) for (const { line } of block) long.add(line)
    from = to
  }
  return { defanged, long, references: new Set(mentions.filter(({ underReferences }) => underReferences).map(({ line }) => line)) }
}

function isReportersValue(mention: Mention): boolean {
  const host = hostIn(mention)
  return host !== undefined && isReporters(host)
}

function isPublishersValue(mention: Mention): boolean {
  const host = hostIn(mention)
  return host !== undefined && isPublishers(host)
}

function hostIn({ type, text }: Mention): string | undefined {
  const found = type === "unreadable" ? undefined : readAny(text)
  return found && hostOf(found)
}

/** The one value of a line, without bullets, numbering, quotes, code marks and a trailing comment. */
function loneValue(text: string): string | undefined {
  const plain = text.trim()
  const worded = /\s/.test(plain)
  // A value with a remark is short; a long one stands without.
  if (plain.length > (worded ? 600 : 8200)) return undefined
  const bare = worded
    ? plain
        .replace(/^(?:[-*+•◦▪–—o]|\d{1,3}[.)]|>|\|)\s+/, "")
        .replace(/^(?:ip(?:v[46])?|domain(?:e)?s?|url|host(?:name)?|c2|c&c|md5|sha-?(?:1|256|512)|e-?mail|hash)\s*[:=]\s*/i, "")
        .replace(/\s(?:#|\/\/|;|–|—|-)\s.*$/, "")
        .replace(/\s\([^()]{0,300}\)$/, "")
    : plain
  const value = stripped(bare.trim(), "`\"'*_<«“", "`\"'*_>»”,;").trim()
  return value === "" || /\s/.test(value.replace(/\s-\s/, "-")) ? undefined : trimmed(value)
}

function stripped(text: string, before: string, after: string): string {
  let from = 0
  let to = text.length
  while (from < to && before.includes(text[from]!)) from++
  while (to > from && after.includes(text[to - 1]!)) to--
  return text.slice(from, to)
}

/** Inside a code span, or alone in a table cell. */
function isCell(text: string, offset: number, length: number): boolean {
  const before = text.slice(Math.max(0, offset - 50), offset)
  const after = text.slice(offset + length, offset + length + 50)
  if (before.endsWith("`") && after.startsWith("`")) return true
  const opens = /[|\t]\s{0,40}[`*_"']{0,4}$/.test(before)
  const closes = /^[`*_"',;]{0,4}\s{0,40}[|\t]/.test(after)
  const starts = offset - before.length === 0 && /^\s*[`*_"']{0,4}$/.test(before)
  const ends = after.length < 50 && /^[`*_"',;]{0,4}\s*$/.test(after)
  return (opens && (closes || ends)) || (starts && closes)
}

/** Cut at the end as semantics 4.5: trailing punctuation and unpaired closing brackets. */
function trimmed(value: string): string {
  let end = value.length
  const unpaired: Record<string, number> = {}
  for (const [open, close] of bracketPairs) unpaired[close] = count(value, close) - count(value, open)
  while (end > 0) {
    const last = value[end - 1]!
    if (".,;:!?*'\"”»…".includes(last)) end--
    else if ((unpaired[last] ?? 0) > 0) {
      unpaired[last]!--
      end--
    } else if ("[({".includes(last)) end--
    else break
  }
  return value.slice(0, end)
}

const bracketPairs = [
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
] as const

function count(text: string, char: string): number {
  let found = 0
  for (let at = text.indexOf(char); at >= 0; at = text.indexOf(char, at + 1)) found++
  return found
}

/** Spellings of a line's words under what they say, made once and only where something is defanged. */
function spellings(source: string): (value: string) => string {
  let words: Map<string, string> | undefined
  return (value) => {
    if (!words) {
      words = new Map()
      for (const word of source.split(/[\s|`"'<>]+/)) if (word.length <= 2000) words.set(trimmed(refangProse(word)), trimmed(word))
    }
    return words.get(value) ?? value
  }
}
