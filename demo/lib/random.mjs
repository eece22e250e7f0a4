// Seeded chance: the same seed gives the same archive on every machine.

/** 32-bit FNV-1a of a text, then mixed; the seed of everything that has a name. */
export function hash32(text) {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return mix32(hash)
}

/** A good scrambling of one 32-bit number (the finalizer of MurmurHash3). */
export function mix32(number) {
  let mixed = number | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** The generator sfc32, with the few questions that the writers ask. */
export function seededRandom(name) {
  let a = hash32(`${name}/a`)
  let b = hash32(`${name}/b`)
  let c = hash32(`${name}/c`)
  let counter = 1
  const next = () => {
    const sum = (a + b + counter++) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return sum >>> 0
  }
  for (let warm = 0; warm < 12; warm++) next()
  const below = (limit) => (next() * limit) / 0x100000000
  const random = {
    next,
    /** A whole number from 0, smaller than `limit`. */
    int: (limit) => Math.floor(below(limit)),
    between: (from, to) => from + Math.floor(below(to - from + 1)),
    chance: (share) => below(1) < share,
    fraction: () => below(1),
    pick: (list) => list[Math.floor(below(list.length))],
    /** Early members far more often than late ones, as with visitors and pages. */
    pickSkewed: (list) => list[Math.floor(below(1) * below(1) * below(1) * list.length)],
    hex: (digits) => {
      let text = ""
      while (text.length < digits) text += next().toString(16).padStart(8, "0")
      return text.slice(0, digits)
    },
    shuffle: (list) => {
      const copy = [...list]
      for (let at = copy.length - 1; at > 0; at--) {
        const other = random.int(at + 1)
        ;[copy[at], copy[other]] = [copy[other], copy[at]]
      }
      return copy
    },
  }
  return random
}
