// Which hits matter: ten named factors in points, a class with hard rules, and confidence kept apart from consequence.
// A hit is never called a compromise here, and what the evidence does not settle is listed as unknown with no points.
import type { Hit } from "../../model/hit.js"
import { showsAccess } from "../authentication.js"
import { joined, quoted, say, type Words } from "../sentences.js"
import { type HitContext, timeOf } from "./context.js"
import { chanceRate, type DecoyCount, decoySentence } from "./decoys.js"
import { exploitPattern } from "./exploit-pattern.js"
import {
  axisFloor,
  classes,
  classFloor,
  confidenceFactors,
  consequenceFactors,
  type FactorId,
  type FindingName,
  factorIds,
  findings,
  type Quadrant,
  type RuleName,
  ruleTexts,
  type TriageClass,
} from "./factor-table.js"
import { sensitiveAction, text } from "./fields.js"
import { phrases } from "./phrases.js"
import { flowShape, inboundShape, periodicity, type Shape } from "./shape.js"
import { isLoginPage, targetOf } from "./target.js"

export interface Factor {
  readonly id: FactorId
  readonly points: number
  /** The evidence that set it. */
  readonly text: string
  /** False: nothing in the evidence settles it; no points. */
  readonly known: boolean
}

/** As in the machine output. */
export interface HitTriage {
  readonly class: TriageClass
  readonly points: number
  /** Points of F4 and F6 to F10: is it them? */
  readonly confidence: number
  /** Points of F1 to F3 and F5: what did it achieve? */
  readonly consequence: number
  readonly factors: readonly Factor[]
  /** Hard rules that moved the class, in words. */
  readonly rules: readonly string[]
}

export interface TriagedAsset {
  /** Own address, service or site that was touched. */
  readonly value: string
  readonly hits: number
  readonly class: TriageClass
  readonly points: number
}

/** All hits of one indicator, judged by the gravest. */
export interface TriagedGroup {
  readonly indicator: Hit["indicator"]
  readonly triage: HitTriage
  readonly quadrant: Quadrant
  /** The hit that decides, as an example. */
  readonly example: Hit
  readonly hits: number
  readonly byClass: Readonly<Record<TriageClass, number>>
  /** Gravest first; the first 50. */
  readonly assets: readonly TriagedAsset[]
  readonly assetsLeftOut: number
  /** The first 50, sorted. */
  readonly accounts: readonly string[]
  /** RFC 3339, UTC; null if no hit has a time. */
  readonly firstSeen: string | null
  readonly lastSeen: string | null
}

export interface PublisherQuality {
  /** A national CERT, or rated good by one. */
  readonly national: boolean
  readonly unknown: boolean
  readonly name?: string
}

export interface ValidityWindow {
  /** RFC 3339 dates or instants. */
  readonly from?: string | null
  readonly until?: string | null
  /** When the publisher took it back, if known. */
  readonly withdrawn?: string | null
}

export interface Corroboration {
  /**
   * `token`: shares a rare client token or session with another listed address; `spray`: part of a distributed spray or a success after it;
   * `unsettled`: shares something of which the hits do not tell whether it is rare.
   */
  readonly kind: "token" | "spray" | "unsettled"
  readonly text: Words
}

export interface TriageInput {
  readonly hits: readonly Hit[]
  /** By `indicator.bulletin`. */
  readonly publishers?: ReadonlyMap<string, PublisherQuality>
  /** By indicator value; `""` for all others. */
  readonly windows?: ReadonlyMap<string, ValidityWindow>
  readonly decoys?: DecoyCount
  /** In the order of the hits (`readContext`). */
  readonly contexts?: readonly (HitContext | undefined)[]
  /** By indicator value, undefined for one whose records hold nothing to compare; absent: nothing was compared. */
  readonly corroboration?: ReadonlyMap<string, readonly Corroboration[] | undefined>
  /** By indicator value: CGNAT, mobile or proxy, with the source of that knowledge. Absent: not known. */
  readonly sharedAddresses?: ReadonlyMap<string, string>
}

export interface TriageResult {
  /** Gravest first; never more than distinct indicators. */
  readonly groups: readonly TriagedGroup[]
  /** One per hit, in the order of the hits. */
  readonly triage: readonly HitTriage[]
  /** The decoy sentence, or null if none were searched. */
  readonly chance: string | null
}

const shownMax = 50
const dayMs = 86_400_000
const decoyShare = 0.3

interface Chosen {
  readonly name: FindingName
  readonly values?: Readonly<Record<string, Words | number>>
}

interface Group {
  readonly hits: Hit[]
  readonly at: number[]
  shape: Shape
  periodic: Words | undefined
}

export function triageHits(input: TriageInput): TriageResult {
  const groups = grouped(input.hits)
  const triage = new Array<HitTriage>(input.hits.length)
  const shared = new Map<string, HitTriage>()
  const indicatorWide = new Map<string, readonly Chosen[]>()
  for (const [key, group] of groups) {
    for (const [position, hit] of group.hits.entries()) {
      const at = group.at[position] as number
      const wide = indicatorWide.get(key) ?? aboutIndicator(hit, input)
      indicatorWide.set(key, wide)
      triage[at] = judge(hit, [...aboutHit(hit, group, input, input.contexts?.[at]), ...wide], shared)
    }
  }
  const result = [...groups.values()].map((group) => summed(group, triage))
  return {
    groups: result.sort(graver),
    triage,
    chance: input.decoys ? decoySentence(input.decoys) : null,
  }
}

/** The sum, the class and the hard rules over chosen findings. */
function judge(hit: Hit, chosen: readonly Chosen[], shared: Map<string, HitTriage>): HitTriage {
  const rules = rulesFor(hit, chosen)
  const key = JSON.stringify([chosen, rules])
  const same = shared.get(key)
  if (same) return same
  const factors = chosen
    .map(({ name, values }): Factor => {
      const finding = findings[name]
      return { id: finding.factor, points: finding.points, text: say(finding, values), known: finding.known }
    })
    .sort((a, b) => factorIds.indexOf(a.id) - factorIds.indexOf(b.id))
  const points = sum(factors)
  const judged: HitTriage = {
    class: ruled(classOf(points), rules),
    points,
    confidence: sum(factors.filter((factor) => confidenceFactors.includes(factor.id))),
    consequence: sum(factors.filter((factor) => consequenceFactors.includes(factor.id))),
    factors,
    rules: rules.map((rule) => say(ruleTexts[rule], { strength: say(phrases[hit.strength]) })),
  }
  shared.set(key, judged)
  return judged
}

function rulesFor(hit: Hit, chosen: readonly Chosen[]): readonly RuleName[] {
  const has = (...names: readonly FindingName[]) => chosen.some((one) => names.includes(one.name))
  const success = has("authenticated", "authenticated-and-acted")
  const rules: RuleName[] = []
  if (has("in-window") && success) rules.push("success-floor")
  if (has("in-window") && has("outbound-established")) rules.push("outbound-floor")
  if (has("warninglisted") && !success) rules.push("warninglist-ceiling")
  if (has("dropped") && !has("outbound-attempt")) rules.push("dropped-ceiling")
  if (isGuess(hit) && !success) rules.push("guess-ceiling")
  if (hit.echo) rules.push("echo-ceiling")
  return rules
}

/** Floors first: what is on a warning list or only guessed stays low even where it went out. */
function ruled(byPoints: TriageClass, rules: readonly RuleName[]): TriageClass {
  let result = byPoints
  if (rules.includes("success-floor") || rules.includes("outbound-floor")) result = atLeast(result, "probable")
  if (rules.some((rule) => rule.endsWith("-ceiling"))) result = atMost(result, "weak")
  return rules.includes("echo-ceiling") ? "background" : result
}

function aboutHit(hit: Hit, group: Group, input: TriageInput, context: HitContext | undefined): readonly Chosen[] {
  const success = authentication(hit, context)
  return [
    direction(hit),
    outcome(hit, success, context),
    target(hit),
    period(hit, input),
    shape(hit, group, success !== undefined),
    sharing(hit, input, context),
    corroboration(hit, input),
  ]
}

function aboutIndicator(hit: Hit, input: TriageInput): readonly Chosen[] {
  return [warninglist(hit), publisher(hit, input), decoyRate(input)]
}

function direction(hit: Hit): Chosen {
  if (isGuess(hit)) return { name: "mentioned", values: { how: say(phrases[hit.echo ?? hit.strength]) } }
  if (hit.direction === "outbound") {
    const established = hit.action !== "blocked" && (hit.action === "allowed" || hit.outcome === "success")
    return { name: established ? "outbound-established" : "outbound-attempt", values: { how: verdict(hit) } }
  }
  if (hit.direction === "unknown") return { name: "direction-unknown" }
  return { name: hit.direction }
}

/** A login that worked: in the record itself, or by the same address within 72 hours; undefined if none is known. */
function authentication(hit: Hit, context: HitContext | undefined): Words | undefined {
  if (isGuess(hit)) return undefined
  if (hit.grade === "authenticated" || showsAccess(hit)) {
    const account = text(hit.fields["user.name"])
    if (account) return say(phrases.account, { name: quoted(account) })
    const action = text(hit.fields["event.action"])
    return action ? quoted(action) : say(phrases.login)
  }
  return context?.login ?? undefined
}

function outcome(hit: Hit, success: Words | undefined, context: HitContext | undefined): Chosen {
  if (success !== undefined) {
    const own = sensitiveAction(hit.fields)
    const act = own === undefined ? context?.sensitive : quoted(own)
    return act ? { name: "authenticated-and-acted", values: { how: success, act } } : { name: "authenticated", values: { how: success } }
  }
  if (hit.action === "blocked") return { name: "dropped" }
  if (hit.outcome === "failure") return { name: "refused" }
  if (isLoginPage(hit.fields)) return { name: "login-page" }
  if (hit.outcome === "success" || hit.action === "allowed") return { name: "answered", values: { how: verdict(hit) } }
  return { name: "outcome-unknown" }
}

function target(hit: Hit): Chosen {
  if (hit.direction === "outbound" || hit.direction === "external" || isGuess(hit)) return { name: "target-outside" }
  const aimed = targetOf(hit)
  if (aimed.kind === "unknown") return { name: "target-unknown" }
  return { name: aimed.kind === "sensitive" ? "sensitive-target" : "public-target", values: { target: aimed.name } }
}

function period(hit: Hit, input: TriageInput): Chosen {
  const window = input.windows?.get(hit.indicator.value) ?? input.windows?.get("")
  const time = timeOf(hit)
  const end = hit.time?.latest ? Date.parse(hit.time.latest) : time
  if (window?.withdrawn ? time !== undefined && time > Date.parse(window.withdrawn) : hit.indicator.marks.includes("withdrawn")) {
    return { name: "after-withdrawal" }
  }
  if (hit.validity === "inside") return { name: "in-window" }
  const from = window?.from ? Date.parse(window.from) : undefined
  const until = window?.until ? Date.parse(window.until) : undefined
  if (time === undefined || end === undefined || (from === undefined && until === undefined)) {
    return { name: hit.validity === "unstated" ? "window-unknown" : "distance-unknown" }
  }
  const away = from !== undefined && end < from ? from - end : until !== undefined && time > until ? time - until : 0
  const days = Math.ceil(away / dayMs)
  if (days === 0) return { name: "in-window" }
  return { name: days <= 30 ? "near-window" : days <= 90 ? "outside-window" : "far-outside-window", values: { days } }
}

function shape(hit: Hit, group: Group, success: boolean): Chosen {
  const flow = flowShape(hit)
  if (flow) return { name: "long-flow", values: { how: flow } }
  if (hit.direction === "outbound") {
    if (group.periodic) return { name: "long-flow", values: { how: group.periodic } }
    return flow === undefined ? { name: "shape-unknown" } : counted("plain-shape", group.hits.length)
  }
  if (success) return { name: "shape-silent" }
  if (group.shape.kind === "scan") return { name: "mass-scan", values: { how: group.shape.how } }
  if (group.shape.kind === "quiet" && hit.action !== "blocked") return counted("quiet", group.shape.count)
  return counted("plain-shape", group.hits.length)
}

function counted(name: "quiet" | "plain-shape", count: number): Chosen {
  return count === 1 ? { name: `${name}-once` } : { name, values: { count } }
}

function corroboration(hit: Hit, input: TriageInput): Chosen {
  const exploit = isGuess(hit) ? undefined : exploitPattern(hit)
  const { value } = hit.indicator
  const others = input.corroboration?.get(value) ?? []
  const telling = others.filter((one) => one.kind !== "unsettled")
  const kinds = new Set(telling.map((one) => one.kind)).size
  const how = joined([...(exploit ? [exploit] : []), ...telling.map((one) => one.text)])
  if (exploit)
    return { name: kinds === 0 ? "exploit-pattern" : kinds === 1 ? "exploit-and-corroborated" : "exploit-and-twice", values: { how } }
  if (kinds > 0) return { name: kinds === 1 ? "corroborated" : "corroborated-twice", values: { how } }
  if (others.length > 0) return { name: "corroboration-unsettled", values: { how: joined(others.map((one) => one.text)) } }
  if (!input.corroboration) return { name: "corroboration-unknown" }
  const isSilent = input.corroboration.has(value) && input.corroboration.get(value) === undefined
  return { name: isSilent ? "corroboration-silent" : "alone" }
}

function sharing(hit: Hit, input: TriageInput, context: HitContext | undefined): Chosen {
  if (context?.history) return { name: "own-history", values: { how: context.history } }
  const kind = input.sharedAddresses?.get(hit.indicator.value) ?? carrierGrade(hit.indicator.value)
  if (kind === "no") return { name: "not-shared", values: { how: say(phrases["looked-up"]) } }
  return kind ? { name: "shared-address", values: { how: quoted(kind) } } : { name: "sharing-unknown" }
}

function warninglist(hit: Hit): Chosen {
  const lists = hit.indicator.marks.filter((mark) => mark.startsWith("warninglist:")).map((mark) => mark.slice("warninglist:".length))
  return lists.length > 0 ? { name: "warninglisted", values: { list: quoted(lists.join(", ")) } } : { name: "not-warninglisted" }
}

function publisher(hit: Hit, input: TriageInput): Chosen {
  const quality = input.publishers?.get(hit.indicator.bulletin)
  const values = { source: quoted(quality?.name ?? hit.indicator.bulletin) }
  if (!quality) return { name: "source-unknown" }
  return { name: quality.national ? "national-source" : quality.unknown ? "unknown-source" : "ordinary-source", values }
}

function decoyRate(input: TriageInput): Chosen {
  if (!input.decoys || input.decoys.decoys === 0) return { name: "chance-unknown" }
  const values = { sentence: decoySentence(input.decoys) }
  return { name: chanceRate(input.decoys) >= decoyShare ? "chance-likely" : "chance-unlikely", values }
}

/** Named in the record, or read out of it by guess: no contact stands behind it. */
function isGuess(hit: Hit): boolean {
  return hit.echo !== null || ["mention", "host", "overlap", "weak"].includes(hit.strength)
}

function carrierGrade(value: string): Words | undefined {
  const second = /^100\.(\d+)\./.exec(value)?.[1]
  return second !== undefined && Number(second) >= 64 && Number(second) <= 127
    ? say(phrases["carrier-grade"], { range: "100.64.0.0/10" })
    : undefined
}

function verdict({ action, outcome }: Hit): Words {
  return say(phrases[action === "unknown" ? outcome : outcome === "unknown" ? action : (`${action}-${outcome}` as const)])
}

function grouped(hits: readonly Hit[]): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>()
  for (const [at, hit] of hits.entries()) {
    const key = `${hit.indicator.type} ${hit.indicator.value}`
    let group = groups.get(key)
    if (!group) groups.set(key, (group = { hits: [], at: [], shape: { kind: "plain", count: 0 }, periodic: undefined }))
    group.hits.push(hit)
    group.at.push(at)
  }
  for (const group of groups.values()) {
    group.shape = inboundShape(group.hits.filter((hit) => hit.direction !== "outbound" && !isGuess(hit)))
    group.periodic = periodicity(group.hits.filter((hit) => hit.direction === "outbound").flatMap((hit) => timeOf(hit) ?? []))
  }
  return groups
}

function summed(group: Group, triage: readonly HitTriage[]): TriagedGroup {
  const byClass: Record<TriageClass, number> = { priority: 0, probable: 0, weak: 0, background: 0 }
  const assets = new Map<string, { hits: number; worst: HitTriage }>()
  const accounts = new Set<string>()
  let [first, last]: [string | null, string | null] = [null, null]
  let deciding = 0
  for (const [position, hit] of group.hits.entries()) {
    const judged = triage[group.at[position] as number] as HitTriage
    byClass[judged.class]++
    if (heavier(judged, triage[group.at[deciding] as number] as HitTriage) < 0) deciding = position
    const asset = assetOf(hit)
    const known = asset ? assets.get(asset) : undefined
    if (asset && !known) assets.set(asset, { hits: 1, worst: judged })
    if (known) {
      known.hits++
      if (heavier(judged, known.worst) < 0) known.worst = judged
    }
    const account = text(hit.fields["user.name"])
    if (account) accounts.add(account)
    if (hit.time?.earliest && (first === null || hit.time.earliest < first)) first = hit.time.earliest
    if (hit.time?.latest && (last === null || hit.time.latest > last)) last = hit.time.latest
  }
  const example = group.hits[deciding] as Hit
  const judged = triage[group.at[deciding] as number] as HitTriage
  const sortedAssets = [...assets]
    .map(([value, { hits, worst }]) => ({ value, hits, class: worst.class, points: worst.points }))
    .sort((a, b) => rank(a.class) - rank(b.class) || b.points - a.points || b.hits - a.hits || compare(a.value, b.value))
  const quadrant = quadrantOf(judged)
  return {
    indicator: example.indicator,
    triage: judged,
    quadrant,
    example,
    hits: group.hits.length,
    byClass,
    assets: sortedAssets.slice(0, shownMax),
    assetsLeftOut: Math.max(0, sortedAssets.length - shownMax),
    accounts: [...accounts].sort(compare).slice(0, shownMax),
    firstSeen: first,
    lastSeen: last,
  }
}

export function quadrantOf(triage: Pick<HitTriage, "confidence" | "consequence">): Quadrant {
  const confidence = triage.confidence >= axisFloor.confidence ? "high" : "low"
  const consequence = triage.consequence >= axisFloor.consequence ? "high" : "low"
  return `${confidence}-${consequence}`
}

/** Our side of the contact: address, else host or site. */
export function assetOf(hit: Hit): string | undefined {
  const ours = hit.direction === "outbound" ? "source.ip" : "destination.ip"
  return text(hit.fields[ours]) ?? text(hit.fields["host.name"]) ?? text(hit.fields["url.domain"])
}

function classOf(points: number): TriageClass {
  return classes.find((one) => points >= classFloor[one]) ?? "background"
}

function atLeast(one: TriageClass, floor: TriageClass): TriageClass {
  return rank(one) > rank(floor) ? floor : one
}

function atMost(one: TriageClass, ceiling: TriageClass): TriageClass {
  return rank(one) < rank(ceiling) ? ceiling : one
}

function rank(one: TriageClass): number {
  return classes.indexOf(one)
}

function heavier(a: HitTriage, b: HitTriage): number {
  return rank(a.class) - rank(b.class) || b.points - a.points || b.consequence - a.consequence
}

function graver(a: TriagedGroup, b: TriagedGroup): number {
  return heavier(a.triage, b.triage) || b.hits - a.hits || compare(a.indicator.value, b.indicator.value)
}

function sum(factors: readonly Factor[]): number {
  return factors.reduce((total, factor) => total + factor.points, 0)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
