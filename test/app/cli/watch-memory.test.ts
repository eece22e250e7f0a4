// In a process of its own: the engine's flags are one for all.
import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"

const script = `
import { getHeapSpaceStatistics } from "node:v8"
import { Worker } from "node:worker_threads"
import { boundMemory } from ${JSON.stringify(new URL("../../../dist/app/cli/watch-memory.js", import.meta.url).href)}
const bound = process.argv[1] === "bound" ? boundMemory() : undefined
for (let threads = 0; threads < 2; threads++) {
  const worker = new Worker(new URL('data:text/javascript,'))
  await new Promise((resolve) => worker.once("exit", resolve))
}
const kept = []
for (let at = 0; at < 1_000_000; at++) kept[at % 20_000] = { at, of: [at] }
process.stdout.write(String(getHeapSpaceStatistics().find((one) => one.space_name === "new_space").space_size / 1024 / 1024))
bound?.release()
`

function youngMegabytes(how: "bound" | "free"): number {
  const args = ["--input-type=module", "-e", script, how]
  return Number(execFileSync(process.execPath, args, { cwd: fileURLToPath(new URL("../../..", import.meta.url)), encoding: "utf8" }))
}

test("the room for short-lived objects stays small, however many threads begin", () => {
  expect(youngMegabytes("bound")).toBeLessThanOrEqual(8)
  // Else the bound is for nothing.
  expect(youngMegabytes("free")).toBeGreaterThan(8)
})
