// How many candidates chance gives among true seeds: what the seeds have in common is dealt anew to all visitors, as often as
// innocent ones have it, and every visitor is scored with what it happened to get. Who is innocent is estimated from the scores
// themselves, in a few rounds: first everybody, then those whose score chance explains.
import { type Entity, entityOf, type Field, judged, type Model } from "./model.js"
import type { Scored } from "./null-sets.js"
import { below, seededRandom } from "./random.js"
import { countFrom } from "./statistics.js"

const rounds = 4
const dealsPerRound = 20
const dealtTokensMax = 100_000
const cardsMax = 50_000
/** Half the width of the scores that are compared, in hundredths of a bit. */
const window = 100

export interface Dealt {
  /** Scores that chance gives to what could be a lead, one ascending list per deal. */
  readonly scores: readonly Int32Array[]
  /** In a large field only every n-th visitor plays: each score stands for n. */
  readonly standsFor: number
}

export function dealtScores(field: Field, model: Model, scored: readonly Scored[], seed: string, floor: number): Dealt {
  const random = seededRandom(`dealt ${seed}`)
  const everyCard = innocentHolders(field, model, 1, () => 1).length
  const standsFor = Math.max(1, Math.ceil(everyCard / cardsMax))
  const alike = unitsAlike(field, standsFor)
  const observed = Int32Array.from(scored, (one) => one.centibits).sort()
  const observedOf = new Map(scored.map((one) => [one.unit, one.centibits]))
  let innocence: (centibits: number) => number = () => 1
  let dealt: readonly Deal[] = []
  const one = (alike: Alike, unit: number) => {
    const units = alike[classOf(field, unit)] as readonly number[]
    return units[below(random, units.length)] as number
  }
  for (let round = 0; round < rounds; round++) {
    const cards = innocentHolders(field, model, standsFor, (unit) => innocence(observedOf.get(unit) ?? 0))
    const total = cards.reduce((sum, card) => sum + card.innocence, 0)
    const times = Math.max(2, Math.min(dealsPerRound, Math.floor(dealtTokensMax / Math.max(1, total))))
    dealt = Array.from({ length: times }, () => {
      const hands = new Map<number, number[]>()
      for (const card of cards) {
        if (card.innocence < 1 && random() >= card.innocence) continue
        const unit = one(alike, card.unit)
        const hand = hands.get(unit)
        if (!hand) hands.set(unit, [card.token])
        else if (!hand.includes(card.token)) hand.push(card.token)
      }
      const links = new Map<number, number>()
      for (const [unit, fetchers] of model.linking.byChance) {
        if (unit % standsFor !== 0) continue
        const dealtTo = one(alike, unit)
        links.set(dealtTo, Math.min(fetchers, links.get(dealtTo) ?? fetchers))
        if (!hands.has(dealtTo)) hands.set(dealtTo, [])
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
    innocence = innocenceOf(
      observed,
      dealt.map(({ all }) => all),
      standsFor,
      floor,
    )
  }
  return { scores: dealt.map(({ leading }) => leading), standsFor }
}

interface Deal {
  readonly all: Int32Array
  readonly leading: Int32Array
}

interface Card {
  readonly token: number
  readonly unit: number
  /** Share of it that chance explains. */
  readonly innocence: number
}

/** Every token of every holder; who asks for as much as the holder does may get it instead. */
function innocentHolders(field: Field, model: Model, step: number, innocence: (unit: number) => number): readonly Card[] {
  const { holderStart, holders } = field.profiles
  const cards: Card[] = []
  for (const weighed of model.tokens.values()) {
    if (weighed.full <= 0) continue
    for (let at = holderStart[weighed.token] as number; at < (holderStart[weighed.token + 1] as number); at++) {
      const unit = holders[at] as number
      if (unit % step === 0 && field.inPopulation[unit] === 1) cards.push({ token: weighed.token, unit, innocence: innocence(unit) })
    }
  }
  return cards
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

type Alike = readonly (readonly number[])[]

function unitsAlike(field: Field, step: number): Alike {
  const classes: number[][] = []
  for (const unit of field.population) {
    if (unit % step !== 0) continue
    const at = classOf(field, unit)
    while (classes.length <= at) classes.push([])
    classes[at]?.push(unit)
  }
  return classes
}

/** By pages and targets (0, 1, 2, 3, then doubling), and whether it loads what a browser loads by itself. */
function classOf(field: Field, unit: number): number {
  const content = field.profiles.content[unit] as number
  const size = content < 4 ? content : 2 + Math.floor(Math.log2(content))
  return 2 * size + ((field.profiles.assets[unit] as number) > 0 ? 1 : 0)
}
