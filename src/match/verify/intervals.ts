// Which of many address intervals meet a given one: sorted by their first address, with the greatest last address of every subtree.

export interface Interval<T> {
  readonly first: T
  readonly last: T
  readonly indicator: number
}

/** Calls `see` for every interval that shares an address with [first, last], in the order of their first addresses. */
export type Meeting<T> = (first: T, last: T, see: (indicator: number, first: T, last: T) => void) => void

/** O(log n + answers) a question: the middle of each stretch is the root of its subtree. */
export function intervals<T extends number | bigint>(given: readonly Interval<T>[]): Meeting<T> {
  const sorted = inOrder(given)
  const first = column(sorted.map((one) => one.first))
  const last = column(sorted.map((one) => one.last))
  const indicator = Uint32Array.from(sorted, (one) => one.indicator)
  const greatest = column(sorted.map((one) => one.last))
  settle(0, sorted.length)
  return (from, to, see) => visit(0, sorted.length, from, to, see)

  function settle(low: number, high: number): T | undefined {
    if (low >= high) return undefined
    const mid = (low + high) >>> 1
    let most = last[mid] as T
    const left = settle(low, mid)
    const right = settle(mid + 1, high)
    if (left !== undefined && left > most) most = left
    if (right !== undefined && right > most) most = right
    greatest[mid] = most
    return most
  }

  function visit(low: number, high: number, from: T, to: T, see: (indicator: number, first: T, last: T) => void): void {
    if (low >= high) return
    const mid = (low + high) >>> 1
    if ((greatest[mid] as T) < from) return
    visit(low, mid, from, to, see)
    if ((first[mid] as T) > to) return
    if ((last[mid] as T) >= from) see(indicator[mid] as number, first[mid] as T, last[mid] as T)
    visit(mid + 1, high, from, to, see)
  }
}

/** Places fit beside the 32 bits of an address into one number, for so many. */
const placesMax = 2 ** 21

/** By their first addresses; equal ones as they are given, which is by the numbers of their indicators. */
function inOrder<T extends number | bigint>(given: readonly Interval<T>[]): readonly Interval<T>[] {
  if (given.length > placesMax || typeof given[0]?.first !== "number")
    return [...given].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
  // Numbers are sorted without a call for each comparison.
  const keys = Float64Array.from(given, ({ first }, at) => (first as number) * placesMax + at).sort()
  return Array.from(keys, (key) => given[key % placesMax] as Interval<T>)
}

/** Numbers packed, eight bytes each; bigints as they are. */
function column<T extends number | bigint>(values: T[]): T[] {
  return typeof values[0] === "number" ? (Float64Array.from(values as number[]) as unknown as T[]) : values
}
