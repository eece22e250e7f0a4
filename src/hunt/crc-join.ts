// The CRC-32 of two texts that follow each other, from the sums of each (the method of zlib's crc32_combine).

/** Length and CRC-32 of a text. */
interface Sum {
  readonly bytes: number
  readonly crc: number
}

export const noText: Sum = { bytes: 0, crc: 0 }

export function joinSum(first: Sum, second: Sum): Sum {
  return { bytes: first.bytes + second.bytes, crc: joinCrc(first.crc, second.crc, second.bytes) }
}

/** `bytes` is the length of the second. */
function joinCrc(first: number, second: number, bytes: number): number {
  if (bytes <= 0) return first
  // Appending zeros is a linear map over the bits of the sum: it is squared for each bit of the number of bytes.
  let zeros = squared(squared(oneZeroBit()))
  let sum = first
  for (let left = bytes; left > 0; left = Math.floor(left / 2)) {
    zeros = squared(zeros)
    if (left % 2 === 1) sum = applied(zeros, sum)
  }
  return (sum ^ second) >>> 0
}

type Map32 = readonly number[]

const polynomial = 0xedb88320

function oneZeroBit(): Map32 {
  return [polynomial, ...Array.from({ length: 31 }, (_, bit) => 2 ** bit)]
}

function applied(map: Map32, value: number): number {
  let sum = 0
  for (let rest = value >>> 0, bit = 0; rest !== 0; rest >>>= 1, bit++) if (rest & 1) sum ^= map[bit] as number
  return sum >>> 0
}

function squared(map: Map32): Map32 {
  return map.map((column) => applied(map, column))
}
