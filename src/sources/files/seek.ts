// Places in a compressed file from which it can be decompressed again, so that one block of text is read without all that stands before it.

/**
 * A plain value, for an index. Valid for exactly the file that it was taken from: whoever keeps it checks that the file is the same.
 * gzip: the start of a DEFLATE block (or a member). bzip2: the start of a block. zstd: the start of a frame.
 */
export interface SeekPoint {
  /** Offset in the decompressed bytes. */
  readonly at: number
  /** Byte of the file in which the part begins. */
  readonly stored: number
  /** Bits of that byte that belong to what stands before. */
  readonly bits: number
  /** Decompressed bytes right before `at` that what follows may refer to: 32 KB at most, none at the start of a stream. */
  readonly window: Uint8Array
  /** What the start of the stream said (bzip2: block size in 100 KB); 0 where nothing is needed. */
  readonly parameter: number
}

/** Where a decoder leaves seek points, about every so many decompressed bytes. */
export class SeekPoints {
  readonly points: SeekPoint[] = []
  readonly #everyBytes: number

  constructor(everyBytes: number) {
    this.#everyBytes = everyBytes
  }

  /** Decompressed bytes from here on after which a point is wanted; 0 if it is wanted now. */
  due(at: number): number {
    return Math.max(0, (this.points.at(-1)?.at ?? 0) + this.#everyBytes - at)
  }

  add(point: SeekPoint): void {
    this.points.push(point)
  }
}

/** The last point at or before an offset; undefined where only the start will do. */
export function seekPointBefore(points: readonly SeekPoint[], at: number): SeekPoint | undefined {
  let low = 0
  let high = points.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((points[middle] as SeekPoint).at <= at) low = middle + 1
    else high = middle
  }
  return points[low - 1]
}
