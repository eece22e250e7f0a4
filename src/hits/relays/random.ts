// Chance that is equal in every run: a seeded generator, and nothing that reads a clock.

/** Numbers in [0, 1) that depend on the text alone (xmur3 into sfc32). */
export function seededRandom(seed: string): () => number {
  const word = hashWords(seed)
  let a = word()
  let b = word()
  let c = word()
  let counter = word()
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 4_294_967_296
  }
  for (let warm = 0; warm < 12; warm++) next()
  return next
}

/** A whole number below `limit`. */
export function below(random: () => number, limit: number): number {
  return Math.floor(random() * limit)
}

function hashWords(text: string): () => number {
  let hash = 1779033703 ^ text.length
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 3432918353)
    hash = (hash << 13) | (hash >>> 19)
  }
  return () => {
    hash = Math.imul(hash ^ (hash >>> 16), 2246822507)
    hash = Math.imul(hash ^ (hash >>> 13), 3266489909)
    hash ^= hash >>> 16
    return hash | 0
  }
}
