// What chance would give: random sets of addresses, as large and as busy as the seeds, put through the same scoring.
import { families } from "./family.js"
import { buildModel, type Chance, type Entity, entityOf, type Field, judged, type Model, scoreOf, surprisesOf } from "./model.js"
import { below, seededRandom } from "./random.js"
import { countFrom } from "./statistics.js"

const nullSetsDrawn = 200
const selfTestSets = 999
/** Once so many random sets resemble themselves as much, more would not change the answer. */
const asMuchMax = 5
/** Tokens that more addresses than this share of all have do not make a candidate by themselves. */
const candidateTokenShare = 0.01
const candidateTokenFloor = 200
const oneSeedHoldersMax = 500
/** Below this, a score is not worth counting. */
export const scoreFloor = 200
const topShare = 0.01
const selfTestSeedsMax = 60
const matchWidthMin = 20
/** What one member may add to the likeness of its set, in hundredths of a bit. */
const memberMax = 800

export interface Scored {
  readonly unit: number
  readonly centibits: number
  readonly canLead: boolean
}

/** Of each member of a set that was tested, its score judged by the others, in hundredths of a bit; ascending. */
export type Resemblance = Int32Array

export interface NullSets {
  readonly chance: Chance
  readonly resemblance: readonly Resemblance[]
  /** For each set the scores of its candidates that could be leads, ascending. */
  readonly scores: readonly Int32Array[]
  /** One in a hundred members of random sets gets as much from the others of its set. */
  readonly cutoff: number
  /** Draws one more set. */
  readonly draw: Draw
}

type Draw = (random: () => number) => readonly Entity[]

/** Told of work that is done, and of how much there is. */
export type Steps = (done: number, all: number) => void

/** Random sets matched on the number of records. */
export function drawNullSets(field: Field, seeds: readonly Entity[], seed: string, steps?: Steps): NullSets {
  const random = seededRandom(seed)
  const draw = matchedDraw(field, seeds)
  const sets = Array.from({ length: nullSetsDrawn }, () => draw(random))
  const chance = chanceOf(field, sets)
  const resemblance: Resemblance[] = []
  const scores: Int32Array[] = []
  for (const members of sets) {
    const model = buildModel(field, members, chance)
    scores.push(leadScores(scoreAll(field, model)))
    resemblance.push(resemblanceOf(field, model))
    steps?.(scores.length, nullSetsDrawn)
  }
  const all = pooled(resemblance)
  return { chance, resemblance, scores, cutoff: Math.max(scoreFloor, (all[Math.floor((1 - topShare) * all.length)] ?? 0) + 1), draw }
}

/** Of what could be a lead, ascending. */
export function leadScores(scored: readonly Scored[]): Int32Array {
  return Int32Array.from(
    scored.filter((one) => one.canLead),
    (one) => one.centibits,
  ).sort()
}

/** Every unit that shares something rare enough with the seeds, scored exactly; strongest first. */
export function scoreAll(field: Field, model: Model): readonly Scored[] {
  const seen = new Set<number>()
  const limit = Math.max(candidateTokenFloor, Math.floor(candidateTokenShare * field.population.length))
  const { holderStart, holders } = field.profiles
  for (const weighed of model.tokens.values()) {
    if (weighed.full <= 0 || weighed.family === "network" || weighed.others > limit) continue
    if (weighed.seeds < 2 && weighed.others > oneSeedHoldersMax) continue
    for (let at = holderStart[weighed.token] as number; at < (holderStart[weighed.token + 1] as number); at++) {
      const unit = holders[at] as number
      if (field.inPopulation[unit] === 1 && !model.seedOfUnit.has(unit)) seen.add(unit)
    }
  }
  for (const unit of model.seedOfUnit.keys()) {
    for (const link of field.links.get(unit) ?? []) {
      const other = link.from === unit ? link.to : link.from
      if (field.inPopulation[other] === 1 && !model.seedOfUnit.has(other)) seen.add(other)
    }
  }
  const scored: Scored[] = []
  for (const unit of seen) {
    const { centibits, canLead } = judged(field, model, entityOf(field.profiles, [unit]))
    if (centibits >= scoreFloor) scored.push({ unit, centibits, canLead })
  }
  return scored.sort((a, b) => b.centibits - a.centibits || a.unit - b.unit)
}

/** Would each member be found from the others? Of many members, evenly spaced ones are tested. */
export function resemblanceOf(field: Field, model: Model): Resemblance {
  const step = Math.max(1, Math.ceil(model.seeds.length / selfTestSeedsMax))
  const scores: number[] = []
  for (let at = 0; at < model.seeds.length; at += step) {
    // Neighbours in the address space are no likeness of behaviour.
    scores.push(scoreOf(field, model, model.seeds[at] as Entity, { without: at, ignore: "network" }))
  }
  return Int32Array.from(scores).sort()
}

/** Share of the members that reach a score. */
export function refoundShare(scores: Resemblance, cutoff: number): number {
  return scores.length === 0 ? 0 : countFrom(scores, cutoff) / scores.length
}

function pooled(sets: readonly Resemblance[]): Int32Array {
  return Int32Array.from(sets.flatMap((scores) => [...scores])).sort()
}

/**
 * Chance of a random set to resemble itself as much: a permutation test on the bits that the members have from each other.
 * More sets are drawn than candidates are compared with, until the matter is settled (Besag and Clifford 1991).
 */
export function selfTestP(field: Field, observed: Resemblance, nulls: NullSets, seed: string, steps?: Steps): number {
  const random = seededRandom(`self-test ${seed}`)
  const reached = likeness(observed)
  let asMuch = 0
  for (let drawn = 1; drawn <= selfTestSets; drawn++) {
    const scores = nulls.resemblance[drawn - 1] ?? resemblanceOf(field, buildModel(field, nulls.draw(random), nulls.chance))
    if (likeness(scores) >= reached) asMuch++
    steps?.(drawn, selfTestSets)
    if (asMuch === asMuchMax) return asMuch / drawn
  }
  return (asMuch + 1) / (selfTestSets + 1)
}

/** Capped, so that two crawlers in a random set do not stand for a dozen alike. */
function likeness(scores: Resemblance): number {
  return scores.reduce((sum, score) => sum + Math.min(memberMax, Math.max(0, score)), 0)
}

/**
 * Of the pairs of members, the share of which neither is like the others. Of those without likeness half lie below the median of random
 * ones; one more is counted below it, since few seeds say little.
 */
export function strangerPairs(observed: Resemblance, sets: readonly Resemblance[]): number {
  const all = pooled(sets)
  const median = all[all.length >> 1] ?? 0
  const low = observed.filter((score) => score <= median).length
  const strangers = Math.min(observed.length, 2 * (low + 1))
  return observed.length < 2 ? 1 : (strangers * (strangers - 1)) / (observed.length * (observed.length - 1))
}

/** Mean number of candidates that a random set gets at or above a score. */
export function expectedFrom(scores: readonly Int32Array[], floor: number): number {
  return scores.reduce((sum, one) => sum + countFrom(one, floor), 0) / Math.max(1, scores.length)
}

function chanceOf(field: Field, sets: readonly (readonly Entity[])[]): Chance {
  const lists: number[][] = families.map(() => [])
  for (const members of sets) {
    for (const [family, values] of surprisesOf(field, members).entries()) lists[family]?.push(...values)
  }
  return { sets: sets.length, surprises: lists.map((list) => Float64Array.from(list).sort()) }
}

function matchedDraw(field: Field, seeds: readonly Entity[]): Draw {
  const byCount = field.population
    .slice()
    .sort((a, b) => (field.profiles.count[a] as number) - (field.profiles.count[b] as number) || a - b)
  const counts = Float64Array.from(byCount, (unit) => field.profiles.count[unit] as number)
  const wanted = seeds.map((seed) => seed.units.reduce((sum, unit) => sum + (field.profiles.count[unit] as number), 0))
  return (random) => {
    const taken = new Set<number>()
    for (const count of wanted) {
      const [low, high] = reach(counts, count)
      for (let tries = 0; tries < 50; tries++) {
        const unit = byCount[low + below(random, high - low)] as number
        if (taken.has(unit)) continue
        taken.add(unit)
        break
      }
    }
    return [...taken].map((unit) => entityOf(field.profiles, [unit]))
  }
}

/** The units with about as many records, at least a handful of them. */
function reach(counts: Float64Array, count: number): readonly [number, number] {
  let low = counts.length - countFrom(counts, count / 1.5)
  let high = counts.length - countFrom(counts, count * 1.5 + 0.001)
  while (high - low < Math.min(matchWidthMin, counts.length)) {
    if (low > 0) low--
    if (high < counts.length) high++
  }
  return [low, high]
}
