import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { openLeaves, segmentsOf } from "../../../src/sources/files/files.js"
import { fileOf, main, readContent, readUnit, unitOf } from "./reading.js"

fc.configureGlobal({ seed: 20210313 })

describe("blocks", () => {
  it("hold whole lines; together they are the text, whatever the room", async () => {
    const lineEnd = fc.constantFrom("\n", "\r\n", "\n\n", "")
    const text = fc.array(fc.tuple(fc.stringMatching(/^[a-z0-9. ]{0,300}$/), lineEnd), { maxLength: 30 }).map((all) => all.flat().join(""))
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom(64, 65, 100, 333, 4096, 1 << 16), async (content, room) => {
        const leaves = await readContent(Buffer.from(content), "x.log", room)
        expect(leaves.map((leaf) => leaf.text).join("")).toBe(content)
      }),
      { numRuns: 150 },
    )
  })

  it("a line longer than the room comes in pieces that repeat the end of the one before; a token is whole in one of them", async () => {
    const words = Array.from({ length: 3000 }, (_, at) => `192.0.2.${at % 256}:${at}`)
    const content = `first\n${words.join(" ")}\nlast\n`
    const seen: string[] = []
    const room = new Uint8Array(8192)
    for await (const leaf of openLeaves(await unitOf(fileOf(Buffer.from(content))))) {
      for await (const block of leaf.blocks(() => room)) {
        const text = Buffer.from(room.subarray(0, block.length)).toString()
        if (block.partialLine) {
          expect(block.lineOffset).toBe(6)
          expect(content.slice(block.offset, block.offset + block.length)).toBe(text)
          // No piece begins or ends within a token.
          expect(text).toMatch(/^(192\.0\.2\.0:0 | )/)
          expect(text).toMatch(/[ \n]$/)
        }
        seen.push(...text.split(/\s+/))
      }
    }
    expect(words.every((word) => new Set(seen).has(word))).toBe(true)
    expect(seen.filter((word) => word === "last")).toHaveLength(1)
  })

  it("a line of one endless token still goes on", async () => {
    const leaves = await readContent(Buffer.alloc(100_000, "x"), "x.log", 1024)
    expect(leaves[0]?.text.length).toBe(100_000)
  })
})

describe("segments", () => {
  it("own the lines that start in them: each line is read once, and the stored bytes add up", async () => {
    const line = fc.stringMatching(/^[a-z]{0,40}$/)
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 40 }), fc.boolean(), fc.integer({ min: 1, max: 200 }), async (all, isClosed, bytes) => {
        const content = all.join("\n") + (isClosed ? "\n" : "")
        const unit = await unitOf(fileOf(Buffer.from(content)))
        const parts = []
        const units = segmentsOf(unit, bytes)
        for (const segment of units) parts.push(...(await readUnit(segment)))
        expect(
          main(parts)
            .map((part) => part.text)
            .join(""),
        ).toBe(content)
        for (const part of main(parts))
          expect(part.text === "" || content === part.text || isClosed || part.text.endsWith("\n") || content.endsWith(part.text)).toBe(
            true,
          )
        expect(parts.reduce((sum, part) => sum + part.searched + part.notSearched, 0)).toBe(content.length)
      }),
      { numRuns: 100 },
    )
  })
})
