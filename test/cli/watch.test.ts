// `sillage watch` as a person uses it: a writer appends, a bulletin comes while it runs, and the watch is stopped and started.
import { execFileSync, spawn } from "node:child_process"
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, expect, test } from "vitest"
import { initWorkspace } from "../../src/hits/store/workspace.js"

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url))
let root: string
let logs: string
let workspace: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sillage-watch-cli-"))
  logs = join(root, "logs")
  workspace = join(root, "workspace")
  mkdirSync(logs)
  initWorkspace(workspace).close()
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const add = (name: string, ...values: readonly string[]): void => {
  writeFileSync(join(root, name), `${values.join("\n")}\n`)
  execFileSync(process.execPath, [cli, "bulletin", "add", "--workspace", workspace, join(root, name)])
}
const line = (number: number, address: string): string =>
  `2026-03-15T08:00:${String(number).padStart(2, "0")}Z fw1 src=${address} dst=10.0.0.${number} action=allow\n`

interface Run {
  readonly alerts: () => readonly { readonly asset: string; readonly found: string; readonly indicator: { readonly value: string } }[]
  readonly until: (count: number) => Promise<void>
  readonly stop: () => Promise<number | null>
}

function start(...more: readonly string[]): Run {
  const child = spawn(process.execPath, [cli, "watch", "--json", "--quiet", "--workspace", workspace, ...more, logs])
  let out = ""
  child.stdout.on("data", (data) => {
    out += data
  })
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve))
  const alerts: Run["alerts"] = () =>
    out
      .split("\n")
      .filter((text) => text.startsWith('{"type":"alert"'))
      .map((text) => JSON.parse(text))
  return {
    alerts,
    async until(count) {
      for (const end = performance.now() + 40_000; alerts().length < count; ) {
        if (performance.now() > end) throw new Error(`waited in vain: ${out}`)
        await new Promise((resume) => setTimeout(resume, 20))
      }
    },
    stop() {
      child.kill("SIGTERM")
      return closed
    },
  }
}

test("a bulletin added while it runs finds the past and the future; stopped and started, it repeats nothing", async () => {
  add("first.txt", "203.0.113.9")
  appendFileSync(join(logs, "fw.log"), line(1, "203.0.113.9") + line(2, "198.51.100.7"))
  const run = start()
  await run.until(1)
  add("second.txt", "198.51.100.7")
  await run.until(2)
  appendFileSync(join(logs, "fw.log"), line(3, "198.51.100.7") + line(4, "203.0.113.9"))
  await run.until(4)
  expect(await run.stop()).toBe(0)
  const told = run.alerts().map(({ asset, found, indicator }) => `${indicator.value} ${asset} ${found}`)
  expect(told.sort()).toEqual([
    "198.51.100.7 10.0.0.2 past",
    "198.51.100.7 10.0.0.3 live",
    "203.0.113.9 10.0.0.1 live",
    "203.0.113.9 10.0.0.4 live",
  ])
  appendFileSync(join(logs, "fw.log"), line(5, "198.51.100.7"))
  const again = start("--once")
  await again.until(1)
  await again.stop()
  expect(again.alerts().map(({ asset }) => asset)).toEqual(["10.0.0.5"])
}, 120_000)

test("with --once the exit code says what was found, and a wrong invocation is one", () => {
  const run = (...words: readonly string[]): number => {
    try {
      execFileSync(process.execPath, [cli, "watch", "--workspace", workspace, ...words], { stdio: "pipe" })
      return 0
    } catch (error) {
      return (error as { readonly status: number }).status
    }
  }
  appendFileSync(join(logs, "fw.log"), line(1, "203.0.113.9"))
  expect(run("--once", "--indicator", "198.51.100.7", logs)).toBe(1)
  expect(run("--once", "--indicator", "203.0.113.9", logs, join(root, "absent.log"))).toBe(0)
  expect(run("--once", "--indicator", "203.0.113.9", logs, join(root, "absent.log"))).toBe(3)
  expect(run(join(root, "no-such-folder", "x.log"))).toBe(2)
})
