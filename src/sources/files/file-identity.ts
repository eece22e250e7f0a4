// Whether a file is the one that was read: its size, its times, and a look at both ends. Where the change time tells of every change, the look is
// spared: on a local file system that keeps that time finely and by itself, and of a file that is not written through memory. A file that was changed
// and given its old modification time back has another change time there. Elsewhere, both ends are looked at, whatever the times say.
import { createHash } from "node:crypto"
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync, statfsSync, statSync } from "node:fs"
import type { WorkUnit } from "../../model/work-unit.js"
import { pathOf } from "./discover.js"

export interface FileIdentity {
  readonly size: number
  /** Nanoseconds since 1970, as text. */
  readonly mtimeNs: string
  readonly ctimeNs: string
  /** Device and number, as text; absent in what earlier versions stored. */
  readonly dev?: string
  readonly ino?: string
  /** Of the first and the last bytes. */
  readonly print: string
  /** Its last change was over when it was looked at, and every later one has another change time: the print tells nothing more. */
  readonly settled?: true
}

const endBytes = 4096
/** Longer than any file system's clock stands still. */
const settledMs = 10_000

/** Undefined where it cannot be read. `nowMs` is the clock that change times are set by. */
export function identityOf(file: string, nowMs = Date.now()): FileIdentity | undefined {
  let fd: number | undefined
  try {
    const path = pathOf(file)
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const stat = fstatSync(fd, { bigint: true })
    if (!stat.isFile()) return undefined
    const size = Number(stat.size)
    const hash = createHash("sha256")
    const length = Math.min(endBytes, size)
    const ends = [bytesAt(fd, 0, length), bytesAt(fd, size - length, length)] as const
    for (const end of ends) hash.update(end)
    const settled = isSettled({ ctimeNs: stat.ctimeNs, ends, fileSystem: fileSystemOf(path) }, nowMs)
    return { ...timesOf(stat), ...placeOf(stat), print: hash.digest("hex").slice(0, 16), ...(settled && { settled }) }
  } catch {
    // The file's own reader says why it cannot be read; here it is only not the same.
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** What tells whether a change time can be relied upon. */
export interface ChangeSigns {
  readonly ctimeNs: bigint
  /** The first bytes, and the last. */
  readonly ends: readonly [Uint8Array, Uint8Array]
  /** As `statfs(2)` numbers it; undefined where nothing does. */
  readonly fileSystem: number | undefined
}

export function isSettled({ ctimeNs, ends, fileSystem }: ChangeSigns, nowMs: number): boolean {
  const isOver = nowMs - Number(ctimeNs / 1_000_000n) > settledMs
  const isLocal = fileSystem === undefined || localTypes.has(fileSystem)
  return isOver && isLocal && ctimeNs % coarseNs !== 0n && !isInPlace(ends)
}

/** FAT and exFAT keep times of two seconds or ten milliseconds, and as change time that of the modification or of the making of the file. */
const coarseNs = 10_000_000n

/** How compressed files begin, which no program writes in place: gzip, zstd, xz, bzip2. */
const packedHeads = ["1f8b08", "28b52ffd", "fd377a58", "425a68"]

/**
 * Event logs, journals, databases and preallocated logs are written in place, often through memory, and then the change time may be that of the
 * first write of many. They have zeros at their ends, as no text has.
 */
function isInPlace(ends: ChangeSigns["ends"]): boolean {
  const head = Buffer.from(ends[0].subarray(0, 4)).toString("hex")
  return ends.some((end) => end.includes(0)) && !packedHeads.some((packed) => head.startsWith(packed))
}

/** `statfs(2)` of local file systems that set change times by their own clock. What a server, FUSE or a host serves may show old attributes. */
const localTypes = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0x2fc12fc1, // ZFS
  0xf2f52010, // F2FS
  0xca451a4e, // bcachefs
  0x3153464a, // JFS
  0x7366746e, // NTFS
  0x01021994, // tmpfs
  0x794c7630, // overlayfs
])

/** Only Linux has numbers for them that stay the same; elsewhere the times must do. */
function fileSystemOf(path: string | Buffer): number | undefined {
  return process.platform === "linux" ? statfsSync(path).type : undefined
}

export function isSame(a: FileIdentity, b: FileIdentity | undefined): boolean {
  return b !== undefined && a.print === b.print && hasTimes(a, b)
}

/** Whether a file is still the one that was looked at; it is opened only where its times cannot tell. */
export function isUnchanged(known: FileIdentity, file: string): boolean {
  if (!known.settled) return isSame(known, identityOf(file))
  try {
    const stat = statSync(pathOf(file), { bigint: true })
    if (!stat.isFile() || !hasTimes(known, timesOf(stat))) return false
    const { dev, ino } = placeOf(stat)
    // Another file with these times, or the same one on a disk that was mounted anew: its clock is not the one that was known.
    return (known.dev === dev && known.ino === ino) || isSame(known, identityOf(file))
  } catch {
    // As above.
    return false
  }
}

/** The same of a file as it was listed; it is looked at again only where that cannot tell. */
export function wasUnchanged(known: FileIdentity, { file, size, inode, changed }: WorkUnit): boolean {
  if (!known.settled || !changed || inode !== `${known.dev}:${known.ino}`) return isUnchanged(known, file)
  return hasTimes(known, { size, ...changed })
}

type FileTimes = Pick<FileIdentity, "size" | "mtimeNs" | "ctimeNs">

function timesOf(stat: BigIntStats): FileTimes {
  return { size: Number(stat.size), mtimeNs: String(stat.mtimeNs), ctimeNs: String(stat.ctimeNs) }
}

function placeOf(stat: BigIntStats): Pick<Required<FileIdentity>, "dev" | "ino"> {
  return { dev: String(stat.dev), ino: String(stat.ino) }
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
