// How many candidates chance gives among true seeds: what the seeds have in common is dealt anew to all visitors, as often as
// innocent ones have it, and every visitor is scored with what it happened to get. Who is innocent is estimated from the scores
// themselves, in a few rounds: first everybody, then those whose score chance explains.
import { type Entity, entityOf, type Field, judged, type Model } from "./model.js"
import type { Scored, Steps } from "./null-sets.js"
import { below, seededRandom } from "./random.js"
import { countFrom } from "./statistics.js"

/** By then the estimate of who is innocent no longer changes; the last round counts, and has more deals. */
const rounds = 10
const dealsPerRound = 6
const dealsAtLast = 20
const dealtTokensMax = 100_000
/** Fewer that are alike say little about chance. */
const crowdMin = 20
const quietPagesMax = 4
const triesMax = 50
const cardsMax = 50_000
/** Half the width of the scores that are compared, in hundredths of a bit. */
const window = 100

export interface Dealt {
  /** Scores that chance gives to what could be a lead, one ascending list per deal. */
  readonly scores: readonly Int32Array[]
  /** In a large field only every n-th visitor plays: each score stands for n. */
  readonly standsFor: number
}

export function dealtScores(field: Field, model: Model, scored: readonly Scored[], seed: string, floor: number, steps?: Steps): Dealt {
  const random = seededRandom(`dealt ${seed}`)
  const standsFor = Math.max(1, Math.ceil(everyHolding(field, model) / cardsMax))
  const alike = unitsAlike(field, standsFor)
  const cards = cardsOf(field, model, standsFor, alike)
  const linked = [...linksByFetchers(model, standsFor)].map(([fetchers, units]) => ({ fetchers, places: placesOf(field, units, alike) }))
  const observed = Int32Array.from(scored, (one) => one.centibits).sort()
  const observedOf = new Map(scored.map((one) => [one.unit, one.centibits]))
  let innocence: (unit: number) => number = () => 1
  let dealt: readonly Deal[] = []
  for (let round = 0; round < rounds; round++) {
    const total = cards.reduce((sum, { places }) => sum + places.reduce((own, { unit }) => own + innocence(unit), 0), 0)
    const [wanted, least, cardsInAll] = round === rounds - 1 ? [dealsAtLast, 2, dealtTokensMax] : [dealsPerRound, 1, dealtTokensMax / 2]
    const times = Math.max(least, Math.min(wanted, Math.floor(cardsInAll / Math.max(1, total))))
    dealt = Array.from({ length: times }, (_, deal) => {
      steps?.(round * dealsPerRound + deal, (rounds - 1) * dealsPerRound + dealsAtLast)
      const hands = new Map<number, number[]>()
      for (const { token, places } of cards) {
        const kept = places.filter(({ unit }) => innocence(unit) >= 1 || random() < innocence(unit))
        for (const unit of dealtTo(kept, random)) {
          const hand = hands.get(unit)
          if (hand) hand.push(token)
          else hands.set(unit, [token])
        }
      }
      const links = new Map<number, number>()
      for (const { fetchers, places } of linked) {
        for (const unit of dealtTo(places, random)) {
          links.set(unit, Math.min(fetchers, links.get(unit) ?? fetchers))
          if (!hands.has(unit)) hands.set(unit, [])
        }
      }
      const all: number[] = []
      const leading: number[] = []
      for (const [unit, hand] of hands) {
        const { centibits, canLead } = judged(field, model, withHand(field, model, unit, hand), { dealtLink: links.get(unit) ?? 0 })
        if (centibits < floor) continue
        all.push(centibits)
        if (canLead) leading.push(centibits)
      }
      return { all: Int32Array.from(all).sort(), leading: Int32Array.from(leading).sort() }
    })
    const byScore = innocenceOf(
      observed,
      dealt.map(({ all }) => all),
      standsFor,
      floor,
    )
    innocence = (unit) => byScore(observedOf.get(unit) ?? 0)
  }
  return { scores: dealt.map(({ leading }) => leading), standsFor }
}

interface Deal {
  readonly all: Int32Array
  readonly leading: Int32Array
}

/** A token with everybody who holds it. */
interface Cards {
  readonly token: number
  readonly places: readonly Place[]
}

interface Place {
  readonly unit: number
  /** Those that may get it instead. */
  readonly among: readonly number[]
}

function cardsOf(field: Field, model: Model, step: number, alike: Alike): readonly Cards[] {
  const { holderStart, holders } = field.profiles
  const cards: Cards[] = []
  for (const { token, full } of model.tokens.values()) {
    if (full <= 0) continue
    const units: number[] = []
    for (let at = holderStart[token] as number; at < (holderStart[token + 1] as number); at++) {
      const unit = holders[at] as number
      if (unit % step === 0 && field.inPopulation[unit] === 1) units.push(unit)
    }
    cards.push({ token, places: placesOf(field, units, alike) })
  }
  return cards
}

function everyHolding(field: Field, model: Model): number {
  let sum = 0
  for (const { token, full } of model.tokens.values()) if (full > 0) sum += field.holders[token] as number
  return sum
}

function linksByFetchers(model: Model, step: number): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>()
  for (const [unit, fetchers] of model.linking.byChance) {
    if (unit % step !== 0) continue
    const known = found.get(fetchers)
    if (known) known.push(unit)
    else found.set(fetchers, [unit])
  }
  return found
}

/** As many different units as there are holders, each like the one in whose place it stands: what is shared becomes neither rarer nor commoner. */
function dealtTo(places: readonly Place[], random: () => number): ReadonlySet<number> {
  const taken = new Set<number>()
  for (const { among } of places) {
    for (let tries = 0; tries < triesMax; tries++) {
      const unit = among[below(random, among.length)] as number
      if (taken.has(unit)) continue
      taken.add(unit)
      break
    }
  }
  return taken
}

/** By score, the share that chance explains: never growing with the score. */
function innocenceOf(observed: Int32Array, dealt: readonly Int32Array[], standsFor: number, floor: number): (centibits: number) => number {
  const within = (list: Int32Array, score: number) => countFrom(list, score - window) - countFrom(list, score + window)
  const cache = new Map<number, number>()
  let lowest = 1
  for (let score = floor; score <= (observed.at(-1) ?? 0); score += 20) {
    const there = within(observed, score)
    const byChance = (dealt.reduce((sum, list) => sum + within(list, score), 0) * standsFor) / dealt.length
    if (there > 0) lowest = Math.min(lowest, byChance / there)
    cache.set(score, lowest)
  }
  return (centibits) => (centibits < floor ? 1 : (cache.get(floor + 20 * Math.floor((centibits - floor) / 20)) ?? 1))
}

/** The visitor keeps its own amount of everything; what it shares with the seeds is what it was dealt. */
function withHand(field: Field, model: Model, unit: number, hand: readonly number[]): Entity {
  const own = entityOf(field.profiles, [unit])
  const kept = [...own.tokens].filter((token) => !model.tokens.has(token))
  return { units: own.units, tokens: Int32Array.from([...kept, ...hand]).sort() }
}

/** By level of likeness and class, the units of the class. */
type Alike = readonly (readonly (readonly number[])[])[]

function unitsAlike(field: Field, step: number): Alike {
  const levels: number[][][] = likenesses.map(() => [])
  for (const unit of field.population) {
    if (unit % step !== 0) continue
    for (const [level, classOf] of likenesses.entries()) {
      const classes = levels[level] as number[][]
      const at = classOf(field, unit)
      while (classes.length <= at) classes.push([])
      classes[at]?.push(unit)
    }
  }
  return levels
}

/**
 * Where each holder's card may go: to units that are most like the holder, as long as they are a crowd and most of them do not hold it.
 * Where the holders are nearly all of their kind, being of that kind may be what they share: then likeness is judged more loosely.
 */
function placesOf(field: Field, holders: readonly number[], alike: Alike): readonly Place[] {
  const held = likenesses.map((classOf) => {
    const counts = new Map<number, number>()
    for (const unit of holders) counts.set(classOf(field, unit), (counts.get(classOf(field, unit)) ?? 0) + 1)
    return counts
  })
  const places = holders.map((unit) => {
    let level = 0
    const among = () => alike[level]?.[likenesses[level]?.(field, unit) as number] as readonly number[]
    const isCrowd = () =>
      among().length >= crowdMin && 2 * (held[level]?.get(likenesses[level]?.(field, unit) as number) as number) <= among().length
    while (level < likenesses.length - 1 && !isCrowd()) level++
    return { unit, among: among() }
  })
  // Who has the least choice chooses first.
  return places.sort((a, b) => a.among.length - b.among.length || a.unit - b.unit)
}

type ClassOf = (field: Field, unit: number) => number

/** Whether most of what it asks for fails: scanners share the pages that anybody probes, and share them with each other. */
const isFailing: ClassOf = ({ profiles: { failures, count } }, unit) => (2 * (failures[unit] as number) > (count[unit] as number) ? 1 : 0)
/** Whether it loads what a browser loads by itself. */
const isBrowser: ClassOf = ({ profiles: { assets } }, unit) => ((assets[unit] as number) > 0 ? 1 : 0)
const isBusy: ClassOf = ({ profiles: { content } }, unit) => ((content[unit] as number) > quietPagesMax ? 1 : 0)
/** Pages and targets: 0, 1, 2, 3, then doubling. */
const sizeOf: ClassOf = ({ profiles: { content } }, unit) => {
  const pages = content[unit] as number
  return pages < 4 ? pages : 2 + Math.floor(Math.log2(pages))
}

/** From the closest likeness to none at all. */
const likenesses: readonly ClassOf[] = [
  (field, unit) => 4 * sizeOf(field, unit) + 2 * isFailing(field, unit) + isBrowser(field, unit),
  (field, unit) => 4 * isBusy(field, unit) + 2 * isFailing(field, unit) + isBrowser(field, unit),
  (field, unit) => 2 * isBusy(field, unit) + isFailing(field, unit),
  isBusy,
  () => 0,
]
