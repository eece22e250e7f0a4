// Ctrl-C loses nothing: what was found so far is printed, marked incomplete, with exit code 130.
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url))

test("an interrupted hunt in one thread answers what it has", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sillage-interrupt-"))
  const line = "2021-01-03T02:11:09Z fw1 src=203.0.113.9 dst=10.0.0.5 action=drop\n"
  for (let at = 0; at < 400; at++) writeFileSync(join(folder, `${String(at).padStart(3, "0")}.log`), line.repeat(2000))
  const child = spawn(process.execPath, [cli, "hunt", "--indicator", "203.0.113.9", "--workers", "1", "--json", folder])
  let out = ""
  child.stdout.on("data", (data) => {
    out += data
  })
  setTimeout(() => child.kill("SIGINT"), 5000)
  const exit = await new Promise((resolve) => child.on("close", resolve))
  rmSync(folder, { recursive: true, force: true })
  const lines = out
    .split("\n")
    .filter(Boolean)
    .map((one) => JSON.parse(one))
  const summary = lines.at(-1)
  expect(exit).toBe(130)
  expect(summary).toMatchObject({ type: "summary", complete: false })
  expect(summary.inputs.searched + summary.inputs.not).toBe(400)
  expect(lines.filter((one) => one.type === "problem" && one.code === "timeout")).toHaveLength(summary.inputs.not)
}, 120_000)
