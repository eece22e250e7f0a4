// A line that is longer than can be kept is handed over in pieces that overlap, so that no value is halved: one rule for all that arrives by network or pipe.

export const lineBytesMax = 1024 * 1024
const overlapBytes = 4096

/** Takes pieces off the front of the line in [from, to) while it is too long; where the rest of it begins. */
export function takePieces(bytes: Buffer, from: number, to: number, take: (piece: Buffer) => void): number {
  let at = from
  for (; to - at > lineBytesMax; at += lineBytesMax - overlapBytes) take(bytes.subarray(at, at + lineBytesMax))
  return at
}
