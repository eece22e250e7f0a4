// The stored bytes of a unit: a file, the part of it that a segment owns, or standard input. Only ever opened for reading.
import { closeSync, constants, fstatSync, openSync, read, readSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import type { WorkUnit } from "../../model/work-unit.js"
import type { ByteSource } from "./byte-reader.js"
import { pathOf } from "./discover.js"

const chunkBytes = 256 * 1024
const lineFeed = 0x0a

export interface StoredFile extends ByteSource {
  /** Told when a read fails; the source then ends. */
  failed: (message: string) => void
  /** Where it begins in the file. */
  readonly from: number
  /** Bytes of the segment that were listed and are not there any more. */
  readonly gone: number
  close(): void
}

/** `part` reads these bytes instead, whatever lines they hold. */
export function openFile(
  unit: WorkUnit,
  part?: { readonly from: number; readonly to: number },
): { readonly source: StoredFile } | { readonly failure: string } {
  if (unit.file === "-") return { source: standardInput() }
  let fd: number | undefined
  try {
    // Not to hang where a named pipe has taken the file's place since it was listed.
    fd = openSync(pathOf(unit.file), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const now = fstatSync(fd)
    if (!now.isFile()) throw new Error("no regular file any more")
    const range = part ?? (unit.segment ? owned(fd, unit.segment.from, unit.segment.to, unit.size) : { from: 0, to: unit.size })
    const gone = unit.segment && !part ? Math.max(0, unit.segment.to - Math.max(now.size, unit.segment.from)) : 0
    return { source: slice(fd, range.from, range.to, gone) }
  } catch (error) {
    if (fd !== undefined) closeSync(fd)
    return { failure: (error as Error).message }
  }
}

/** The lines that start in [from, to): from the first line start at or behind `from` to the first at or behind `to`. */
function owned(fd: number, from: number, to: number, size: number): { readonly from: number; readonly to: number } {
  const first = lineStart(fd, from, size)
  return { from: first, to: Math.max(first, lineStart(fd, to, size)) }
}

function lineStart(fd: number, at: number, size: number): number {
  if (at <= 0 || at >= size) return Math.min(Math.max(at, 0), size)
  const buffer = Buffer.allocUnsafe(64 * 1024)
  for (let from = at - 1; from < size; from += buffer.length) {
    const length = readSync(fd, buffer, 0, Math.min(buffer.length, size - from), from)
    if (length === 0) break
    const found = buffer.subarray(0, length).indexOf(lineFeed)
    if (found >= 0) return from + found + 1
  }
  return size
}

function slice(fd: number, from: number, to: number, gone: number): StoredFile {
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(chunkBytes, to - from)))
  let at = from
  let open = true
  const readInto = (target: Uint8Array): number => {
    if (at >= to) return 0
    try {
      const length = readSync(fd, target, 0, Math.min(target.length, to - at), at)
      at += length
      return length
    } catch (error) {
      at = to
      source.failed(`cannot be read: ${(error as Error).message}`)
      return 0
    }
  }
  const source: StoredFile = {
    failed: () => {},
    from,
    gone,
    readInto,
    async next() {
      const length = readInto(buffer)
      return length === 0 ? undefined : buffer.subarray(0, length)
    },
    close() {
      if (open) closeSync(fd)
      open = false
    },
  }
  return source
}

function standardInput(): StoredFile {
  const buffer = Buffer.allocUnsafe(chunkBytes)
  const source: StoredFile = {
    failed: () => {},
    from: 0,
    gone: 0,
    async next() {
      for (;;) {
        const length = await readStandardInput(buffer)
        if (length instanceof Error) {
          // A non-blocking standard input has nothing yet.
          if ((length as NodeJS.ErrnoException).code === "EAGAIN") await sleep(10)
          else if ((length as NodeJS.ErrnoException).code === "EOF") return undefined
          else {
            source.failed(`cannot be read: ${length.message}`)
            return undefined
          }
        } else return length === 0 ? undefined : buffer.subarray(0, length)
      }
    },
    close: () => {},
  }
  return source
}

function readStandardInput(buffer: Buffer): Promise<number | Error> {
  return new Promise((resolve) => read(0, buffer, 0, buffer.length, null, (error, length) => resolve(error ?? length)))
}
