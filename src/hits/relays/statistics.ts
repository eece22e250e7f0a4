// The little mathematics that the pivot needs.

/** Hundredths of a bit, whole: sums of them are exact. */
export function centibits(ratio: number): number {
  return Math.round(100 * Math.log2(ratio))
}

/** Share with half a count of doubt on either side. */
export function share(count: number, of: number): number {
  return (count + 0.5) / (of + 1)
}

/** -log10 of the chance that at least k of n draws succeed, each with probability p. */
export function surprise(k: number, n: number, p: number): number {
  if (k <= 0) return 0
  const bounded = Math.min(Math.max(p, 1e-12), 1 - 1e-12)
  let term = logChoose(n, k) + k * Math.log(bounded) + (n - k) * Math.log1p(-bounded)
  let sum = Math.exp(term)
  for (let more = k + 1; more <= n; more++) {
    term += Math.log((n - more + 1) / more) + Math.log(bounded) - Math.log1p(-bounded)
    const part = Math.exp(term)
    sum += part
    if (part < sum * 1e-12) break
  }
  return sum > 0 ? Math.max(0, -Math.log10(Math.min(1, sum))) : 300
}

export function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)
}

const lanczos = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012,
  9.9843695780195716e-6, 1.5056327351493116e-7,
]

export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const t = x + 6.5
  let sum = 0.99999999999980993
  for (const [at, value] of lanczos.entries()) sum += value / (x + at)
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum)
}

/** How many values of an ascending list are at least `floor`. */
export function countFrom(ascending: ArrayLike<number>, floor: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] as number) < floor) low = middle + 1
    else high = middle
  }
  return ascending.length - low
}
