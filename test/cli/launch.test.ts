// The program starts from chunks that the build compiled: what it compiled is taken back by the engine that made it, and missed by nobody.
import { execFileSync, spawnSync } from "node:child_process"
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, expect, test } from "vitest"

const root = fileURLToPath(new URL("../../", import.meta.url))
let copy: string

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "sillage-launch-"))
  cpSync(join(root, "dist"), join(copy, "dist"), { recursive: true })
  cpSync(join(root, "package.json"), join(copy, "package.json"))
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "junction")
})
afterAll(() => rmSync(copy, { recursive: true, force: true }))

/** Names of chunks, and whether the engine refused what was compiled of them. */
function refusals(...args: string[]): Record<string, boolean> {
  const watched = `
    import vm from "node:vm"
    const { Script } = vm
    const seen = {}
    vm.Script = class extends Script {
      constructor(source, options) {
        super(source, options)
        if (options.cachedData) seen[options.filename.split(/[\\\\/]/).at(-1)] = this.cachedDataRejected
      }
    }
    process.on("exit", () => process.stderr.write(JSON.stringify(seen)))`
  const watch = `data:text/javascript,${encodeURIComponent(watched)}`
  const command = ["--import", watch, join(copy, "dist/cli.js"), ...args]
  return JSON.parse(spawnSync(process.execPath, command, { encoding: "utf8" }).stderr) as Record<string, boolean>
}

test("what the build compiled is taken by the engine that built it", () => {
  const chunks = refusals("hunt", "--help")
  expect(Object.keys(chunks).length).toBeGreaterThan(10)
  expect(Object.entries(chunks).filter(([, refused]) => refused)).toEqual([])
})

test("no chunk imports by itself: a script that was compiled before cannot", () => {
  const folder = join(root, "dist/chunks")
  const chunks = readdirSync(folder).filter((name) => name.endsWith(".cjs"))
  expect(chunks.length).toBeGreaterThan(10)
  expect(chunks.filter((name) => /\bimport\(/.test(readFileSync(join(folder, name), "utf8")))).toEqual([])
})

test("what is cut off is refused, what is gone is not needed, and the program starts", () => {
  const folder = join(copy, "dist/chunks")
  truncateSync(join(folder, "cli.cjs.compiled"), 100)
  expect(refusals("--version")["cli.cjs"]).toBe(true)
  for (const name of readdirSync(folder)) if (name.endsWith(".compiled")) rmSync(join(folder, name))
  expect(refusals("hunt", "--help")).toEqual({})
  expect(execFileSync(process.execPath, [join(copy, "dist/cli.js"), "--version"], { encoding: "utf8" })).toMatch(/^\d+\.\d+\.\d+\n$/)
})
