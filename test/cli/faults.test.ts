// What a workspace in trouble does to a hunt: a clear message, a whole answer where there can be one, and never a change of the evidence.
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { serialize } from "node:v8"
import { deflateSync } from "node:zlib"
import { afterAll, describe, expect, test } from "vitest"
import { openDatabase } from "../../dist/hits/store/database.js"
import { schemaVersion } from "../../dist/hits/store/schema.js"
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

const hits = (out: string): any[] => objects(out).filter(({ type }) => type === "hit")

/** As root, or as a user who may make namespaces. */
const unshared = ["unshare", process.getuid?.() === 0 ? "-m" : "-rm", "sh", "-c"] as const
const canMount = process.platform === "linux" && spawnSync(unshared[0], [...unshared.slice(1), "mount -t tmpfs none /tmp"]).status === 0

/** Runs a script that may mount what it likes; `$0` is Node, and what follows the command line of Sillage. */
function mounting(cwd: string, script: string, ...args: readonly string[]) {
  const [program, ...before] = unshared
  const options = { cwd, encoding: "utf8", maxBuffer: 1 << 28 } as const
  const { status, stdout, stderr } = spawnSync(program, [...before, script, process.execPath, cli, ...args], options)
  return { exit: status, out: stdout, error: stderr }
}

/** Runs statements on the database of the workspace in a folder, past its own rules. */
function tamper(place: string, ...statements: readonly (readonly [string, ...Uint8Array[]])[]): void {
  const db = openDatabase(join(place, ".sillage/workspace.db"), "existing")
  db.exec("PRAGMA foreign_keys = OFF")
  for (const [sql, ...values] of statements) db.run(sql, ...values)
  db.close()
}

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

  test("two hunts at once that build one index both give the whole answer, and so does the next", async () => {
    const place = folder()
    sillage(place, "init")
    const run = () =>
      new Promise<string>((resolve) => {
        const child = spawn(process.execPath, [cli, "hunt", ...asked, "--index", logs], { cwd: place })
        let out = ""
        child.stdout.on("data", (data) => {
          out += data
        })
        child.on("close", () => resolve(out))
      })
    const [wanted] = [hits(uncut.out)]
    expect((await Promise.all([run(), run()])).map(hits)).toEqual([wanted, wanted])
    expect(hits(await run())).toEqual(wanted)
    expect(sillage(place, "index", "verify").exit).toBe(0)
  }, 60_000)

  // Inside a namespace of its own, so that nothing is left of the disk afterwards.
  test.runIf(canMount)(
    "a workspace on a read-only disk is told, and a hunt without it answers; evidence on one is searched as ever",
    () => {
      const place = folder()
      sillage(place, "init")
      const readOnly = (path: string, ...args: readonly string[]) =>
        mounting(place, `mount --bind ${path} ${path} && mount -o remount,ro,bind ${path} && exec "$0" "$@"`, ...args)
      const refused = readOnly(join(place, ".sillage"), "hunt", ...asked, logs)
      expect(refused).toEqual({ exit: 2, out: "", error: expect.stringMatching(/cannot be written .*--no-record\)\n$/) })
      expect(readOnly(join(place, ".sillage"), "doctor")).toMatchObject({ exit: 2, error: expect.stringMatching(/cannot be written/) })
      expect(answer(readOnly(join(place, ".sillage"), "hunt", ...asked, "--no-record", logs).out)).toBe(answer(uncut.out))
      expect(answer(readOnly(logs, "hunt", ...asked, logs).out)).toBe(answer(uncut.out))
      expect(sillage(place, "doctor").exit).toBe(0)
    },
    60_000,
  )

  test.runIf(canMount)(
    "on a disk that is full to the last byte a hunt is refused, or whole and told; with room it is recorded",
    () => {
      const place = folder()
      const disk = join(place, ".sillage")
      mkdirSync(disk)
      const hunt = (name: string, ...more: readonly string[]) =>
        `"$0" "$@" ${more.join(" ")} > ${name}.out 2> ${name}.err; echo $? > ${name}.exit`
      const script = [
        `mount -t tmpfs -o size=2m none ${disk}`,
        `"$0" "$1" init`,
        `dd if=/dev/zero of=${disk}/fill bs=1k 2>/dev/null`,
        hunt("full"),
        hunt("indexed", "--index"),
        `rm ${disk}/fill`,
        hunt("free"),
        `"$0" "$1" doctor`,
      ].join("\n")
      const run = mounting(place, script, "hunt", ...asked, logs)
      const said = (name: string) => {
        const [exit, out, error] = ["exit", "out", "err"].map((kind) => readFileSync(join(place, `${name}.${kind}`), "utf8"))
        return { exit: Number(exit), out: out as string, error: error as string }
      }
      for (const { exit, out, error } of ["full", "indexed"].map(said)) {
        if (exit === 2) expect([out, error]).toEqual(["", expect.stringMatching(/^sillage: the (disk of the )?workspace .*\n$/)])
        else expect([hits(out), objects(out).some(({ where }) => where === "workspace")]).toEqual([hits(uncut.out), true])
      }
      expect(answer(said("free").out)).toBe(answer(uncut.out))
      expect(run.exit).toBe(0)
    },
    60_000,
  )

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

  test("a workspace of an earlier form, or with damaged sets of indicators, is searched again, and known the next time", () => {
    for (const version of [3, schemaVersion]) {
      const place = folder()
      sillage(place, "init")
      sillage(place, "hunt", ...asked, logs)
      const old = deflateSync(serialize(["ipv4-addr 203.0.113.9"]))
      tamper(place, ["UPDATE pattern_set SET body = ?", old], [`PRAGMA user_version = ${version}`])
      expect(sillage(place, "doctor").exit).toBe(version === schemaVersion ? 3 : 0)
      const again = sillage(place, "hunt", ...asked, logs)
      expect([again.exit, again.error, answer(again.out)]).toEqual([uncut.exit, uncut.error, answer(uncut.out)])
      expect(objects(again.out).at(-1).units).toEqual({ done: 2, resumed: 0 })
      expect(objects(sillage(place, "hunt", ...asked, logs).out).at(-1).units).toEqual({ done: 0, resumed: 2 })
    }
  }, 60_000)

  test("a repair that cannot keep every row says that some were lost", () => {
    const place = folder()
    sillage(place, "init")
    sillage(place, "hunt", ...asked, logs)
    tamper(place, ["DELETE FROM pattern_set"])
    const { exit, out } = sillage(place, "doctor", "--repair")
    expect([exit, out]).toEqual([0, expect.stringMatching(/^saved {4}0 rows of unit, some were LOST$/m)])
    expect(out).toMatch(/^saved {4}\d+ rows of hunt_part$/m)
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
