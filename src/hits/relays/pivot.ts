// From confirmed hits to leads: foreign addresses, ranked by evidence of the same operator, explained and calibrated.
// Leads say "similar behaviour", never who; and where the seeds do not resemble each other the pivot abstains.

import { say, type Words } from "../sentences.js"
import { dealtScores } from "./dealt.js"
import { explainLine, explainTrait } from "./explain.js"
import { carryingFamilies, type Family, independentFamilies } from "./family.js"
import { buildModel, createField, type Entity, entityOf, type Field, type Line, linesFor, type Model, spanOf, totalOf } from "./model.js"
import {
  drawNullSets,
  expectedFrom,
  type NullSets,
  nullSetsMin,
  type Resemblance,
  resemblanceOf,
  type Scored,
  scoreAll,
  scoreFloor,
  selfTestP,
  unluckyFrom,
} from "./null-sets.js"
import type { Profiles, Sample } from "./profile.js"
import { reasons } from "./sentences.js"

export interface PivotOptions {
  /** Confirmed relays, canonical. */
  readonly seeds: readonly string[]
  /** Own ranges, verified crawlers, scanners, monitors, partners: never a lead, and no measure for others. */
  readonly excluded?: ReadonlySet<string> | ((address: string) => boolean)
  /** Names the chance; equal inputs and names give equal results. */
  readonly seed?: string
  readonly candidatesMax?: number
}

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
    /** Share of the seeds that are re-found from the others, what random sets reach on average, and the chance to reach as much. */
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
const refoundMin = 2
const strongQ = 0.05
const possibleQ = 0.25
const tellingBits = 1
const rareBits = 7
const candidatesMaxDefault = 1_000
const populationMin = 50
const doubtMin = 0.25

interface Context {
  readonly field: Field
  readonly model: Model
  readonly nulls: NullSets
  readonly scored: readonly Scored[]
  readonly observed: Resemblance
  readonly byChance: number
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
    refound: round(context.observed.refound),
    expectedByChance: round(context.byChance),
    p: round(selfTestP(context.observed, context.nulls.resemblance)),
  }
  if (context.observed.found < refoundMin) {
    return abstain(say(reasons["few-resemble"], { floor: refoundMin }), selfTest)
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
  const nulls = drawNullSets(field, seeds, chance, nullSetsMin)
  const model = buildModel(field, seeds, nulls.chance)
  const scored = scoreAll(field, model)
  const observed = resemblanceOf(field, model, scored, nulls.cutoffMax)
  const byChance = nulls.resemblance.reduce((sum, one) => sum + one.refound, 0) / nulls.resemblance.length
  // Seeds that are re-found from each other are no random addresses: what chance gives comes from the others.
  const doubtful = Math.max(doubtMin, 1 - Math.max(0, observed.refound - byChance))
  const dealt = dealtScores(field, model, scored, chance, scoreFloor)
  const expected = (floor: number) =>
    Math.max(doubtful * expectedFrom(nulls.scores, floor), dealt.standsFor * unluckyFrom(dealt.scores, floor))
  return { field, model, nulls, scored, observed, byChance, ...calibrated(scored, expected) }
}

/** q of a score: the candidates that chance gives at or above it, over those there are; never falling as the score falls. */
function calibrated(scored: readonly Scored[], expected: (floor: number) => number): Pick<Context, "q" | "qInstead"> {
  const scores = Int32Array.from(scored, (one) => one.centibits)
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
  const above = (centibits: number) => {
    let at = 0
    while (at < scores.length && (scores[at] as number) > centibits) at++
    return at
  }
  return {
    q: (centibits) => q[above(centibits)] ?? 1,
    qInstead: (centibits) => {
      const at = above(centibits)
      return Math.min(1, Math.max(at === 0 ? 0 : (q[at - 1] as number), expected(centibits) / Math.max(1, at)))
    },
  }
}

function leadsOf(context: Context, options: PivotOptions): readonly Lead[] {
  const { field } = context
  const leads: Lead[] = []
  for (const one of bestOfAddress(field.profiles, context.scored)) {
    if (leads.length >= (options.candidatesMax ?? candidatesMaxDefault) || context.q(one.centibits) > possibleQ) break
    const lead = leadOf(context, one)
    if (carries(lead)) leads.push(lead)
  }
  return leads
}

/** One trait alone makes no lead, unless it is rare: many innocent visitors share one, and chance does not deal them evenly. */
function carries({ evidence }: Lead): boolean {
  const telling = evidence.filter(({ family, uncapped }) => carryingFamilies.includes(family) && uncapped >= tellingBits)
  return telling.length >= 2 || telling.some(({ family, uncapped }) => family === "continuity" || uncapped >= rareBits)
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
  if (q(totalOf(lines)) > possibleQ) return "hidden"
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

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
