// The index as a user meets it: built, asked, changed under, damaged, cut off; and what `sillage seen` says.
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { afterAll, beforeAll, expect, test } from "vitest"

/** SILLAGE_KILLS=60 makes the long run. */
const kills = Number(process.env.SILLAGE_KILLS ?? 6)
const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "sillage-index-"))
const archive = join(folder, "archive")
const workspace = join(folder, "workspace")
const index = join(workspace, "index")
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Run {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

function sillage(...args: readonly string[]): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8", maxBuffer: 1 << 28 })
  return { status, out: stdout, err: stderr }
}

/** The answer without what says how much was read. */
function hunt(...options: readonly string[]): {
  readonly answer: readonly unknown[]
  readonly ruledOut: number
  readonly problems: readonly string[]
} {
  const { out } = sillage("hunt", "--json", "--no-decoys", "--indicator", "203.0.113.9", "--indicator", "evil.example", ...options, archive)
  const objects = out
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  return {
    answer: objects
      .filter(({ type, where }) => type !== "problem" || !where.startsWith(index))
      .map(({ bytes, ...rest }) => ({ ...rest, size: bytes?.size })),
    ruledOut: objects.at(-1).bytes.ruledOut,
    problems: objects.filter(({ type }) => type === "problem").map(({ where }) => where),
  }
}

const line = (n: number, what = ""): string =>
  `2021-03-${String(1 + (n % 28)).padStart(2, "0")}T10:00:00Z app[${n}]: 10.1.${n % 100}.${n % 250} asked www${n % 300}.site.example ${what}\n`

function write(name: string, lines: number, plants: Readonly<Record<number, string>>): void {
  const text = Array.from({ length: lines }, (_, n) => line(n, plants[n])).join("")
  writeFileSync(join(archive, name), name.endsWith(".gz") ? gzipSync(text, { level: 1 }) : text)
}

function digests(): string {
  return readdirSync(archive)
    .sort()
    .map((name) => {
      const path = join(archive, name)
      return `${name} ${createHash("sha256").update(readFileSync(path)).digest("hex")} ${statSync(path).mtimeMs}`
    })
    .join("\n")
}

let before = ""
beforeAll(() => {
  mkdirSync(archive)
  write("a.log.gz", 40_000, { 30000: "203.0.113.9" })
  write("b.log", 30_000, { 10: "evil.example", 29999: "203.0.113.9" })
  write("c.log.gz", 100, {})
  before = digests()
})

test("an archive is indexed once; a hunt reads only what may hold something, and answers the same", () => {
  const built = sillage("index", "build", "--json", "--workspace", workspace, archive)
  expect(built.status).toBe(0)
  expect(JSON.parse(built.out)).toMatchObject({ type: "index", files: 3, stale: 0, complete: true, problems: [] })
  const indexed = hunt("--index", "--workspace", workspace)
  expect(indexed.answer).toEqual(hunt().answer)
  expect(indexed.ruledOut).toBeGreaterThan(statSync(join(archive, "a.log.gz")).size * 0.3)
  const status = JSON.parse(sillage("index", "status", "--json", "--workspace", workspace).out)
  expect(status).toMatchObject({ files: 3, stale: 0 })
  expect(status.rawBytes).toBeGreaterThan(4_900_000)
  expect(status.blocks).toBeGreaterThan(3)
  expect(sillage("index", "verify", "--workspace", workspace).status).toBe(0)
  expect(digests()).toBe(before)
})

test("seen says when, how often and where, of any value", () => {
  const { out, status } = sillage("seen", "--json", "--workspace", workspace, "203.0.113[.]9", "10.1.7.107", "never.example")
  expect(status).toBe(0)
  const [listed, inner, never] = out
    .split("\n")
    .filter(Boolean)
    .map((one) => JSON.parse(one))
  expect(listed).toMatchObject({ value: "203.0.113.9", type: "ipv4-addr", count: 2, echo: 0, complete: true })
  expect(listed.places.map(({ path, count }: { path: string; count: number }) => [path, count])).toEqual([
    [join(archive, "a.log.gz"), 1],
    [join(archive, "b.log"), 1],
  ])
  expect(listed.firstSeen).toBe("2021-03-12T10:00:00Z")
  // Equal records in two files are one, with two places.
  expect(inner).toMatchObject({ count: 80, places: [{ count: 80 }, { count: 60 }] })
  expect(never).toMatchObject({ count: 0, firstSeen: null, lastSeen: null, places: [], complete: true })
  expect(sillage("seen", "--workspace", workspace, "never.example").status).toBe(1)
  expect(sillage("seen", "--workspace", workspace, "no observable").status).toBe(2)
})

test("a changed file is read again, even with its old size and time; what is gone is forgotten", () => {
  const path = join(archive, "c.log.gz")
  const { size, mtime } = statSync(path)
  const text = Array.from({ length: 100 }, (_, n) => line(n, n === 50 ? "evil.example" : "")).join("")
  const changed = gzipSync(text, { level: 1 })
  writeFileSync(path, Buffer.concat([changed, Buffer.alloc(Math.max(0, size - changed.length))]))
  utimesSync(path, mtime, mtime)
  expect(JSON.parse(sillage("index", "status", "--json", "--workspace", workspace).out).stale).toBe(1)
  expect(hunt("--index", "--workspace", workspace).answer).toEqual(hunt().answer)
  appendFileSync(join(archive, "b.log"), line(1, "203.0.113.9"))
  rmSync(join(archive, "c.log.gz"))
  expect(hunt("--index", "--workspace", workspace).answer).toEqual(hunt().answer)
  expect(sillage("index", "update", "--workspace", workspace).status).toBe(0)
  const status = JSON.parse(sillage("index", "status", "--json", "--workspace", workspace).out)
  expect(status.files).toBe(2)
})

test("a damaged index is named, never believed, and built anew", () => {
  const wanted = hunt().answer
  for (const damage of [
    (path: string) => truncateSync(path, statSync(path).size >> 1),
    ...[0.2, 0.97].map((share) => (path: string) => {
      const bytes = readFileSync(path)
      const at = Math.floor(bytes.length * share)
      bytes[at] = (bytes[at] as number) ^ 0x55
      writeFileSync(path, bytes)
    }),
  ]) {
    expect(sillage("index", "update", "--workspace", workspace).status).toBe(0)
    const [name] = readdirSync(index).sort((a, b) => statSync(join(index, b)).size - statSync(join(index, a)).size) as [string]
    damage(join(index, name))
    expect(sillage("index", "verify", "--workspace", workspace).status).toBe(3)
    expect(hunt("--index", "--workspace", workspace).answer).toEqual(wanted)
  }
})

test("an index that cannot be written costs the hunt nothing", () => {
  const other = join(folder, "other")
  mkdirSync(other)
  // A file where the folder of the index should be.
  writeFileSync(join(other, "index"), "")
  const { answer, problems } = hunt("--index", "--workspace", other)
  expect(problems).toEqual([join(other, "index")])
  expect(answer.filter((one) => (one as { where?: string }).where !== join(other, "index"))).toEqual(hunt().answer)
})

test("a build that is killed anywhere leaves an index that is right, and goes on", async () => {
  const wanted = hunt().answer
  const other = join(folder, "killed")
  for (let kill = 0; kill < kills; kill++) {
    const child = spawn(process.execPath, [cli, "index", "build", "--quiet", "--workspace", other, archive])
    const ended = new Promise((done) => child.once("close", done))
    setTimeout(() => child.kill("SIGKILL"), 100 + (kill * 900) / kills)
    await ended
  }
  expect(hunt("--index", "--workspace", other).answer).toEqual(wanted)
  expect(sillage("index", "build", "--workspace", other, archive).status).toBe(0)
  expect(sillage("index", "verify", "--workspace", other).status).toBe(0)
  const again = hunt("--index", "--workspace", other)
  expect(again.answer).toEqual(wanted)
  expect(again.ruledOut).toBeGreaterThan(0)
}, 120_000)

test("an archive that moved is read again", () => {
  renameSync(archive, `${archive}-moved`)
  renameSync(`${archive}-moved`, archive)
  expect(hunt("--index", "--workspace", workspace).answer).toEqual(hunt().answer)
})

test("without a workspace it says what to do", () => {
  const { status, stderr } = spawnSync(process.execPath, [cli, "seen", "203.0.113.9"], {
    encoding: "utf8",
    cwd: folder,
    env: { PATH: process.env.PATH, XDG_DATA_HOME: join(folder, "none") },
  })
  expect(status).toBe(2)
  expect(stderr).toContain("sillage init")
})
