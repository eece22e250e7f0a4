// The index in trouble: damage is named once, and what a file may have become decides whether its index is believed.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import type { KeyRun } from "../../../src/model/key.js"
import { type FileIdentity, identityOf } from "../../../src/sources/files/file-identity.js"
import { type SketchedUnit, writeSketch } from "../../../src/sources/files/sketch-file.js"
import { Sketches } from "../../../src/sources/files/sketches.js"

const root = mkdtempSync(join(tmpdir(), "sillage-sketches-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const empty = new Uint32Array()
const run: KeyRun = {
  blocks: 2,
  keys: 0,
  bytes: new Uint8Array(),
  pages: { first: new Float64Array(), offset: empty, count: empty },
  filter: empty,
  lengths: { ipv4: 0, ipv6: 0n },
}

/** An index that knows these files, each as one block. */
function indexOf(name: string, files: Readonly<Record<string, Pick<SketchedUnit, "identity" | "leaves">>>): string {
  const folder = mkdtempSync(join(root, name))
  const entries = Object.entries(files)
  const units = entries.map(([file, known], at) => ({ id: `u${at}`, file, shown: file, segment: "", blocks: 1, ...known }))
  const blocks = units.map(({ id }) => ({ unit: id, nth: 0, leaf: 0, from: 0, to: 5, newlines: 0, samples: ["sample"] }))
  writeSketch(folder, "test", { run, blocks, units, points: [] })
  return folder
}

const lines = [{ partable: true, headers: [], result: null }]

function file(name: string, content: string): string {
  const path = join(root, name)
  writeFileSync(path, content)
  return path
}

/** When what was just written has long been settled. */
const later = (): number => Date.now() + 60_000

const unitOf = (path: string) => ({ id: path, path, file: path, size: statSync(path).size, mtimeMs: 0 })

test("a damaged file of the index is reported once, however many units it speaks for", () => {
  const paths = ["a", "b", "c"].map((name) => file(`damaged-${name}`, "text\n"))
  const folder = indexOf(
    "damaged",
    Object.fromEntries(paths.map((path) => [path, { identity: identityOf(path) as FileIdentity, leaves: lines }])),
  )
  const [name] = readdirSync(folder) as [string]
  const bytes = readFileSync(join(folder, name))
  bytes[bytes.indexOf('{"points"')] = 0
  writeFileSync(join(folder, name), bytes)
  const sketches = new Sketches(folder, "test")
  const known = paths.map((path) => sketches.find(unitOf(path)))
  expect(known.map((one) => one && sketches.hasSamples(one))).toEqual([false, false, false])
  expect(sketches.problems.map(({ code, where }) => [code, where])).toEqual([["malformed", join(folder, name)]])
  sketches.close()
})

test("lines are known by their times alone; what may be written in place is looked at, and so is what has no leaf", () => {
  const path = file("settled", "text\n")
  const identity = { ...(identityOf(path, later()) as FileIdentity), print: "of other ends" }
  expect(identity.settled).toBe(true)
  const isFound = (leaves: SketchedUnit["leaves"]): boolean => {
    const sketches = new Sketches(indexOf("settled", { [path]: { identity, leaves } }), "test")
    const found = sketches.find(unitOf(path)) !== undefined
    expect(sketches.status().stale).toBe(found ? 0 : 1)
    sketches.close()
    return found
  }
  const records = { partable: false, headers: [], result: null }
  expect([isFound(lines), isFound([records]), isFound([...lines, records]), isFound([])]).toEqual([true, false, false, false])
})
