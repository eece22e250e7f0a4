// The numbers of all hits, where the answer holds only some of them in full: what the sightings count beyond those.
import type { Sighting } from "../../hits/sightings.js"
import type { Hit } from "../../model/hit.js"
import type { Result } from "./report.js"

/** Hits that are counted and not held. */
export interface Excess {
  readonly indicator: Hit["indicator"]
  readonly direction: Hit["direction"]
  readonly result: Result
  readonly hits: number
}

export interface Exact {
  /** Those of contacts. */
  readonly sightings: readonly Sighting[]
  readonly excess: readonly Excess[]
}

/**
 * Of one indicator in one role the first thousand hits are held: what goes beyond belongs to the role that most of the held ones show,
 * so that a single login among many page views is never multiplied.
 */
export function exactOf(hits: readonly Hit[], all: readonly Sighting[], resultOf: (hit: Hit) => Result): Exact {
  const sightings = all.filter((one) => one.echo === null)
  const held = new Map<string, Map<Result, number>>()
  for (const hit of hits) {
    const key = keyOf(hit, hit.source.path)
    const results = held.get(key) ?? new Map<Result, number>()
    held.set(key, results)
    const result = resultOf(hit)
    results.set(result, (results.get(result) ?? 0) + 1)
  }
  const excess = sightings.flatMap((one): readonly Excess[] => {
    const results = [...(held.get(keyOf(one, one.path)) ?? [])]
    const beyond = one.count - results.reduce((sum, [, count]) => sum + count, 0)
    if (beyond <= 0) return []
    const [result] = results.sort((a, b) => b[1] - a[1])[0] ?? [resultOf(one.example)]
    return [{ indicator: one.indicator, direction: one.direction, result, hits: beyond }]
  })
  return { sightings, excess }
}

function keyOf(one: Pick<Sighting, "indicator" | "strength" | "direction" | "action" | "outcome">, path: string): string {
  return JSON.stringify([one.indicator.type, one.indicator.value, path, one.strength, one.direction, one.action, one.outcome])
}
