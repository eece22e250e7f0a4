import { execFileSync } from "node:child_process"
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import type { WorkUnit } from "../../../src/model/work-unit.js"
import { discover } from "../../../src/sources/files/files.js"
import { readUnit, scratch, unitOf } from "./reading.js"

async function list(...paths: string[]): Promise<WorkUnit[]> {
  const units: WorkUnit[] = []
  for await (const unit of discover(paths)) units.push(unit)
  return units
}

const shown = (root: string, units: readonly WorkUnit[]) =>
  units.map((unit) => unit.path.replace(root, "") + (unit.problem ? ` ${unit.problem.code}` : ""))

function tree(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = scratch()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(root, name, ".."), { recursive: true })
    writeFileSync(join(root, name), content)
  }
  return root
}

describe("folders", () => {
  it("are walked in byte order of names, with path, size and time", async () => {
    const root = tree({ "b.log": "b", "a/z.log": "az", "B.log": "B", "a.log": "a", "é.log": "é", ".hidden": "h" })
    utimesSync(join(root, "b.log"), 1_615_543_200, 1_615_543_200.25)
    const units = await list(root)
    expect(shown(root, units)).toEqual(["/.hidden", "/B.log", "/a/z.log", "/a.log", "/b.log", "/é.log"])
    expect(units[4]).toMatchObject({ size: 1, mtimeMs: 1_615_543_200_250, file: join(root, "b.log") })
    expect(await list(root)).toEqual(units)
  })

  it("a path is shown as it was given", async () => {
    const root = tree({ "a.log": "a" })
    expect((await list(`${root}/`)).map((unit) => unit.path)).toEqual([`${root}/a.log`])
    expect((await list(`${root}/./a.log`)).map((unit) => unit.path)).toEqual([`${root}/./a.log`])
  })

  it("a file given twice is read once, a hard link is a file of its own", async () => {
    const root = tree({ "a.log": "a" })
    linkSync(join(root, "a.log"), join(root, "b.log"))
    expect(shown(root, await list(root, root, join(root, "a.log")))).toEqual(["/a.log", "/b.log"])
  })

  it("a name that is not UTF-8 is read all the same", async () => {
    const root = scratch()
    writeFileSync(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9]), Buffer.from(".log")]), "192.0.2.1\n")
    const units = await list(root)
    expect(units).toHaveLength(1)
    expect((await readUnit(units[0] as WorkUnit))[0]?.text).toBe("192.0.2.1\n")
    expect(structuredClone(units[0])).toEqual(units[0])
  })
})

describe("links", () => {
  it("to files and folders of the walk are second names; others are followed or reported", async () => {
    const outside = tree({ "out.log": "out", "folder/in.log": "in" })
    const root = tree({ "real.log": "real", "sub/x.log": "x" })
    symlinkSync("real.log", join(root, "a-link"))
    symlinkSync("..", join(root, "sub", "loop"))
    symlinkSync("sub", join(root, "current"))
    symlinkSync(join(outside, "out.log"), join(root, "out-link"))
    symlinkSync(join(outside, "out.log"), join(root, "out-link-again"))
    symlinkSync(join(outside, "folder"), join(root, "folder-link"))
    symlinkSync("nowhere", join(root, "dangling"))
    expect(shown(root, await list(root))).toEqual([
      "/real.log",
      "/sub/x.log",
      "/dangling unreadable",
      "/folder-link unsupported",
      "/out-link",
    ])
  })

  it("given as a path are followed", async () => {
    const root = tree({ "sub/x.log": "x" })
    symlinkSync("sub", join(root, "current"))
    expect(shown(root, await list(join(root, "current")))).toEqual(["/current/x.log"])
  })
})

describe("what is no file", () => {
  it.skipIf(process.platform === "win32")("pipes and sockets are reported and never opened", async () => {
    const root = tree({ "a.log": "a" })
    execFileSync("mkfifo", [join(root, "pipe")])
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(join(root, "socket"), resolve))
    const units = await list(root)
    expect(shown(root, units)).toEqual(["/a.log", "/pipe unsupported", "/socket unsupported"])
    expect(await readUnit(units[1] as WorkUnit)).toMatchObject([{ empty: true, problems: [{ code: "unsupported" }] }])
    await new Promise((resolve) => server.close(resolve))
  })

  it("devices", async () => {
    expect((await list("/dev/null"))[0]?.problem?.code).toBe("unsupported")
  })

  it("a path that is not there", async () => {
    const root = scratch()
    expect(shown(root, await list(join(root, "missing")))).toEqual(["/missing unreadable"])
  })
})

describe("what changes between listing and reading", () => {
  it("a file that is gone, or is a folder or a pipe now, is unreadable", async () => {
    const root = tree({ "a.log": "a\n", "b.log": "b\n", "c.log": "c\n" })
    const units = await list(root)
    for (const name of ["a.log", "b.log", "c.log"]) rmSync(join(root, name))
    mkdirSync(join(root, "b.log"))
    if (process.platform !== "win32") execFileSync("mkfifo", [join(root, "c.log")])
    for (const unit of units) {
      expect(await readUnit(unit)).toMatchObject([{ empty: true, searched: 0, notSearched: 2, problems: [{ code: "unreadable" }] }])
    }
  })

  it("a folder that is gone before it is listed", async () => {
    const root = tree({ "a.log": "a", "z/b.log": "b" })
    const paths: string[] = []
    for await (const unit of discover([root])) {
      paths.push(`${unit.path.replace(root, "")} ${unit.problem?.code ?? ""}`)
      rmSync(join(root, "z"), { recursive: true, force: true })
    }
    expect(paths).toEqual(["/a.log ", "/z unreadable"])
  })

  it("a file that shrank is truncated: what is missing was not searched", async () => {
    const root = tree({ "a.log": "one\ntwo\n" })
    const unit = await unitOf(join(root, "a.log"))
    truncateSync(join(root, "a.log"), 4)
    const leaves = await readUnit(unit)
    expect(leaves[0]?.text).toBe("one\n")
    expect(leaves.at(-1)).toMatchObject({ notSearched: 4, problems: [{ code: "truncated" }] })
  })

  it("a file that grew is read to the size that was listed", async () => {
    const root = tree({ "a.log": "one\n" })
    const unit = await unitOf(join(root, "a.log"))
    writeFileSync(join(root, "a.log"), "one\ntwo\n")
    expect(await readUnit(unit)).toMatchObject([{ text: "one\n", searched: 4, notSearched: 0 }])
  })
})

it("evidence is not touched", async () => {
  const root = tree({ "a.log": "a\n" })
  const before = statSync(join(root, "a.log"))
  for (const unit of await list(root)) await readUnit(unit)
  const after = statSync(join(root, "a.log"))
  expect([after.mtimeMs, after.ctimeMs, after.size, after.mode]).toEqual([before.mtimeMs, before.ctimeMs, before.size, before.mode])
  expect(readFileSync(join(root, "a.log"), "utf8")).toBe("a\n")
})

it("standard input is a unit", async () => {
  expect(await list("-")).toMatchObject([{ path: "-", file: "-", size: 0 }])
})
