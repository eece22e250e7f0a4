// The strict half of the matcher: the one place that decides what a hit is, and how strong (semantics 3 to 6).
import { parseIpv4 } from "../model/address.js"
import { canonicalAddress, canonicalUrl } from "../model/canonical.js"
import type { HitNote, Occurrence, Strength } from "../model/hit.js"
import type { Indicator } from "../model/indicator.js"
import type { LogRecord } from "../model/log-record.js"
import { addressKey, ipv4Addresses, ipv6Addresses, reportAddress } from "./verify/addresses.js"
import { readings, refanged } from "./verify/decode.js"
import { eachMatch } from "./verify/each-match.js"
import {
  bareHosts,
  type FieldText,
  fieldKind,
  fieldRank,
  fieldTexts,
  integerAddress,
  isForwardingHeader,
  joinedUrl,
} from "./verify/fields.js"
import { aLabels, hostNames } from "./verify/names.js"
import { littleEndianAddresses } from "./verify/proc-net.js"
import { parentSpan, type Reading, rawReading, rawSpan, type Span, touched } from "./verify/reading.js"
import { type Found, newScan, type PortStyles, rank, type Scan, type TextContext } from "./verify/scan.js"
import { isSharedHost } from "./verify/shared-hosts.js"
import { buildTables, type Tables } from "./verify/tables.js"
import { digests, files, ja4Fingerprint, mailAddresses, userAgents, wordsOf } from "./verify/tokens.js"
import { relateUrl, schemelessUrl, statedUrls } from "./verify/url-match.js"
import type { UrlEntry } from "./verify/url-table.js"

/**
 * Exact judgement of one record: one occurrence per indicator, the strongest, in the order of the indicators.
 * Never throws; time grows with the length of the text, not with the number of indicators.
 */
export function createVerifier(indicators: readonly Indicator[], mayHold: MayHold = (texts) => texts.map(() => true)): Verify {
  let tables: Tables | undefined
  return (record, limited = () => {}) => {
    // Built when first needed: a hunt without a candidate never pays for it.
    tables ??= buildTables(indicators)
    return verify(tables, record, mayHold, limited)
  }
}

/** Which of these texts may hold an indicator, in any spelling: never too few of them. */
export type MayHold = (texts: readonly string[]) => readonly boolean[]

/** `limited` is called where a text was too long to be decoded in every way: what only such a reading shows was then not looked for. */
export type Verify = (record: LogRecord, limited?: () => void) => readonly Occurrence[]

/** An occurrence on its way to being the record's strongest. */
interface Candidate extends Occurrence {
  /** In the record's text; undefined for one of a field. */
  readonly span: Span | undefined
  readonly reading: Reading | undefined
  readonly readingSpan: Span | undefined
  readonly field: FieldText | undefined
}

/** Enough to tell what a field accounts for; a line that repeats one indicator a million times keeps this many. */
const candidatesMax = 64

function verify(tables: Tables, record: LogRecord, mayHold: MayHold, limited: () => void): readonly Occurrence[] {
  const inText = new Map<number, Candidate[]>()
  const inFields = new Map<number, Candidate[]>()
  const claimed = claimedAddresses(record.claimed)
  const ports = portStyles(record)
  judgeText(tables, record, { kind: "text", ports, limited }, claimed, inText)
  for (const field of fieldsToJudge(record, mayHold))
    judgeField(tables, field, { kind: "text", ports, limited }, claimed, (candidate) => keep(inFields, candidate))
  judgeTogether(tables, record, (candidate) => keep(inFields, candidate))
  const found: Occurrence[] = []
  for (const indicator of new Set([...inText.keys(), ...inFields.keys()])) {
    const fields = inFields.get(indicator) ?? []
    const text = (inText.get(indicator) ?? []).filter((candidate) => !isAccountedFor(record.text, candidate, fields))
    const best = [...fields, ...text].reduce((a, b) => (compare(b, a) < 0 ? b : a))
    found.push(occurrence(best, record, inText.get(indicator) ?? []))
  }
  return found.sort((a, b) => a.indicator - b.indicator)
}

/** Most fields of a record that holds an indicator hold none. */
function fieldsToJudge(record: LogRecord, mayHold: MayHold): readonly FieldText[] {
  const fields = fieldTexts(record.fields)
  const may = mayHold(fields.map(({ name, value }) => (fieldKind(name) === "host" ? `//${value}` : value)))
  return fields.filter(({ name, value }, index) => may[index] || (fieldKind(name) === "address" && integerAddress(value) !== undefined))
}

/** Every reading of a text, and what each is refanged, given to all that look for tokens. */
function judge(tables: Tables, text: string, context: TextContext, see: (found: Found, reading: Reading) => void): void {
  for (const reading of readings(text, context.limited)) {
    const plain = refanged(reading)
    search(newScan(reading, tables, context, (found) => see(found, reading)))
    if (!plain) continue
    search(
      newScan(plain, tables, context, (found) => {
        if (!isRefanged(plain, found.span)) return
        see({ ...found, strength: "weak", notes: [...found.notes, "defanged"] }, plain)
      }),
    )
  }
}

function search(scan: Scan): void {
  const { text, tables } = scan
  files(scan)
  userAgents(scan)
  if (text.length < digestCharsMin && scan.context.kind !== "host" && !/[.:_]/.test(text)) return
  const taken = ipv6Addresses(scan)
  eachMatch(wordsOf(text), text, ({ 0: run, index }) => {
    const to = index + run.length
    if (run.includes(".")) {
      ipv4Addresses(scan, index, to, taken)
      for (const host of hostNames(scan, index, to)) schemelessUrl(scan, host)
    }
    if (tables.ja4) ja4Fingerprint(scan, index, to)
  })
  statedUrls(scan)
  digests(scan)
  mailAddresses(scan)
  littleEndianAddresses(scan)
}

/** Whatever is no name, address, URL, mailbox or fingerprint is at least as long as the shortest digest, or a file's. */
const digestCharsMin = 32

type Keep = (candidate: Candidate) => void

function judgeText(
  tables: Tables,
  record: LogRecord,
  context: TextContext,
  claimed: ReadonlySet<string>,
  inText: Map<number, Candidate[]>,
): void {
  judge(tables, record.text, context, (found, reading) => {
    const known = inText.get(found.indicator)
    if (known && known.length >= candidatesMax && rank(found.strength) >= rank((known[0] as Candidate).strength)) return
    const span = rawSpan(reading, found.span)
    const observed = record.text.slice(span.from, span.to)
    keep(inText, { ...asClaimed(found, claimed), observed, where: null, span, reading, readingSpan: found.span, field: undefined })
  })
}

function judgeField(tables: Tables, field: FieldText, context: TextContext, claimed: ReadonlySet<string>, keep: Keep): void {
  const kind = fieldKind(field.name)
  if (kind === "whole record") return
  const { name: where, value } = field
  const none: ReadonlySet<string> = new Set()
  const see = (found: Found, reading: Reading) => {
    const span = rawSpan(reading, found.span)
    const judged = asClaimed(found, isForwardingHeader(where) ? claimed : none)
    keep({
      ...judged,
      observed: value.slice(span.from, span.to),
      where,
      span: undefined,
      reading: undefined,
      readingSpan: undefined,
      field,
    })
  }
  const integer = kind === "address" ? integerAddress(value) : undefined
  if (integer === undefined) {
    judge(tables, value, kind === "address" ? context : { ...context, kind }, see)
    return
  }
  const scan = newScan(rawReading(value), tables, context, (found) => see(found, scan.reading))
  reportAddress(scan, { version: 4, first: BigInt(integer), last: BigInt(integer) }, 0, value.length, "exact", [])
}

/** What no single field holds: a URL in parts, and the host of a record that cannot show a path. */
function judgeTogether(tables: Tables, record: LogRecord, keep: Keep): void {
  const { urls } = tables
  if (!urls) return
  const add = (indicator: number, strength: Strength, notes: readonly HitNote[], observed: string, where: string | null) =>
    keep({ indicator, strength, notes, observed, where, span: undefined, reading: undefined, readingSpan: undefined, field: undefined })
  const joined = joinedUrl(record.fields)
  const canonical = joined && canonicalUrl(joined.url)
  if (joined && canonical !== undefined) {
    relateUrl(urls, canonical, joined.stated, (indicator, strength, notes) => add(indicator, strength, notes, joined.observed, "url.full"))
  }
  for (const { host, where, port, kind } of bareHosts(record.fields, record.text)) {
    const name = kind === "address" || !/[^\d.:[\]a-f]/i.test(host) ? addressHost(host) : aLabels(host.replace(/\.$/, ""))
    if (name === undefined || isSharedHost(name)) continue
    for (const entry of urls.ofHost(name)) {
      if (port === undefined || isPortOf(entry, port)) add(entry.indicator, "host", [], host, where)
    }
  }
}

/** An address as the host of a canonical URL has it; a name of hex letters stays one. */
function addressHost(text: string): string | undefined {
  if (parseIpv4(text) !== undefined) return text
  const address = canonicalAddress(text.replace(/^\[|\]$/g, ""))
  if (!address || address.wide) return /^[a-f\d.]+$/i.test(text) ? text.toLowerCase() : undefined
  return address.type === "ipv6-addr" ? `[${address.value}]` : address.value
}

function isPortOf({ port, scheme }: UrlEntry, seen: string): boolean {
  if (port !== "") return port === seen
  return seen === "443" || seen === "80" ? scheme === "http" || scheme === "https" : false
}

/** ASA and FTD write `address/port`; tcpdump and netstat `address.port` (semantics 4.2). */
function portStyles({ text, format }: LogRecord): PortStyles {
  let slash: boolean | undefined
  let dotted: boolean | undefined
  return {
    slash: () => (slash ??= ciscoMessage.test(text) || ciscoFormat.test(format)),
    dotted: () => (dotted ??= dottedPorts.test(text)),
  }
}

const ciscoMessage = /%(?:ASA|FTD|PIX|FWSM)-/
const ciscoFormat = /(?:^|-)(?:asa|ftd|pix)(?:-|$)/i
const dottedPorts =
  /\bIP6? [0-9A-Fa-f.:]{3,60}(?:\.[\w-]{1,16})? > |\d\.\d{1,5} > \d{1,3}\.\d{1,3}\.\d|^\s{0,8}(?:tcp|udp)(?:4|6|46)?\s+\d+\s+\d+\s|\b(?:ESTABLISHED|LISTEN|SYN_SENT|SYN_RCVD|SYN_RECEIVED|TIME_WAIT|CLOSE_WAIT|FIN_WAIT_?[12]|LAST_ACK|CLOSING)\b/

/** Canonical keys of the addresses that a forwarding header only claims. */
function claimedAddresses(claimed: readonly string[] | undefined): ReadonlySet<string> {
  const keys = new Set<string>()
  for (const text of claimed ?? []) {
    const range = canonicalAddress(text.trim())?.range
    if (range) keys.add(addressKey(range))
  }
  return keys
}

function asClaimed(found: Found, claimed: ReadonlySet<string>): Pick<Occurrence, "indicator" | "strength" | "notes"> {
  const { indicator, strength, notes, address } = found
  if (address === undefined || !claimed.has(address)) return { indicator, strength, notes }
  return { indicator, strength: "weak", notes: [...notes, "claimed"] }
}

function keep(found: Map<number, Candidate[]>, candidate: Candidate): void {
  const list = found.get(candidate.indicator)
  if (!list) found.set(candidate.indicator, [candidate])
  else if (list.length < candidatesMax) list.push(candidate)
  else if (compare(candidate, list[0] as Candidate) < 0) list[0] = candidate // the first is at least as strong as any that was dropped
}

/** Strongest first, then in the field that holds it as a whole. */
function compare(a: Candidate, b: Candidate): number {
  return (
    rank(a.strength) - rank(b.strength) ||
    Number(a.where === null) - Number(b.where === null) ||
    Number(!isWhole(a)) - Number(!isWhole(b)) ||
    (a.where === null || b.where === null ? 0 : fieldRank(a.where) - fieldRank(b.where)) ||
    a.notes.length - b.notes.length
  )
}

function isWhole({ field, observed }: Candidate): boolean {
  return field === undefined || field.value.length === observed.length
}

/** Whether an occurrence in the text is one of those that the fields hold, and judge with better knowledge of the place. */
function isAccountedFor(text: string, candidate: Candidate, fields: readonly Candidate[]): boolean {
  for (const { field } of fields) {
    if (!field || !candidate.span || !candidate.reading || !candidate.readingSpan) continue
    const inRaw = holds(text, field.value, candidate.span)
    if (inRaw === true) return true
    const inReading = inRaw === "nowhere" ? holds(candidate.reading.text, field.value, candidate.readingSpan) : inRaw
    if (inReading === true) return true
    // A value that the parser rewrote stands nowhere in the text: the same spelling is then taken for it.
    if (inReading === "nowhere" && field.value.includes(candidate.observed)) return true
  }
  return false
}

function holds(text: string, value: string, span: Span): boolean | "nowhere" {
  let at = text.indexOf(value, Math.max(0, span.to - value.length))
  // The value holds the occurrence only where it begins at or before it.
  if (at >= 0 && at <= span.from) return true
  at = text.indexOf(value)
  return at < 0 ? "nowhere" : false
}

function isRefanged(reading: Reading, span: Span): boolean {
  for (let one = reading, at = span; one.kind === "refanged" && one.parent; at = parentSpan(one, at), one = one.parent) {
    if (touched(one, at)) return true
  }
  return false
}

function occurrence(best: Candidate, { text, fields }: LogRecord, inText: readonly Candidate[]): Occurrence {
  const { indicator, strength, notes, span } = best
  const observed = text.includes(best.observed) ? best.observed : spelledInText(best, inText)
  const message = fields.message
  const where =
    best.where === null && span !== undefined && typeof message === "string" && message.includes(observed) ? "message" : best.where
  // The header's raw text is no role; what it says is, claimed or not (semantics 9.1).
  return { indicator, observed, strength, notes, where: where !== null && isForwardingHeader(where) ? "network.forwarded_ip" : where }
}

/** A parser may have decoded the field: the record's own spelling is the one whose reading is the field's. */
function spelledInText({ observed }: Candidate, inText: readonly Candidate[]): string {
  const same = inText.find(({ reading, readingSpan }) => {
    return reading && readingSpan && reading.text.slice(readingSpan.from, readingSpan.to).toLowerCase() === observed.toLowerCase()
  })
  return same?.observed ?? observed
}
