// Finds `key=value`, `key="quoted value"` and `"key": "value"` in any text. Bounded, and blind to what the keys mean.

export interface Pair {
  readonly key: string
  readonly value: string
}

/** What lies beyond is still searched, but names no fields. */
const charsMax = 65_536
const pairsMax = 400

// Behind `?` or `&` a key is a parameter of a URL's query: content, and no field of the record.
const equals =
  /(?<![\w.@?&-])"?([A-Za-z_@][\w.@()-]{0,63})"?(?:=|\s=\s)(?:"((?:[^"\\]|\\.){0,8192})"|'([^']{0,8192})'|\[([^[\]]{0,300})\]|<([^<>]{0,300})>|((?:(?![,;|](?:\s|$|[\w.-]{1,32}=))[^\s"'<>])*))/g
const colons = /(?<!\\)"([\w.@ -]{1,64})"\s?:\s?(?:"((?:[^"\\]|\\.){0,8192})"|(-?\d[\d.eE+-]{0,30}|true|false)(?=[,}\]\s]))/g

/** In order of appearance, each key as written. */
export function readPairs(text: string): readonly Pair[] {
  const head = text.length > charsMax ? text.slice(0, charsMax) : text
  const pairs: Pair[] = []
  if (head.includes("=")) collect(head, equals, pairs)
  if (head.includes('":') || head.includes('" :')) collect(head, colons, pairs)
  return pairs
}

/** The first value of each key, keys in lower case. */
export function pairMap(text: string): ReadonlyMap<string, string> {
  const map = new Map<string, string>()
  for (const { key, value } of readPairs(text)) {
    const name = key.toLowerCase()
    if (!map.has(name)) map.set(name, value)
  }
  return map
}

function collect(text: string, pattern: RegExp, pairs: Pair[]): void {
  for (const match of text.matchAll(pattern)) {
    if (pairs.length >= pairsMax) return
    const value = match[2] ?? match[3] ?? match[4] ?? match[5] ?? match[6] ?? ""
    pairs.push({ key: match[1] as string, value: tidy(value) })
  }
}

/** Closing brackets that nothing opened belong to the sentence around the pair. */
function tidy(value: string): string {
  const plain = value.includes("\\") ? value.replace(/\\(["'\\/])/g, "$1") : value
  const last = plain.at(-1)
  const opening = last === ")" ? "(" : last === "]" ? "[" : last === "}" ? "{" : undefined
  return opening !== undefined && !plain.includes(opening) ? plain.slice(0, -1) : plain
}
