// Do sources divide targets among themselves? Each takes a few, and they repeat each other less than chance would have it.
// Such sources share no target, so that likeness does not find them: what a newcomer takes of the rest speaks for it, a little.

export interface Division {
  /** Chance of so few repeats, were the targets chosen by everybody's taste. */
  readonly p: number
  /** Hundredths of a bit for each target that none of the sources took. */
  readonly perTarget: number
  /** Sources that took part, and targets that they took. */
  readonly sources: number
  readonly targets: number
}

const pMax = 0.01
/** However much of the targets is taken, one of the rest says no more than this share allows. */
const takenMax = 0.9

/**
 * `taken`: the targets of each source; `weight`: the share of a target in all that anybody chose, 0 to 1.
 * Undefined where the sources repeat each other as chance would, or where chance would not have repeated much either.
 */
export function divisionOf(taken: readonly (readonly number[])[], weight: (target: number) => number): Division | undefined {
  const sources = taken.filter((own) => own.length > 0)
  const total = sources.reduce((sum, own) => sum + own.length, 0)
  const times = new Map<number, number>()
  let expected = 0
  for (const own of sources) {
    for (const target of own) {
      times.set(target, (times.get(target) ?? 0) + 1)
      // Every pair of sources is met from both sides.
      expected += ((total - own.length) * weight(target)) / 2
    }
  }
  let repeats = 0
  let share = 0
  for (const [target, count] of times) {
    repeats += (count * (count - 1)) / 2
    share += weight(target)
  }
  const p = atMost(repeats, expected)
  if (p > pMax) return undefined
  return { p, perTarget: Math.round(-100 * Math.log2(1 - Math.min(takenMax, share))), sources: sources.length, targets: times.size }
}

/** Chance of at most `count` events where `mean` are expected (Poisson). */
function atMost(count: number, mean: number): number {
  let term = Math.exp(-mean)
  let sum = term
  for (let at = 1; at <= count; at++) {
    term *= mean / at
    sum += term
  }
  return Math.min(1, sum)
}
