// Interns tokens by a 64-bit hash; the text is kept only once a second holder shows up, so that millions of unique values cost 24 bytes each.

export interface TokenTable {
  /** The entry of a token, made if it is new; -1 where there is no room left. */
  entryOf(token: string): number
  /** The entry, or -1. */
  find(token: string): number
  /** The answer is one object, overwritten by the next call. `token` is the text of the entry. */
  note(entry: number, holder: number, token: string): Noted
  /** The token's number, or -1 while it has at most one holder. */
  idOf(entry: number): number
  /** The first holder, or -1. */
  holderOf(entry: number): number
  readonly texts: readonly string[]
  /** Tokens that found no room. */
  readonly leftOut: () => number
}

export interface Noted {
  /** The token's number, or -1 while a single holder has it. */
  readonly id: number
  /** When the second holder arrives, the first one, who then still lacks the number; else -1. */
  readonly firstHolder: number
  /** Seen for the first time at all. */
  readonly fresh: boolean
}

const entriesMax = 12_000_000
const startSize = 1 << 12

export function createTokenTable(limit = entriesMax): TokenTable {
  let slots = new Int32Array(startSize).fill(-1)
  let [high, low, holders, ids] = columns(startSize)
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
    const mask = slots.length - 1
    let slot = hashLow & mask
    for (let entry = slots[slot] as number; entry !== -1; entry = slots[slot] as number) {
      if (high[entry] === hashHigh && low[entry] === hashLow) return slot
      slot = (slot + 1) & mask
    }
    return slot
  }
  const grow = () => {
    slots = new Int32Array(slots.length * 2).fill(-1)
    const mask = slots.length - 1
    for (let entry = 0; entry < used; entry++) {
      let slot = (low[entry] as number) & mask
      while (slots[slot] !== -1) slot = (slot + 1) & mask
      slots[slot] = entry
    }
    const old = [high, low, holders, ids] as const
    ;[high, low, holders, ids] = columns(slots.length)
    for (const [at, column] of [high, low, holders, ids].entries()) column.set(old[at] as Int32Array)
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
    idOf: (entry) => ids[entry] as number,
    holderOf: (entry) => holders[entry] as number,
    find(token) {
      hash(token)
      return slots[slotOf()] as number
    },
    entryOf(token) {
      hash(token)
      let slot = slotOf()
      if (slots[slot] !== -1) return slots[slot] as number
      if (used >= limit) {
        leftOut++
        return -1
      }
      if (used * 4 > slots.length * 3) {
        grow()
        slot = slotOf()
      }
      slots[slot] = used
      high[used] = hashHigh
      low[used] = hashLow
      return used++
    },
    note(entry, holder, token) {
      if (entry === -1) return say(-1, -1, true)
      const first = holders[entry] as number
      if (first === -1) {
        holders[entry] = holder
        return say(-1, holder, true)
      }
      if (ids[entry] !== -1) return say(ids[entry] as number, -1)
      if (first === holder) return say(-1, holder)
      ids[entry] = texts.length
      // A slice of a line would keep the whole line alive: a copy does not.
      texts.push(Buffer.from(token).toString())
      return say(ids[entry] as number, first)
    },
  }
}

function columns(size: number): [Uint32Array, Uint32Array, Int32Array, Int32Array] {
  return [new Uint32Array(size), new Uint32Array(size), new Int32Array(size).fill(-1), new Int32Array(size).fill(-1)]
}
