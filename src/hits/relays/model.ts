// What a set of seeds has in common, weighed against everybody else: bits per token and trait (Fellegi-Sunter), with caps.
import { type Division, divisionOf } from "./division.js"
import { carryingFamilies, type Family, families, familyCap, familyOf } from "./family.js"
import { type Link, type Profiles, slotMs, slotsKept } from "./profile.js"
import { centibits, countFrom, share, surprise } from "./statistics.js"

/** One or several units that count as one: an address, or a candidate's episode. */
export interface Entity {
  readonly units: readonly number[]
  /** Ascending. */
  readonly tokens: Int32Array
}

/** Everything that does not depend on the seeds: who is compared with whom. */
export interface Field {
  readonly profiles: Profiles
  /** Units that are neither seeds nor excluded. */
  readonly population: Int32Array
  readonly inPopulation: Uint8Array
  /** Holders of each token within the population. */
  readonly holders: Int32Array
  readonly tokenFamily: Uint8Array
  /** Links of each unit that has any, and those of the clock turned round. */
  readonly links: ReadonlyMap<number, readonly Link[]>
  readonly chanceLinks: ReadonlyMap<number, readonly Link[]>
  readonly traitCounts: readonly Float64Array[]
  /** Holdings within the population by pool of targets (`poolOf`). */
  readonly pools: ReadonlyMap<string, number>
  /** Evenly spaced units of the population, to measure what depends on the seeds' times. */
  readonly sample: Int32Array
}

/** How much chance alone shares, measured on random sets: by family, the surprises of their shared tokens, ascending. */
export interface Chance {
  readonly sets: number
  readonly surprises: readonly Float64Array[]
}

export type LineKind = "token" | "link" | "trait" | "absence" | "division"

/** One line of evidence, before caps. */
export interface RawLine {
  readonly kind: LineKind
  readonly family: Family
  /** Token, trait number, targets of a division, or -1. */
  readonly id: number
  readonly centibits: number
  /** Seeds that have it. */
  readonly seeds: number
  readonly others: number
}

export interface Line extends RawLine {
  /** What counts after the cap of its family. */
  readonly counted: number
}

interface Weighed {
  readonly token: number
  readonly family: Family
  readonly seeds: number
  readonly others: number
  /** With all seeds, and with one of its seeds left out. */
  readonly full: number
  readonly lessOne: number
  /** The seeds that have it, by their place in the model. */
  readonly having: readonly number[]
  /** First and last activity of each seed that has it. */
  readonly spans: readonly (readonly [number, number])[]
}

export interface Model {
  readonly seeds: readonly Entity[]
  /** How far a page that only this seed asked for may speak for all, 0 to 1. */
  readonly seedTrust: readonly number[]
  readonly tokens: ReadonlyMap<number, Weighed>
  /** Tokens that nearly all seeds have; another network is no counter-evidence. */
  readonly expected: readonly Weighed[]
  readonly seedOfUnit: ReadonlyMap<number, number>
  readonly traits: readonly Trait[]
  readonly clock: Clock
  readonly linking: Linking
  /** Undefined where the seeds divide no targets among themselves. */
  readonly division: Division | undefined
  /** What each page or target costs that no seed asked for: the more focused the seeds, the more. */
  readonly elsewhereCost: number
}

interface Trait {
  /** As they are, and smoothed for weighing. */
  readonly seeds: Float64Array
  readonly seedCounts: Float64Array
  readonly seedValue: readonly number[]
  readonly otherShare: (value: number) => number
}

/** What a hand-off with a seed weighs, measured against the hand-offs that the same seeds have with the clock turned round. */
interface Linking {
  /** Hundredths of a bit where one address alone fetched the page; each doubling of their number costs a bit. */
  readonly full: number
  /** Units that chance links, each with its fetchers. */
  readonly byChance: ReadonlyMap<number, number>
}

interface Clock {
  /** Slots of each seed. */
  readonly slots: readonly (readonly number[])[]
  readonly slotHolders: ReadonlyMap<number, readonly number[]>
  /** Start of the six hours of the day in which the seeds were busiest, in slots; -1 without times. */
  readonly arcStart: number
}

export const traitNames = ["volume", "assets", "logins", "clients", "elsewhere", "co-timing", "hours"] as const
const trait = { volume: 0, assets: 1, logins: 2, clients: 3, elsewhere: 4, coTiming: 5, hours: 6 } as const
/** Lowest and highest hundredths of a bit that a trait may give. */
const traitRange: readonly (readonly [number, number])[] = [
  [-200, 200],
  [-300, 0],
  [-300, 0],
  [-300, 0],
  [-1600, 0],
  [0, 400],
  [0, 200],
]
const traitFamily: readonly Family[] = ["volume", "behaviour", "behaviour", "behaviour", "behaviour", "time", "time"]
const staticTraits = 5

const oneSeedMax = 200
const contentFamily = families.indexOf("content")
const absenceMax = 100
const absenceTotalMax = 200
const absenceShare = 0.8
const absenceSeedsMin = 5
/** A page that says less is everybody's: that the seeds asked for it too makes nobody like them. */
const tellingMin = 100
/** One trait alone makes no lead below the second of these; beside others it counts from the first. */
const leadingMin = 100
const rareMin = 700
/** More targets than these, and the address is no quiet one. */
const quietTargetsMax = 16
const divisionMax = 200
const linkPrior = 0.3
const linkMax = 800
const graceMs = 17 * 86_400_000
const halfLifeMs = 60 * 86_400_000
const sampleMax = 1_000
/** Traits that say less are left out. */
const traitMin = 20
const focusMax = 0.9
const slotsPerDay = 86_400_000 / slotMs
const arcSlots = slotsPerDay / 4
const coTimedDaysMin = 2

export function createField(profiles: Profiles, isOutside: (source: number) => boolean): Field {
  const inPopulation = new Uint8Array(profiles.units)
  const chosen: number[] = []
  for (let unit = 0; unit < profiles.units; unit++) {
    if (isOutside(profiles.unitSource[unit] as number)) continue
    inPopulation[unit] = 1
    chosen.push(unit)
  }
  const population = Int32Array.from(chosen)
  const holders = new Int32Array(profiles.tokenTexts.length)
  for (const unit of population) {
    for (let at = profiles.tokenStart[unit] as number; at < (profiles.tokenStart[unit + 1] as number); at++) {
      const token = profiles.tokens[at] as number
      holders[token] = (holders[token] as number) + 1
    }
  }
  const pools = new Map<string, number>()
  for (const [token, text] of profiles.tokenTexts.entries()) {
    const pool = poolOf(text)
    if (pool !== undefined) pools.set(pool, (pools.get(pool) ?? 0) + (holders[token] as number))
  }
  const traitCounts = Array.from({ length: staticTraits }, () => new Float64Array(8))
  for (const unit of population) {
    for (let name = 0; name < staticTraits; name++) {
      const counts = traitCounts[name] as Float64Array
      const value = staticTrait(profiles, [unit], name)
      counts[value] = (counts[value] as number) + 1
    }
  }
  const step = Math.max(1, Math.ceil(population.length / sampleMax))
  return {
    profiles,
    population,
    inPopulation,
    holders,
    tokenFamily: Uint8Array.from(profiles.tokenTexts, (text) => families.indexOf(familyOf(text))),
    links: byUnit(profiles.links),
    chanceLinks: byUnit(profiles.chanceLinks),
    traitCounts,
    pools,
    sample: population.filter((_, at) => at % step === 0),
  }
}

function byUnit(links: readonly Link[]): ReadonlyMap<number, readonly Link[]> {
  const found = new Map<number, Link[]>()
  for (const link of links) {
    for (const unit of [link.from, link.to]) {
      const known = found.get(unit)
      if (known) known.push(link)
      else found.set(unit, [link])
    }
  }
  return found
}

export function entityOf(profiles: Profiles, units: readonly number[]): Entity {
  const only = units[0]
  if (units.length === 1 && only !== undefined)
    return { units, tokens: profiles.tokens.subarray(profiles.tokenStart[only], profiles.tokenStart[only + 1]) }
  const tokens = new Set<number>()
  for (const unit of units) {
    for (let at = profiles.tokenStart[unit] as number; at < (profiles.tokenStart[unit + 1] as number); at++)
      tokens.add(profiles.tokens[at] as number)
  }
  return { units, tokens: Int32Array.from(tokens).sort() }
}

/** Tokens of a set: how many of its members have each. */
export function sharedTokens(seeds: readonly Entity[]): Map<number, number> {
  const shared = new Map<number, number>()
  for (const seed of seeds) for (const token of seed.tokens) shared.set(token, (shared.get(token) ?? 0) + 1)
  return shared
}

/** By family, how surprising it is that as many members have each token. */
export function surprisesOf(field: Field, seeds: readonly Entity[]): readonly (readonly number[])[] {
  const found: number[][] = families.map(() => [])
  for (const [token, count] of sharedTokens(seeds)) {
    found[field.tokenFamily[token] as number]?.push(surpriseOf(field, seeds, token, count))
  }
  return found
}

export function buildModel(field: Field, seeds: readonly Entity[], chance: Chance): Model {
  const shared = sharedTokens(seeds)
  const seedTrust = trustOf(field, seeds, shared)
  const belief = beliefs(field, seeds, shared, chance, seedTrust)
  const tokens = new Map<number, Weighed>()
  for (const [token, count] of [...shared].sort((a, b) => a[0] - b[0])) {
    tokens.set(token, weigh(field, seeds, token, count, belief))
  }
  const seedOfUnit = new Map<number, number>()
  for (const [at, seed] of seeds.entries()) for (const unit of seed.units) seedOfUnit.set(unit, at)
  const clock = clockOf(field.profiles, seeds)
  const bare: Model = {
    seeds,
    seedTrust,
    tokens,
    expected: [],
    seedOfUnit,
    traits: [],
    clock,
    linking: noLinking,
    division: undefined,
    elsewhereCost: 0,
  }
  return {
    ...bare,
    expected: [...tokens.values()].filter(
      (one) => seeds.length >= absenceSeedsMin && one.family !== "network" && one.seeds >= absenceShare * seeds.length && one.full > 0,
    ),
    traits: traitNames.map((_, name) => traitOf(field, bare, name)),
    elsewhereCost: elsewhereCost(field, bare),
    linking: linkingOf(field, bare),
    division: divisionOf(
      seeds.map((seed) => targetsOf(field, seed)),
      (token) =>
        (field.holders[token] as number) / Math.max(1, field.pools.get(poolOf(field.profiles.tokenTexts[token] as string) as string) ?? 0),
    ),
  }
}

export interface LineOptions {
  /** That seed counts as an unknown: for the self-test. */
  readonly without?: number
  /** Instead of the entity's own hand-offs, one whose page so many addresses fetched; 0 for none. */
  readonly dealtLink?: number
}

/** All evidence for and against an entity, after caps. With `forget`, a token of the entity is taken away: for the counterfactual. */
export function linesFor(
  field: Field,
  model: Model,
  entity: Entity,
  options: LineOptions & { readonly forget?: RawLine } = {},
): readonly Line[] {
  return settled(rawLines(field, model, entity, options).filter((line) => !options.forget || !sameLine(line, options.forget)))
}

/** What `totalOf(linesFor(…))` gives, without ordering the lines: for scoring many. */
export function scoreOf(field: Field, model: Model, entity: Entity, options: ScoreOptions = {}): number {
  return judged(field, model, entity, options).centibits
}

export interface ScoreOptions extends LineOptions {
  /** That family does not count. */
  readonly ignore?: Family
}

export interface Judged {
  readonly centibits: number
  /** See `canLead`. */
  readonly canLead: boolean
}

export function judged(field: Field, model: Model, entity: Entity, options: ScoreOptions = {}): Judged {
  const sums = new Int32Array(families.length)
  let against = 0
  let carries = false
  const lines = rawLines(field, model, entity, options)
  for (const { centibits, family } of lines) {
    if (centibits < 0) {
      if (family !== options.ignore) against += centibits
      continue
    }
    carries ||= centibits > 0 && carryingFamilies.includes(family)
    const at = families.indexOf(family)
    if (family !== options.ignore) sums[at] = (sums[at] as number) + centibits
  }
  let total = against
  for (let at = 0; at < families.length; at++) {
    const family = families[at] as Family
    if (carries || carryingFamilies.includes(family)) total += Math.min(familyCap[family], sums[at] as number)
  }
  return { centibits: total, canLead: canLead(lines) }
}

/** One trait alone makes no lead, unless it is rare: many innocent visitors share one, and chance does not deal them evenly. */
export function canLead(lines: readonly RawLine[]): boolean {
  let telling = 0
  for (const { family, centibits } of lines) {
    if (centibits < leadingMin || !carryingFamilies.includes(family)) continue
    if (family === "continuity" || centibits >= rareMin) return true
    telling++
  }
  return telling >= 2
}

export function totalOf(lines: readonly Line[]): number {
  let total = 0
  for (const line of lines) total += line.counted
  return total
}

function rawLines(field: Field, model: Model, entity: Entity, { without, dealtLink }: LineOptions): RawLine[] {
  const lines: RawLine[] = []
  const left = without === undefined ? undefined : model.seeds[without]
  let sharedContent = 0
  for (const token of entity.tokens) {
    const weighed = model.tokens.get(token)
    if (!weighed) continue
    const seeds = left ? weighed.seeds - 1 : weighed.seeds
    const bits = left ? weighed.lessOne : weighed.full
    if (weighed.family === "content" && seeds > 0 && bits >= tellingMin)
      sharedContent += seeds > 1 ? 1 : singleTrust(model, weighed, without)
    if (bits <= 0) continue
    const decayed = Math.round(bits * decay(field.profiles, entity, weighed))
    if (decayed > 0) lines.push({ kind: "token", family: weighed.family, id: token, centibits: decayed, seeds, others: weighed.others })
  }
  limitSingles(model, without, lines)
  if (dealtLink === undefined) linkLines(field, model, entity, without, lines)
  else if (dealtLink > 0) linkLine(model, dealtLink, 1, lines)
  absenceLines(model, entity, without, lines)
  divisionLine(field, model, entity, without, lines)
  for (let name = 0; name < traitNames.length; name++) traitLine(field, model, entity, name, sharedContent, without, lines)
  return lines
}

function singleTrust(model: Model, weighed: Weighed, without: number | undefined): number {
  return model.seedTrust[weighed.having.find((at) => at !== without) ?? -1] ?? 0
}

/** What one seed alone shows counts little however much it is: two crawlers share many pages, and one of them may be a wrong seed. */
function limitSingles(model: Model, without: number | undefined, lines: RawLine[]): void {
  const single = lines.filter((line) => line.seeds === 1 && line.family !== "continuity")
  if (single.length < 2) return
  const room = new Map<number, number>()
  for (const line of single.sort(byWeight)) {
    const seed = model.tokens.get(line.id)?.having.find((at) => at !== without) ?? -1
    const left = room.get(seed) ?? oneSeedMax
    const counted = Math.min(left, line.centibits)
    room.set(seed, left - counted)
    if (counted < line.centibits) lines[lines.indexOf(line)] = { ...line, centibits: counted }
  }
}

/** Scanners and crawlers ask for the relays' pages as well, and for much else. */
function elsewhereLine(field: Field, model: Model, entity: Entity, sharedContent: number, lines: RawLine[]): void {
  const all = entity.units.reduce((total, unit) => total + (field.profiles.content[unit] as number), 0)
  const elsewhere = Math.max(0, all - sharedContent)
  const [low] = traitRange[trait.elsewhere] as readonly [number, number]
  const bits = Math.max(low, -Math.round(elsewhere * model.elsewhereCost))
  if (-bits >= traitMin)
    lines.push({ kind: "trait", family: "behaviour", id: trait.elsewhere * 8, centibits: bits, seeds: 0, others: Math.ceil(elsewhere) })
}

/** From the mean share of a seed's pages that other seeds asked for too. */
function elsewhereCost(field: Field, model: Model): number {
  let sum = 0.5
  for (const seed of model.seeds) {
    const all = seed.units.reduce((total, unit) => total + (field.profiles.content[unit] as number), 0)
    sum += all === 0 ? 0 : Math.min(1, sharedContentOf(field, model, seed) / all)
  }
  const focus = Math.min(focusMax, sum / (model.seeds.length + 1))
  return Math.round(-100 * Math.log2(1 - focus))
}

const noLinking: Linking = { full: 0, byChance: new Map() }

/** Of chance hand-offs there are as many forwards as with the clock turned round; what is more is the operator's. */
function linkingOf(field: Field, model: Model): Linking {
  const byChance = new Map<number, number>()
  for (const seed of model.seeds) {
    for (const unit of seed.units) {
      for (const link of field.chanceLinks.get(unit) ?? []) {
        const other = link.from === unit ? link.to : link.from
        if (field.inPopulation[other] !== 1 || model.seedOfUnit.has(other)) continue
        byChance.set(other, Math.min(link.fetchers, byChance.get(other) ?? Number.POSITIVE_INFINITY))
      }
    }
  }
  const doublings = [...byChance.values()].reduce((sum, fetchers) => sum + Math.log2(fetchers), 0) / Math.max(1, byChance.size)
  const mean = centibits(linkPrior / ((byChance.size + 1) / (field.population.length + 1)))
  return { full: Math.round(mean + 100 * doublings), byChance }
}

function linkLines(field: Field, model: Model, entity: Entity, without: number | undefined, lines: RawLine[]): void {
  const partners = new Set<number>()
  let fetchers = Number.POSITIVE_INFINITY
  for (const unit of entity.units) {
    for (const link of field.links.get(unit) ?? []) {
      const seed = model.seedOfUnit.get(link.from === unit ? link.to : link.from)
      if (seed === undefined || seed === without) continue
      partners.add(seed)
      fetchers = Math.min(fetchers, link.fetchers)
    }
  }
  if (partners.size > 0) linkLine(model, fetchers, partners.size, lines)
}

/** One line, however many hand-offs: that with the fewest other explanations counts. */
function linkLine(model: Model, fetchers: number, seeds: number, lines: RawLine[]): void {
  const bits = Math.min(linkMax, Math.round(model.linking.full - 100 * Math.log2(fetchers)))
  if (bits > 0) lines.push({ kind: "link", family: "continuity", id: -1, centibits: bits, seeds, others: fetchers - 1 })
}

/** What sources may divide among themselves: own targets by port, names that are tried. */
function poolOf(token: string): string | undefined {
  if (token.startsWith("a:")) return "a"
  return token.startsWith("t:") ? (/:\d+$/.exec(token.slice(2))?.[0] ?? ":") : undefined
}

/** Of a quiet entity: who asks for everything divides nothing. */
function targetsOf(field: Field, { units, tokens }: Entity): readonly number[] {
  if (field.pools.size === 0 || units.reduce((sum, unit) => sum + (field.profiles.content[unit] as number), 0) > quietTargetsMax) return []
  return [...tokens].filter((token) => poolOf(field.profiles.tokenTexts[token] as string) !== undefined)
}

/** Complementary coverage: targets of the pools that the seeds divide among themselves, and that none of them took. */
function divisionLine(field: Field, model: Model, entity: Entity, without: number | undefined, lines: RawLine[]): void {
  if (!model.division) return
  const pools = new Set([...model.tokens.keys()].map((token) => poolOf(field.profiles.tokenTexts[token] as string)))
  const fresh = targetsOf(field, entity).filter((token) => {
    const taken = model.tokens.get(token)
    const others = taken ? taken.having.filter((seed) => seed !== without).length : 0
    return others === 0 && pools.has(poolOf(field.profiles.tokenTexts[token] as string))
  }).length
  const bits = Math.min(divisionMax, fresh * model.division.perTarget)
  if (bits < traitMin) return
  lines.push({ kind: "division", family: "behaviour", id: fresh, centibits: bits, seeds: model.division.sources, others: 0 })
}

function absenceLines(model: Model, entity: Entity, without: number | undefined, lines: RawLine[]): void {
  let room = absenceTotalMax
  const held = new Set(entity.tokens)
  for (const weighed of model.expected) {
    if (held.has(weighed.token) || without !== undefined || room <= 0) continue
    const cost = Math.min(absenceMax, room, Math.round(weighed.full / 4))
    room -= cost
    if (cost > 0)
      lines.push({
        kind: "absence",
        family: weighed.family,
        id: weighed.token,
        centibits: -cost,
        seeds: weighed.seeds,
        others: weighed.others,
      })
  }
}

function traitLine(
  field: Field,
  model: Model,
  entity: Entity,
  name: number,
  sharedContent: number,
  without: number | undefined,
  lines: RawLine[],
): void {
  if (name === trait.elsewhere) {
    elsewhereLine(field, model, entity, sharedContent, lines)
    return
  }
  const one = model.traits[name] as Trait
  const value = traitValue(field, model, entity.units, name, without)
  if (value < 0) return
  const own = without !== undefined && one.seedValue[without] === value ? 1 : 0
  const count = Math.max(0, (one.seedCounts[value] ?? 0) - own)
  const n = model.seeds.length - (without === undefined ? 0 : 1)
  const [low, high] = traitRange[name] as readonly [number, number]
  const bits = Math.max(low, Math.min(high, centibits(share(count, n) / one.otherShare(value))))
  if (Math.abs(bits) < traitMin) return
  const others = Math.round(one.otherShare(value) * field.population.length)
  lines.push({
    kind: "trait",
    family: traitFamily[name] as Family,
    id: name * 8 + value,
    centibits: bits,
    seeds: (one.seeds[value] ?? 0) - own,
    others,
  })
}

/** Fills each family up to its cap, strongest line first; what only supports counts beside something that carries. */
export function settled(raw: readonly RawLine[]): readonly Line[] {
  const carries = raw.some((line) => line.centibits > 0 && carryingFamilies.includes(line.family))
  const room = new Map<Family, number>()
  const lines: Line[] = []
  for (const line of [...raw].sort(byWeight)) {
    if (line.centibits < 0) {
      lines.push({ ...line, counted: line.centibits })
      continue
    }
    const left = room.get(line.family) ?? familyCap[line.family]
    const counted = carries || carryingFamilies.includes(line.family) ? Math.min(left, line.centibits) : 0
    room.set(line.family, left - counted)
    lines.push({ ...line, counted })
  }
  return lines
}

export function sameLine(a: RawLine, b: RawLine): boolean {
  return a.kind === b.kind && a.id === b.id && a.family === b.family
}

function byWeight(a: RawLine, b: RawLine): number {
  return (
    b.centibits - a.centibits || b.seeds - a.seeds || a.others - b.others || (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0) || a.id - b.id
  )
}

/** By family and surprise, the chance that a shared token is more than coincidence. */
function beliefs(
  field: Field,
  seeds: readonly Entity[],
  shared: ReadonlyMap<number, number>,
  chance: Chance,
  seedTrust: readonly number[],
): (token: number, count: number) => number {
  const observed = families.map(() => [] as number[])
  for (const [token, count] of shared)
    if (count >= 2) observed[field.tokenFamily[token] as number]?.push(surpriseOf(field, seeds, token, count))
  for (const list of observed) list.sort((a, b) => a - b)
  const trust = new Map<number, number>()
  for (const [at, seed] of seeds.entries())
    for (const token of seed.tokens) if (shared.get(token) === 1) trust.set(token, seedTrust[at] as number)
  return (token, count) => {
    const family = field.tokenFamily[token] as number
    if (count === 1 && family === contentFamily) return trust.get(token) ?? 0
    const value = surpriseOf(field, seeds, token, count)
    const byChance = (countFrom(chance.surprises[family] as Float64Array, value) + 0.5) / chance.sets
    return Math.max(0, 1 - byChance / Math.max(1, countFrom(observed[family] as number[], value)))
  }
}

/**
 * A page that a single seed asked for says something if the seed's other pages are those of other seeds:
 * by seed, the share of its pages that are, with the mean of all seeds as one page more.
 */
function trustOf(field: Field, seeds: readonly Entity[], shared: ReadonlyMap<number, number>): readonly number[] {
  const counts = seeds.map((seed) => {
    const pages = [...seed.tokens].filter((token) => field.tokenFamily[token] === contentFamily)
    // What nobody else in the log asked for has no number, but counts as a page of the seed's own.
    const all = Math.max(
      pages.length,
      seed.units.reduce((sum, unit) => sum + (field.profiles.content[unit] as number), 0),
    )
    return { all, common: pages.filter((token) => (shared.get(token) ?? 0) > 1).length }
  })
  const focus = counts.reduce((sum, one) => sum + (one.all === 0 ? 0 : one.common / one.all), 0.5) / (seeds.length + 1)
  return counts.map(({ all, common }) => (all === 0 ? focus : Math.min(1, (common + focus) / all)))
}

function weigh(
  field: Field,
  seeds: readonly Entity[],
  token: number,
  count: number,
  belief: (token: number, count: number) => number,
): Weighed {
  const family = families[field.tokenFamily[token] as number] as Family
  const n = seeds.length
  const having = seeds.filter((seed) => includes(seed.tokens, token))
  const ownUnits = having.reduce((sum, seed) => sum + seed.units.filter((unit) => field.inPopulation[unit] === 1).length, 0)
  const others = Math.max(0, (field.holders[token] as number) - ownUnits)
  const bits = (k: number, of: number) => {
    if (k < 1) return 0
    const plain = Math.max(0, centibits(share(k, of) / share(others, field.population.length)))
    const believed = Math.round(plain * belief(token, k))
    // A session or a one-time address is direct: one seed suffices.
    return k === 1 && family !== "continuity" ? Math.min(oneSeedMax, believed) : believed
  }
  return {
    token,
    family,
    seeds: count,
    others,
    full: bits(count, n),
    lessOne: bits(count - 1, n - 1),
    having: seeds.flatMap((seed, at) => (includes(seed.tokens, token) ? [at] : [])),
    spans: having.map((seed) => spanOf(field.profiles, seed.units)),
  }
}

/** Confirmed seeds stand outside the population, random ones within: both are counted among the holders. */
function surpriseOf(field: Field, seeds: readonly Entity[], token: number, count: number): number {
  const apart = field.inPopulation[seeds[0]?.units[0] ?? -1] === 1 ? 0 : seeds.length
  const holders = (field.holders[token] as number) + (apart ? count : 0)
  return surprise(count, seeds.length, share(holders, field.population.length + apart))
}

/** Evidence fades with the distance in time to the nearest seed that shows it: the address may have changed hands. */
function decay(profiles: Profiles, entity: Entity, weighed: Weighed): number {
  const [first, last] = spanOf(profiles, entity.units)
  if (Number.isNaN(first)) return 1
  let distance = Number.POSITIVE_INFINITY
  for (const [from, to] of weighed.spans) {
    if (Number.isNaN(from)) return 1
    distance = Math.min(distance, Math.max(0, from - last, first - to))
  }
  return distance <= graceMs ? 1 : 2 ** (-(distance - graceMs) / halfLifeMs)
}

function traitOf(field: Field, model: Model, name: number): Trait {
  const values = model.seeds.map((seed, at) => traitValue(field, model, seed.units, name, at))
  const seedCounts = new Float64Array(8)
  for (const value of values) if (value >= 0) seedCounts[value] = (seedCounts[value] as number) + 1
  if (name < staticTraits) {
    const plain = field.traitCounts[name] as Float64Array
    const counts = name === trait.volume ? smoothed(plain) : plain
    return {
      seeds: seedCounts,
      seedCounts: name === trait.volume ? smoothed(seedCounts) : seedCounts,
      seedValue: values,
      otherShare: (value) => share(counts[value] as number, field.population.length),
    }
  }
  const counts = new Float64Array(8)
  for (const unit of field.sample) {
    const value = traitValue(field, model, [unit], name, model.seedOfUnit.get(unit))
    if (value >= 0) counts[value] = (counts[value] as number) + 1
  }
  return { seeds: seedCounts, seedCounts, seedValue: values, otherShare: (value) => share(counts[value] as number, field.sample.length) }
}

/** A few seeds say little about one bucket: neighbours lend a quarter each. */
function smoothed(counts: Float64Array): Float64Array {
  return counts.map(
    (count, at) => count / 2 + (counts[at - 1] ?? (counts[at] as number)) / 4 + (counts[at + 1] ?? (counts[at] as number)) / 4,
  )
}

/** Pages of a seed that at least one other seed asked for. */
function sharedContentOf(field: Field, model: Model, seed: Entity): number {
  let count = 0
  for (const token of seed.tokens) {
    const weighed = model.tokens.get(token)
    if (weighed && weighed.seeds > 1 && field.tokenFamily[token] === contentFamily) count++
  }
  return count
}

function traitValue(field: Field, model: Model, units: readonly number[], name: number, without: number | undefined): number {
  if (name < staticTraits) return staticTrait(field.profiles, units, name)
  const { slots } = field.profiles
  const { arcStart, slotHolders } = model.clock
  let dated = false
  let inArc = true
  const days: number[] = []
  for (const unit of units) {
    for (let at = unit * slotsKept; at < (unit + 1) * slotsKept && slots[at] !== -1; at++) {
      const slot = slots[at] as number
      dated = true
      inArc &&= arcStart >= 0 && mod(slot - arcStart, slotsPerDay) < arcSlots
      if (name !== trait.coTiming) continue
      const day = Math.floor(slot / slotsPerDay)
      if (!days.includes(day) && together(slotHolders, slot, without)) days.push(day)
    }
  }
  if (!dated) return -1
  if (name === trait.hours) return arcStart < 0 ? -1 : inArc ? 1 : 0
  return days.length >= coTimedDaysMin ? 1 : 0
}

/** A seed other than `without` was active in the same five minutes, or in those beside them. */
function together(slotHolders: Clock["slotHolders"], slot: number, without: number | undefined): boolean {
  for (let near = slot - 1; near <= slot + 1; near++) {
    const holders = slotHolders.get(near)
    if (holders && (without === undefined || holders.some((seed) => seed !== without))) return true
  }
  return false
}

function staticTrait(profiles: Profiles, units: readonly number[], name: number): number {
  const sum = (column: Uint32Array) => units.reduce((total, unit) => total + (column[unit] as number), 0)
  if (name === trait.volume) return Math.min(7, Math.floor(Math.log2(Math.max(1, sum(profiles.count)))))
  if (name === trait.assets) return sum(profiles.assets) > 0 ? 1 : 0
  if (name === trait.logins) return sum(profiles.logins) > 0 ? 1 : 0
  if (name === trait.clients) return sum(profiles.clients) >= 4 ? 1 : 0
  return 0
}

function clockOf(profiles: Profiles, seeds: readonly Entity[]): Clock {
  const slots = seeds.map((seed) => slotsOf(profiles, seed.units))
  const slotHolders = new Map<number, number[]>()
  const perDay = new Float64Array(slotsPerDay)
  for (const [at, own] of slots.entries()) {
    for (const slot of own) {
      const known = slotHolders.get(slot)
      if (known) known.push(at)
      else slotHolders.set(slot, [at])
      const ofDay = mod(slot, slotsPerDay)
      perDay[ofDay] = (perDay[ofDay] as number) + 1 / own.length
    }
  }
  return { slots, slotHolders, arcStart: slotHolders.size === 0 ? -1 : busiestArc(perDay) }
}

/** Start of the quarter of the day that holds most of the seeds' activity. */
function busiestArc(perDay: Float64Array): number {
  let sum = 0
  for (let slot = 0; slot < arcSlots; slot++) sum += perDay[slot] as number
  let [best, bestSum] = [0, sum]
  for (let start = 1; start < slotsPerDay; start++) {
    sum += (perDay[(start + arcSlots - 1) % slotsPerDay] as number) - (perDay[start - 1] as number)
    if (sum > bestSum + 1e-9) [best, bestSum] = [start, sum]
  }
  return best
}

function slotsOf(profiles: Profiles, units: readonly number[]): readonly number[] {
  const found: number[] = []
  for (const unit of units) {
    for (let at = unit * slotsKept; at < (unit + 1) * slotsKept; at++)
      if (profiles.slots[at] !== -1) found.push(profiles.slots[at] as number)
  }
  return found
}

export function spanOf(profiles: Profiles, units: readonly number[]): readonly [number, number] {
  let [first, last] = [Number.NaN, Number.NaN]
  for (const unit of units) {
    if (Number.isNaN(profiles.first[unit])) continue
    if (!(first <= (profiles.first[unit] as number))) first = profiles.first[unit] as number
    if (!(last >= (profiles.last[unit] as number))) last = profiles.last[unit] as number
  }
  return [first, last]
}

function includes(ascending: Int32Array, value: number): boolean {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return ascending[low] === value
}

function mod(value: number, of: number): number {
  return ((value % of) + of) % of
}
