// Per foreign address and episode: which tokens it has, how much it did and when. Streams millions of records in bounded memory.
// An episode is the whole life of a sparse address and a fortnight of a busy one, since by then the holder may have changed.
import { createAddressTable } from "./address-table.js"
import { familyOf } from "./family.js"
import { createRowWriter, type ProfileRows, rowFlags } from "./rows.js"
import { createTokenTable } from "./token-table.js"
import { networkToken, type ProfileRecord } from "./tokens.js"
import type { FlowEvent, LoginEvent } from "./views.js"

export type { ProfileRows } from "./rows.js"
export type { ProfileRecord } from "./tokens.js"

export interface ProfilerOptions {
  /** Distinct addresses kept; later ones are counted as left out. */
  readonly sourcesMax?: number
  /** Distinct tokens kept. */
  readonly tokensMax?: number
}

/** What `finish` gives: units (an address in an episode) in columns, tokens and holders both ways. Read-only. */
export interface Profiles {
  readonly units: number
  readonly sources: readonly string[]
  readonly unitSource: Int32Array
  readonly tokenTexts: readonly string[]
  /** Tokens of unit u: `tokens[tokenStart[u] … tokenStart[u + 1]]`, ascending. */
  readonly tokenStart: Int32Array
  readonly tokens: Int32Array
  /** Units with token t: `holders[holderStart[t] … holderStart[t + 1]]`, ascending. */
  readonly holderStart: Int32Array
  readonly holders: Int32Array
  readonly count: Uint32Array
  readonly assets: Uint32Array
  readonly logins: Uint32Array
  readonly failures: Uint32Array
  /** Different pages and targets, those that nobody else asked for among them. */
  readonly content: Uint32Array
  /** Different clients (user agents). */
  readonly clients: Uint32Array
  /** Epoch ms; NaN without any time. */
  readonly first: Float64Array
  readonly last: Float64Array
  /** The earliest five-minute slots with activity, `slotsKept` per unit, -1 where empty. */
  readonly slots: Int32Array
  /** The earliest records of a unit. */
  readonly samplesOf: (unit: number) => readonly Sample[]
  /** Hand-offs: `to` refers to a page that it never fetched and `from` did, shortly before. */
  readonly links: readonly Link[]
  /** The same with the clock turned round: `from` fetched the page shortly after. As many of the links are chance. */
  readonly chanceLinks: readonly Link[]
  /** In no order. */
  readonly loginEvents: readonly LoginEvent[]
  readonly flowEvents: readonly FlowEvent[]
  readonly records: number
  /** Records of addresses and tokens beyond the limits: the pivot does not know them. */
  readonly leftOut: { readonly records: number; readonly tokens: number; readonly events: number }
}

export interface Sample {
  readonly path: string
  readonly line: number
}

export interface Link {
  readonly from: number
  readonly to: number
  readonly path: string
  /** Seconds between the two; null if undated. */
  readonly lagSeconds: number | null
  readonly kind: "referrer" | "cache"
  /** Addresses that fetched the page about then: any of them may be where `to` had it from. */
  readonly fetchers: number
}

export interface Profiler {
  add(record: ProfileRecord): void
  /** Batches of one writer in its order; `writer` tells several apart. */
  addRows(rows: ProfileRows, writer?: number): void
  finish(): Profiles
}

export const slotsKept = 8
export const slotMs = 300_000
const samplesKept = 4
const tokensPerUnitMax = 64
const sparseRecordsMax = 32
const fortnightMs = 14 * 86_400_000
const undatedWindow = -2_000_000_000
const sourcesMaxDefault = 4_000_000
const orphansMax = 1_000_000
const linkFetchersMax = 20
const linksMax = 1_000_000
/** Logins, and connections, kept for the views. */
const eventsMax = 1_000_000
const linkReachMs = 86_400_000

export function createProfiler(options: ProfilerOptions = {}): Profiler {
  const table = createTokenTable(options.tokensMax)
  const addresses = createAddressTable(options.sourcesMax ?? sourcesMaxDefault)
  const lastUnit = new Column(Int32Array)
  /** By address, the entry of its network in the table; -1 where it has none. */
  const networks = new Column(Int32Array)
  const unit = {
    source: new Column(Int32Array),
    window: new Column(Int32Array),
    previous: new Column(Int32Array),
    head: new Column(Int32Array),
    held: new Column(Uint8Array),
    count: new Column(Uint32Array),
    assets: new Column(Uint32Array),
    logins: new Column(Uint32Array),
    failures: new Column(Uint32Array),
    content: new Column(Uint32Array),
    clients: new Column(Uint32Array),
    first: new Column(Float64Array),
    last: new Column(Float64Array),
    slots: new Column(Int32Array),
    sampleTime: new Column(Float64Array),
    samplePath: new Column(Int32Array),
    sampleLine: new Column(Float64Array),
  }
  const cell = { token: new Column(Int32Array), next: new Column(Int32Array) }
  const paths = new Names()
  const orphans = {
    unit: new Column(Int32Array),
    page: new Column(Int32Array),
    time: new Column(Float64Array),
    cache: new Column(Uint8Array),
  }
  const pages = new Names()
  let records = 0
  let recordsLeftOut = 0
  const logins: LoginEvent[] = []
  const flows: FlowEvent[] = []
  let eventsLeftOut = 0
  const keep = <T>(events: readonly T[], into: T[]): void => {
    const room = Math.max(0, eventsMax - into.length)
    for (const event of events.slice(0, room)) into.push(event)
    eventsLeftOut += Math.max(0, events.length - room)
  }

  const newSource = (source: number): void => {
    lastUnit.push(-1)
    const network = networkToken(addresses.texts[source] as string)
    networks.push(network === undefined ? -1 : table.entryOf(network))
  }
  const noteNetwork = (id: number, source: number): void => {
    const entry = networks.at(source)
    // The text is wanted by the second address alone.
    if (entry !== -1) note(id, entry, table.idOf(entry) === -1 ? (networkToken(addresses.texts[source] as string) as string) : "")
  }
  const unitOf = (source: number, time: number): number => {
    const window = Number.isNaN(time) ? undatedWindow : Math.floor(time / fortnightMs)
    if (source === lastUnit.length) newSource(source)
    let at = lastUnit.at(source)
    while (at !== -1 && unit.window.at(at) !== window) at = unit.previous.at(at)
    return at === -1 ? newUnit(source, window) : at
  }
  const newUnit = (source: number, window: number): number => {
    const id = unit.source.length
    unit.source.push(source)
    unit.window.push(window)
    unit.previous.push(lastUnit.at(source))
    lastUnit.set(source, id)
    unit.head.push(-1)
    for (const column of [unit.held, unit.count, unit.assets, unit.logins, unit.failures, unit.content, unit.clients]) column.push(0)
    unit.first.push(Number.NaN)
    unit.last.push(Number.NaN)
    for (let slot = 0; slot < slotsKept; slot++) unit.slots.push(-1)
    for (let sample = 0; sample < samplesKept; sample++) {
      unit.sampleTime.push(Number.NaN)
      unit.samplePath.push(-1)
      unit.sampleLine.push(0)
    }
    noteNetwork(id, source)
    return id
  }
  const holds = (id: number, token: number): boolean => {
    for (let at = unit.head.at(id); at !== -1; at = cell.next.at(at)) if (cell.token.at(at) === token) return true
    return false
  }
  const give = (id: number, token: number): void => {
    if (unit.held.at(id) >= tokensPerUnitMax) return
    unit.held.add(id, 1)
    cell.token.push(token)
    cell.next.push(unit.head.at(id))
    unit.head.set(id, cell.token.length - 1)
  }
  /** True where the token is new to this unit. */
  const note = (id: number, entry: number, token: string): boolean => {
    const { id: number, firstHolder, fresh } = table.note(entry, id, token)
    if (number === -1) return fresh
    if (firstHolder !== -1) give(firstHolder, number)
    if (firstHolder === -1 && holds(id, number)) return false
    give(id, number)
    return true
  }
  const noteOrphan = (id: number, page: string, entry: number, time: number, cache: number): void => {
    if (orphans.unit.length >= orphansMax) return
    if (entry !== -1 && (table.idOf(entry) === -1 ? table.holderOf(entry) === id : holds(id, table.idOf(entry)))) return
    const number = pages.of(page.slice(2))
    const last = orphans.unit.length - 1
    if (last >= 0 && orphans.unit.at(last) === id && orphans.page.at(last) === number) return
    orphans.unit.push(id)
    orphans.page.push(number)
    orphans.time.push(time)
    orphans.cache.push(cache)
  }
  const dictionaries = new Map<number, Dictionary>()
  const addRows = (rows: ProfileRows, writer = 0): void => {
    const known = dictionaries.get(writer)
    const { texts, entries } = known && !rows.reset ? known : { texts: [], entries: [] }
    dictionaries.set(writer, { texts, entries })
    for (const text of rows.texts) {
      texts.push(text)
      entries.push(unresolved)
    }
    const entryOf = (number: number): number => {
      const entry = entries[number] as number
      if (entry !== unresolved) return entry
      return (entries[number] = table.entryOf(texts[number] as string))
    }
    keep(rows.logins, logins)
    keep(rows.flows, flows)
    const path = paths.of(rows.path)
    const { numbers } = rows
    let at = 0
    for (let row = 0; row < rows.count; row++) {
      const [who, flags, line] = [numbers[at] as number, numbers[at + 1] as number, numbers[at + 2] as number]
      const [cameFrom, held, size] = [numbers[at + 3] as number, numbers[at + 4] as number, numbers[at + 5] as number]
      at += 6 + size
      records++
      const source = flags & rowFlags.ipv4 ? addresses.ofIpv4(who >>> 0) : addresses.of(texts[who] as string)
      if (source === -1) {
        recordsLeftOut++
        continue
      }
      const time = rows.times[row] as number
      const id = unitOf(source, time)
      unit.count.add(id, 1)
      if (flags & rowFlags.asset) unit.assets.add(id, 1)
      if (flags & rowFlags.login) unit.logins.add(id, 1)
      if (flags & rowFlags.failure) unit.failures.add(id, 1)
      for (let place = at - size; place < at; place++) {
        const number = numbers[place] as number
        const token = texts[number] as string
        if (!note(id, entryOf(number), token)) continue
        if (token.startsWith("u:")) unit.clients.add(id, 1)
        if (familyOf(token) === "content") unit.content.add(id, 1)
      }
      if (cameFrom !== -1) noteOrphan(id, texts[cameFrom] as string, entryOf(cameFrom), time, 0)
      if (held !== -1) noteOrphan(id, texts[held] as string, entryOf(held), time, 1)
      if (!Number.isNaN(time)) noteTime(unit, id, time)
      noteSample(unit, id, Number.isNaN(time) ? Number.POSITIVE_INFINITY : time, path, line, paths.list)
    }
  }
  const single = createRowWriter()
  return {
    addRows,
    add(record) {
      single.add(record)
      addRows(single.take(record.path), -1)
    },
    finish() {
      return finished({
        sources: addresses.texts,
        unit,
        cell,
        table,
        paths,
        pages,
        orphans,
        logins,
        flows,
        records,
        recordsLeftOut,
        eventsLeftOut,
      })
    },
  }
}

/** What a writer's numbers stand for here: its texts, and their tokens. */
interface Dictionary {
  readonly texts: string[]
  readonly entries: number[]
}

const unresolved = -2

type Columns = Parameters<typeof noteTime>[0] & Parameters<typeof noteSample>[0]

function noteTime(unit: { first: Column; last: Column; slots: Column }, id: number, time: number): void {
  if (!(unit.first.at(id) <= time)) unit.first.set(id, time)
  if (!(unit.last.at(id) >= time)) unit.last.set(id, time)
  noteSlot(unit.slots, id, Math.floor(time / slotMs))
}

/** Keeps the earliest slots in ascending order, whatever the order of the records. */
function noteSlot(slots: Column, id: number, slot: number): void {
  const start = id * slotsKept
  let at = start
  while (at < start + slotsKept && slots.at(at) !== -1 && slots.at(at) < slot) at++
  if (at === start + slotsKept || slots.at(at) === slot) return
  for (let move = start + slotsKept - 1; move > at; move--) slots.set(move, slots.at(move - 1))
  slots.set(at, slot)
}

/** Keeps the earliest records as examples, whatever their order. */
function noteSample(
  unit: { sampleTime: Column; samplePath: Column; sampleLine: Column },
  id: number,
  time: number,
  path: number,
  line: number,
  names: readonly string[],
): void {
  const start = id * samplesKept
  const before = (at: number) => {
    const other = unit.samplePath.at(at)
    if (other === -1) return false
    if (unit.sampleTime.at(at) !== time) return unit.sampleTime.at(at) < time
    if (other !== path) return (names[other] as string) < (names[path] as string)
    return unit.sampleLine.at(at) <= line
  }
  let at = start
  while (at < start + samplesKept && before(at)) at++
  if (at === start + samplesKept) return
  for (let move = start + samplesKept - 1; move > at; move--) {
    unit.sampleTime.set(move, unit.sampleTime.at(move - 1))
    unit.samplePath.set(move, unit.samplePath.at(move - 1))
    unit.sampleLine.set(move, unit.sampleLine.at(move - 1))
  }
  unit.sampleTime.set(at, time)
  unit.samplePath.set(at, path)
  unit.sampleLine.set(at, line)
}

interface Raw {
  readonly sources: readonly string[]
  readonly unit: Columns & {
    source: Column
    previous: Column
    head: Column
    held: Column
    count: Column
    assets: Column
    logins: Column
    failures: Column
    content: Column
    clients: Column
  }
  readonly cell: { token: Column; next: Column }
  readonly table: ReturnType<typeof createTokenTable>
  readonly paths: Names
  readonly pages: Names
  readonly orphans: { unit: Column; page: Column; time: Column; cache: Column }
  readonly logins: readonly LoginEvent[]
  readonly flows: readonly FlowEvent[]
  readonly records: number
  readonly recordsLeftOut: number
  readonly eventsLeftOut: number
}

function finished(raw: Raw): Profiles {
  const { unit } = raw
  const owner = merged(raw)
  const kept = ordered(raw, owner)
  const newId = new Int32Array(unit.source.length).fill(-1)
  for (const [at, old] of kept.entries()) newId[old] = at
  for (let old = 0; old < owner.length; old++) newId[old] = newId[owner[old] as number] as number
  const { tokenStart, tokens } = tokenColumns(raw, newId, kept.length)
  const { start: holderStart, values: holders } = transposed(tokenStart, tokens, raw.table.texts.length)
  const pick = <T extends Int32Array | Uint32Array | Float64Array>(column: Column, into: T): T => {
    for (const [at, old] of kept.entries()) into[at] = column.at(old)
    return into
  }
  const slots = new Int32Array(kept.length * slotsKept)
  for (const [at, old] of kept.entries())
    for (let slot = 0; slot < slotsKept; slot++) slots[at * slotsKept + slot] = unit.slots.at(old * slotsKept + slot)
  const profiles = {
    units: kept.length,
    sources: raw.sources,
    unitSource: pick(unit.source, new Int32Array(kept.length)),
    tokenTexts: raw.table.texts,
    tokenStart,
    tokens,
    holderStart,
    holders,
    count: pick(unit.count, new Uint32Array(kept.length)),
    assets: pick(unit.assets, new Uint32Array(kept.length)),
    logins: pick(unit.logins, new Uint32Array(kept.length)),
    failures: pick(unit.failures, new Uint32Array(kept.length)),
    content: pick(unit.content, new Uint32Array(kept.length)),
    clients: pick(unit.clients, new Uint32Array(kept.length)),
    first: pick(unit.first, new Float64Array(kept.length)),
    last: pick(unit.last, new Float64Array(kept.length)),
    slots,
    samplesOf: (at: number) => samplesAt(unit, kept[at], raw.paths.list),
    loginEvents: raw.logins,
    flowEvents: raw.flows,
    records: raw.records,
    leftOut: { records: raw.recordsLeftOut, tokens: raw.table.leftOut(), events: raw.eventsLeftOut },
  }
  return { ...profiles, ...linksOf(raw, profiles, newId) }
}

/** Joins the episodes of sparse addresses: for each unit, the one that stands for it. */
function merged(raw: Raw): Int32Array {
  const { unit } = raw
  const owner = Int32Array.from({ length: unit.source.length }, (_, at) => at)
  const total = new Float64Array(raw.sources.length)
  const keeper = new Int32Array(raw.sources.length).fill(-1)
  for (let at = 0; at < owner.length; at++) total[unit.source.at(at)] = (total[unit.source.at(at)] as number) + unit.count.at(at)
  for (let at = 0; at < owner.length; at++) {
    const source = unit.source.at(at)
    if ((total[source] as number) > sparseRecordsMax) continue
    const into = keeper[source] as number
    if (into === -1) keeper[source] = at
    else {
      owner[at] = into
      join(raw, at, into)
    }
  }
  return owner
}

function join(raw: Raw, from: number, into: number): void {
  const { unit } = raw
  for (const column of [unit.count, unit.assets, unit.logins, unit.failures, unit.content, unit.clients]) column.add(into, column.at(from))
  if (!(unit.first.at(into) <= unit.first.at(from))) unit.first.set(into, unit.first.at(from))
  if (!(unit.last.at(into) >= unit.last.at(from))) unit.last.set(into, unit.last.at(from))
  for (let slot = 0; slot < slotsKept; slot++) {
    const value = unit.slots.at(from * slotsKept + slot)
    if (value !== -1) noteSlot(unit.slots, into, value)
  }
  for (let sample = from * samplesKept; sample < (from + 1) * samplesKept; sample++) {
    if (unit.samplePath.at(sample) === -1) continue
    noteSample(unit, into, unit.sampleTime.at(sample), unit.samplePath.at(sample), unit.sampleLine.at(sample), raw.paths.list)
  }
}

/** An order that neither the order of lines nor the names of addresses decide, ties aside. */
function ordered(raw: Raw, owner: Int32Array): Int32Array {
  const { unit, sources } = raw
  const key = (at: number) => (Number.isNaN(unit.first.at(at)) ? Number.POSITIVE_INFINITY : unit.first.at(at))
  const end = (at: number) => (Number.isNaN(unit.last.at(at)) ? Number.POSITIVE_INFINITY : unit.last.at(at))
  const kept: number[] = []
  for (let at = 0; at < owner.length; at++) if (owner[at] === at) kept.push(at)
  return Int32Array.from(kept).sort((a, b) => {
    if (key(a) !== key(b)) return key(a) - key(b)
    if (end(a) !== end(b)) return end(a) - end(b)
    if (unit.count.at(a) !== unit.count.at(b)) return unit.count.at(a) - unit.count.at(b)
    const [left, right] = [sources[unit.source.at(a)] as string, sources[unit.source.at(b)] as string]
    return left < right ? -1 : left > right ? 1 : 0
  })
}

/** Of each unit every token once, ascending. */
function tokenColumns(raw: Raw, newId: Int32Array, units: number): { tokenStart: Int32Array; tokens: Int32Array } {
  const { unit, cell } = raw
  const start = new Int32Array(units + 1)
  for (let old = 0; old < newId.length; old++) {
    const id = newId[old] as number
    start[id + 1] = (start[id + 1] as number) + unit.held.at(old)
  }
  for (let id = 0; id < units; id++) start[id + 1] = (start[id + 1] as number) + (start[id] as number)
  const fill = start.slice()
  const tokens = new Int32Array(start[units] as number)
  for (let old = 0; old < newId.length; old++) {
    const id = newId[old] as number
    let place = fill[id] as number
    for (let at = unit.head.at(old); at !== -1; at = cell.next.at(at)) tokens[place++] = cell.token.at(at)
    fill[id] = place
  }
  let end = 0
  for (let id = 0; id < units; id++) {
    const [from, to] = [start[id] as number, start[id + 1] as number]
    sortRange(tokens, from, to)
    start[id] = end
    // Episodes that were joined may have had the same.
    for (let at = from; at < to; at++) if (at === from || tokens[at] !== tokens[at - 1]) tokens[end++] = tokens[at] as number
  }
  start[units] = end
  return { tokenStart: start, tokens: tokens.slice(0, end) }
}

const fewTokens = 16

function sortRange(values: Int32Array, from: number, to: number): void {
  if (to - from > fewTokens) {
    values.subarray(from, to).sort()
    return
  }
  for (let at = from + 1; at < to; at++) {
    const value = values[at] as number
    let place = at
    for (; place > from && (values[place - 1] as number) > value; place--) values[place] = values[place - 1] as number
    values[place] = value
  }
}

/** Rows and columns exchanged: for each token its units, ascending. */
function transposed(rowStart: Int32Array, values: Int32Array, columns: number): { start: Int32Array; values: Int32Array } {
  const start = new Int32Array(columns + 1)
  for (const value of values) start[value + 1] = (start[value + 1] as number) + 1
  for (let column = 0; column < columns; column++) start[column + 1] = (start[column + 1] as number) + (start[column] as number)
  const fill = start.slice()
  const out = new Int32Array(values.length)
  for (let row = 0; row + 1 < rowStart.length; row++) {
    for (let at = rowStart[row] as number; at < (rowStart[row + 1] as number); at++) {
      const column = values[at] as number
      const place = fill[column] as number
      out[place] = row
      fill[column] = place + 1
    }
  }
  return { start, values: out }
}

function linksOf(raw: Raw, profiles: Unlinked, newId: Int32Array): Pick<Profiles, "links" | "chanceLinks"> {
  const links: Link[] = []
  const chanceLinks: Link[] = []
  const known = new Set<number>()
  for (let at = 0; at < raw.orphans.unit.length && links.length < linksMax && chanceLinks.length < linksMax; at++) {
    const to = newId[raw.orphans.unit.at(at)] as number
    const key = to * orphansMax + raw.orphans.page.at(at)
    if (known.has(key)) continue
    known.add(key)
    const path = raw.pages.list[raw.orphans.page.at(at)] as string
    const time = raw.orphans.time.at(at)
    const kind = raw.orphans.cache.at(at) ? "cache" : "referrer"
    const all = fetchersOf(raw.table, path, profiles, newId)
    if (all.length > linkFetchersMax || all.some((from) => profiles.unitSource[from] === profiles.unitSource[to])) continue
    const before = all.filter((from) => fetchedBefore(profiles, from, time))
    for (const from of before) {
      const lag = Number.isNaN(time) ? null : Math.max(0, Math.round((time - nearest(profiles, from, time)) / 1000))
      links.push({ from, to, path, lagSeconds: lag, kind, fetchers: before.length })
    }
    const after = all.filter((from) => fetchedAfter(profiles, from, time))
    for (const from of after) chanceLinks.push({ from, to, path, lagSeconds: null, kind, fetchers: after.length })
  }
  return { links: links.sort(byUnits), chanceLinks: chanceLinks.sort(byUnits) }
}

type Unlinked = Omit<Profiles, "links" | "chanceLinks">

function byUnits(a: Link, b: Link): number {
  return a.to - b.to || a.from - b.from || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)
}

function fetchersOf(table: Raw["table"], page: string, profiles: Unlinked, newId: Int32Array): readonly number[] {
  const entry = table.find(`p:${page}`)
  if (entry === -1) return []
  const id = table.idOf(entry)
  if (id !== -1) return holdersOf(profiles, id)
  const holder = table.holderOf(entry)
  return holder === -1 ? [] : [newId[holder] as number]
}

/** Not more than a day before. */
function fetchedBefore(profiles: Unlinked, from: number, time: number): boolean {
  const [first, last] = [profiles.first[from] as number, profiles.last[from] as number]
  if (Number.isNaN(time) || Number.isNaN(first)) return true
  return first <= time && time - last <= linkReachMs
}

/** The mirror image. Without times, nobody knows which was first. */
function fetchedAfter(profiles: Unlinked, from: number, time: number): boolean {
  const [first, last] = [profiles.first[from] as number, profiles.last[from] as number]
  if (Number.isNaN(time) || Number.isNaN(first)) return true
  return last >= time && first - time <= linkReachMs
}

function nearest(profiles: Unlinked, from: number, time: number): number {
  const last = profiles.last[from] as number
  return last <= time ? last : (profiles.first[from] as number)
}

export function holdersOf(profiles: Pick<Profiles, "holders" | "holderStart">, token: number): readonly number[] {
  return [...profiles.holders.subarray(profiles.holderStart[token] as number, profiles.holderStart[token + 1] as number)]
}

function samplesAt(unit: Columns, old: number | undefined, names: readonly string[]): readonly Sample[] {
  const found: Sample[] = []
  for (let sample = 0; old !== undefined && sample < samplesKept; sample++) {
    const path = unit.samplePath.at(old * samplesKept + sample)
    if (path !== -1) found.push({ path: names[path] as string, line: unit.sampleLine.at(old * samplesKept + sample) })
  }
  return found
}

type Numbers = Int32Array | Uint32Array | Float64Array | Uint8Array

/** A typed array that grows. */
class Column {
  length = 0
  private values: Numbers
  constructor(private readonly kind: new (size: number) => Numbers) {
    this.values = new kind(1024)
  }

  at(index: number): number {
    return this.values[index] as number
  }

  set(index: number, value: number): void {
    while (index >= this.values.length) this.grow()
    this.values[index] = value
    if (index >= this.length) this.length = index + 1
  }

  add(index: number, value: number): void {
    this.values[index] = (this.values[index] as number) + value
  }

  push(value: number): void {
    this.set(this.length, value)
  }

  private grow(): void {
    const larger = new this.kind(this.values.length * 2)
    larger.set(this.values)
    this.values = larger
  }
}

/** Texts by number. */
class Names {
  readonly list: string[] = []
  private readonly numbers = new Map<string, number>()

  of(name: string): number {
    const known = this.numbers.get(name)
    if (known !== undefined) return known
    const copy = Buffer.from(name).toString()
    this.numbers.set(copy, this.list.length)
    this.list.push(copy)
    return this.list.length - 1
  }
}
