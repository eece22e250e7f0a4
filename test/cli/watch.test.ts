// `sillage watch` as a person uses it: a writer appends, a bulletin comes while it runs, and the watch is stopped and started.
import { execFile, execFileSync, spawn } from "node:child_process"
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterEach, beforeEach, expect, test } from "vitest"
import { initWorkspace } from "../../src/hits/store/workspace.js"

const execute = promisify(execFile)
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

test("with --feeds it pulls what a server publishes, and finds the past and the future of what comes later", async () => {
  let listed = "198.51.100.1\n198.51.100.2\n"
  const server = createServer((_, response) => response.writeHead(200, { etag: `"${listed.length}"` }).end(listed))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/list.txt`
  const run = start("--feeds", "0.01")
  try {
    await execute(process.execPath, [cli, "feed", "add", "--workspace", workspace, address])
    appendFileSync(join(logs, "fw.log"), line(1, "198.51.100.1") + line(2, "203.0.113.9"))
    await run.until(1)
    listed += "203.0.113.9\n"
    await run.until(2)
    appendFileSync(join(logs, "fw.log"), line(3, "203.0.113.9"))
    await run.until(3)
    expect(run.alerts().map(({ asset, found, indicator }) => [asset, found, indicator.value])).toEqual([
      ["10.0.0.1", expect.any(String), "198.51.100.1"],
      ["10.0.0.2", "past", "203.0.113.9"],
      ["10.0.0.3", "live", "203.0.113.9"],
    ])
    expect(await run.stop()).toBe(0)
  } finally {
    await run.stop()
    server.closeAllConnections()
    server.close()
  }
})

test("with --resend it sends once more what a receiver refused for good", async () => {
  let [status, taken]: [number, string[]] = [413, []]
  const server = createServer((request, response) => {
    let body = ""
    request.on("data", (data) => {
      body += data
    })
    request.on("end", () => {
      if (status === 200) taken = taken.concat(JSON.parse(body).alerts.map(({ asset }: { readonly asset: string }) => asset))
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  const own = initWorkspace(join(workspace, "watch"))
  own.state.set("outbox-refused", `webhook ${target} a1 1`, {
    type: "alert",
    id: "a1",
    revision: 1,
    raisedAt: "2026-03-15T08:00:00Z",
    asset: "w1",
  })
  own.close()
  const again = async (...more: readonly string[]) =>
    await execute(process.execPath, [cli, "watch", "--resend", "--workspace", workspace, ...more]).then(
      ({ stdout }) => ({ code: 0, text: stdout }),
      ({ code, stdout, stderr }) => ({ code, text: `${stdout}${stderr}` }),
    )
  try {
    expect(await again()).toMatchObject({ code: 2, text: expect.stringContaining(`1 for webhook ${target}`) })
    expect(await again("--alert", target)).toMatchObject({ code: 3 })
    status = 200
    expect(await again("--alert", target)).toMatchObject({ code: 0 })
    expect(taken).toEqual(["w1"])
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
