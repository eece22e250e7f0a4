// What is received while the disk is full cannot be kept: it is counted, and what comes after stands whole in a file of its own.
import type * as FileSystem from "node:fs"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { Spool } from "../../../src/sources/live/spool.js"

/** Bytes that the disk takes before it is full. */
const disk = vi.hoisted(() => ({ room: Number.POSITIVE_INFINITY }))
vi.mock("node:fs", async (original) => {
  const real = await original<typeof FileSystem>()
  return {
    ...real,
    writeSync: (fd: number, bytes: Uint8Array, at: number): number => {
      const fits = Math.min(bytes.length - at, disk.room)
      if (fits <= 0) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" })
      disk.room -= fits
      return real.writeSync(fd, bytes, at, fits)
    },
  }
})

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sillage-full-"))
  disk.room = Number.POSITIVE_INFINITY
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const lines = (): readonly string[] =>
  readdirSync(folder)
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean))

test("a spool on a full disk counts what it loses, and goes on when there is room", () => {
  const spool = new Spool(folder)
  const offer = (text: string): void => {
    spool.offer(Buffer.from(text))
    spool.flush()
  }
  offer("one src=192.0.2.1")
  disk.room = 5
  offer("two src=192.0.2.2")
  offer("three src=192.0.2.3")
  expect(spool.dropped).toBe(2)
  disk.room = Number.POSITIVE_INFINITY
  offer("four src=192.0.2.4")
  spool.close()
  expect(spool.dropped).toBe(2)
  // Of the second the beginning was written: it is no part of the fourth.
  expect(lines()).toEqual(["one src=192.0.2.1", "two s", "four src=192.0.2.4"])
})

test("any other fault is one of ours, and is not swallowed", () => {
  const spool = new Spool(folder)
  spool.add(Buffer.from("one"))
  rmSync(folder, { recursive: true })
  expect(() => spool.flush()).toThrow(/ENOENT/)
})
