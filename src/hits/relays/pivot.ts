// From confirmed hits to leads: foreign addresses, ranked by evidence of the same operator, explained and calibrated.
// Leads say "similar behaviour", never who; and where the seeds do not resemble each other the pivot abstains.

import { say, type Words } from "../sentences.js"
import { dealtScores } from "./dealt.js"
import { explainLine, explainTrait } from "./explain.js"
import { type Family, independentFamilies } from "./family.js"
import {
  buildModel,
  canLead,
  createField,
  type Entity,
  entityOf,
  type Field,
  type Line,
  linesFor,
  type Model,
  spanOf,
  totalOf,
} from "./model.js"
import {
  drawNullSets,
  expectedFrom,
  leadScores,
  type NullSets,
  type Resemblance,
  refoundShare,
  resemblanceOf,
  type Scored,
  scoreAll,
  scoreFloor,
  selfTestP,
  strangerPairs,
} from "./null-sets.js"
import type { Profiles, Sample } from "./profile.js"
import { reasons } from "./sentences.js"
import { countFrom } from "./statistics.js"

export interface PivotOptions {
  /** Confirmed relays, canonical. */
  readonly seeds: readonly string[]
  /** Own ranges, verified crawlers, scanners, monitors, partners: never a lead, and no measure for others. */
  readonly excluded?: ReadonlySet<string> | ((address: string) => boolean)
  /** Names the chance; equal inputs and names give equal results. */
  readonly seed?: string
  readonly candidatesMax?: number
  /** Told of each part of the comparison, how much of it is done. */
  readonly progress?: (part: PivotPart, done: number, all: number) => void
}

export type PivotPart = "random sets" | "chance" | "self-test"

export interface Evidence {
  readonly family: Family
  /** What counts; with those of all other lines it adds up to the bits of the lead. */
  readonly bits: number
  /** Before the cap of the family, and before what only supports was left out. */
  readonly uncapped: number
  readonly text: string
  /** Seeds that show it, and other addresses that do. */
  readonly seeds: number
  readonly others: number
}

export interface Counterfactual {
  /** The strongest line, taken away. */
  readonly without: string
  readonly bits: number
  readonly level: Level | "hidden"
}

export type Level = "strong" | "possible"

export interface Lead {
  readonly value: string
  readonly bits: number
  readonly q: number
  readonly level: Level
  readonly evidence: readonly Evidence[]
  readonly counterEvidence: readonly Evidence[]
  /** Recomputed with caps, not subtracted. */
  readonly counterfactual: Counterfactual
  /** RFC 3339, UTC; null without times. */
  readonly firstSeen: string | null
  readonly lastSeen: string | null
  /** Some of its records, the earliest first. */
  readonly records: readonly Sample[]
}

export interface PivotResult {
  readonly abstained: boolean
  readonly reason: string | null
  /** Those that occur in the logs. */
  readonly seeds: readonly string[]
  readonly selfTest: {
    /** Share of the seeds that get more from the others than 99 of 100 random addresses from theirs, the share of random ones that do, and
     * the chance that a random set's members have as many bits from each other. */
    readonly refound: number
    readonly expectedByChance: number
    readonly p: number
  } | null
  readonly candidates: readonly Lead[]
  /** Addresses compared, and scored ones that stay hidden. */
  readonly compared: number
  readonly hidden: number
}

const seedsMin = 3
const pMax = 0.005
const alikeMin = 2
const strongQ = 0.05
const possibleQ = 0.25
const candidatesMaxDefault = 1_000
const populationMin = 50

interface Context {
  readonly field: Field
  readonly model: Model
  readonly nulls: NullSets
  readonly scored: readonly Scored[]
  readonly observed: Resemblance
  readonly selfTestP: () => number
  /** Of a score that a candidate has. */
  readonly q: (centibits: number) => number
  /** Of a score that a candidate would have instead of its own, higher one. */
  readonly qInstead: (centibits: number) => number
}

export function pivot(profiles: Profiles, options: PivotOptions): PivotResult {
  return pivotWith(profiles, options, () => undefined)
}

function pivotWith(profiles: Profiles, options: PivotOptions, see: (context: Context) => void): PivotResult {
  const seeds = seedEntities(profiles, options)
  const names = [...seeds.keys()]
  const nothing = { seeds: names, selfTest: null, candidates: [], hidden: 0 }
  const field = createField(profiles, outside(profiles, options))
  const compared = field.population.length
  const abstain = (reason: Words, selfTest: PivotResult["selfTest"] = null): PivotResult => ({
    ...nothing,
    abstained: true,
    reason,
    selfTest,
    compared,
  })
  if (seeds.size === 0) return abstain(say(reasons["seeds-absent"]))
  if (compared < populationMin) return abstain(say(reasons["few-others"], { compared }))
  const members = [...seeds.values()]
  const context = contextOf(field, members, options)
  see(context)
  if (seeds.size < seedsMin) return continuityOnly(context, members, names, options)
  const selfTest = {
    refound: round(refoundShare(context.observed, context.nulls.cutoff)),
    expectedByChance: round(mean(context.nulls.resemblance.map((set) => refoundShare(set, context.nulls.cutoff)))),
    p: round(context.selfTestP()),
  }
  if (countFrom(context.observed, scoreFloor) < alikeMin) {
    return abstain(say(reasons["few-resemble"], { floor: alikeMin }), selfTest)
  }
  if (selfTest.p > pMax) {
    return abstain(say(reasons["no-resemblance"], { p: selfTest.p }), selfTest)
  }
  const leads = leadsOf(context, options)
  if (leads.length === 0) return abstain(say(reasons["no-stand-out"]), selfTest)
  return { ...nothing, abstained: false, reason: null, selfTest, compared, candidates: leads, hidden: context.scored.length - leads.length }
}

/** The whole ranking beside the result, calibrated or not: for measuring, not for people. Best first, one entry per address. */
export interface Ranked {
  readonly value: string
  readonly bits: number
  readonly q: number
}

export function pivotAndRank(
  profiles: Profiles,
  options: PivotOptions,
): { readonly result: PivotResult; readonly ranking: readonly Ranked[] } {
  let ranking: readonly Ranked[] = []
  const result = pivotWith(profiles, options, (context) => {
    ranking = bestOfAddress(profiles, context.scored).map((one) => ({
      value: addressOf(profiles, one.unit),
      bits: one.centibits / 100,
      q: context.q(one.centibits),
    }))
  })
  return { result, ranking }
}

function contextOf(field: Field, seeds: readonly Entity[], options: PivotOptions): Context {
  const chance = `${options.seed ?? ""} ${digest(field.profiles)} ${seeds.length}`
  const steps = (part: PivotPart) => (done: number, all: number) => options.progress?.(part, done, all)
  const nulls = drawNullSets(field, seeds, chance, steps("random sets"))
  const model = buildModel(field, seeds, nulls.chance)
  const scored = scoreAll(field, model)
  const observed = resemblanceOf(field, model)
  // Seeds that resemble the others are no random addresses; of the rest, two must agree before chance speaks through them.
  const pairs = strangerPairs(observed, nulls.resemblance)
  const dealt = dealtScores(field, model, scored, chance, scoreFloor, steps("chance"))
  const expected = (floor: number) =>
    Math.max(pairs * expectedFrom(nulls.scores, floor), dealt.standsFor * expectedFrom(dealt.scores, floor))
  return {
    field,
    model,
    nulls,
    scored,
    observed,
    selfTestP: () => selfTestP(field, observed, nulls, chance, steps("self-test")),
    ...calibrated(scored, expected, 1 / dealt.scores.length),
  }
}

/**
 * q of a score: the candidates that chance gives at or above it, over those there are; never falling as the score falls. `least`: what a
 * number of deals in which chance gave nothing still leaves possible.
 */
function calibrated(scored: readonly Scored[], expected: (floor: number) => number, least: number): Pick<Context, "q" | "qInstead"> {
  const scores = leadScores(scored).reverse()
  const q = new Float64Array(scores.length)
  let highest = 0
  for (let at = 0; at < scores.length; at++) {
    // Equal scores stand or fall together: count to the last of them.
    let reached = at + 1
    while (reached < scores.length && scores[reached] === scores[at]) reached++
    highest = Math.min(1, Math.max(highest, expected(scores[at] as number) / reached))
    q.fill(highest, at, reached)
    at = reached - 1
  }
  // As a part of a longer list a lead is no worse than that list.
  let lowest = 1
  for (let at = scores.length - 1; at >= 0; at--) {
    lowest = Math.min(lowest, Math.max(q[at] as number, least / (at + 1)))
    q[at] = lowest
  }
  const above = (centibits: number) => {
    let at = 0
    while (at < scores.length && (scores[at] as number) > centibits) at++
    return at
  }
  return {
    q: (centibits) => q[above(centibits)] ?? 1,
    qInstead: (centibits) => {
      const at = above(centibits)
      return Math.min(1, Math.max(at === 0 ? 0 : (q[at - 1] as number), Math.max(least, expected(centibits)) / Math.max(1, at)))
    },
  }
}

function leadsOf(context: Context, options: PivotOptions): readonly Lead[] {
  const { field } = context
  const leads: Lead[] = []
  for (const one of bestOfAddress(field.profiles, context.scored)) {
    if (leads.length >= (options.candidatesMax ?? candidatesMaxDefault) || context.q(one.centibits) > possibleQ) break
    if (one.canLead) leads.push(leadOf(context, one))
  }
  return leads
}

function leadOf(context: Context, one: Scored): Lead {
  const { field, model } = context
  const entity = entityOf(field.profiles, [one.unit])
  const lines = [...linesFor(field, model, entity)].sort((a, b) => b.counted - a.counted)
  const top = lines.find((line) => line.counted > 0) as Line
  const without = linesFor(field, model, entity, { forget: top })
  const [first, last] = spanOf(field.profiles, entity.units)
  return {
    value: addressOf(field.profiles, one.unit),
    bits: one.centibits / 100,
    q: round(context.q(one.centibits)),
    level: levelOf(context, lines) === "strong" ? "strong" : "possible",
    evidence: lines.filter((line) => line.centibits > 0).map((line) => evidenceOf(context, entity, line)),
    counterEvidence: lines.filter((line) => line.counted < 0).map((line) => evidenceOf(context, entity, line)),
    counterfactual: {
      without: evidenceOf(context, entity, top).text,
      bits: totalOf(without) / 100,
      level: levelOf(context, without, context.qInstead),
    },
    firstSeen: Number.isNaN(first) ? null : new Date(first).toISOString(),
    lastSeen: Number.isNaN(last) ? null : new Date(last).toISOString(),
    records: field.profiles.samplesOf(one.unit),
  }
}

/** Strong: two independent families, two seeds, and enough bits from what at least two seeds show (or hand-offs alone). */
function levelOf(context: Context, lines: readonly Line[], q = context.q): Level | "hidden" {
  if (q(totalOf(lines)) > possibleQ || !canLead(lines)) return "hidden"
  const firm = lines.filter((line) => line.counted < 0 || line.seeds >= 2 || line.family === "continuity")
  const speaking = new Set(firm.filter((line) => line.counted > 0 && independentFamilies.includes(line.family)).map((line) => line.family))
  return speaking.size >= 2 && q(totalOf(firm)) <= strongQ ? "strong" : "possible"
}

function evidenceOf(context: Context, entity: Entity, line: Line): Evidence {
  const { field, model } = context
  const text = line.kind === "trait" ? explainTrait(line, model.seeds.length) : explainLine(field, model, entity, line)
  return { family: line.family, bits: line.counted / 100, uncapped: line.centibits / 100, text, seeds: line.seeds, others: line.others }
}

/** One or two seeds resemble nobody by themselves: only sessions, one-time addresses and hand-offs speak. */
function continuityOnly(context: Context, seeds: readonly Entity[], names: readonly string[], options: PivotOptions): PivotResult {
  const { field } = context
  const direct = (unit: number) =>
    linesFor(field, context.model, entityOf(field.profiles, [unit])).some((line) => line.family === "continuity" && line.counted > 0)
  const scored = bestOfAddress(
    field.profiles,
    context.scored.filter((one) => direct(one.unit)),
  )
  const base = { seeds: names, selfTest: null, compared: field.population.length }
  if (scored.length === 0) {
    return {
      ...base,
      abstained: true,
      reason: say(reasons[seeds.length === 1 ? "one-seed-nothing" : "few-seeds-nothing"], { seeds: seeds.length }),
      candidates: [],
      hidden: 0,
    }
  }
  const candidates = scored
    .slice(0, options.candidatesMax ?? candidatesMaxDefault)
    .map((one): Lead => ({ ...leadOf(context, one), level: "possible" }))
  return {
    ...base,
    abstained: false,
    reason: say(reasons[seeds.length === 1 ? "one-seed" : "few-seeds"], { seeds: seeds.length }),
    candidates,
    hidden: context.scored.length - candidates.length,
  }
}

function seedEntities(profiles: Profiles, options: PivotOptions): ReadonlyMap<string, Entity> {
  const wanted = new Set(options.seeds)
  const units = new Map<string, number[]>()
  for (let unit = 0; unit < profiles.units; unit++) {
    const address = addressOf(profiles, unit)
    if (!wanted.has(address) || isExcluded(options, address)) continue
    const known = units.get(address)
    if (known) known.push(unit)
    else units.set(address, [unit])
  }
  return new Map([...units].sort(([a], [b]) => (a < b ? -1 : 1)).map(([address, own]) => [address, entityOf(profiles, own)]))
}

function outside(profiles: Profiles, options: PivotOptions): (source: number) => boolean {
  const seeds = new Set(options.seeds)
  return (source) => {
    const address = profiles.sources[source] as string
    return seeds.has(address) || isExcluded(options, address)
  }
}

function isExcluded(options: PivotOptions, address: string): boolean {
  if (!options.excluded) return false
  return typeof options.excluded === "function" ? options.excluded(address) : options.excluded.has(address)
}

/** The best episode speaks for an address; equal scores in the order of addresses. */
function bestOfAddress(profiles: Profiles, scored: readonly Scored[]): readonly Scored[] {
  const best = new Map<number, Scored>()
  for (const one of scored) {
    const source = profiles.unitSource[one.unit] as number
    if (!best.has(source)) best.set(source, one)
  }
  return [...best.values()].sort((a, b) => {
    if (a.centibits !== b.centibits) return b.centibits - a.centibits
    const [left, right] = [addressOf(profiles, a.unit), addressOf(profiles, b.unit)]
    return left < right ? -1 : left > right ? 1 : 0
  })
}

function addressOf(profiles: Profiles, unit: number): string {
  return profiles.sources[profiles.unitSource[unit] as number] as string
}

/** Equal for equal logs, whatever the order of their lines. */
function digest(profiles: Profiles): string {
  return `${profiles.records} ${profiles.units} ${profiles.tokens.length}`
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
