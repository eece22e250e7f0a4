// Puts indicators into the order of every export, by type and value: a million texts compared one with another would take longer than writing them.
import type { Indicator } from "../../model/indicator.js"
import type { ObservableType } from "../../model/observable.js"

/** By type, then by value in UTF-16 code units, as `<` compares; equal ones stay in the order in which they came. */
export function inOrder(indicators: readonly Indicator[]): readonly Indicator[] {
  const byType = new Map<string, Indicator[]>()
  for (const one of indicators) {
    const list = byType.get(one.type)
    if (list) list.push(one)
    else byType.set(one.type, [one])
  }
  const sorted: Indicator[] = []
  for (const type of [...byType.keys()].sort()) sortInto(sorted, byType.get(type) as Indicator[], 0)
  return sorted
}

/** Of indicators in that order those of some types, still in it; what is not looked for is not looked at. */
export function ofTypes(indicators: readonly Indicator[], types: readonly ObservableType[]): readonly Indicator[] {
  const parts = [...types]
    .sort()
    .map((type) => indicators.slice(firstFrom(indicators, type), firstFrom(indicators, `${type}\0`)))
    .filter(({ length }) => length > 0)
  return parts.length === 1 ? (parts[0] as readonly Indicator[]) : parts.flat()
}

/** Index of the first indicator whose type is not below this text. */
function firstFrom(indicators: readonly Indicator[], type: string): number {
  let [from, to] = [0, indicators.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    if ((indicators[middle] as Indicator).type < type) from = middle + 1
    else to = middle
  }
  return from
}

/** So many characters stand in one number beside an index, and are compared at once. */
const charsAtOnce = 5
const indexBits = 24
const fewMax = 24
/** Codes from here on share one number: texts that differ only beyond it are told apart one by one. */
const wideCode = 255

/** Appends them in order; up to `from` all values are equal. */
function sortInto(sorted: Indicator[], list: readonly Indicator[], from: number): void {
  if (list.length <= fewMax || list.length >= 1 << indexBits) {
    for (const one of [...list].sort(compared)) sorted.push(one)
    return
  }
  const order = new BigUint64Array(list.length)
  const words = new Uint32Array(order.buffer)
  for (const [at, { value }] of list.entries()) {
    const a = numberAt(value, from, 0)
    const b = numberAt(value, from + 1, a)
    const c = numberAt(value, from + 2, b)
    const d = numberAt(value, from + 3, c)
    words[2 * at + high] = (a << 24) | (b << 16) | (c << 8) | d
    words[2 * at + low] = (numberAt(value, from + 4, d) << indexBits) | at
  }
  order.sort()
  const last = (1 << indexBits) - 1
  for (let begin = 0; begin < list.length; ) {
    const [first, second] = [words[2 * begin + high] as number, (words[2 * begin + low] as number) >>> indexBits]
    let end = begin + 1
    while (end < list.length && words[2 * end + high] === first && (words[2 * end + low] as number) >>> indexBits === second) end++
    if (end - begin === 1) sorted.push(list[(words[2 * begin + low] as number) & last] as Indicator)
    else {
      const group = Array.from({ length: end - begin }, (_, at) => list[(words[2 * (begin + at) + low] as number) & last] as Indicator)
      settle(sorted, group, from, second)
    }
    begin = end
  }
}

/** Values that are equal in the characters compared. */
function settle(sorted: Indicator[], group: readonly Indicator[], from: number, fifth: number): void {
  // The fifth is the end of all of them: they are equal.
  if (fifth === 0) for (const one of group) sorted.push(one)
  else if (fifth === wideCode) for (const one of [...group].sort(compared)) sorted.push(one)
  else sortInto(sorted, group, from + charsAtOnce)
}

/** 0 behind the end. What stands behind a wide character is not compared yet: the wide ones have to be told apart first. */
function numberAt(text: string, at: number, before: number): number {
  if (before === wideCode) return wideCode
  return at < text.length ? Math.min(text.charCodeAt(at) + 1, wideCode) : 0
}

function compared(a: Indicator, b: Indicator): number {
  return a.value < b.value ? -1 : a.value > b.value ? 1 : 0
}

/** Where the machine keeps the more telling half of a 64-bit number. */
const high = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0
const low = 1 - high
