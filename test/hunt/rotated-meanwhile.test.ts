// A file that is rotated or cut between the listing and its search is no file that was searched. Runs the built code in this process.
import { mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { type Leaf, openLeaves, segmentsOf } from "../../src/sources/files/files.js"

const built = (path: string): string => new URL(`../../dist/${path}`, import.meta.url).href
const { hunt } = (await import(built("hunt/hunt.js"))) as typeof import("../../src/hunt/hunt.js")

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sillage-rotated-"))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const line = "2026-03-15T10:00:00Z fw1 src=198.51.100.7 dst=10.0.0.1 action=drop\n"

/** The hunt of two logs, the larger one first, where something happens to the other one in between. */
async function huntWhile(happens: (path: string) => void) {
  const second = join(folder, "b.log")
  writeFileSync(join(folder, "a.log"), line.repeat(2000))
  writeFileSync(second, line.repeat(1000))
  let done = 0
  const indicator = { type: "ipv4-addr", value: "203.0.113.9", bulletin: "list", marks: [], provenance: "list" } as const
  const progress = (): void => {
    if (++done === 1) happens(second)
  }
  const request = { since: null, until: null, own: [], trustedProxies: [], workers: 1, paths: [folder], indicators: [indicator], progress }
  return (await hunt(request)).problems.filter(({ where }) => where.startsWith(second))
}

test("a log that is rotated away is told, although a longer one has its name", async () => {
  const problems = await huntWhile((path) => {
    renameSync(path, `${path}.1`)
    writeFileSync(path, line.repeat(1500))
  })
  expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining("rewritten or replaced")])
})

test("a log that is cut is told", async () => {
  const problems = await huntWhile((path) => truncateSync(path, 100 * line.length))
  expect(problems.map(({ message }) => message).join("; ")).toMatch(/rewritten or replaced|shorter than when it was listed/)
})

test("a log that only grows is searched as far as it went", async () => {
  expect(await huntWhile((path) => writeFileSync(path, line, { flag: "a" }))).toEqual([])
})

test("a segment that is gone is not searched, and says so", async () => {
  const path = join(folder, "long.log")
  writeFileSync(path, line.repeat(1000))
  const unit = { id: "long", path, file: path, size: 1000 * line.length, mtimeMs: 0 }
  truncateSync(path, 600 * line.length)
  let notSearched = 0
  const told: string[] = []
  for (const segment of segmentsOf(unit, 250 * line.length)) {
    for await (const leaf of openLeaves(segment)) {
      for await (const _ of blocksOf(leaf));
      notSearched += (await leaf.close()).notSearched
      told.push(...leaf.problems.map(({ code }) => code))
    }
  }
  expect(notSearched).toBe(400 * line.length)
  expect(told).toEqual(["truncated", "truncated"])
})

const room = new Uint8Array(1 << 20)
async function* blocksOf(leaf: Leaf) {
  yield* leaf.blocks(() => room)
}
