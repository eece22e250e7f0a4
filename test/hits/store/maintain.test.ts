// What becomes of a workspace in trouble or in age: damage is found and mended, old things go, a copy is a whole one, older versions move on.
import { createHash, randomBytes } from "node:crypto"
import { once } from "node:events"
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { serialize } from "node:v8"
import { Worker } from "node:worker_threads"
import { deflateSync } from "node:zlib"
import { afterAll, describe, expect, test } from "vitest"
import { checkWorkspace, repairWorkspace } from "../../../src/hits/store/check-workspace.js"
import { type Database, openDatabase, type Value } from "../../../src/hits/store/database.js"
import { backupWorkspace, collectGarbage, restoreWorkspace } from "../../../src/hits/store/maintain-workspace.js"
import { applicationId, applyMigration, migrations, schemaVersion } from "../../../src/hits/store/schema.js"
import { initWorkspace, openWorkspace, watchFolder } from "../../../src/hits/store/workspace.js"
import type { Indicator } from "../../../src/model/indicator.js"

const root = mkdtempSync(join(tmpdir(), "sillage-maintain-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let made = 0
const fresh = (): string => join(root, `w${++made}`)
const now = new Date("2021-06-10T00:00:00Z")
const day = (date: number): string => `2021-06-${String(date).padStart(2, "0")}T00:00:00.000Z`

const indicator: Indicator = { type: "ipv4-addr", value: "192.0.2.1", bulletin: "Test", marks: [], provenance: "list.csv:1" }
const asked = { paths: ["/logs"], since: null, until: null, tz: null, own: [], trustedProxies: [] }
const identity = (path: string) => ({ path, size: 5, mtimeNs: "1", changedNs: "2", inode: "3:4" })
const nothing = { sample: () => undefined, lengths: () => [], text: () => undefined }

/** A workspace with something of everything. */
function filled(): string {
  const dir = fresh()
  const workspace = initWorkspace(dir)
  for (let at = 1; at <= 3; at++) {
    const id = workspace.hunts.begin(asked, { indicators: [indicator], bulletins: [] }, day(at))
    workspace.hunts.finish(
      id,
      "done",
      { hits: [], coverage: [], problems: [{ code: "unreadable", where: `a${at}`, message: "no" }] },
      { exit: 3 },
      day(at),
    )
    const unit = {
      file: identity(`/logs/${at}`),
      sample: "s",
      part: "",
      setup: "x",
      patterns: [`p${at}`],
      value: { at, filler: "z".repeat(5000) },
    }
    workspace.units.commit([unit], day(at))
  }
  workspace.verdicts.add({ subject: "192.0.2.1", decision: "confirmed", author: "A. Nalyst", at: day(1) })
  workspace.state.set("feed", "a", { at: 1 })
  workspace.close()
  return dir
}

const contentOf = (dir: string) => {
  const workspace = openWorkspace(dir)
  const { hunts, verdicts, state, units } = workspace
  const value = {
    hunts: hunts.list().map(({ id }) => [id, hunts.problems(id), hunts.indicators(id)]),
    verdicts: verdicts.list(),
    state: state.entries("feed"),
    units: [1, 2, 3].map((at) => {
      const file = units.find(identity(`/logs/${at}`), nothing)
      return file === undefined ? undefined : units.results(file, "", "x").map(({ id }) => units.load(id))
    }),
  }
  workspace.close()
  return value
}

describe("a sound workspace", () => {
  test("has no faults", () => expect(checkWorkspace(filled(), now)).toEqual([]))

  test("is copied to one file and back, and neither overwrites anything", () => {
    const dir = filled()
    const file = join(root, "it's a copy.sillage")
    expect(backupWorkspace(dir, file)).toBe(statSync(file).size)
    expect(() => backupWorkspace(dir, file)).toThrow(/exists/)
    const before = readFileSync(file)
    const back = fresh()
    restoreWorkspace(file, back)
    expect(contentOf(back)).toEqual(contentOf(dir))
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(() => restoreWorkspace(file, back)).toThrow(/not overwritten/)
    writeFileSync(join(root, "text"), "no database".repeat(1000))
    expect(() => restoreWorkspace(join(root, "text"), fresh())).toThrow(/damaged|no backup/)
  })

  test.skipIf(process.platform === "win32")("is copied into a file that nobody else may read, at no time", async () => {
    const dir = filled()
    const workspace = initWorkspace(dir)
    for (let at = 0; at < 8; at++) workspace.state.set("large", String(at), randomBytes(2_000_000).toString("hex"))
    workspace.close()
    const out = fresh()
    mkdirSync(out)
    const done = new Int32Array(new SharedArrayBuffer(4))
    const watching = new Worker(
      `const { parentPort, workerData: { out, done } } = require("node:worker_threads")
       const { readdirSync, statSync } = require("node:fs")
       const seen = new Set()
       parentPort.postMessage("ready")
       while (Atomics.load(done, 0) === 0) {
         for (const name of readdirSync(out)) {
           const mode = statSync(out + "/" + name, { throwIfNoEntry: false })?.mode
           if (mode !== undefined) seen.add(name + " " + (mode & 0o777).toString(8))
         }
       }
       for (const name of readdirSync(out)) seen.add(name + " " + (statSync(out + "/" + name).mode & 0o777).toString(8))
       parentPort.postMessage([...seen].filter((one) => !/-(journal|wal|shm) 600$/.test(one)).sort())`,
      { eval: true, workerData: { out, done } },
    )
    await once(watching, "message")
    const answer = once(watching, "message")
    backupWorkspace(dir, join(out, "copy"))
    Atomics.store(done, 0, 1)
    expect((await answer)[0]).toEqual(["copy 600", "copy.half 600"])
  })

  test("a file that a backup left half is not taken for one, nor overwritten", () => {
    const file = join(root, "cut-off.sillage")
    writeFileSync(`${file}.half`, "half")
    expect(() => backupWorkspace(filled(), file)).toThrow(/cut off/)
    expect([existsSync(file), readFileSync(`${file}.half`, "utf8")]).toEqual([false, "half"])
  })

  test("loses what is old, but never the latest hunt, a verdict or state", () => {
    const dir = filled()
    expect(collectGarbage(dir, day(9), { dryRun: true })).toMatchObject({ hunts: 2, units: 3 })
    expect(contentOf(dir).hunts).toHaveLength(3)
    expect(collectGarbage(dir, day(3), { dryRun: false })).toMatchObject({ hunts: 2, units: 2 })
    const left = contentOf(dir)
    expect([left.hunts.map(([id]) => id), left.units.map((one) => one?.length), left.verdicts.length, left.state.length]).toEqual([
      ["3"],
      [undefined, undefined, 1],
      1,
      1,
    ])
  })

  test("written in the future is told: the clock went back", () => {
    expect(checkWorkspace(filled(), new Date("2021-06-01T12:00:00Z"))).toMatchObject([
      { kind: "advice", message: expect.stringMatching(/clock/) },
    ])
  })
})

describe("a damaged workspace", () => {
  test("that is no database any more is put aside and begun anew", () => {
    const dir = fresh()
    mkdirSync(dir, { mode: 0o700 })
    writeFileSync(join(dir, "workspace.db"), "x".repeat(9000))
    expect(checkWorkspace(dir, now)).toMatchObject([{ kind: "repairable" }])
    const { aside, saved } = repairWorkspace(dir)
    expect(readFileSync(aside as string, "utf8")).toBe("x".repeat(9000))
    expect(saved.every(({ rows, whole }) => rows === 0 && !whole)).toBe(true)
    expect(checkWorkspace(dir, now)).toEqual([])
  })

  test("of which pages are gone keeps what can still be read", () => {
    const dir = filled()
    const file = join(dir, "workspace.db")
    collapse(file)
    truncateSync(file, statSync(file).size - 3 * 4096)
    expect(checkWorkspace(dir, now).some(({ kind }) => kind === "repairable")).toBe(true)
    const { aside } = repairWorkspace(dir)
    expect(existsSync(aside as string)).toBe(true)
    expect(checkWorkspace(dir, now)).toEqual([])
    const left = contentOf(dir)
    expect(left.state).toEqual([{ key: "a", value: { at: 1 } }])
    expect(left.hunts.length).toBeGreaterThan(0)
  })

  test("with overwritten pages never gives a wrong value: a unit that does not read back whole is not done", () => {
    for (let page = 2; page < 12; page++) {
      const dir = filled()
      const file = join(dir, "workspace.db")
      collapse(file)
      const whole = contentOf(dir)
      const fd = openSync(file, "r+")
      writeSync(fd, Buffer.alloc(1500, 0xa5), 0, 1500, page * 4096 + 2000)
      closeSync(fd)
      if (checkWorkspace(dir, now).some(({ kind }) => kind === "repairable")) repairWorkspace(dir)
      const left = contentOf(dir)
      for (const [at, unit] of left.units.entries()) if (unit?.length) expect([whole.units[at], [undefined]]).toContainEqual(unit)
      expect(checkWorkspace(dir, now).filter(({ kind }) => kind === "repairable")).toEqual([])
    }
  })
})

/** Runs statements on the database itself, past its own rules. */
function tamper(dir: string, ...statements: readonly (readonly [string, ...Value[]])[]): void {
  const db = openDatabase(join(dir, "workspace.db"), "existing")
  db.exec("PRAGMA foreign_keys = OFF")
  for (const [sql, ...values] of statements) db.run(sql, ...values)
  db.row("PRAGMA wal_checkpoint(TRUNCATE)")
  db.close()
}

/** Everything in the one file, nothing in the log. */
function collapse(file: string): void {
  const db = openDatabase(file, "existing")
  db.row("PRAGMA wal_checkpoint(TRUNCATE)")
  db.close()
}

describe("a value that is whole but not of the form that is read", () => {
  const strange = deflateSync(serialize(["p1"]))

  test("makes its unit not done, whether it is the result or the set of indicators; the set is written anew with the next unit", () => {
    const dir = filled()
    tamper(dir, ["UPDATE pattern_set SET body = ? WHERE id = 1", strange], ["UPDATE unit SET body = ? WHERE id = 2", strange])
    const { units, close } = openWorkspace(dir)
    expect([units.patterns(1), units.patterns(2), units.patterns(9)]).toEqual([undefined, ["p2"], undefined])
    expect([units.load(1), units.load(2)]).toEqual([expect.objectContaining({ at: 1 }), undefined])
    units.commit([{ file: identity("/logs/1"), sample: "s", part: "", setup: "x", patterns: ["p1"], value: { at: 9 } }], day(4))
    expect(units.patterns(1)).toEqual(["p1"])
    close()
  })

  test("a set that is JSON, but no list of texts, is none", () => {
    const dir = filled()
    for (const [at, value] of ["p1", { p1: 1 }, [1], null].entries()) {
      tamper(dir, ["UPDATE pattern_set SET body = ? WHERE id = 1", deflateSync(JSON.stringify(value))])
      const { units, close } = openWorkspace(dir)
      expect([at, units.patterns(1)]).toEqual([at, undefined])
      close()
    }
  })

  test("is found by the check and removed by the repair, with the units that need it", () => {
    const dir = filled()
    tamper(dir, ["UPDATE pattern_set SET body = ? WHERE id = 1", strange], ["UPDATE hunt_part SET body = ? WHERE hunt = 2", strange])
    expect(checkWorkspace(dir, now).map(({ kind, message }) => [kind, message.slice(0, 3)])).toEqual([
      ["repairable", "2 ×"],
      ["repairable", "1 ×"],
    ])
    const { aside, removed } = repairWorkspace(dir)
    expect([aside, removed]).toEqual([undefined, 4])
    expect(checkWorkspace(dir, now)).toEqual([])
    expect(contentOf(dir).units.map((unit) => unit?.length)).toEqual([0, 1, 1])
  })
})

describe("a repair says LOST", () => {
  const savedOf = (dir: string) => {
    expect(checkWorkspace(dir, now).some(({ kind }) => kind === "repairable")).toBe(true)
    const saved = repairWorkspace(dir).saved
    expect(checkWorkspace(dir, now).filter(({ kind }) => kind === "repairable")).toEqual([])
    return (table: string) => saved.find((one) => one.table === table)
  }
  const orphan = ["INSERT INTO hunt_part VALUES (99, 'hits', 0, 1, x'00')"] as const

  test("of rows that the new database does not take", () => {
    const dir = filled()
    tamper(dir, orphan, ["DELETE FROM pattern_set WHERE id = 2"])
    const saved = savedOf(dir)
    expect(saved("hunt_part")).toMatchObject({ whole: false })
    expect(saved("unit")).toMatchObject({ rows: 2, whole: false })
    expect(saved("hunt")).toEqual({ table: "hunt", rows: 3, whole: true })
    expect(saved("file")).toEqual({ table: "file", rows: 3, whole: true })
  })

  test("of a row with the key of another, which a damaged database may hold", () => {
    const dir = filled()
    tamper(
      dir,
      orphan,
      ["CREATE TABLE twice (id TEXT, name TEXT, title TEXT, sha256 TEXT, added_at TEXT, revised_at TEXT, revision INTEGER, body TEXT)"],
      ["INSERT INTO twice VALUES ('a', 'a', 'a', 'a', 'a', 'a', 1, '{}'), ('a', 'b', 'b', 'b', 'b', 'b', 2, '{}')"],
      ["DROP TABLE bulletin"],
      ["ALTER TABLE twice RENAME TO bulletin"],
    )
    expect(savedOf(dir)("bulletin")).toEqual({ table: "bulletin", rows: 1, whole: false })
  })

  test("of a table that is gone, and not of one that its version did not have", () => {
    const dir = filled()
    tamper(dir, orphan, ["DROP TABLE unit"])
    expect(savedOf(dir)("unit")).toEqual({ table: "unit", rows: 0, whole: false })
    for (const [version, whole] of [
      [2, true],
      [3, false],
    ] as const) {
      const old = fresh()
      mkdirSync(old, { mode: 0o700 })
      writeVersion(join(old, "workspace.db"), version)
      tamper(old, orphan, ["DROP TABLE IF EXISTS unit"])
      expect([version, savedOf(old)("unit")]).toEqual([version, { table: "unit", rows: 0, whole }])
    }
  })

  test("of every table that is gone, where the version of the damaged file is not told", () => {
    const dir = filled()
    tamper(dir, orphan, ["DROP TABLE unit"], ["PRAGMA user_version = 0"])
    expect(savedOf(dir)("unit")).toMatchObject({ whole: false })
  })
})

describe("the store of a watch", () => {
  const watched = (): string => {
    const dir = filled()
    const own = initWorkspace(watchFolder(dir))
    own.state.set("watch-file", "a", { position: 7 })
    own.state.set("watch-lock", "holder", { pid: 1 })
    for (const date of [1, 9]) {
      own.state.set("outbox webhook", String(date).padStart(16, "0"), { type: "alert", id: `a${date}`, raisedAt: day(date) })
      own.state.set("outbox-refused", `webhook a${date} 1`, { type: "alert", id: `a${date}`, raisedAt: day(date) })
    }
    own.close()
    return dir
  }
  const stateIn = (dir: string, kind: string): readonly string[] => {
    const own = openWorkspace(watchFolder(dir))
    const keys = own.state.entries(kind).map(({ key }) => key)
    own.close()
    return keys
  }

  test("is copied and restored with the workspace, but for who watches now", () => {
    const [dir, copy] = [watched(), fresh()]
    const file = join(root, "with-watch.sillage")
    backupWorkspace(dir, file)
    restoreWorkspace(file, copy)
    expect(contentOf(copy)).toEqual(contentOf(dir))
    expect(readdirSync(root).filter((name) => name.startsWith("with-watch"))).toEqual(["with-watch.sillage"])
    for (const kind of ["watch-file", "outbox webhook", "outbox-refused"]) expect(stateIn(copy, kind)).toEqual(stateIn(dir, kind))
    expect(stateIn(copy, "watch-lock")).toEqual([])
    const workspace = openWorkspace(copy)
    expect(workspace.state.entries("of-watch watch-file")).toEqual([])
    workspace.close()
  })

  test("that cannot be read leaves no backup: neither a file without its part nor half a file", () => {
    const dir = watched()
    const store = join(watchFolder(dir), "workspace.db")
    for (const suffix of ["-wal", "-shm"]) rmSync(store + suffix, { force: true })
    writeFileSync(store, "x".repeat(9000))
    const file = join(root, "no-watch.sillage")
    expect(() => backupWorkspace(dir, file)).toThrow(/damaged/)
    expect(readdirSync(root).filter((name) => name.startsWith("no-watch"))).toEqual([])
  })

  test("loses the alerts that nobody took for long, and nothing else", () => {
    const dir = watched()
    expect(collectGarbage(dir, day(5), { dryRun: true })).toMatchObject({ alerts: 2 })
    expect(stateIn(dir, "outbox-refused")).toHaveLength(2)
    expect(collectGarbage(dir, day(5), { dryRun: false })).toMatchObject({ alerts: 2 })
    expect(stateIn(dir, "outbox-refused")).toEqual(["webhook a9 1"])
    expect(stateIn(dir, "outbox webhook")).toEqual(["0000000000000009"])
    expect(stateIn(dir, "watch-file")).toEqual(["a"])
  })

  test("is checked and mended with the workspace", () => {
    const dir = watched()
    expect(checkWorkspace(dir, now).filter(({ kind }) => kind === "repairable")).toEqual([])
    const file = join(watchFolder(dir), "workspace.db")
    for (const suffix of ["-wal", "-shm"]) rmSync(file + suffix, { force: true })
    writeFileSync(file, "x".repeat(9000))
    const [fault] = checkWorkspace(dir, now).filter(({ kind }) => kind === "repairable")
    expect(fault?.message).toMatch(/^the store of the watch: /)
    const { aside, watch } = repairWorkspace(dir)
    expect(aside).toBeUndefined()
    expect(readFileSync(watch?.aside as string, "utf8")).toBe("x".repeat(9000))
    expect(checkWorkspace(dir, now).filter(({ kind }) => kind === "repairable")).toEqual([])
  })
})

describe("every earlier version moves on", () => {
  for (let version = 1; version < schemaVersion; version++) {
    test(`from ${version}: what was in it is in it still`, () => {
      const dir = fresh()
      mkdirSync(dir, { mode: 0o700 })
      writeVersion(join(dir, "workspace.db"), version)
      expect(checkWorkspace(dir, now)).toEqual([])
      const workspace = openWorkspace(dir)
      expect(workspace.state.get("feed", "a")).toEqual({ at: 1 })
      expect(workspace.hunts.list()).toMatchObject([{ id: "1", state: "done", asked, summary: { exit: 1 }, process: null }])
      expect(workspace.verdicts.list()).toHaveLength(1)
      expect(workspace.bulletins.list()).toMatchObject([{ id: "one", title: "One", indicators: 1 }])
      const { units } = workspace
      const file = units.find(identity("/logs/1"), nothing)
      const left = file === undefined ? [] : ["1", "2", "3", "4"].flatMap((part) => units.results(file, part, "x"))
      // What was stored in a form that is not read any longer is searched again.
      expect(left.map(({ id, patternSet }) => [units.load(id), units.patterns(patternSet)])).toEqual(
        version < 3 ? [] : [[{ at: 4 }, ["p2"]]],
      )
      units.commit([{ file: identity("/b"), sample: "", part: "", setup: "", patterns: oldPatterns, value: 1 }], day(1))
      const [again] = units.results(units.find(identity("/b"), nothing) as number, "", "")
      expect(units.patterns(again?.patternSet as number)).toEqual(oldPatterns)
      workspace.units.commit([{ file: identity("/a"), sample: "", part: "", setup: "", patterns: [], value: 1 }], day(1))
      workspace.close()
      expect(checkWorkspace(dir, now).filter(({ kind }) => kind === "repairable")).toEqual([])
      expect(readdirSync(dir)).toContain("workspace.db")
    })
  }
})

const oldPatterns = ["ipv4-addr 192.0.2.1", "domain-name old.example"]

/** A workspace as the Sillage of that version left it: its own statements, not today's code. */
function writeVersion(file: string, version: number): void {
  const db = openDatabase(file, "create")
  for (const step of migrations.slice(0, version)) applyMigration(db, step)
  db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version}`)
  const { indicators: _, ...body } = { title: "One", publisher: null, published: null, tlp: null, format: "list", indicators: [] }
  db.run("INSERT INTO bulletin VALUES ('one', 'one.csv', 'One', 'aa', ?, NULL, 1, ?)", day(1), JSON.stringify(body))
  db.run("INSERT INTO bulletin_indicator VALUES ('one', 0, ?)", JSON.stringify(indicator))
  db.run(
    "INSERT INTO hunt (state, started_at, ended_at, request, summary) VALUES ('done', ?, ?, ?, '{\"exit\":1}')",
    day(1),
    day(1),
    JSON.stringify(asked),
  )
  db.run("INSERT INTO verdict (subject, at, body) VALUES ('192.0.2.1', ?, '{}')", day(1))
  db.run("INSERT INTO state VALUES ('feed', 'a', '{\"at\":1}')")
  if (version === 3) writeUnits(db)
  db.close()
}

/** Version 3 had two forms: units and sets of the first, of the second, and each with the other. */
function writeUnits(db: Database): void {
  const first = (value: unknown): Uint8Array => deflateSync(serialize(value), { level: 1 })
  const second = (value: unknown): Uint8Array => deflateSync(JSON.stringify(value), { level: 1 })
  db.run("INSERT INTO file (id, path, size, mtime, changed, inode, sample) VALUES (1, '/logs/1', 5, '1', '2', '3:4', 's')")
  const digest = (patterns: readonly string[]): string => createHash("sha256").update(JSON.stringify(patterns)).digest("hex")
  db.run("INSERT INTO pattern_set VALUES (1, ?, ?)", digest(oldPatterns), first(oldPatterns))
  db.run("INSERT INTO pattern_set VALUES (2, ?, ?)", digest(["p2"]), second(["p2"]))
  for (const [at, set, body] of [
    [1, 1, first({ at: 1 })],
    [2, 1, second({ at: 2 })],
    [3, 2, first({ at: 3 })],
    [4, 2, second({ at: 4 })],
  ] as const)
    db.run("INSERT INTO unit VALUES (?, 1, ?, 'x', ?, ?, ?)", at, String(at), set, day(1), body)
}
