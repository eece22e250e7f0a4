// Interns tokens by a 64-bit hash; the text is kept only once a second holder shows up, so that millions of unique values cost 16 bytes each.

export interface TokenTable {
  /** The answer is one object, overwritten by the next call. */
  note(token: string, holder: number): Noted
  find(token: string): Noted | undefined
  readonly texts: readonly string[]
  /** Tokens that found no room. */
  readonly leftOut: () => number
}

export interface Noted {
  /** The token's number, or -1 while a single holder has it. */
  readonly id: number
  /** The single holder; when the second arrives, the first one, who then still lacks the number; else -1. */
  readonly firstHolder: number
  /** Seen for the first time at all. */
  readonly fresh: boolean
}

const entriesMax = 12_000_000
const startSize = 1 << 12

export function createTokenTable(limit = entriesMax): TokenTable {
  let size = startSize
  let [high, low, holders, ids] = [
    new Uint32Array(size),
    new Uint32Array(size),
    new Int32Array(size).fill(-1),
    new Int32Array(size).fill(-1),
  ]
  let used = 0
  let leftOut = 0
  const texts: string[] = []
  let [hashHigh, hashLow] = [0, 0]

  /** cyrb53 with both halves kept. */
  const hash = (token: string) => {
    let a = 0xdeadbeef
    let b = 0x41c6ce57
    for (let at = 0; at < token.length; at++) {
      const code = token.charCodeAt(at)
      a = Math.imul(a ^ code, 2654435761)
      b = Math.imul(b ^ code, 1597334677)
    }
    a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
    b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
    hashHigh = b >>> 0
    hashLow = a >>> 0
  }
  const slotOf = () => {
    let slot = hashLow & (size - 1)
    while (holders[slot] !== -1 && (high[slot] !== hashHigh || low[slot] !== hashLow)) slot = (slot + 1) & (size - 1)
    return slot
  }
  const grow = () => {
    const old = { high, low, holders, ids, size }
    size *= 2
    high = new Uint32Array(size)
    low = new Uint32Array(size)
    holders = new Int32Array(size).fill(-1)
    ids = new Int32Array(size).fill(-1)
    for (let from = 0; from < old.size; from++) {
      if (old.holders[from] === -1) continue
      let slot = (old.low[from] as number) & (size - 1)
      while (holders[slot] !== -1) slot = (slot + 1) & (size - 1)
      high[slot] = old.high[from] as number
      low[slot] = old.low[from] as number
      holders[slot] = old.holders[from] as number
      ids[slot] = old.ids[from] as number
    }
  }

  const found = { id: -1, firstHolder: -1, fresh: false }
  const say = (id: number, firstHolder: number, fresh = false) => {
    found.id = id
    found.firstHolder = firstHolder
    found.fresh = fresh
    return found
  }
  return {
    texts,
    leftOut: () => leftOut,
    find(token) {
      hash(token)
      const slot = slotOf()
      return holders[slot] === -1 ? undefined : say(ids[slot] as number, holders[slot] as number)
    },
    note(token, holder) {
      hash(token)
      let slot = slotOf()
      if (holders[slot] === -1) {
        if (used >= limit) {
          leftOut++
          return say(-1, -1, true)
        }
        if (used * 4 > size * 3) {
          grow()
          slot = slotOf()
        }
        used++
        high[slot] = hashHigh
        low[slot] = hashLow
        holders[slot] = holder
        return say(-1, holder, true)
      }
      const first = holders[slot] as number
      if (ids[slot] !== -1) return say(ids[slot] as number, -1)
      if (first === holder) return say(-1, holder)
      ids[slot] = texts.length
      // A slice of a line would keep the whole line alive: a copy does not.
      texts.push(Buffer.from(token).toString())
      return say(ids[slot] as number, first)
    },
  }
}
