// Whether a file is the one that was read: its size, its times, and a look at both ends. A file that was changed and given its old time back still
// has another change time, which no program sets.
import { createHash } from "node:crypto"
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs"
import { pathOf } from "./discover.js"

export interface FileIdentity {
  readonly size: number
  /** Nanoseconds since 1970, as text. */
  readonly mtimeNs: string
  readonly ctimeNs: string
  /** Of the first and the last bytes. */
  readonly print: string
}

const endBytes = 4096

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
    return { size, mtimeNs: String(stat.mtimeNs), ctimeNs: String(stat.ctimeNs), print: hash.digest("hex").slice(0, 16) }
  } catch {
    // The file's own reader says why it cannot be read; here it is only not the same.
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

export function isSame(a: FileIdentity, b: FileIdentity | undefined): boolean {
  return a.size === b?.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.print === b.print
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
