// Measures of a ranking against the truth, and bootstrap intervals over trials.

export function precisionAt(ranking, truth, k) {
  return ranking.slice(0, k).filter((one) => truth.has(one)).length / k
}

export function recallAt(ranking, truth, k) {
  return truth.size === 0 ? 0 : ranking.slice(0, k).filter((one) => truth.has(one)).length / truth.size
}

export function averagePrecision(ranking, truth) {
  let found = 0
  let sum = 0
  for (const [at, one] of ranking.entries()) {
    if (!truth.has(one)) continue
    found++
    sum += found / (at + 1)
  }
  return truth.size === 0 ? 0 : sum / truth.size
}

/** Mean with a 95 % interval from 1,000 resamplings. */
export function summary(values, random) {
  const numbers = values.filter((value) => value !== undefined && !Number.isNaN(value))
  if (numbers.length === 0) return undefined
  const mean = (list) => list.reduce((sum, one) => sum + one, 0) / list.length
  const means = Array.from({ length: 1000 }, () => mean(numbers.map(() => random.pick(numbers)))).sort((a, b) => a - b)
  return { mean: mean(numbers), low: means[25], high: means[974], count: numbers.length }
}

/** Share of wrong ones over lists of `{ count, wrong }`, with a 95 % interval: lists resampled, or Wilson's, whichever end lies farther. */
export function rateInterval(lists, random) {
  const rate = (some) => some.reduce((sum, one) => sum + one.wrong, 0) / some.reduce((sum, one) => sum + one.count, 0)
  const rates = Array.from({ length: 1000 }, () => rate(lists.map(() => random.pick(lists)))).sort((a, b) => a - b)
  const n = lists.reduce((sum, one) => sum + one.count, 0)
  const [mean, z] = [rate(lists), 1.96]
  const centre = (mean + z ** 2 / (2 * n)) / (1 + z ** 2 / n)
  const half = (z / (1 + z ** 2 / n)) * Math.sqrt((mean * (1 - mean)) / n + z ** 2 / (4 * n ** 2))
  return { mean, low: Math.max(0, Math.min(rates[25], centre - half)), high: Math.max(rates[974], centre + half) }
}
