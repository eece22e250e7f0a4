// The workspace: what goes in comes out, several processes at once, and faults that are told instead of passed on.
import { spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, test } from "vitest"
import { openDatabase } from "../../../src/hits/store/database.js"
import { schemaVersion } from "../../../src/hits/store/schema.js"
import { findWorkspace, initWorkspace, openWorkspace, StoreError } from "../../../src/hits/store/workspace.js"
import type { Bulletin } from "../../../src/model/bulletin.js"
import type { Indicator } from "../../../src/model/indicator.js"

const root = mkdtempSync(join(tmpdir(), "sillage-store-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let made = 0
const fresh = (): string => join(root, `w${++made}`)

const indicator = (value: string, marks: readonly string[] = []): Indicator => ({
  type: "ipv4-addr",
  value,
  bulletin: "Test",
  marks,
  provenance: "list.csv:1",
})

const bulletin = (values: readonly string[], title: string | null = "Test"): Bulletin => ({
  format: "list",
  title,
  publisher: null,
  published: null,
  tlp: "amber",
  pap: null,
  window: { from: null, to: null },
  request: null,
  contact: null,
  actors: [],
  indicators: values.map((value) => indicator(value)),
  leftOut: [],
  problems: [],
})

const at = "2021-06-01T00:00:00Z"

describe("bulletins", () => {
  test("come back as they were, also from another connection", () => {
    const dir = fresh()
    const workspace = initWorkspace(dir)
    const one = bulletin(["192.0.2.1", "192.0.2.2"], "Héllo – \u0000 world")
    expect(workspace.bulletins.add(one, { name: "a.csv", sha256: "aa" }, at)).toMatchObject({ status: "added", id: "he-llo-world" })
    const other = openWorkspace(dir)
    expect(other.bulletins.get("he-llo-world")).toEqual(one)
    expect(other.bulletins.list()).toMatchObject([{ id: "he-llo-world", revision: 1, indicators: 2, tlp: "amber", addedAt: at }])
    expect(other.bulletins.get("nobody")).toBeUndefined()
    workspace.close()
    other.close()
  })

  test("old hits of an indicator that was withdrawn since stay, and carry its mark", () => {
    const { bulletins, hunts } = initWorkspace(fresh())
    bulletins.add(bulletin(["192.0.2.1", "192.0.2.2"]), { name: "a.csv", sha256: "1" }, at)
    const hit = (value: string) =>
      ({ type: "hit", id: value, indicator: { value, type: "ipv4-addr", bulletin: "Test", marks: [] } }) as never
    const asked = { paths: [], since: null, until: null, tz: null, own: [], trustedProxies: [] }
    const id = hunts.begin(asked, { indicators: [], bulletins: [] }, at)
    hunts.finish(id, "done", { hits: [hit("192.0.2.1"), hit("192.0.2.2"), hit("192.0.2.3")], coverage: [], problems: [] }, {}, at)
    const marks = (): unknown => [...hunts.hits(id)].map(({ indicator: { marks } }) => marks)
    expect(marks()).toEqual([[], [], []])
    bulletins.add(bulletin(["192.0.2.1"]), { name: "a.csv", sha256: "2" }, at)
    expect(marks()).toEqual([[], ["withdrawn"], []])
    // Another bulletin still stands by it.
    bulletins.add(bulletin(["192.0.2.2"], "Other"), { name: "b.csv", sha256: "3" }, at)
    expect(marks()).toEqual([[], [], []])
  })

  test("the same content is unchanged; a revision keeps what it withdrew, marked", () => {
    const { bulletins } = initWorkspace(fresh())
    const first = bulletin(["192.0.2.1", "192.0.2.2"])
    bulletins.add(first, { name: "a.csv", sha256: "aa" }, at)
    expect(bulletins.add(first, { name: "copy.csv", sha256: "aa" }, at).status).toBe("unchanged")
    const revised = bulletins.add(bulletin(["192.0.2.2", "192.0.2.3"]), { name: "a.csv", sha256: "bb" }, "2021-07-01T00:00:00Z")
    expect(revised).toMatchObject({ status: "revised", id: "test", added: [{ value: "192.0.2.3" }], withdrawn: [{ value: "192.0.2.1" }] })
    expect(bulletins.indicators().map(({ value, marks }) => [value, ...marks])).toEqual([
      ["192.0.2.2"],
      ["192.0.2.3"],
      ["192.0.2.1", "withdrawn"],
    ])
    expect(bulletins.list()).toMatchObject([{ revision: 2, addedAt: at, revisedAt: "2021-07-01T00:00:00Z", indicators: 3 }])
  })

  test("another bulletin under the same file name withdraws nothing", () => {
    const { bulletins } = initWorkspace(fresh())
    bulletins.add(bulletin(["192.0.2.1"], "One"), { name: "download.csv", sha256: "aa" }, at)
    expect(bulletins.add(bulletin(["192.0.2.2"], "Two"), { name: "download.csv", sha256: "bb" }, at)).toMatchObject({
      status: "added",
      id: "two",
    })
    expect(bulletins.indicators().flatMap(({ marks }) => marks)).toEqual([])
  })

  test("the source's own id decides, whatever the title", () => {
    const { bulletins } = initWorkspace(fresh())
    bulletins.add(bulletin(["192.0.2.1"], "One"), { name: "x", sha256: "aa", id: "event-7" }, at)
    const second = bulletins.add(bulletin(["192.0.2.2"], "One, revised"), { name: "y", sha256: "bb", id: "event-7" }, at)
    expect(second).toMatchObject({ status: "revised", id: "event-7" })
  })

  test("what one withdrew and another still names stands", () => {
    const { bulletins } = initWorkspace(fresh())
    bulletins.add(bulletin(["192.0.2.1"], "One"), { name: "one", sha256: "aa" }, at)
    bulletins.add(bulletin([], "One"), { name: "one", sha256: "bb" }, at)
    bulletins.add(bulletin(["192.0.2.1"], "Two"), { name: "two", sha256: "cc" }, at)
    expect(bulletins.indicators()).toEqual([indicator("192.0.2.1")])
    expect([bulletins.remove("two"), bulletins.remove("two")]).toEqual([true, false])
    expect(bulletins.indicators()).toEqual([indicator("192.0.2.1", ["withdrawn"])])
  })
})

describe("state and verdicts", () => {
  test("a transaction that throws leaves nothing behind", () => {
    const { state } = initWorkspace(fresh())
    state.set("checkpoint", "a", { at: 1 })
    const failing = () =>
      state.transaction(() => {
        state.set("checkpoint", "a", { at: 2 })
        state.set("outbox", "m", "text")
        throw new Error("no")
      })
    expect(failing).toThrow("no")
    expect([state.get("checkpoint", "a"), state.entries("outbox")]).toEqual([{ at: 1 }, []])
  })

  test("entries come in the order of their keys; null and the empty text are values", () => {
    const { state } = initWorkspace(fresh())
    for (const [key, value] of [
      ["b", null],
      ["a", ""],
      ["c", [1, "\u0000é"]],
    ] as const)
      state.set("k", key, value)
    state.delete("k", "nothing")
    expect(state.entries("k")).toEqual([
      { key: "a", value: "" },
      { key: "b", value: null },
      { key: "c", value: [1, "\u0000é"] },
    ])
    expect(state.get("k", "nothing")).toBeUndefined()
  })

  test("verdicts keep their order, and one without its reason is refused", () => {
    const { verdicts } = initWorkspace(fresh())
    const verdict = { subject: "192.0.2.1", decision: "confirmed", author: "A. Nalyst", at } as const
    verdicts.add(verdict)
    verdicts.add({ ...verdict, decision: "dismissed", reason: "our own scanner" })
    expect(verdicts.list().map(({ decision }) => decision)).toEqual(["confirmed", "dismissed"])
    expect(() => verdicts.add({ ...verdict, decision: "dismissed" })).toThrow("a dismissal needs a reason")
  })
})

describe("hunts", () => {
  const asked = { paths: ["/logs"], since: null, until: at, tz: null, own: [], trustedProxies: [] }

  test("an answer can be read again; the latest is the latest that ended", () => {
    const { hunts } = initWorkspace(fresh())
    const hunted = { indicators: [indicator("192.0.2.1")], bulletins: [bulletin(["192.0.2.1"])] }
    const first = hunts.begin(asked, hunted, at)
    const second = hunts.begin(asked, hunted, at)
    const problem = { code: "unreadable", where: "a", message: "no" } as const
    hunts.finish(first, "done", { hits: [], coverage: [], problems: Array(2500).fill(problem) }, { exit: 3 }, "2021-06-02T00:00:00Z")
    expect(hunts.get("latest")).toMatchObject({ id: first, state: "done", summary: { exit: 3 }, asked })
    expect(hunts.get(second)).toMatchObject({ state: "running", endedAt: null, summary: null })
    expect(hunts.problems("latest")).toEqual(Array(2500).fill(problem))
    expect([hunts.indicators(first), hunts.bulletins(first)]).toEqual([hunted.indicators, hunted.bulletins])
    expect([hunts.get("0"), hunts.get("x; DROP TABLE hunt"), [...hunts.hits("9")]]).toEqual([undefined, undefined, []])
    expect(hunts.remove(first)).toBe(true)
    expect(hunts.problems(first)).toEqual([])
  })
})

describe("the folder", () => {
  test("is the one named, else the one of the environment, else the nearest up the tree, else the user's", () => {
    const top = fresh()
    const deep = join(top, "a/b")
    mkdirSync(deep, { recursive: true })
    const env = { XDG_DATA_HOME: join(top, "data") }
    expect(findWorkspace({ cwd: deep, env })).toBeUndefined()
    initWorkspace(join(top, "data/sillage")).close()
    expect(findWorkspace({ cwd: deep, env })).toBe(join(top, "data/sillage"))
    initWorkspace(join(top, ".sillage")).close()
    expect(findWorkspace({ cwd: deep, env })).toBe(join(top, ".sillage"))
    expect(findWorkspace({ cwd: deep, env: { ...env, SILLAGE_WORKSPACE: "/elsewhere" } })).toBe("/elsewhere")
    expect(findWorkspace({ given: "../..", cwd: deep, env })).toBe(join(top, ".sillage"))
    expect(findWorkspace({ given: "new", cwd: deep, env })).toBe(join(deep, "new"))
  })

  test("nobody else may look into it", () => {
    const dir = fresh()
    initWorkspace(dir).close()
    if (process.platform !== "win32") expect(statSync(dir).mode & 0o077).toBe(0)
  })
})

describe("faults are told:", () => {
  const check = (dir: string, expected: RegExp) => {
    expect(() => openWorkspace(dir)).toThrow(StoreError)
    expect(() => openWorkspace(dir)).toThrow(expected)
  }
  const holding = (content: string | Buffer): string => {
    const dir = fresh()
    mkdirSync(dir)
    writeFileSync(join(dir, "workspace.db"), content)
    return dir
  }

  test("no workspace", () => {
    const dir = fresh()
    check(dir, /no workspace at .*sillage init/)
    expect(existsSync(dir)).toBe(false)
  })
  test("a file that is no database", () => check(holding("x".repeat(5000)), /damaged.*sillage doctor/))
  test("one of a newer Sillage", () => {
    const dir = fresh()
    initWorkspace(dir).close()
    const db = openDatabase(join(dir, "workspace.db"), "existing")
    db.exec(`PRAGMA user_version = ${schemaVersion + 1}`)
    db.close()
    check(dir, /newer Sillage/)
  })
  test("one of another program", () => {
    const dir = fresh()
    mkdirSync(dir)
    const db = openDatabase(join(dir, "workspace.db"), "create")
    db.exec("CREATE TABLE cookies (a); PRAGMA user_version = 1")
    db.close()
    check(dir, /another program/)
  })
})

test("two processes that write at once lose nothing", async () => {
  const dir = fresh()
  initWorkspace(dir).close()
  const module = fileURLToPath(new URL("../../../dist/hits/store/workspace.js", import.meta.url))
  const script = `
    const { openWorkspace } = await import(${JSON.stringify(module)})
    const { state } = openWorkspace(${JSON.stringify(dir)})
    for (let at = 0; at < 100; at++) state.transaction(() => state.set("n", "n", (state.get("n", "n") ?? 0) + 1))`
  const run = () =>
    new Promise((resolve) => spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "inherit" }).on("close", resolve))
  expect(await Promise.all([run(), run()])).toEqual([0, 0])
  expect(openWorkspace(dir).state.get("n", "n")).toBe(200)
}, 60_000)
