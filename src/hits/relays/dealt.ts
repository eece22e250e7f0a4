// How many candidates chance gives among true seeds: what the seeds have in common is dealt anew to all visitors, as often as
// innocent ones have it, and every visitor is scored with what it happened to get. Who is innocent is estimated from the scores
// themselves, in a few rounds: first everybody, then those whose score chance explains.
import { type Entity, entityOf, type Field, type Model, scoreOf } from "./model.js"
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
  /** Scores that chance gives, one ascending list per deal. */
  readonly scores: readonly Int32Array[]
  /** In a large field only every n-th visitor plays: each score stands for n. */
  readonly standsFor: number
}

export function dealtScores(field: Field, model: Model, scored: readonly Scored[], seed: string, floor: number): Dealt {
  const random = seededRandom(`dealt ${seed}`)
  const everyCard = innocentHolders(field, model, 1, () => 1).length
  const standsFor = Math.max(1, Math.ceil(everyCard / cardsMax))
  const alike = unitsByContent(field, standsFor)
  const observed = Int32Array.from(scored, (one) => one.centibits).sort()
  const observedOf = new Map(scored.map((one) => [one.unit, one.centibits]))
  let innocence: (centibits: number) => number = () => 1
  let dealt: readonly Int32Array[] = []
  for (let round = 0; round < rounds; round++) {
    const cards = innocentHolders(field, model, standsFor, (unit) => innocence(observedOf.get(unit) ?? 0))
    const total = cards.reduce((sum, card) => sum + card.innocence, 0)
    const times = Math.max(2, Math.min(dealsPerRound, Math.floor(dealtTokensMax / Math.max(1, total))))
    dealt = Array.from({ length: times }, () => {
      const hands = new Map<number, number[]>()
      for (const card of cards) {
        if (card.innocence < 1 && random() >= card.innocence) continue
        const units = alike[contentClass(field, card.unit)] as readonly number[]
        const unit = units[below(random, units.length)] as number
        const hand = hands.get(unit)
        if (!hand) hands.set(unit, [card.token])
        else if (!hand.includes(card.token)) hand.push(card.token)
      }
      const scores: number[] = []
      for (const [unit, hand] of hands) {
        const score = scoreOf(field, model, withHand(field, model, unit, hand))
        if (score >= floor) scores.push(score)
      }
      return Int32Array.from(scores).sort()
    })
    innocence = innocenceOf(observed, dealt, standsFor, floor)
  }
  return { scores: dealt, standsFor }
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

function unitsByContent(field: Field, step: number): readonly (readonly number[])[] {
  const classes: number[][] = []
  for (const unit of field.population) {
    if (unit % step !== 0) continue
    const at = contentClass(field, unit)
    while (classes.length <= at) classes.push([])
    classes[at]?.push(unit)
  }
  return classes
}

/** 0, 1, 2, 3, then doubling. */
function contentClass(field: Field, unit: number): number {
  const content = field.profiles.content[unit] as number
  return content < 4 ? content : 2 + Math.floor(Math.log2(content))
}
