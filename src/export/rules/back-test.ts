// What the rules would have raised on the organisation's own past: events a day for each indicator, and which of them would drown an analyst.
import type { Sighting } from "../../hits/sightings.js"
import type { Coverage } from "../../model/coverage.js"
import type { RuleExporter } from "./exporter.js"

/** More than so many events a day from one rule are noise: nobody reads them. */
export const noisyPerDay = 10

export interface BackTestRow {
  readonly type: string
  readonly value: string
  readonly events: number
  /** Over all days that the searched logs cover. */
  readonly perDay: number
  readonly noisy: boolean
  /** RFC 3339, UTC. */
  readonly firstSeen: string | null
  readonly lastSeen: string | null
}

export interface BackTest {
  /** Days from the first to the last event of the searched logs, at least 1; null: no log has a time. */
  readonly days: number | null
  readonly events: number
  readonly perDay: number | null
  /** Most events first; indicators without an event are not listed. */
  readonly rows: readonly BackTestRow[]
  /** Events in the logs that these rules would not have raised: other strengths or directions than the target can express. */
  readonly outOfReach: number
}

/** Over sightings, whose counts are exact however many records are kept. Echoes (block lists, other alerts) raise nothing. */
export function backTest(exporter: RuleExporter, sightings: Iterable<Sighting>, coverage: Iterable<Coverage>): BackTest {
  const groups = new Map<string, { type: string; value: string; events: number; first: string | null; last: string | null }>()
  let outOfReach = 0
  let events = 0
  for (const sighting of sightings) {
    if (sighting.echo !== null) continue
    if (!within(exporter, sighting)) {
      outOfReach += sighting.count
      continue
    }
    events += sighting.count
    const { type, value } = sighting.indicator
    const group = groups.get(`${type} ${value}`) ?? { type, value, events: 0, first: null, last: null }
    groups.set(`${type} ${value}`, group)
    group.events += sighting.count
    group.first = lesser(group.first, sighting.firstSeen)
    group.last = greater(group.last, sighting.lastSeen)
  }
  const days = daysOf(coverage)
  const rate = (count: number): number => Math.round((100 * count) / (days ?? 1)) / 100
  const rows = [...groups.values()].map(({ type, value, events, first, last }) => ({
    type,
    value,
    events,
    perDay: rate(events),
    noisy: rate(events) > noisyPerDay,
    firstSeen: first,
    lastSeen: last,
  }))
  rows.sort((a, b) => b.events - a.events || (a.value < b.value ? -1 : 1))
  return { days, events, perDay: days === null ? null : rate(events), rows, outOfReach }
}

function within(exporter: RuleExporter, { indicator, strength, direction }: Sighting): boolean {
  const capability = exporter.capabilities[indicator.type]
  if (!capability) return false
  if (!(capability.strengths as readonly string[]).includes(strength)) return false
  return capability.directions !== "outbound" || direction !== "inbound"
}

function daysOf(coverage: Iterable<Coverage>): number | null {
  let first: string | null = null
  let last: string | null = null
  for (const one of coverage) {
    first = lesser(first, one.first)
    last = greater(last, one.last)
  }
  return first === null || last === null ? null : Math.max(1, Math.ceil((Date.parse(last) - Date.parse(first)) / 86_400_000))
}

function lesser(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b < a) ? b : a
}

function greater(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b > a) ? b : a
}
