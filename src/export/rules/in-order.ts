// The order of every export, by type and value: a million texts compared one with another would take longer than writing them, and so would
// looking at each again, once what is in order lies anywhere in memory.
import type { Indicator } from "../../model/indicator.js"
import type { ObservableType } from "../../model/observable.js"

/** Where indicators stand in the order of every export; they themselves are not moved. */
export interface Order {
  /** Indexes into the list: by type, then by value in UTF-16 code units, as `<` compares; of equal ones the first stays the first. */
  readonly places: Uint32Array
  /** 1 where the type and value are those of the place before. */
  readonly repeats: Uint8Array
}

export function orderOf(indicators: readonly Indicator[]): Order {
  const order = { places: new Uint32Array(indicators.length), repeats: new Uint8Array(indicators.length) }
  const byType = new Map<ObservableType, number[]>()
  for (let at = 0; at < indicators.length; at++) {
    const { type } = indicators[at] as Indicator
    const list = byType.get(type)
    if (list) list.push(at)
    else byType.set(type, [at])
  }
  let begin = 0
  for (const type of [...byType.keys()].sort()) {
    const list = byType.get(type) as number[]
    const values = list.map((at) => (indicators[at] as Indicator).value)
    sortInto({ ...order, list, values, ...alphabetOf(values) }, begin, identity(list.length), 0)
    begin += list.length
  }
  return order
}

/** Of indicators in that order those of some types, still in it; what is not looked for is not looked at. */
export function ofTypes(indicators: readonly Indicator[], types: readonly ObservableType[]): readonly Indicator[] {
  const parts = [...types]
    .sort()
    .map((type) => indicators.slice(firstFrom(indicators, type), firstFrom(indicators, `${type}\0`)))
    .filter(({ length }) => length > 0)
  return parts.length === 1 ? (parts[0] as readonly Indicator[]) : ([] as readonly Indicator[]).concat(...parts)
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

/** Of one type; numbers below are indexes into `list` and `values`. */
interface Sorting extends Order, Alphabet {
  readonly list: readonly number[]
  readonly values: readonly string[]
}

interface Alphabet {
  /** The characters that occur, counted from 1 in their order; 0 is the end of a text. */
  readonly digits: Uint16Array
  /** One more than the greatest digit. */
  readonly base: number
}

const fewMax = 24
/** Codes from here on share one digit, the greatest: texts that differ only there are told apart one by one. */
const wideCode = 255

/** As few digits as there are characters, so that as many as can be stand in one number. */
function alphabetOf(values: readonly string[]): Alphabet {
  const digits = new Uint16Array(wideCode + 1)
  for (const value of values) {
    for (let at = 0; at < value.length; at++) digits[Math.min(value.charCodeAt(at), wideCode)] = 1
  }
  let base = 1
  for (let code = 0; code < digits.length; code++) if (digits[code] === 1) digits[code] = base++
  return { digits, base: Math.max(base, 2) }
}

/** Writes these in order from `begin` on; up to `from` all their values are equal. */
function sortInto(sorting: Sorting, begin: number, these: Uint32Array, from: number): void {
  if (these.length <= fewMax) {
    compareInto(sorting, begin, these)
    return
  }
  const { values, digits, base } = sorting
  const shared = sharedFrom(values, these, from)
  // A number holds a beginning of the text and, below it, the index.
  const indexBits = 32 - Math.clz32(these.length)
  const above = 2 ** (32 - indexBits)
  const index = 2 ** indexBits - 1
  const chars = Math.floor(Math.log(2 ** Math.min(53, 64 - indexBits)) / Math.log(base))
  const order = new BigUint64Array(these.length)
  const words = new Uint32Array(order.buffer)
  for (let at = 0; at < these.length; at++) {
    const text = numberOf(values[these[at] as number] as string, shared, chars, digits, base)
    const upper = Math.floor(text / above)
    words[2 * at + high] = upper
    words[2 * at + low] = ((text - upper * above) << indexBits) | at
  }
  order.sort()
  for (let first = 0; first < these.length; ) {
    const [upper, lower] = [words[2 * first + high] as number, (words[2 * first + low] as number) >>> indexBits]
    let end = first + 1
    while (end < these.length && words[2 * end + high] === upper && (words[2 * end + low] as number) >>> indexBits === lower) end++
    if (end - first === 1) {
      sorting.places[begin + first] = sorting.list[these[(words[2 * first + low] as number) & index] as number] as number
    } else {
      const group = new Uint32Array(end - first)
      for (let at = first; at < end; at++) group[at - first] = these[(words[2 * at + low] as number) & index] as number
      settle(sorting, begin + first, group, shared + chars, (upper * above + lower) % base)
    }
    first = end
  }
}

/** Values that are equal in the characters compared, the last of which is given. */
function settle(sorting: Sorting, begin: number, group: Uint32Array, from: number, last: number): void {
  if (last === 0) write(sorting, begin, group, () => true)
  else if (last === sorting.digits[wideCode]) compareInto(sorting, begin, group)
  else sortInto(sorting, begin, group, from)
}

function compareInto(sorting: Sorting, begin: number, these: Uint32Array): void {
  const { values } = sorting
  const text = (one: number): string => values[one] as string
  const sorted = Array.from(these).sort((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : a - b))
  write(sorting, begin, sorted, (one, before) => text(one) === text(before))
}

function write(
  { places, repeats, list }: Sorting,
  begin: number,
  sorted: ArrayLike<number>,
  equal: (one: number, before: number) => boolean,
): void {
  for (let at = 0; at < sorted.length; at++) {
    places[begin + at] = list[sorted[at] as number] as number
    if (at > 0 && equal(sorted[at] as number, sorted[at - 1] as number)) repeats[begin + at] = 1
  }
}

/** How far all of them are equal, known to be so up to `from`. */
function sharedFrom(values: readonly string[], these: Uint32Array, from: number): number {
  const first = values[these[0] as number] as string
  let shared = first.length
  for (let place = 1; place < these.length && shared > from; place++) {
    const value = values[these[place] as number] as string
    let at = from
    while (at < shared && value.charCodeAt(at) === first.charCodeAt(at)) at++
    shared = at
  }
  return shared
}

/** What stands behind a wide character is not compared yet: the wide ones have to be told apart first. */
function numberOf(text: string, from: number, chars: number, digits: Uint16Array, base: number): number {
  const end = from + chars
  let number = 0
  let at = from
  for (const stop = Math.min(end, text.length); at < stop; at++) {
    const code = text.charCodeAt(at)
    if (code >= wideCode) break
    number = number * base + (digits[code] as number)
  }
  const rest = at < text.length ? base - 1 : 0
  for (; at < end; at++) number = number * base + rest
  return number
}

function identity(length: number): Uint32Array {
  const all = new Uint32Array(length)
  for (let at = 0; at < length; at++) all[at] = at
  return all
}

/** Where the machine keeps the more telling half of a 64-bit number. */
const high = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0
const low = 1 - high
