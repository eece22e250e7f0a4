// Whether a file is the one that was read: its size, its times, and a look at both ends. A file that was changed and given its old time back still
// has another change time, which no program sets.
import { createHash } from "node:crypto"
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs"
import { pathOf } from "./discover.js"

export interface FileIdentity {
  readonly size: number
  /** Nanoseconds since 1970, as text. */
  readonly mtimeNs: string
  readonly ctimeNs: string
  /** Of the first and the last bytes. */
  readonly print: string
  /** Its last change was over when it was looked at: every later one has another change time, and the print tells nothing more. */
  readonly settled?: true
}

const endBytes = 4096
/** Longer than any file system's clock stands still. */
const settledMs = 10_000

/** Undefined where it cannot be read. */
export function identityOf(file: string): FileIdentity | undefined {
  let fd: number | undefined
  try {
    fd = openSync(pathOf(file), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const stat = fstatSync(fd, { bigint: true })
    if (!stat.isFile()) return undefined
    const size = Number(stat.size)
    const hash = createHash("sha256")
    for (const from of [0, Math.max(0, size - endBytes)]) hash.update(bytesAt(fd, from, Math.min(endBytes, size)))
    const settled = Date.now() - Number(stat.ctimeNs / 1_000_000n) > settledMs
    return { ...timesOf(stat), print: hash.digest("hex").slice(0, 16), ...(settled && { settled }) }
  } catch {
    // The file's own reader says why it cannot be read; here it is only not the same.
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

export function isSame(a: FileIdentity, b: FileIdentity | undefined): boolean {
  return b !== undefined && a.print === b.print && hasTimes(a, b)
}

/** Whether a file is still the one that was looked at; it is opened only where its times cannot tell. */
export function isUnchanged(known: FileIdentity, file: string): boolean {
  if (!known.settled) return isSame(known, identityOf(file))
  try {
    const stat = statSync(pathOf(file), { bigint: true })
    return stat.isFile() && hasTimes(known, timesOf(stat))
  } catch {
    // As above.
    return false
  }
}

type FileTimes = Pick<FileIdentity, "size" | "mtimeNs" | "ctimeNs">

function timesOf(stat: BigIntStats): FileTimes {
  return { size: Number(stat.size), mtimeNs: String(stat.mtimeNs), ctimeNs: String(stat.ctimeNs) }
}

function hasTimes(a: FileTimes, b: FileTimes): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs
}

function bytesAt(fd: number, from: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(length)
  let read = 0
  while (read < length) {
    const count = readSync(fd, bytes, read, length - read, from + read)
    if (count === 0) break
    read += count
  }
  return bytes.subarray(0, read)
}
