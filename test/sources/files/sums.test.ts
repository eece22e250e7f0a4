// A gzipped log has sums of its own, by which it is recognised after it was packed: those of its text, however many members it has.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { crc32, gzipSync } from "node:zlib"
import { afterAll, expect, test } from "vitest"
import { joinSum, noText } from "../../../src/hunt/crc-join.js"
import { openLeaves } from "../../../src/sources/files/files.js"

const root = mkdtempSync(join(tmpdir(), "sillage-sums-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

async function sumsOf(content: Uint8Array) {
  const path = join(root, "app.log")
  writeFileSync(path, content)
  const room = new Uint8Array(1 << 20)
  for await (const leaf of openLeaves({ path, file: path, size: content.length, mtimeMs: 0 })) {
    for await (const _ of leaf.blocks(() => room));
    return { sums: leaf.sums, shift: leaf.shift(), problems: leaf.problems.length }
  }
  throw new Error("nothing was read")
}

const texts = ["first line\n", "", "x".repeat(70_000), "\nlast line\n"].map((text) => Buffer.from(text))
const whole = Buffer.concat(texts)
const sum = { bytes: whole.length, crc: crc32(whole) }

test("of one member and of several, they join to that of the text", async () => {
  for (const stored of [gzipSync(whole), Buffer.concat(texts.map((text) => gzipSync(text)))]) {
    const { sums, shift, problems } = await sumsOf(stored)
    expect([(sums ?? []).reduce(joinSum, noText), shift, problems]).toEqual([sum, 0, 0])
  }
})

test("a mark before the text shifts it, and a plain file or another container has none", async () => {
  const marked = await sumsOf(gzipSync(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), whole])))
  expect(marked.shift).toBe(3)
  expect((await sumsOf(whole)).sums).toBeUndefined()
  expect((await sumsOf(gzipSync(gzipSync(whole)))).sums).toBeUndefined()
})

test("a member that is cut has none", async () => {
  const { sums, problems } = await sumsOf(Buffer.concat([gzipSync(whole), gzipSync(whole).subarray(0, 60)]))
  expect([sums, problems]).toEqual([[sum], 1])
})
