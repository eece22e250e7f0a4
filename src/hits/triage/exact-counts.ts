// The numbers and the times of all hits of a listed value, where only some of them were kept in full to be judged.
import type { Sighting } from "../sightings.js"
import type { TriagedGroup } from "./triage.js"

export function withExactCounts(groups: readonly TriagedGroup[], sightings: readonly Sighting[]): readonly TriagedGroup[] {
  const sums = new Map<string, { hits: number; firstSeen: string | null; lastSeen: string | null }>()
  for (const { indicator, count, firstSeen, lastSeen } of sightings) {
    const key = `${indicator.type} ${indicator.value}`
    const sum = sums.get(key) ?? { hits: 0, firstSeen: null, lastSeen: null }
    sums.set(key, { hits: sum.hits + count, firstSeen: first(sum.firstSeen, firstSeen), lastSeen: last(sum.lastSeen, lastSeen) })
  }
  return groups.map((group) => ({ ...group, ...sums.get(`${group.indicator.type} ${group.indicator.value}`) }))
}

function first(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b
  return a < b ? a : b
}

function last(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b
  return a > b ? a : b
}
