// How a file looks from outside, and what its content is known by: tells whether it is the one that was searched before, and whether it changed.
import { createHash } from "node:crypto"
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs"
import { resolve } from "node:path"
import { crc32 } from "node:zlib"
import type { ContentProbe, FileIdentity, TextSum } from "../hits/store/unit-store.js"
import { once } from "../model/once.js"
import type { WorkUnit } from "../model/work-unit.js"
import { pathOf } from "../sources/files/discover.js"

/** Undefined where the file cannot be looked at, and for standard input: such a unit is searched and not remembered. */
export function identityOf(unit: WorkUnit): FileIdentity | undefined {
  if (unit.problem || unit.file === "-") return undefined
  return withFile(unit, (fd) => {
    const stat = fstatSync(fd, { bigint: true })
    return {
      path: resolve(unit.path),
      size: Number(stat.size),
      mtimeNs: String(stat.mtimeNs),
      changedNs: String(stat.ctimeNs),
      inode: `${stat.dev}:${stat.ino}`,
    }
  })
}

/** What happened to a file while it was searched. A log that grew was searched as far as it went when it was listed. */
export function changeOf(before: FileIdentity, after: FileIdentity | undefined): "none" | "grown" | "rewritten" {
  if (!after || after.inode !== before.inode || after.size < before.size) return "rewritten"
  if (after.size > before.size) return "grown"
  return after.mtimeNs === before.mtimeNs ? "none" : "rewritten"
}

/** Whether another file has taken the place of the one that was listed, or it lost some of its end. */
export function isOther(listed: WorkUnit, seen: FileIdentity): boolean {
  return seen.size < listed.size || (listed.inode !== undefined && seen.inode !== listed.inode)
}

const sampleBytes = 4096
const samplePoints = 16

export function probeOf(unit: WorkUnit): ContentProbe {
  const packed = once(() => withFile(unit, (fd) => gzipTrailer(fd, unit.size)))
  const whole = once(() => withFile(unit, sumOf))
  return {
    sample: once(() => withFile(unit, (fd) => sampleOf(fd, unit.size))),
    lengths: () => [unit.size, ...[packed()].flatMap((text) => text?.bytes ?? [])],
    text: (bytes) => packed() ?? (bytes === unit.size ? whole() : undefined),
  }
}

/** Small reads at even distances, head and end among them. */
function sampleOf(fd: number, size: number): string {
  const hash = createHash("sha256")
  const buffer = Buffer.allocUnsafe(sampleBytes)
  const step = Math.max(sampleBytes, Math.ceil((size - sampleBytes) / (samplePoints - 1)))
  for (let at = 0; at < size; at += step) hash.update(buffer.subarray(0, readSync(fd, buffer, 0, sampleBytes, at)))
  return hash.digest("hex")
}

/** A gzip file of one member says at its end what it holds (RFC 1952, section 2.3.1); one of several ends with the last one's, which differs. */
function gzipTrailer(fd: number, size: number): TextSum | undefined {
  const head = Buffer.alloc(2)
  const end = Buffer.alloc(8)
  if (size < 18 || readSync(fd, head, 0, 2, 0) < 2 || head.readUInt16BE() !== 0x1f8b) return undefined
  if (readSync(fd, end, 0, 8, size - 8) < 8) return undefined
  return { crc: end.readUInt32LE(0), bytes: end.readUInt32LE(4) }
}

function sumOf(fd: number): TextSum {
  const buffer = Buffer.allocUnsafe(1 << 20)
  let bytes = 0
  let crc = 0
  for (let length = readSync(fd, buffer); length > 0; length = readSync(fd, buffer)) {
    crc = crc32(buffer.subarray(0, length), crc)
    bytes += length
  }
  return { bytes, crc }
}

function withFile<T>(unit: WorkUnit, body: (fd: number) => T): T | undefined {
  let fd: number | undefined
  try {
    // Not to hang where a named pipe has taken the file's place since it was listed.
    fd = openSync(pathOf(unit.file), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    return body(fd)
  } catch {
    return undefined // the search itself meets the same failure, and reports it
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
