// What a workspace in trouble does to a hunt: a clear message, a whole answer where there can be one, and never a change of the evidence.
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, test } from "vitest"
import { initWorkspace } from "../../dist/hits/store/workspace.js"
import { hunt } from "../../dist/hunt/hunt.js"

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url))
const root = mkdtempSync(join(tmpdir(), "sillage-faults-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let made = 0
const folder = (): string => {
  const path = join(root, `f${++made}`)
  mkdirSync(path)
  return path
}

const records = 1200
/** Two logs; all of the first is of one indicator. */
function archive(): string {
  const path = folder()
  const line = (at: number, address: string): string =>
    `${new Date(Date.UTC(2021, 0, 3) + at * 1000).toISOString()} fw1 src=10.0.0.${at % 200} dst=${address} action=allow\n`
  writeFileSync(join(path, "a.log"), Array.from({ length: records }, (_, at) => line(at, "203.0.113.9")).join(""))
  writeFileSync(join(path, "b.log"), Array.from({ length: 50 }, (_, at) => line(at, "203.0.113.10")).join(""))
  return path
}

const asked = ["--indicator", "203.0.113.9", "--indicator", "203.0.113.10", "--no-decoys", "--json"]

function sillage(cwd: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd, encoding: "utf8", maxBuffer: 1 << 28 })
  return { exit: status, out: stdout, error: stderr }
}

const objects = (out: string): any[] =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
const answer = (out: string): string => out.replace(/"units":\{[^}]*\}/, "")

function digestOf(path: string): string {
  const hash = createHash("sha256")
  for (const name of readdirSync(path).sort()) {
    const { mtimeMs, ctimeMs, size, mode } = statSync(join(path, name))
    hash.update(`${name} ${mtimeMs} ${ctimeMs} ${size} ${mode} `).update(readFileSync(join(path, name)))
  }
  return hash.digest("hex")
}

describe("the evidence is as it was, and", () => {
  const logs = archive()
  const before = digestOf(logs)
  const uncut = sillage(folder(), "hunt", ...asked, logs)
  afterAll(() => expect(digestOf(logs)).toBe(before))

  test("of a noisy indicator the first thousand records are listed, all are counted, and it is said; --all-records lists all", () => {
    const lines = objects(uncut.out)
    const hits = lines.filter(({ type }) => type === "hit")
    expect(hits).toHaveLength(1050)
    expect(lines.at(-1).hits).toMatchObject({ total: records + 50, listed: 1050, byStrength: { exact: records + 50 } })
    expect(lines.find(({ type }) => type === "problem")).toMatchObject({
      code: "limit",
      where: "hits",
      message: expect.stringMatching(/--all-records/),
    })
    expect(lines.filter(({ type }) => type === "coverage").map((one) => one.hits)).toEqual([{ found: records, listed: 1000 }, undefined])
    expect(lines.at(-1)).toMatchObject({ complete: true, exit: 0 })
    const all = objects(sillage(folder(), "hunt", ...asked, "--all-records", logs).out)
    expect(all.filter(({ type }) => type === "hit")).toHaveLength(records + 50)
    expect(all.filter(({ type }) => type === "problem")).toEqual([])
  }, 60_000)

  test("two hunts at once in one workspace both give the whole answer", async () => {
    const place = folder()
    sillage(place, "init")
    const run = () =>
      new Promise<string>((resolve) => {
        const child = spawn(process.execPath, [cli, "hunt", ...asked, logs], { cwd: place })
        let out = ""
        child.stdout.on("data", (data) => {
          out += data
        })
        child.on("close", () => resolve(out))
      })
    expect((await Promise.all([run(), run()])).map(answer)).toEqual([answer(uncut.out), answer(uncut.out)])
    expect(sillage(place, "hunts", "list").out.match(/ done /g)).toHaveLength(2)
  }, 60_000)

  test("a damaged database is told before anything is searched", () => {
    const place = folder()
    mkdirSync(join(place, ".sillage"))
    writeFileSync(join(place, ".sillage/workspace.db"), "x".repeat(9000))
    expect(sillage(place, "hunt", ...asked, logs)).toEqual({
      exit: 2,
      out: "",
      error: expect.stringMatching(/is damaged .*: run sillage doctor\n$/),
    })
    expect(sillage(place, "doctor").exit).toBe(3)
    expect(sillage(place, "doctor", "--repair").exit).toBe(0)
    expect(answer(sillage(place, "hunt", ...asked, logs).out)).toBe(answer(uncut.out))
  }, 60_000)

  test("a workspace that cannot be made is told", () => {
    const { exit, error } = sillage(folder(), "init", "--workspace", join(logs, "a.log/w"))
    expect([exit, error]).toEqual([2, expect.stringMatching(/^sillage: cannot make the workspace /)])
  }, 60_000)

  // A limit on the size of files stands for the full disk: both refuse the write.
  test.runIf(process.platform === "linux")(
    "on a full disk the hunt goes on, and says that it is not recorded",
    () => {
      const place = folder()
      sillage(place, "init")
      const command = `ulimit -f 96; exec "$0" "$@"`
      const run = spawnSync("bash", ["-c", command, process.execPath, cli, "hunt", ...asked, logs], {
        cwd: place,
        encoding: "utf8",
        maxBuffer: 1 << 28,
      })
      const lines = run.stdout ? objects(run.stdout) : []
      if (run.status === 2) expect(run.stderr).toMatch(/^sillage: the (disk of the )?workspace .*\n$/)
      else {
        expect(lines.at(-1).hits.total).toBe(records + 50)
        expect(lines.filter(({ type, where }) => type === "problem" && where !== "hits").length).toBeGreaterThan(0)
      }
      expect(sillage(place, "doctor").exit).toBe(0)
      expect(answer(sillage(place, "hunt", ...asked, logs).out)).toBe(answer(uncut.out))
    },
    60_000,
  )
})

describe("in one process", () => {
  const indicators = [{ type: "ipv4-addr" as const, value: "203.0.113.9", bulletin: "x", marks: [], provenance: "x" }]
  const request = (paths: readonly string[], units: any, now: () => Date) => ({
    paths,
    indicators,
    own: [],
    trustedProxies: [],
    workers: 1,
    since: null,
    until: null,
    record: { units, version: "test", fresh: false, now },
  })

  test("a file that is rewritten while it is searched is reported, and not taken for done", async () => {
    const logs = archive()
    const workspace = initWorkspace(join(folder(), "w"))
    // When it is asked for, the file was listed and is not searched yet.
    const meddling = {
      ...workspace.units,
      find(file: any, probe: any) {
        if (file.path.endsWith("a.log")) writeFileSync(file.path, readFileSync(file.path, "utf8").replaceAll("203.0.113.9", "198.51.100."))
        return workspace.units.find(file, probe)
      },
    }
    const first = await hunt(request([logs], meddling, () => new Date()))
    expect(first.problems).toMatchObject([
      { code: "unreadable", where: `${logs}/a.log`, message: expect.stringMatching(/rewritten.*hunt again/) },
    ])
    expect(first.coverage.map(({ state }) => state)).toEqual(["partly", "searched"])
    const second = await hunt(request([logs], workspace.units, () => new Date()))
    expect([second.units, second.problems]).toEqual([{ done: 1, resumed: 1 }, []])
    workspace.close()
  }, 60_000)

  test("a clock that runs backwards changes nothing", async () => {
    const logs = archive()
    const workspace = initWorkspace(join(folder(), "w"))
    let at = Date.UTC(2021, 5, 1)
    const back = () => new Date((at -= 3_600_000))
    const first = await hunt(request([logs], workspace.units, back))
    const second = await hunt(request([logs], workspace.units, back))
    expect([first.units, second.units]).toEqual([
      { done: 2, resumed: 0 },
      { done: 0, resumed: 2 },
    ])
    expect(second.hits).toEqual(first.hits)
    workspace.close()
  }, 60_000)
})
