// Where lines end in an open file, also in UTF-16: the positions between which its bytes may be read as whole lines.
import { read, readSync } from "node:fs"

const chunkBytes = 64 * 1024
const lineFeed = 0x0a

/** Up to `length` bytes at an offset; fewer at the end. */
export function readAt(fd: number, offset: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const count = readSync(fd, buffer, filled, length - filled, offset + filled)
    if (count === 0) break
    filled += count
  }
  return buffer.subarray(0, filled)
}

/** Behind the last line feed of [from, to); undefined if none is there. Looks from the end. */
export async function lastLineEnd(fd: number, from: number, to: number): Promise<number | undefined> {
  for (let end = to; end > from; ) {
    const start = Math.max(from, end - chunkBytes)
    const bytes = await readChunk(fd, start, end - start)
    for (let at = bytes.lastIndexOf(lineFeed); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(lineFeed, at - 1)) {
      const behind = behindLineFeed(fd, start + at, to)
      if (behind !== undefined) return behind
    }
    end = start
  }
  return undefined
}

/** The last line end in (from, wished]; if there is none, the first behind it, at most `to`, which is one. */
export async function lineEndBefore(fd: number, from: number, wished: number, to: number): Promise<number> {
  const before = await lastLineEnd(fd, from, wished)
  if (before !== undefined) return before
  for (let start = wished; start < to; start += chunkBytes) {
    const bytes = await readChunk(fd, start, Math.min(chunkBytes, to - start))
    for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) {
      const behind = behindLineFeed(fd, start + at, to)
      if (behind !== undefined) return behind
    }
  }
  return to
}

/**
 * The line feed of UTF-16LE has its NUL behind it, which belongs to the line; where that is not yet written, no line ends. Only the start of the
 * file tells UTF-16BE, whose line feed is followed by the NUL of the next line: without it, such text is read shifted by one byte, as
 * little-endian, which for ASCII is the same.
 */
function behindLineFeed(fd: number, at: number, end: number): number | undefined {
  const around = readAt(fd, Math.max(0, at - 1), at === 0 ? 2 : 3)
  const next = at + 1 < end ? around[at === 0 ? 1 : 2] : undefined
  const isWide = next === 0 || (next === undefined && at > 0 && around[0] === 0)
  if (!isWide || startsBigEndian(fd)) return at + 1
  return next === 0 ? at + 2 : undefined
}

function startsBigEndian(fd: number): boolean {
  const [first, second] = readAt(fd, 0, 2)
  return (first === 0xfe && second === 0xff) || (first === 0 && second !== 0)
}

function readChunk(fd: number, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length)
  return new Promise((resolve, reject) =>
    read(fd, buffer, 0, length, position, (error, count) => (error ? reject(error) : resolve(buffer.subarray(0, count)))),
  )
}
