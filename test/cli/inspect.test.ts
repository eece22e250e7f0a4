// `sillage inspect`: what each file was taken for, its time range, a sample, and what was not understood.
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, expect, test } from "vitest"

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "sillage-inspect-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeAll(() => {
  const login = (day: number) => `2021-01-0${day}T02:11:09Z web1 sshd[1]: Failed password for bob from 203.0.113.9 port 4711 ssh2`
  const mixed = [
    login(3),
    login(4),
    "lorem ipsum \u001b[31mdolor",
    '{"src_ip":"203.0.113.9","event_type":"flow","timestamp":"2021-01-05T00:00:00Z"}',
  ]
  writeFileSync(join(folder, "mixed.log"), `${mixed.join("\n")}\n`)
  writeFileSync(join(folder, "damaged.gz"), Buffer.from("1f8b0800000000000003ffffffff", "hex"))
})

function inspect(...args: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, [cli, "inspect", ...args], { encoding: "utf8" })
}

test("--json gives one object a file", () => {
  const { status, stdout } = inspect("--json", folder)
  expect(status).toBe(0)
  const views = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(views).toMatchObject([
    { path: join(folder, "damaged.gz"), problems: [{ code: "malformed" }] },
    {
      path: join(folder, "mixed.log"),
      first: "2021-01-03T02:11:09Z",
      last: "2021-01-05T00:00:00Z",
      records: 4,
      looked: 4,
      understood: 3,
      formats: { sshd: 2, text: 1, "suricata-eve": 1 },
      notUnderstood: ["lorem ipsum \u001b[31mdolor"],
    },
  ])
})

test("the text says the same, and a log's escape codes do not reach the terminal", () => {
  const { status, stdout } = inspect(join(folder, "mixed.log"))
  expect(status).toBe(0)
  expect(stdout).toContain("2021-01-03T02:11:09Z to 2021-01-05T00:00:00Z; 3 of 4 records looked at were understood, 4 in all")
  expect(stdout).toContain("mixed: sshd 2, text 1, suricata-eve 1")
  expect(stdout).toContain("not understood, searched as text: lorem ipsum")
  expect(stdout).not.toContain("\u001b")
})

test("a path that is not there is a wrong invocation", () => {
  const { status, stderr } = inspect(join(folder, "nowhere"))
  expect(status).toBe(2)
  expect(stderr).toContain("nowhere")
})

test("progress is told within one file, in stored bytes", async () => {
  const { inspect: views } = await import("../../dist/hunt/inspect.js")
  const path = join(folder, "long.log")
  writeFileSync(path, "2021-01-03T02:11:09Z web1 app[1]: a line like any other\n".repeat(80_000))
  const states: { readonly bytes: number; readonly bytesTotal: number; readonly filesTotal: number }[] = []
  for await (const view of views([path], undefined, (state) => states.push(state))) expect(view.records).toBe(80_000)
  expect(states.length).toBeGreaterThan(3)
  expect(states.every(({ bytes }, at) => bytes >= (states[at - 1]?.bytes ?? 0))).toBe(true)
  expect(states.at(-1)).toMatchObject({ bytes: 80_000 * 56, bytesTotal: 80_000 * 56, filesTotal: 1 })
  rmSync(path)
})
