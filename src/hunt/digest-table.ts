// A hash table from digests of sixteen bytes to numbers, in flat memory: twenty bytes an entry, so that millions of records can be compared.

export interface DigestTable {
  /** The number kept for a digest; undefined if there is none. */
  get(digest: string, nth: number): number | undefined
  set(digest: string, nth: number, value: number): void
  readonly size: number
}

/** Digests are 32 hex digits of random bits, so a part of one is its own hash. `nth` tells equal digests apart. Values are whole numbers below 2^32 - 1. */
export function createDigestTable(): DigestTable {
  let capacity = 1024
  let keys = new Uint32Array(capacity * 4)
  // One more than the value; 0 is free.
  let values = new Uint32Array(capacity)
  let size = 0
  const slotOf = (a: number, b: number, c: number, d: number): number => {
    let slot = a & (capacity - 1)
    while (values[slot] !== 0) {
      const at = slot * 4
      if (keys[at] === a && keys[at + 1] === b && keys[at + 2] === c && keys[at + 3] === d) return slot
      slot = (slot + 1) & (capacity - 1)
    }
    return slot
  }
  const put = (a: number, b: number, c: number, d: number, value: number): void => {
    const slot = slotOf(a, b, c, d)
    if (values[slot] === 0) size++
    const at = slot * 4
    keys[at] = a
    keys[at + 1] = b
    keys[at + 2] = c
    keys[at + 3] = d
    values[slot] = value
  }
  const grow = (): void => {
    const [oldKeys, oldValues] = [keys, values]
    capacity *= 2
    keys = new Uint32Array(capacity * 4)
    values = new Uint32Array(capacity)
    size = 0
    for (const [slot, value] of oldValues.entries()) {
      if (value === 0) continue
      const at = slot * 4
      put(oldKeys[at] as number, oldKeys[at + 1] as number, oldKeys[at + 2] as number, oldKeys[at + 3] as number, value)
    }
  }
  const word = (digest: string, at: number): number => Number.parseInt(digest.slice(at, at + 8), 16)
  return {
    get(digest, nth) {
      const value = values[slotOf((word(digest, 0) + nth) >>> 0, word(digest, 8), word(digest, 16), word(digest, 24))] as number
      return value === 0 ? undefined : value - 1
    },
    set(digest, nth, value) {
      if (size * 2 >= capacity) grow()
      put((word(digest, 0) + nth) >>> 0, word(digest, 8), word(digest, 16), word(digest, 24), value + 1)
    },
    get size() {
      return size
    },
  }
}
