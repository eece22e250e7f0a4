// What chance would give: random sets of addresses, as large and as busy as the seeds, put through the same scoring.
import { families } from "./family.js"
import { buildModel, type Chance, type Entity, entityOf, type Field, type Model, scoreOf, surprisesOf } from "./model.js"
import { below, seededRandom } from "./random.js"
import { countFrom } from "./statistics.js"

export const nullSetsMin = 200
/** Tokens that more addresses than this share of all have do not make a candidate by themselves. */
const candidateTokenShare = 0.01
const candidateTokenFloor = 200
const oneSeedHoldersMax = 500
/** Below this, a score is not worth counting. */
export const scoreFloor = 200
const topShare = 0.01
const selfTestSeedsMax = 60
const matchWidthMin = 20

export interface Scored {
  readonly unit: number
  readonly centibits: number
}

export interface Resemblance {
  /** Share of the set's members re-found from the others. */
  readonly refound: number
  /** Their number. */
  readonly found: number
  /** Decides among equal shares. */
  readonly meanCentibits: number
}

export interface NullSets {
  readonly chance: Chance
  readonly resemblance: readonly Resemblance[]
  /** For each set the scores of its candidates, ascending. */
  readonly scores: readonly Int32Array[]
  /** The highest score that the best hundredth of all addresses begins at, for any random set. */
  readonly cutoffMax: number
}

/** Random sets matched on the number of records. */
export function drawNullSets(field: Field, seeds: readonly Entity[], seed: string, count = nullSetsMin): NullSets {
  const random = seededRandom(seed)
  const draw = matchedDraw(field, seeds)
  const sets = Array.from({ length: count }, () => draw(random))
  const chance = chanceOf(field, sets)
  const resemblance: Resemblance[] = []
  const scores: Int32Array[] = []
  let cutoffMax = scoreFloor
  for (const members of sets) {
    const model = buildModel(field, members, chance)
    const scored = scoreAll(field, model)
    scores.push(Int32Array.from(scored, (one) => one.centibits).sort())
    resemblance.push(resemblanceOf(field, model, scored))
    cutoffMax = Math.max(cutoffMax, cutoffOf(field, scored))
  }
  return { chance, resemblance, scores, cutoffMax }
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
    const total = scoreOf(field, model, entityOf(field.profiles, [unit]))
    if (total >= scoreFloor) scored.push({ unit, centibits: total })
  }
  return scored.sort((a, b) => b.centibits - a.centibits || a.unit - b.unit)
}

/** The score at which the best hundredth of all addresses begins. */
function cutoffOf(field: Field, scored: readonly Scored[]): number {
  const place = Math.max(1, Math.ceil(topShare * field.population.length))
  return Math.max(scoreFloor, scored[place - 1]?.centibits ?? 0)
}

/**
 * Would each member be found from the others, among the best hundredth? Of true relays the best hundredth may be full of their unlisted
 * sisters: a score that no random set's best hundredth needs is enough.
 */
export function resemblanceOf(field: Field, model: Model, scored: readonly Scored[], enough = Number.POSITIVE_INFINITY): Resemblance {
  const cutoff = Math.min(enough, cutoffOf(field, scored))
  const step = Math.max(1, Math.ceil(model.seeds.length / selfTestSeedsMax))
  let tested = 0
  let refound = 0
  let sum = 0
  for (let at = 0; at < model.seeds.length; at += step) {
    // Neighbours in the address space are no likeness of behaviour.
    const total = scoreOf(field, model, model.seeds[at] as Entity, { without: at, ignore: "network" })
    tested++
    sum += Math.max(0, total)
    if (total >= cutoff) refound++
  }
  return { refound: tested === 0 ? 0 : refound / tested, found: refound, meanCentibits: tested === 0 ? 0 : sum / tested }
}

/** Chance of a random set to resemble itself as much. */
export function selfTestP(observed: Resemblance, sets: readonly Resemblance[]): number {
  const asMuch = sets.filter(
    (one) => one.refound > observed.refound || (one.refound === observed.refound && one.meanCentibits >= observed.meanCentibits),
  )
  return (asMuch.length + 1) / (sets.length + 1)
}

/** Mean number of candidates that a random set gets at or above a score. */
export function expectedFrom(scores: readonly Int32Array[], floor: number): number {
  return scores.reduce((sum, one) => sum + countFrom(one, floor), 0) / Math.max(1, scores.length)
}

/** The same in a deal that is unlucky by one standard deviation: the truth is one deal, not the mean of many. */
export function unluckyFrom(scores: readonly Int32Array[], floor: number): number {
  const mean = expectedFrom(scores, floor)
  const squares = scores.reduce((sum, one) => sum + (countFrom(one, floor) - mean) ** 2, 0)
  return mean + Math.sqrt(squares / Math.max(1, scores.length))
}

function chanceOf(field: Field, sets: readonly (readonly Entity[])[]): Chance {
  const lists: number[][] = families.map(() => [])
  let linked = 0
  for (const members of sets) {
    for (const [family, values] of surprisesOf(field, members).entries()) lists[family]?.push(...values)
    linked += linkedUnits(field, members)
  }
  return {
    sets: sets.length,
    surprises: lists.map((list) => Float64Array.from(list).sort()),
    linkRate: linked / sets.length / Math.max(1, field.population.length),
  }
}

function linkedUnits(field: Field, members: readonly Entity[]): number {
  const partners = new Set<number>()
  for (const member of members) {
    for (const unit of member.units) for (const link of field.links.get(unit) ?? []) partners.add(link.from === unit ? link.to : link.from)
  }
  return partners.size
}

function matchedDraw(field: Field, seeds: readonly Entity[]): (random: () => number) => readonly Entity[] {
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
