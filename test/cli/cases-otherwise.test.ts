// The shared semantic cases answered alike by many threads, and where every file of the archive is gzipped under its own name.
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const runner = at("../../../shared/cases/run.mjs")

async function run(...launcher: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [runner, "--timeout", "300", process.execPath, ...launcher])
  let output = ""
  child.stdout.on("data", (text) => (output += text))
  child.stderr.on("data", (text) => (output += text))
  const code = await new Promise<number | null>((done) => child.on("close", done))
  return { code, output }
}

describe.skipIf(!existsSync(runner))("the shared cases (skipped where ../shared/cases is absent)", () => {
  test.each([
    ["with three threads", ["--workers", "3"]],
    ["gzipped, in one thread", ["--gzip", "--workers", "1"]],
  ])(
    "are right %s",
    async (_how, options) => {
      const { code, output } = await run(at("launch-otherwise.mjs"), ...options)
      expect(output).not.toMatch(/^wrong/m)
      expect(code, output).toBe(0)
    },
    600_000,
  )
})
