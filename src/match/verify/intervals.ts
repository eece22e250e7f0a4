// Which of many address intervals meet a given one: sorted by their first address, with the greatest last address of every subtree.

/** Calls `see` for every interval that shares an address with [first, last], in the order of their first addresses. */
export type Meeting<T> = (first: T, last: T, see: (indicator: number, first: T, last: T) => void) => void

/** Places fit beside the 32 bits of an address into one number, for so many. */
const placesMax = 2 ** 21

/** Intervals column by column, since there may be a million; each indicator has a higher number than the one before. */
export class Intervals<T extends number | bigint> {
  private readonly first: T[] = []
  private readonly last: T[] = []
  private readonly indicator: number[] = []

  add(first: T, last: T, indicator: number): void {
    this.first.push(first)
    this.last.push(last)
    this.indicator.push(indicator)
  }

  /** O(log n + answers) a question: the middle of each stretch is the root of its subtree. Undefined where there are none. */
  meeting(): Meeting<T> | undefined {
    const places = this.inOrder()
    if (places.length === 0) return undefined
    const first = column(places, this.first)
    const last = column(places, this.last)
    const indicator = new Uint32Array(places.length)
    for (let at = 0; at < places.length; at++) indicator[at] = this.indicator[places[at] as number] as number
    const greatest = column(places, this.last)
    settle(0, places.length)
    return (from, to, see) => visit(0, places.length, from, to, see)

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

  /** By their first addresses; equal ones as they were added. */
  private inOrder(): Uint32Array {
    const { first } = this
    if (first.length <= placesMax && typeof first[0] === "number") {
      // Numbers are sorted without a call for each comparison.
      const keys = new Float64Array(first.length)
      for (let at = 0; at < keys.length; at++) keys[at] = (first[at] as number) * placesMax + at
      keys.sort()
      const places = new Uint32Array(keys.length)
      for (let at = 0; at < keys.length; at++) places[at] = (keys[at] as number) % placesMax
      return places
    }
    return Uint32Array.from(first.keys()).sort((a, b) =>
      (first[a] as T) < (first[b] as T) ? -1 : (first[a] as T) > (first[b] as T) ? 1 : a - b,
    )
  }
}

/** Numbers packed, eight bytes each; bigints as they are. */
function column<T extends number | bigint>(places: Uint32Array, values: readonly T[]): T[] {
  const made = typeof values[0] === "number" ? (new Float64Array(places.length) as unknown as T[]) : new Array<T>(places.length)
  for (let at = 0; at < places.length; at++) made[at] = values[places[at] as number] as T
  return made
}
