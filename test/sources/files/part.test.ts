import { readFileSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { type Leaf, openLeaves, openPart, SeekPoints } from "../../../src/sources/files/files.js"
import { fileOf, unitOf } from "./reading.js"

const line = (n: number) => `line ${n} 192.0.2.${(n * 7919) % 256} ${(n * 2654435761) % 99991}\n`
const text = Buffer.from(Array.from({ length: 40_000 }, (_, n) => line(n)).join(""))
const fixture = (name: string) => readFileSync(new URL(`../../fixtures/containers/${name}`, import.meta.url))

async function textOf(leaf: Leaf, from: number): Promise<Buffer> {
  const room = new Uint8Array(10_000)
  const parts: Uint8Array[] = []
  let at = from
  for await (const block of leaf.blocks(() => room)) {
    expect(block.offset).toBe(at)
    at += block.length
    parts.push(room.slice(0, block.length))
  }
  return Buffer.concat(parts)
}

/** Reads the whole once, with seek points, and then parts of it. */
async function check(stored: Uint8Array, content: Buffer, everyBytes: number): Promise<SeekPoints> {
  const unit = await unitOf(fileOf(stored))
  const seek = new SeekPoints(everyBytes)
  for await (const leaf of openLeaves(unit, { seek })) {
    if (leaf.empty) continue
    expect((await textOf(leaf, 0)).equals(content)).toBe(true)
    expect(leaf.shift()).toBe(0)
    expect(leaf.isPartable).toBe(true)
  }
  const starts = [0, 0.2, 0.5, 0.77, 0.99].map((share) => content.lastIndexOf("\n", Math.floor(content.length * share)) + 1)
  for (const from of starts) {
    const to = Math.min(content.length, content.indexOf("\n", from + 50_000) + 1 || content.length)
    const found: Buffer[] = []
    for await (const leaf of openPart(unit, { from, to }, seek.points)) {
      found.push(await textOf(leaf, from))
      expect(leaf.problems).toEqual([])
    }
    expect(Buffer.concat(found).equals(content.subarray(from, to))).toBe(true)
  }
  return seek
}

describe("a part of a file reads as the same part of the whole", () => {
  it("plain", async () => {
    await check(text, text, 100_000)
  })
  it("gzip, one member and many", async () => {
    expect((await check(gzipSync(text), text, 100_000)).points.length).toBeGreaterThan(5)
    const members = Array.from({ length: 20 }, (_, n) => gzipSync(text.subarray((n * text.length) / 20, ((n + 1) * text.length) / 20)))
    expect((await check(Buffer.concat(members), text, 100_000)).points.length).toBeGreaterThan(5)
  })
  it("bzip2 blocks, zstd frames, and xz from its start", async () => {
    const content = await wholeOf("two.bz2")
    expect((await check(fixture("three-blocks.bz2"), content, 50_000)).points).toHaveLength(2)
    expect(
      (await check(Buffer.concat([fixture("two.bz2"), fixture("two.bz2")]), Buffer.concat([content, content]), 50_000)).points.length,
    ).toBeGreaterThan(1)
    expect((await check(fixture("two.zst"), content, 50_000)).points).toHaveLength(1)
    expect((await check(fixture("two.xz"), content, 50_000)).points).toHaveLength(0)
  })
  it("an archive has no parts", async () => {
    const unit = await unitOf(fileOf(fixture("gnu.tar")))
    for await (const leaf of openPart(unit, { from: 0, to: 10 }, [])) throw new Error(`opened ${leaf.where}`)
  })
  it("text that was UTF-16 has no fixed shift; a mark before UTF-8 shifts by its length", async () => {
    const shifts: (number | undefined)[] = []
    for (const stored of [Buffer.from("\ufeffsrc=192.0.2.1\n", "utf16le"), Buffer.from("\ufeffsrc=192.0.2.1\n"), Buffer.from("src\n")]) {
      for await (const leaf of openLeaves(await unitOf(fileOf(stored)))) {
        await textOf(leaf, 0)
        shifts.push(leaf.shift())
      }
    }
    expect(shifts).toEqual([undefined, 3, 0])
  })
})

async function wholeOf(name: string): Promise<Buffer> {
  for await (const leaf of openLeaves(await unitOf(fileOf(fixture(name))))) return await textOf(leaf, 0)
  return Buffer.alloc(0)
}
