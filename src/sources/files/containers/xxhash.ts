// xxHash32, the checksum of LZ4 frames (and of nothing else here).

const prime1 = 0x9e3779b1
const prime2 = 0x85ebca77
const prime3 = 0xc2b2ae3d
const prime4 = 0x27d4eb2f
const prime5 = 0x165667b1

/** Hashes what is given piece by piece; seed 0. */
export class XxHash32 {
  readonly #lanes = Int32Array.of(prime1 + prime2, prime2, 0, -prime1)
  readonly #held = new Uint8Array(16)
  #heldBytes = 0
  #total = 0

  update(bytes: Uint8Array): void {
    let at = 0
    this.#total += bytes.length
    if (this.#heldBytes > 0) {
      at = Math.min(16 - this.#heldBytes, bytes.length)
      this.#held.set(bytes.subarray(0, at), this.#heldBytes)
      this.#heldBytes += at
      if (this.#heldBytes < 16) return
      this.#stripes(this.#held, 0, 16)
      this.#heldBytes = 0
    }
    const end = at + ((bytes.length - at) & ~15)
    this.#stripes(bytes, at, end)
    this.#held.set(bytes.subarray(end))
    this.#heldBytes = bytes.length - end
  }

  /** Unsigned. */
  digest(): number {
    const [a, b, c, d] = this.#lanes as unknown as [number, number, number, number]
    let hash = this.#total >= 16 ? rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18) : prime5
    hash = (hash + this.#total) | 0
    let at = 0
    for (; at + 4 <= this.#heldBytes; at += 4) hash = Math.imul(rotate((hash + Math.imul(word(this.#held, at), prime3)) | 0, 17), prime4)
    for (; at < this.#heldBytes; at++) hash = Math.imul(rotate((hash + Math.imul(this.#held[at] as number, prime5)) | 0, 11), prime1)
    hash = Math.imul(hash ^ (hash >>> 15), prime2)
    hash = Math.imul(hash ^ (hash >>> 13), prime3)
    return (hash ^ (hash >>> 16)) >>> 0
  }

  #stripes(bytes: Uint8Array, from: number, to: number): void {
    let [a, b, c, d] = this.#lanes as unknown as [number, number, number, number]
    for (let at = from; at < to; at += 16) {
      a = round(a, word(bytes, at))
      b = round(b, word(bytes, at + 4))
      c = round(c, word(bytes, at + 8))
      d = round(d, word(bytes, at + 12))
    }
    this.#lanes.set([a, b, c, d])
  }
}

export function xxHash32(bytes: Uint8Array): number {
  const hash = new XxHash32()
  hash.update(bytes)
  return hash.digest()
}

function round(lane: number, input: number): number {
  return Math.imul(rotate((lane + Math.imul(input, prime2)) | 0, 13), prime1)
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)
}
