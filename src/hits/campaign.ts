// Many organisations' reports as one picture of a campaign: who saw what is counted, never named.
import type { Observable, ObservableType } from "../model/observable.js"
import type { Tlp } from "../model/tlp.js"

/** What one organisation reports. */
export interface Contribution {
  /** Equal for reports of the same organisation; undisclosed ones each stand for one. */
  readonly organisation: string
  readonly sectors: readonly string[]
  /** Of the whole report; undefined: unmarked, which is not clear. */
  readonly tlp: Tlp | undefined
  readonly sightings: readonly ContributedSighting[]
  /** Addresses that the organisation's own analysis found alike, with no word on who they belong to. */
  readonly leads: readonly string[]
}

export interface ContributedSighting extends Observable {
  /** 0: searched and not seen. */
  readonly count: number
  /** RFC 3339. */
  readonly firstSeen: string | null
  readonly lastSeen: string | null
}

export interface CampaignIndicator extends Observable {
  /** Organisations. */
  readonly seenBy: number
  readonly notSeenBy: number
  /** Records over all organisations; of several reports of one, which may tell of the same records, the largest number. */
  readonly records: number
  readonly firstSeen: string | null
  readonly lastSeen: string | null
  /** Organisations that saw it by sector, where at least `smallestGroup` of the sector did. */
  readonly sectors: Readonly<Record<string, number>>
}

export interface CampaignLead {
  readonly value: string
  readonly type: ObservableType
  /** Organisations that found it independently; at least two. */
  readonly reportedBy: number
}

export interface Campaign {
  readonly organisations: number
  /** Organisations with at least one sighting. */
  readonly affected: number
  /** Most widely seen first. */
  readonly indicators: readonly CampaignIndicator[]
  readonly leads: readonly CampaignLead[]
  /** Leads of one organisation only are counted, not shown: they are hers. */
  readonly leadsOfOne: number
  /** Reports left out because their marking keeps them with their recipients. */
  readonly withheld: number
  /** The strictest marking of what is in; what comes of it carries it. */
  readonly tlp: Tlp | undefined
}

/** A sector of fewer organisations than this would name one of them. */
export const smallestGroup = 2

const order: readonly (Tlp | undefined)[] = ["clear", "green", undefined, "amber", "amber+strict", "red"]

/** `reader` is what the reader of the picture may see: reports marked more strictly are left out and counted. */
export function campaignOf(contributions: readonly Contribution[], reader: Tlp): Campaign {
  const allowed = contributions.filter(({ tlp }) => order.indexOf(tlp) <= order.indexOf(reader))
  const organisations = new Set(allowed.map(({ organisation }) => organisation))
  const affected = new Set(
    allowed.filter(({ sightings }) => sightings.some(({ count }) => count > 0)).map(({ organisation }) => organisation),
  )
  const { shown, single } = leadsOf(allowed)
  return {
    organisations: organisations.size,
    affected: affected.size,
    indicators: indicatorsOf(allowed),
    leads: shown,
    leadsOfOne: single,
    withheld: contributions.length - allowed.length,
    tlp: allowed.reduce<Tlp | undefined>(
      (most, { tlp }) => (order.indexOf(tlp) > order.indexOf(most) ? tlp : most),
      allowed.length > 0 ? "clear" : undefined,
    ),
  }
}

interface Gathered extends Observable {
  readonly seenBy: Map<string, readonly string[]>
  readonly notSeenBy: Set<string>
  /** By organisation. */
  readonly records: Map<string, number>
  first: string | null
  last: string | null
}

function indicatorsOf(contributions: readonly Contribution[]): readonly CampaignIndicator[] {
  const all = new Map<string, Gathered>()
  for (const { organisation, sectors, sightings } of contributions) {
    const own = new Map<string, number>()
    for (const one of sightings) {
      const key = `${one.type} ${one.value}`
      const gathered = all.get(key) ?? {
        type: one.type,
        value: one.value,
        seenBy: new Map(),
        notSeenBy: new Set(),
        records: new Map(),
        first: null,
        last: null,
      }
      all.set(key, gathered)
      if (one.count === 0) gathered.notSeenBy.add(organisation)
      else gathered.seenBy.set(organisation, sectors)
      own.set(key, (own.get(key) ?? 0) + one.count)
      if (one.count > 0) addSeen(gathered, organisation, own.get(key) as number, one)
    }
  }
  return [...all.values()].map(summed).sort((a, b) => b.seenBy - a.seenBy || b.records - a.records || (a.value < b.value ? -1 : 1))
}

function addSeen(gathered: Gathered, organisation: string, count: number, { firstSeen, lastSeen }: ContributedSighting): void {
  gathered.records.set(organisation, Math.max(gathered.records.get(organisation) ?? 0, count))
  if (firstSeen !== null && (gathered.first === null || Date.parse(firstSeen) < Date.parse(gathered.first))) gathered.first = firstSeen
  if (lastSeen !== null && (gathered.last === null || Date.parse(lastSeen) > Date.parse(gathered.last))) gathered.last = lastSeen
}

function summed({ type, value, seenBy, notSeenBy, records, first, last }: Gathered): CampaignIndicator {
  const sectors = new Map<string, number>()
  for (const names of seenBy.values()) for (const name of new Set(names)) sectors.set(name, (sectors.get(name) ?? 0) + 1)
  const shown = [...sectors].filter(([, count]) => count >= smallestGroup).sort(([a], [b]) => (a < b ? -1 : 1))
  const quiet = [...notSeenBy].filter((organisation) => !seenBy.has(organisation))
  return {
    type,
    value,
    seenBy: seenBy.size,
    notSeenBy: quiet.length,
    records: [...records.values()].reduce((sum, count) => sum + count, 0),
    firstSeen: first,
    lastSeen: last,
    sectors: Object.fromEntries(shown),
  }
}

function leadsOf(contributions: readonly Contribution[]): { readonly shown: readonly CampaignLead[]; readonly single: number } {
  const all = new Map<string, Set<string>>()
  for (const { organisation, leads } of contributions)
    for (const value of leads) all.set(value, (all.get(value) ?? new Set()).add(organisation))
  const shared = [...all].filter(([, by]) => by.size >= 2)
  const shown = shared.map(([value, by]) => ({
    value,
    type: value.includes(":") ? ("ipv6-addr" as const) : ("ipv4-addr" as const),
    reportedBy: by.size,
  }))
  return { shown: shown.sort((a, b) => b.reportedBy - a.reportedBy || (a.value < b.value ? -1 : 1)), single: all.size - shared.length }
}
