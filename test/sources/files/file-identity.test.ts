// When the times of a file are enough to know it by, and when its ends are looked at.
import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterAll, describe, expect, test } from "vitest"
import { type FileIdentity, identityOf, isSame, isSettled, isUnchanged, wasUnchanged } from "../../../src/sources/files/file-identity.js"

const root = mkdtempSync(join(tmpdir(), "sillage-identity-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const now = Date.UTC(2021, 5, 1)
const later = (): number => Date.now() + 60_000
const ext4 = 0xef53
/** Magic number of a frame (RFC 8878, section 3.1.1), and its header. */
const zstdHead = Buffer.from("28b52ffd2400", "hex")
const line = Buffer.from("Mar  1 10:00:00 host app[1]: from 203.0.113.9\n")

describe("the times of a file are enough", () => {
  const check = (expected: boolean, signs: { ctimeNs?: bigint; head?: Uint8Array; tail?: Uint8Array; fileSystem?: number | undefined }) => {
    const { ctimeNs = BigInt(now - 60_000) * 1_000_000n + 1_234_567n, head = line, tail = line } = signs
    const fileSystem = "fileSystem" in signs ? signs.fileSystem : ext4
    expect(isSettled({ ctimeNs, ends: [head, tail], fileSystem }, now)).toBe(expected)
  }

  test("of a log on a local disk that was changed a while ago", () => check(true, {}))
  test("of one on a system that does not number its file systems", () => check(true, { fileSystem: undefined }))
  test("of a compressed log, whose bytes may be anything", () => {
    for (const head of [gzipSync(line), zstdHead, Buffer.from("BZh9\0"), Buffer.from("\xfd7zXZ\0", "latin1")])
      check(true, { head, tail: Buffer.alloc(8) })
  })

  test("but not just after a change, nor before it", () => {
    check(false, { ctimeNs: BigInt(now - 5000) * 1_000_000n + 1n })
    check(false, { ctimeNs: BigInt(now + 60_000) * 1_000_000n + 1n })
  })
  test("nor where the clock is one of FAT or exFAT: whole seconds, hundredths", () => {
    check(false, { ctimeNs: BigInt(now - 60_000) * 1_000_000n })
    check(false, { ctimeNs: BigInt(now - 60_000) * 1_000_000n + 120_000_000n })
  })
  test("nor where others may serve the file: NFS, SMB, FUSE, 9P, FAT, one that nobody knows", () => {
    for (const fileSystem of [0x6969, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0x4d44, 0x2011bab0, 0]) check(false, { fileSystem })
  })
  test("nor of files that are written in place: event logs, journals, databases, logins, what is allocated ahead", () => {
    for (const head of ["ElfFile\0", "LPKSHHRH\0", "SQLite format 3\0", "\x07\0\0\0"]) check(false, { head: Buffer.from(head, "latin1") })
    check(false, { tail: Buffer.concat([line, Buffer.alloc(64)]) })
  })
})

describe("a file that was looked at", () => {
  const looked = (name: string, content: string | Uint8Array = line): { path: string; known: FileIdentity } => {
    const path = join(root, name)
    writeFileSync(path, content)
    return { path, known: identityOf(path, later()) as FileIdentity }
  }
  /** As if its ends were others: only who does not look takes it for the same. */
  const blind = (known: FileIdentity): FileIdentity => ({ ...known, print: "of other ends" })

  test("is not opened again where its times, its device and its number are the same", () => {
    const { path, known } = looked("plain")
    const { dev, ino } = statSync(path, { bigint: true })
    expect(known).toMatchObject({ settled: true, dev: String(dev), ino: String(ino) })
    expect(isUnchanged(blind(known), path)).toBe(true)
  })

  test("is judged as it was listed, and looked at again only where the list does not tell", () => {
    const { path, known } = looked("listed")
    const { dev, ino, mtimeNs, ctimeNs, size } = known
    const listed = { path, file: path, size, mtimeMs: 0, inode: `${dev}:${ino}`, changed: { mtimeNs, ctimeNs } }
    expect(wasUnchanged(blind(known), listed)).toBe(true)
    const others = [
      { ...listed, size: size + 1 },
      { ...listed, changed: { mtimeNs: "1", ctimeNs } },
      { ...listed, changed: { mtimeNs, ctimeNs: "1" } },
    ]
    expect(others.map((one) => wasUnchanged(known, one))).toEqual([false, false, false])
    for (const one of [
      { ...listed, inode: "1:1" },
      { ...listed, changed: undefined },
    ])
      expect(wasUnchanged(known, one)).toBe(true)
    const { settled: _, ...unsettled } = known
    expect(wasUnchanged({ ...unsettled, print: "of other ends" }, listed)).toBe(false)
  })

  test("is looked at again where its device or number is another, or was not stored: an earlier version wrote that", () => {
    const { path, known } = looked("moved")
    const { dev: _, ino: __, ...earlier } = known
    for (const one of [{ ...known, ino: "1" }, { ...known, dev: "1" }, earlier]) {
      expect([isUnchanged(one, path), isUnchanged(blind(one), path)]).toEqual([true, false])
    }
  })

  test("is looked at again where its last change was not over, and where it is binary", () => {
    const fresh = looked("fresh").path
    const binary = looked("binary", Buffer.concat([Buffer.from("ElfFile\0"), Buffer.alloc(70_000)]))
    for (const [known, path] of [[identityOf(fresh) as FileIdentity, fresh] as const, [binary.known, binary.path] as const]) {
      expect(known.settled).toBeUndefined()
      expect([isUnchanged(known, path), isUnchanged(blind(known), path)]).toEqual([true, false])
    }
  })

  test("is another one once it was written, even with its old size and time", () => {
    const { path, known } = looked("rewritten")
    const { atime, mtime } = statSync(path)
    writeFileSync(path, Buffer.from(line).fill("x", 0, 3))
    utimesSync(path, atime, mtime)
    expect([isUnchanged(known, path), isSame(known, identityOf(path))]).toEqual([false, false])
    rmSync(path)
    expect(isUnchanged(known, path)).toBe(false)
  })
})
