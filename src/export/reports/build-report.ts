// From the answer of a hunt to the report model: sorted, bounded, pseudonymised or redacted here, once, before any writer sees it.
import { createHash } from "node:crypto"
import { isAuthentication } from "../../hits/authentication.js"
import { inFrench } from "../../hits/french.js"
import type { Evidence, PivotResult } from "../../hits/relays/pivot.js"
import { familyNames } from "../../hits/relays/sentences.js"
import type { Sighting } from "../../hits/sightings.js"
import { accountName } from "../../hits/triage/account.js"
import type { DecoyCount } from "../../hits/triage/decoys.js"
import { withExactCounts } from "../../hits/triage/exact-counts.js"
import { classes, classTexts, quadrantTexts, type TriageClass } from "../../hits/triage/factor-table.js"
import { assetOf, type HitTriage, type TriagedGroup, type TriageResult } from "../../hits/triage/triage.js"
import { standingOf, type Verdict } from "../../hits/triage/verdicts.js"
import type { Bulletin } from "../../model/bulletin.js"
import type { Coverage } from "../../model/coverage.js"
import type { Hit, Source } from "../../model/hit.js"
import type { Problem } from "../../model/problem.js"
import { strictest, type Tlp } from "../../model/tlp.js"
import { deadlinesOf } from "./deadlines.js"
import { type Excess, exactOf } from "./exact.js"
import { type JudgedHit, judge, tableText } from "./judged.js"
import { type CaseFacts, emptyProfile, type Profile } from "./profile.js"
import { type Pseudonyms, wordReplacer } from "./pseudonyms.js"
import type {
  Finding,
  GlanceCell,
  HostRow,
  LeadRow,
  Matrix,
  Month,
  ObservableRow,
  ProblemRow,
  RecordRow,
  Report,
  Request,
  Result,
  Searched,
} from "./report.js"
import { results } from "./report.js"
import type { Language } from "./wording.js"

/** The part of the hunt's summary that a report needs; the machine output has it under these names. */
export interface HuntFacts {
  readonly version: string
  readonly since: string | null
  readonly until: string | null
  readonly tz: string | null
  readonly indicators: { readonly read: number; readonly hunted: number; readonly notHunted: number; readonly references: number }
  /** `total` counts all, `listed` those that the answer holds in full, `echo` what is no contact among all. */
  readonly hits: { readonly outsideWindow?: number; readonly total?: number; readonly listed?: number; readonly echo?: number }
  readonly complete: boolean
}

export interface ReportInput {
  readonly language: Language
  /** RFC 3339, UTC: the report's own time; nothing here reads a clock. */
  readonly at: string
  readonly hits: readonly JudgedHit[]
  /** Exact numbers where only some of the hits are held in full. */
  readonly sightings?: readonly Sighting[]
  readonly coverage: readonly Coverage[]
  readonly problems: readonly Problem[]
  readonly hunt: HuntFacts
  readonly bulletins: readonly Bulletin[]
  readonly profile: Profile
  readonly facts: CaseFacts
  readonly pseudonyms: Pseudonyms
  readonly clearAccounts?: boolean
  readonly redacted?: boolean
  readonly decoys?: DecoyCount
  readonly pivot?: Pick<PivotResult, "candidates" | "reason" | "abstained">
  readonly verdicts?: readonly Verdict[]
}

/** Bounds of the human parts; what lies beyond is counted, and CSV and JSON carry `recordsMax`. */
export const limits = {
  records: 100_000,
  hosts: 20,
  matrixHosts: 24,
  matrixIndicators: 24,
  missing: 500,
  gaps: 200,
  problems: 1_000,
  months: 240,
  notSeen: 5_000,
  instants: 200,
  leads: 200,
  recordCharacters: 4_096,
  valueCharacters: 2_048,
  /** Any other text of logs: a factor's evidence, a path. */
  textCharacters: 8_192,
  nameCharacters: 300,
} as const

/** An unmarked bulletin is not clear, and a report holds the organisation's own data. */
const ownMarking: Tlp = "amber"

export function buildReport(input: ReportInput): Report {
  const plain = input.hits.filter((hit) => hit.echo === null)
  const triage = judge({
    hits: plain,
    bulletins: input.bulletins,
    since: input.hunt.since,
    until: input.hunt.until,
    ...(input.decoys ? { decoys: input.decoys } : {}),
  })
  const veil = veilOf(input, plain)
  const seen = new Set(plain.map((hit) => keyOf(hit.indicator)))
  const unseen = distinct(input.bulletins.flatMap((one) => one.indicators)).filter((one) => !seen.has(keyOf(one)))
  const records = recordsOf(plain, triage, veil)
  const exact = exactOf(plain, input.sightings ?? [], resultOf)
  const [firstEventAt, lastEventAt] = rangeOf(plain, exact.sightings)
  const groups = withExactCounts(triage.groups, exact.sightings)
  const hitsInAll = totalOf(input, plain.length + exact.excess.reduce((sum, one) => sum + one.hits, 0))
  const body = {
    title: input.redacted ? null : input.facts.title,
    language: input.language,
    generatedAt: input.at,
    version: input.hunt.version,
    tlp: tlpOf(input),
    pap: papOf(input),
    redacted: input.redacted ?? false,
    accounts: input.clearAccounts && !input.redacted ? ("clear" as const) : ("pseudonyms" as const),
    answer:
      plain.length > 0
        ? ("seen" as const)
        : input.hunt.complete && input.hunt.indicators.notHunted === 0
          ? ("not-seen" as const)
          : ("not-seen-incomplete" as const),
    profile: input.redacted ? redactedProfile(input.profile) : input.profile,
    facts: input.redacted ? redactedFacts(input.facts) : input.facts,
    request: requestOf(input),
    times: { awareAt: input.facts.awareAt, detectedAt: input.facts.detectedAt, firstEventAt, lastEventAt },
    searched: searchedOf(input, veil),
    glance: glanceOf(plain, exact.excess),
    findings: groups.map((group) => findingOf(group, plain, exact.excess, input, veil)),
    classes: Object.fromEntries(
      classes.map((name) => [name, triage.groups.filter((group) => group.triage.class === name).length]),
    ) as Record<TriageClass, number>,
    matrix: matrixOf(plain, triage, veil),
    months: monthsOf(plain, input),
    records: records.slice(0, limits.records),
    recordsLeftOut: hitsInAll - Math.min(records.length, limits.records),
    echoes: Math.max(input.hits.length - plain.length, input.hunt.hits.echo ?? 0),
    counts: {
      hits: hitsInAll,
      listed: plain.length,
      exact: exact.sightings.length > 0 || hitsInAll === plain.length,
      indicators: seen.size,
      hosts: new Set(plain.flatMap((hit) => assetOf(hit) ?? [])).size,
      outsideWindow: input.hunt.hits.outsideWindow ?? 0,
    },
    chance: triage.chance === null ? null : inLanguage(triage.chance, input.language),
    leads: (input.pivot?.candidates ?? []).slice(0, limits.leads).map((lead): LeadRow => leadOf(lead, input.language, veil)),
    leadsReason: input.pivot?.abstained ? veil.words(inLanguage(input.pivot.reason ?? "", input.language)) : null,
    deadlines: deadlinesOf(input.facts, input.profile, input.at, input.language),
    problems: input.problems.slice(0, limits.problems).map((one): ProblemRow => problemOf(one, veil)),
    problemsLeftOut: Math.max(0, input.problems.length - limits.problems),
    notSeen: unseen.slice(0, limits.notSeen).map(observable),
    notSeenLeftOut: Math.max(0, unseen.length - limits.notSeen),
  }
  return { id: input.redacted ? idOf(input) : (input.facts.id ?? idOf(input)), ...body }
}

/** How log-derived text is shown: accounts under pseudonyms, and in a redacted report nothing internal at all. */
interface Veil {
  readonly redacted: boolean
  /** Free text of logs and triage. */
  readonly words: (text: string) => string
  readonly host: (value: string) => HostNames
  readonly account: (value: string) => string
  readonly place: (source: Pick<Source, "path" | "member">) => string
  /** An address of a record: foreign ones stand as they are. */
  readonly address: (value: string | undefined, isOurs: boolean) => string | null
}

interface HostNames {
  readonly value: string
  readonly name: string | null
  readonly role: string | null
}

function veilOf(input: ReportInput, hits: readonly Hit[]): Veil {
  const { pseudonyms, profile } = input
  const redacted = input.redacted ?? false
  const accounts = accountNames(hits, pseudonyms)
  const mailbox = ownMailboxes(profile, pseudonyms)
  const replace = wordReplacer(accounts)
  const clear = (input.clearAccounts ?? false) && !redacted
  const words = (text: string) => {
    const bounded = cut(text, limits.textCharacters)
    return clear ? bounded : replace(mailbox(bounded))
  }
  const assets = new Map(profile.assets.map((asset) => [asset.match.toLowerCase(), asset]))
  return {
    redacted,
    words,
    account: (value) =>
      clear
        ? cut(value, limits.nameCharacters)
        : (accounts.get(value) ?? pseudonyms.of("account", accountName(cut(value, limits.nameCharacters)) ?? value)),
    host(value) {
      const asset = assets.get(value.toLowerCase())
      if (redacted) return { value: pseudonyms.of("host", value), name: null, role: asset?.role ?? null }
      return { value: words(cut(value, limits.nameCharacters)), name: asset?.name ?? null, role: asset?.role ?? null }
    },
    place(source) {
      const place = source.member === undefined ? source.path : `${source.path}!/${source.member}`
      return redacted ? pseudonyms.of("source", place) : words(place)
    },
    address: (value, isOurs) => (value === undefined ? null : redacted && isOurs ? pseudonyms.of("host", value) : value),
  }
}

/** What formats name as accounts, with and without the domain around it. */
function accountNames(hits: readonly Hit[], pseudonyms: Pseudonyms): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const hit of hits) {
    for (const [field, value] of Object.entries(hit.fields)) {
      if (!/(?:^|\.)user\.(?:name|email|id|full_name)$|^(?:email\.(?:to|cc|bcc)\.address)$/.test(field)) continue
      for (const one of Array.isArray(value) ? value : [value]) addAccount(names, String(one), pseudonyms)
    }
  }
  return names
}

function addAccount(names: Map<string, string>, value: string, pseudonyms: Pseudonyms): void {
  const bare = accountName(value)
  if (bare === undefined || value.length > limits.nameCharacters) return
  const pseudonym = pseudonyms.of("account", bare)
  names.set(value, pseudonym)
  if (bare.length >= 2) names.set(bare, pseudonym)
}

/** Mailboxes below the organisation's own names. */
function ownMailboxes(profile: Profile, pseudonyms: Pseudonyms): (text: string) => string {
  const domains = profile.internalNames.filter((name) => name.includes(".")).map((name) => name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"))
  if (domains.length === 0) return (text) => text
  const pattern = new RegExp(`[\\p{L}\\p{N}._%+-]{1,64}@(?=(?:[a-z0-9-]+\\.){0,8}(?:${domains.join("|")})(?![\\p{L}\\p{N}-]))`, "giu")
  return (text) => text.replace(pattern, (box) => `${pseudonyms.of("account", box.slice(0, -1))}@`)
}

function findingOf(group: TriagedGroup, hits: readonly Hit[], excess: readonly Excess[], input: ReportInput, veil: Veil): Finding {
  const own = hits.filter((hit) => keyOf(hit.indicator) === keyOf(group.indicator))
  const standing = standingOf(input.verdicts ?? [], group.indicator.value, { time: input.at, triage: group.triage })
  const technique = input.bulletins.flatMap((one) => one.indicators).find((one) => keyOf(one) === keyOf(group.indicator))?.techniques ?? []
  return {
    indicator: { ...observable(group.indicator), marks: group.indicator.marks, technique },
    class: group.triage.class,
    triage: triageOf(group.triage, input.language, veil),
    quadrantText: quadrantTexts[group.quadrant][input.language],
    hits: group.hits,
    glance: glanceOf(
      own,
      excess.filter((one) => keyOf(one.indicator) === keyOf(group.indicator)),
    ),
    strengths: [...new Set(own.map((hit) => hit.strength))].sort(),
    validity: [...new Set(own.map((hit) => hit.validity))].sort(),
    firstSeen: group.firstSeen,
    lastSeen: group.lastSeen,
    hosts: group.assets
      .slice(0, limits.hosts)
      .map((asset): HostRow => ({ ...veil.host(asset.value), hits: asset.hits, class: asset.class })),
    hostsLeftOut: group.assetsLeftOut + Math.max(0, group.assets.length - limits.hosts),
    accounts: [...new Set(group.accounts.map(veil.account))].sort(),
    nextSteps: classTexts[group.triage.class][input.language].nextSteps,
    standing:
      standing.state === "open"
        ? { state: "open" }
        : {
            state: standing.state,
            at: standing.by.at,
            ...(veil.redacted
              ? {}
              : { by: standing.by.author, ...(standing.by.reason === undefined ? {} : { reason: standing.by.reason }) }),
          },
    instants: own
      .flatMap((hit) => hit.time?.earliest ?? hit.time?.latest ?? [])
      .sort()
      .slice(0, limits.instants),
  }
}

/** A factor's text may quote the logs: veiled in a report, and in a redacted one cut down to what the table itself says. */
function triageOf(triage: HitTriage, language: Language, veil: Veil): HitTriage {
  return {
    ...triage,
    factors: triage.factors.map((factor) => ({
      ...factor,
      text: veil.redacted
        ? factor.id === "F10"
          ? inLanguage(factor.text, language)
          : tableText(factor, language)
        : cut(evidence(factor.text, language, veil), limits.valueCharacters),
    })),
    rules: triage.rules.map((rule) => inLanguage(rule, language)),
  }
}

/** Said in the report's language first: what is then veiled stands in no sentence's way. */
function evidence(text: string, language: Language, veil: Veil): string {
  return veil.words(inLanguage(text, language)).replace(/\b(?:account|compte) (?=account-)/g, "")
}

/** Triage and pivot speak English, in a kept hunt too. */
function inLanguage(text: string, language: Language): string {
  return language === "fr" ? inFrench(text) : text
}

function recordsOf(hits: readonly Hit[], triage: TriageResult, veil: Veil): readonly RecordRow[] {
  return hits
    .map((hit, at): RecordRow & { readonly points: number } => {
      const judged = triage.triage[at] as HitTriage
      const asset = assetOf(hit)
      const outbound = hit.direction === "outbound"
      const account = text(hit.fields["user.name"])
      return {
        id: hit.id,
        indicator: observable(hit.indicator),
        class: judged.class,
        points: judged.points,
        strength: hit.strength,
        grade: hit.grade ?? "seen",
        result: resultOf(hit),
        direction: hit.direction,
        action: hit.action,
        outcome: hit.outcome,
        where: hit.where,
        observed: veil.redacted ? hit.indicator.value : cut(veil.words(hit.observed), limits.valueCharacters),
        earliest: hit.time?.earliest ?? null,
        latest: hit.time?.latest ?? null,
        assumption: hit.time?.assumption ?? [],
        place: veil.place(hit.source),
        line: hit.source.line ?? hit.source.record ?? null,
        offset: veil.redacted ? null : (hit.source.offset ?? null),
        also: hit.also.length,
        format: cut(hit.format, limits.nameCharacters),
        host: asset === undefined ? null : veil.host(asset).value,
        account: account === undefined ? null : veil.account(account),
        sourceAddress: veil.address(
          text(hit.fields["source.ip"]),
          outbound || hit.direction === "internal" || !isObserved(hit, "source.ip"),
        ),
        destinationAddress: veil.address(text(hit.fields["destination.ip"]), !outbound || !isObserved(hit, "destination.ip")),
        destinationPort: portOf(hit.fields["destination.port"]),
        text: veil.redacted ? null : cut(veil.words(hit.record), limits.recordCharacters),
      }
    })
    .sort(
      (a, b) =>
        classes.indexOf(a.class) - classes.indexOf(b.class) ||
        b.points - a.points ||
        compare(a.earliest ?? "~", b.earliest ?? "~") ||
        compare(a.place, b.place) ||
        (a.line ?? 0) - (b.line ?? 0) ||
        compare(a.id, b.id),
    )
    .map(({ points: _, ...row }) => row)
}

function isObserved(hit: Hit, field: string): boolean {
  return hit.where === field
}

function matrixOf(hits: readonly Hit[], triage: TriageResult, veil: Veil): Matrix {
  const hostHits = new Map<string, Hit[]>()
  for (const hit of hits) {
    const host = assetOf(hit)
    if (host === undefined) continue
    const known = hostHits.get(host)
    if (known) known.push(hit)
    else hostHits.set(host, [hit])
  }
  const hosts = [...hostHits].sort((a, b) => worst(a[1]) - worst(b[1]) || b[1].length - a[1].length || compare(a[0], b[0]))
  const touched = new Set([...hostHits.values()].flat().map((hit) => keyOf(hit.indicator)))
  const indicators = triage.groups.map((group) => group.indicator).filter((one) => touched.has(keyOf(one)))
  const shownHosts = hosts.slice(0, limits.matrixHosts)
  const shown = indicators.slice(0, limits.matrixIndicators)
  return {
    hosts: shownHosts.map(([value]) => {
      const host = veil.host(value)
      return { value: host.value, name: host.name ?? host.role }
    }),
    indicators: shown.map(observable),
    cells: shownHosts.map(([, own]) =>
      shown.map((indicator) => {
        const cell = own.filter((hit) => keyOf(hit.indicator) === keyOf(indicator))
        return { hits: cell.length, result: cell.length === 0 ? null : (results[worst(cell)] as Result) }
      }),
    ),
    hostsLeftOut: Math.max(0, hosts.length - limits.matrixHosts),
    indicatorsLeftOut: Math.max(0, indicators.length - limits.matrixIndicators),
  }
}

function worst(hits: readonly Hit[]): number {
  return Math.min(...hits.map((hit) => results.indexOf(resultOf(hit))))
}

function monthsOf(hits: readonly Hit[], input: ReportInput): readonly Month[] {
  const dated = hits.flatMap((hit) => (hit.time?.earliest ? [{ month: hit.time.earliest.slice(0, 7), result: resultOf(hit) }] : []))
  const spans = input.coverage.flatMap((entry) =>
    entry.first && entry.last ? [{ from: entry.first.slice(0, 7), to: entry.last.slice(0, 7) }] : [],
  )
  const asked = [input.hunt.since?.slice(0, 7), lastMonthOf(input.hunt.until)].filter((one) => one !== undefined)
  const bounded = [
    ...dated.map((one) => one.month),
    ...(asked.length === 2 ? asked : [...asked, ...spans.flatMap((one) => [one.from, one.to])]),
  ].sort()
  const [first, last] = [bounded[0], bounded.at(-1)]
  if (first === undefined || last === undefined) return []
  const months: Month[] = []
  for (let month = first; month <= last && months.length < limits.months; month = nextMonth(month)) {
    const own = dated.filter((one) => one.month === month)
    months.push({
      month,
      hits: Object.fromEntries(results.map((result) => [result, own.filter((one) => one.result === result).length])) as Record<
        Result,
        number
      >,
      files: spans.filter((one) => one.from <= month && month <= one.to).length,
    })
  }
  return months
}

/** `until` is open at its end: the first instant of a month belongs to the one before. */
function lastMonthOf(until: string | null): string | undefined {
  return until === null ? undefined : new Date(Date.parse(until) - 1).toISOString().slice(0, 7)
}

function nextMonth(month: string): string {
  const [year, at] = month.split("-").map(Number) as [number, number]
  return at === 12 ? `${String(year + 1).padStart(4, "0")}-01` : `${String(year).padStart(4, "0")}-${String(at + 1).padStart(2, "0")}`
}

function glanceOf(hits: readonly Hit[], excess: readonly Excess[]): readonly GlanceCell[] {
  const cells = new Map<string, { direction: Hit["direction"]; result: Result; hits: number }>()
  const add = (direction: Hit["direction"], result: Result, count: number) => {
    const key = `${direction} ${result}`
    const known = cells.get(key)
    if (known) known.hits += count
    else cells.set(key, { direction, result, hits: count })
  }
  for (const hit of hits) add(hit.direction, resultOf(hit), 1)
  for (const one of excess) add(one.direction, one.result, one.hits)
  return [...cells.values()].sort((a, b) => compare(a.direction, b.direction) || results.indexOf(a.result) - results.indexOf(b.result))
}

/** A login that worked counts as one whatever grade the format gave it, as triage does. */
export function resultOf(hit: Hit): Result {
  if (hit.outcome === "success" && isAuthentication(hit.fields) && hit.strength !== "mention" && hit.strength !== "weak")
    return "authenticated"
  if (hit.grade === "authenticated" || hit.grade === "contact" || hit.grade === "attempt") return hit.grade
  return "other"
}

function searchedOf(input: ReportInput, veil: Veil): Searched {
  const files = input.coverage.filter((entry) => entry.source.member === undefined)
  const missing = input.coverage.filter((entry) => entry.state !== "searched")
  const gaps = input.coverage.flatMap((entry) => entry.gaps.map((gap) => ({ place: veil.place(entry.source), ...gap })))
  const formats = new Map<string, { files: number; decoded: number; records: number; stamps: string[] }>()
  for (const entry of files) {
    const one = formats.get(entry.format) ?? { files: 0, decoded: 0, records: 0, stamps: [] }
    one.files++
    one.decoded += entry.decoded
    one.records += entry.records
    one.stamps = bounds([...one.stamps, ...(entry.first ? [entry.first] : []), ...(entry.last ? [entry.last] : [])])
    formats.set(entry.format, one)
  }
  const all = bounds(input.coverage.flatMap((entry) => [entry.first, entry.last]).filter((one) => one !== null))
  const inState = (state: Coverage["state"]) => files.filter((entry) => entry.state === state).length
  const sum = (name: keyof Coverage["bytes"]) => files.reduce((total, entry) => total + entry.bytes[name], 0)
  return {
    files: { searched: inState("searched"), partly: inState("partly"), not: inState("not") },
    bytes: { size: sum("size"), searched: sum("searched"), ruledOut: sum("ruledOut"), notSearched: sum("notSearched") },
    decoded: files.reduce((total, entry) => total + entry.decoded, 0),
    records: files.reduce((total, entry) => total + entry.records, 0),
    undated: files.reduce((total, entry) => total + entry.undated, 0),
    first: all[0] ?? null,
    last: all[1] ?? null,
    complete: input.hunt.complete,
    formats: [...formats]
      .map(([format, one]) => ({
        format,
        files: one.files,
        decoded: one.decoded,
        records: one.records,
        first: one.stamps[0] ?? null,
        last: one.stamps[1] ?? null,
      }))
      .sort((a, b) => compare(a.format, b.format)),
    missing: missing
      .slice(0, limits.missing)
      .map((entry) => ({ place: veil.place(entry.source), state: entry.state as "partly" | "not", reasons: entry.reasons })),
    missingLeftOut: Math.max(0, missing.length - limits.missing),
    gaps: gaps.sort((a, b) => lengthOf(b) - lengthOf(a) || compare(a.place, b.place) || compare(a.from, b.from)).slice(0, limits.gaps),
    gapsLeftOut: Math.max(0, gaps.length - limits.gaps),
  }
}

function lengthOf(gap: { readonly from: string; readonly to: string }): number {
  return Date.parse(gap.to) - Date.parse(gap.from)
}

/** First and last of some instants. */
function bounds(stamps: readonly string[]): string[] {
  const sorted = [...stamps].sort()
  return sorted.length === 0 ? [] : [sorted[0] as string, sorted.at(-1) as string]
}

function requestOf(input: ReportInput): Request {
  const indicators = distinct(input.bulletins.flatMap((one) => one.indicators))
  return {
    bulletins: input.bulletins.map((one) => ({
      title: one.title ?? one.format,
      publisher: one.publisher,
      published: one.published,
      tlp: one.tlp,
      pap: one.pap,
      contact: one.contact,
      request: one.request === null ? null : cut(one.request, limits.textCharacters),
      from: one.window.from,
      to: one.window.to,
      actors: one.actors.map((actor) => actor.canonical ?? actor.name),
      indicators: one.indicators.length,
    })),
    since: input.hunt.since,
    until: input.hunt.until,
    zone: input.hunt.tz,
    indicators: input.hunt.indicators,
    digest: indicators.length === 0 ? null : digestOf(indicators.map(keyOf).sort().join("\n")),
  }
}

/** The strictest of what the bulletins, the organisation and the nature of a report ask for. */
function tlpOf(input: ReportInput): Tlp {
  const marked = [...input.bulletins.map((one) => one.tlp ?? undefined), input.profile.tlp ?? undefined, ownFloor(input)]
  return marked.reduce<Tlp | undefined>((all, one) => strictest(all, one), undefined) ?? ownMarking
}

/** The user's own word replaces the default for own data; a bulletin's marking is never relaxed. */
function ownFloor(input: ReportInput): Tlp | undefined {
  return input.profile.tlp === null ? ownMarking : undefined
}

function papOf(input: ReportInput): Report["pap"] {
  const order = ["clear", "green", "amber", "red"] as const
  const given = [input.profile.pap, ...input.bulletins.map((one) => one.pap)].filter((one) => one !== null)
  return given.length === 0 ? null : (order[Math.max(...given.map((one) => order.indexOf(one)))] ?? null)
}

function leadOf(lead: PivotResult["candidates"][number], language: Language, veil: Veil): LeadRow {
  const line = (one: Evidence) => ({
    bits: one.bits,
    text: veil.redacted ? (familyNames[one.family]?.[language] ?? "") : evidence(one.text, language, veil),
  })
  return {
    value: lead.value,
    level: lead.level,
    bits: lead.bits,
    q: lead.q,
    evidence: lead.evidence.map(line),
    counterEvidence: lead.counterEvidence.map(line),
    without: { bits: lead.counterfactual.bits, level: lead.counterfactual.level },
    firstSeen: lead.firstSeen,
    lastSeen: lead.lastSeen,
  }
}

function problemOf(problem: Problem, veil: Veil): ProblemRow {
  if (problem.code.startsWith("indicator-"))
    return { code: problem.code, where: problem.where, value: problem.value ?? null, message: problem.message }
  return {
    code: problem.code,
    where: veil.redacted ? veil.place({ path: problem.where }) : veil.words(problem.where),
    value: null,
    message: veil.redacted ? "" : veil.words(problem.message),
  }
}

/** Sector and country may help the reader; who it is may not be seen. */
function redactedProfile(profile: Profile): Profile {
  const { sector, country } = profile.organisation
  return {
    ...emptyProfile,
    organisation: { name: "", ...(sector === undefined ? {} : { sector }), ...(country === undefined ? {} : { country }) },
    zone: profile.zone,
    clock: profile.clock,
    tlp: profile.tlp,
    pap: profile.pap,
  }
}

/** Free text of people names people and machines: only dates and states remain. */
function redactedFacts(facts: CaseFacts): CaseFacts {
  return { ...facts, id: null, title: null, measures: [], nextSteps: [], impact: null, urgency: null, diary: [] }
}

/** Equal inputs give the equal id, so that a report made again is recognised as the same. */
function idOf(input: ReportInput): string {
  const content = [
    input.at.slice(0, 10),
    input.hunt.since,
    input.hunt.until,
    ...input.hits.map((hit) => hit.id).sort(),
    ...input.bulletins.map((one) => one.title),
  ]
  return `SIL-${input.at.slice(0, 10).replaceAll("-", "")}-${digestOf(JSON.stringify(content)).slice(0, 8).toUpperCase()}`
}

/** A saved answer has the number of all in its summary, and of each indicator only those that it lists. */
function totalOf(input: ReportInput, known: number): number {
  return Math.max(known, (input.hunt.hits.total ?? 0) - (input.hunt.hits.echo ?? 0))
}

function rangeOf(hits: readonly Hit[], sightings: readonly Sighting[]): readonly [string | null, string | null] {
  const first = [...hits.flatMap((hit) => hit.time?.earliest ?? []), ...sightings.flatMap((one) => one.firstSeen ?? [])].sort()[0]
  const last = [...hits.flatMap((hit) => hit.time?.latest ?? []), ...sightings.flatMap((one) => one.lastSeen ?? [])].sort().at(-1)
  return [first ?? null, last ?? null]
}

function distinct<T extends { readonly type: string; readonly value: string }>(all: readonly T[]): readonly T[] {
  const known = new Set<string>()
  return all.filter((one) => !known.has(keyOf(one)) && known.add(keyOf(one)))
}

function observable(one: { readonly type: ObservableRow["type"]; readonly value: string; readonly bulletin: string }): ObservableRow {
  return { type: one.type, value: cut(one.value, limits.valueCharacters), bulletin: cut(one.bulletin, 300) }
}

function keyOf(one: { readonly type: string; readonly value: string }): string {
  return `${one.type} ${one.value}`
}

function digestOf(content: string): string {
  return createHash("sha256").update(content).digest("hex")
}

function text(value: Hit["fields"][string] | undefined): string | undefined {
  const one = Array.isArray(value) ? value[0] : value
  return one === undefined ? undefined : String(one)
}

function portOf(value: Hit["fields"][string] | undefined): number | null {
  const port = Number(text(value))
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null
}

function cut(value: string, max: number): string {
  return value.length > max ? `${value.slice(0, max)}…` : value
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
