// A hunt that is killed anywhere goes on where it stopped: nothing lost, nothing doubled, nothing of the evidence touched.
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openDatabase } from "../../src/hits/store/database.js"

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url))
const root = mkdtempSync(join(tmpdir(), "sillage-resume-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let made = 0
const folder = (): string => {
  const path = join(root, `r${++made}`)
  mkdirSync(path)
  return path
}

const files = 8
/** Logs in which every third line has an indicator; the first is compressed, and two hold the same records. */
function archive(): string {
  const path = folder()
  for (let file = 0; file < files; file++) {
    const lines = Array.from({ length: 150 }, (_, line) => {
      const second = String((file % (files - 1)) * 150 + line)
      const address = line % 3 === 0 ? `203.0.113.${line % 9 === 0 ? 9 : 10}` : `198.51.100.${line % 250}`
      return `${new Date(Date.UTC(2021, 0, 3) + Number(second) * 1000).toISOString()} fw1 src=10.0.0.${line % 200} dst=${address} action=allow\n`
    }).join("")
    writeFileSync(join(path, file === 0 ? "0.log.gz" : `${file}.log`), file === 0 ? gzipSync(lines) : lines)
    utimesSync(join(path, file === 0 ? "0.log.gz" : `${file}.log`), 1_700_000_000, 1_700_000_000 + file)
  }
  return path
}

const asked = ["--indicator", "203.0.113.9", "--indicator", "203.0.113.10", "--workers", "1", "--json"]

interface Run {
  readonly exit: number | null
  readonly out: string
  readonly error: string
}

function sillage(cwd: string, ...args: readonly string[]): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd, encoding: "utf8", maxBuffer: 1 << 28 })
  return { exit: status, out: stdout, error: stderr }
}

/** All but what says how the work was shared between the runs. */
function answer({ out }: Run): string {
  return out.replace(/"units":\{[^}]*\}/, "")
}

function unitsOf({ out }: Run): { readonly done: number; readonly resumed: number } {
  return JSON.parse(out.trim().split("\n").at(-1) as string).units
}

function digestOf(path: string): string {
  const hash = createHash("sha256")
  for (const name of readdirSync(path).sort()) {
    const { mtimeMs, size, mode } = statSync(join(path, name))
    hash.update(`${name} ${mtimeMs} ${size} ${mode} `).update(readFileSync(join(path, name)))
  }
  return hash.digest("hex")
}

/** Numbers from 0 to 1, the same in every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

const huntProcess = fileURLToPath(new URL("./hunt-process.mjs", import.meta.url))

const cutAnywhere = "random kills, each resumed: the answers are those of the uncut hunt, and the evidence is as it was"

test(`28 ${cutAnywhere}`, () => killed(28), 600_000)
test(`12 more while the index is built, ${cutAnywhere}`, () => killed(12, "index"), 600_000)

async function killed(killsMin: number, ...how: readonly string[]): Promise<void> {
  const logs = archive()
  const before = digestOf(logs)
  const { run: uncut, ms: lasts } = await hunted(folder(), logs, undefined, how)
  const random = seeded(6)
  let kills = 0
  let resumed = 0
  while (kills < killsMin) {
    const place = folder()
    let done: Answer | undefined
    while (!done) {
      // The later half of a hunt, too: a chain that was killed before has less left to do.
      const { run } = await hunted(place, logs, kills < killsMin ? lasts * random() : undefined, how)
      if (run) done = run
      else kills++
    }
    expect(done.answer).toBe(uncut?.answer)
    expect(done.kept).toBe(uncut?.kept)
    resumed += done.units.resumed
    // What is left of the index tells no lie: with it, and without what is known of the units, the answer is the same.
    if (how.length > 0) expect((await hunted(place, logs, undefined, how)).run?.answer).toBe(uncut?.answer)
  }
  // Kills also fell between commits, not only before the first: something was there to go on with.
  expect(resumed).toBeGreaterThan(0)
  expect(digestOf(logs)).toBe(before)
}

interface Answer {
  readonly units: { readonly done: number; readonly resumed: number }
  readonly answer: string
  readonly kept: string
}

/** Killed so long after it began, if it has not ended by then; `ms` is how long it took from there. */
function hunted(
  place: string,
  logs: string,
  killAfterMs?: number,
  how: readonly string[] = [],
): Promise<{ readonly run?: Answer; readonly ms: number }> {
  const child = spawn(process.execPath, [huntProcess, place, logs, ...how])
  let out = ""
  let begun = 0
  child.stdout.on("data", (data) => {
    out += data
  })
  child.stderr.once("data", (data) => {
    begun = Date.now()
    if (String(data).includes("begun") && killAfterMs !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfterMs)
  })
  return new Promise((resolve, reject) =>
    child.on("close", (exit, signal) => {
      const ms = Date.now() - begun
      if (signal === "SIGKILL") resolve({ ms })
      else if (exit === 0) resolve({ run: JSON.parse(out) as Answer, ms })
      else reject(new Error(`the hunt ended with ${exit}`))
    }),
  )
}

describe("sillage hunt in a workspace", () => {
  const logs = archive()
  const place = folder()
  beforeAll(() => void sillage(place, "init"))
  const hunt = (...more: readonly string[]): Run => sillage(place, "hunt", ...asked, ...more, logs)

  test("a killed hunt goes on with --resume alone, as it was asked then", async () => {
    const uncut = hunt("--no-record", "--since", "2021-01-03")
    const child = spawn(process.execPath, [cli, "hunt", ...asked, "--since", "2021-01-03", logs], { cwd: place, stdio: "ignore" })
    await committed(join(place, ".sillage/workspace.db"), child)
    expect(sillage(place, "hunts", "list").out).toMatch(/^ +1 .* (cut-off|done) /)
    const resumed = sillage(place, "hunt", "--resume", "--json")
    // Where the machine was too slow to kill it in time, there is nothing to resume, and it says so.
    if (resumed.exit === 2) expect(resumed.error).toMatch(/nothing to resume/)
    else expect([answer(resumed), unitsOf(resumed).done + unitsOf(resumed).resumed]).toEqual([answer(uncut), files])
    expect(answer(sillage(place, "hunts", "show", "1", "--json"))).toBe(answer(uncut))
  }, 120_000)

  test("a new bulletin is searched alone: what was done before is not searched for again, and the answer is that of one hunt for all", () => {
    const one = sillage(place, "hunt", "--indicator", "203.0.113.9", "--json", logs)
    expect(unitsOf(one)).toEqual({ done: 0, resumed: files })
    const added = ["--indicator", "203.0.113.9", "--indicator", "198.51.100.7", "--json", logs]
    const both = sillage(place, "hunt", ...added)
    expect(unitsOf(both)).toEqual({ done: files, resumed: 0 })
    expect(answer(both)).toBe(answer(sillage(place, "hunt", "--no-record", ...added)))
    expect(unitsOf(sillage(place, "hunt", ...added))).toEqual({ done: 0, resumed: files })
    expect(unitsOf(sillage(place, "hunt", "--fresh", ...added))).toEqual({ done: files, resumed: 0 })
  }, 120_000)

  test("a rotated, a compressed and a copied log are known; a grown, a new and a rewritten one are read", () => {
    const moved = folder()
    cpSync(logs, moved, { recursive: true, preserveTimestamps: true })
    const own = ["hunt", "--indicator", "203.0.113.9", "--json", moved]
    sillage(place, ...own)
    renameSync(join(moved, "1.log"), join(moved, "1.log.1"))
    spawnSync("gzip", [join(moved, "2.log")])
    cpSync(join(moved, "3.log"), join(moved, "3-copy.log"), { preserveTimestamps: true })
    const known = sillage(place, ...own)
    expect(unitsOf(known)).toEqual({ done: 0, resumed: files + 1 })
    expect(answer(known)).toBe(answer(sillage(place, ...own, "--no-record")))
    const line = "2021-01-03T02:11:09Z fw1 src=203.0.113.9 dst=10.0.0.5 action=drop\n"
    appendFileSync(join(moved, "4.log"), line)
    writeFileSync(join(moved, "new.log"), line)
    const { atime, mtime } = statSync(join(moved, "5.log"))
    const text = readFileSync(join(moved, "5.log"), "utf8")
    writeFileSync(join(moved, "5.log"), text.replace("203.0.113.10", "203.0.113.9 "))
    utimesSync(join(moved, "5.log"), atime, mtime)
    const changed = sillage(place, ...own)
    expect(unitsOf(changed)).toEqual({ done: 3, resumed: files - 1 })
    expect(answer(changed)).toBe(answer(sillage(place, ...own, "--no-record")))
  }, 120_000)

  test("the workspace's own folder is no evidence, even within the archive", () => {
    const own = folder()
    writeFileSync(join(own, "a.log"), "2021-01-03T02:11:09Z fw1 src=203.0.113.9 dst=10.0.0.5 action=drop\n")
    sillage(own, "init")
    const lines = sillage(own, "hunt", "--indicator", "203.0.113.9", "--json", ".").out.trim().split("\n")
    expect(
      lines
        .map((line) => JSON.parse(line))
        .filter((one) => one.type === "coverage")
        .map((one) => one.source.path),
    ).toEqual(["./a.log"])
  }, 60_000)

  test("where there is nothing to resume, or no workspace, it says so", () => {
    const bare = folder()
    const outside = sillage(bare, "hunt", "--resume", "--workspace", join(bare, "none"))
    expect([outside.exit, outside.error]).toEqual([2, expect.stringMatching(/no workspace at .*sillage init/)])
    sillage(bare, "init")
    const empty = sillage(bare, "hunt", "--resume")
    expect([empty.exit, empty.error]).toEqual([2, expect.stringMatching(/nothing to resume/)])
  }, 60_000)
})

/** Kills the process once the workspace holds a searched unit. */
async function committed(database: string, child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.on("close", resolve))
  const db = openDatabase(database, "existing")
  while (child.exitCode === null && db.row("SELECT COUNT(*) AS n FROM unit")?.n === 0)
    await new Promise((resolve) => setTimeout(resolve, 5))
  db.close()
  child.kill("SIGKILL")
  await ended
}
