// A watch that is cut off anywhere, or whose world fails it, tells of every record once, or again with the same id.
import { execFileSync, spawn } from "node:child_process"
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { assetOf, assetsOf, commitsOf, indicatorOf, lineOf, listed, Place, StoreError, searcher, sleep } from "./watching.js"

let place: Place
beforeEach(() => {
  place = new Place()
  mkdirSync(place.logs)
})
afterEach(() => place.leave())

const at = (name: string): string => join(place.logs, name)
const append = (name: string, ...numbers: readonly number[]): void => appendFileSync(at(name), numbers.map((one) => lineOf(one)).join(""))
const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index)

class Killed extends Error {}

/** Starts it again and again, cut off at its first commit, its second, and so on, until it comes to its end. How often it was cut. */
async function cutAnywhere(given: Pick<NonNullable<Parameters<Place["once"]>[0]>, "source"> = {}): Promise<number> {
  for (let cutAt = 1; ; cutAt++) {
    let cut = false
    const state = commitsOf(place.workspace.state, (number) => {
      if (number !== cutAt) return
      cut = true
      throw new Killed()
    })
    await place.once({ state, ...given }).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error
    })
    if (!cut) return cutAt - 1
  }
}

describe("cut off", () => {
  /** What happens to the log before each start. */
  const steps: readonly (() => void)[] = [
    () => append("app.log", ...range(1, 4)),
    () => append("app.log", ...range(5, 6)),
    () => {
      renameSync(at("app.log"), at("app.log.1"))
      append("app.log.1", 7)
      append("app.log", ...range(8, 9))
    },
    () => appendFileSync(at("app.log"), lineOf(10).trimEnd()),
    () => appendFileSync(at("app.log"), ` more=1\n${lineOf(11)}`),
  ]

  test("before any commit, it goes on where it stood", async () => {
    let cuts = 0
    for (const step of steps) {
      step()
      cuts += await cutAnywhere()
    }
    expect(cuts).toBeGreaterThan(10)
    expect(place.assets()).toEqual(assetsOf(...range(1, 11)))
  })

  test("within a commit, nothing of it holds", async () => {
    append("app.log", 1, 2)
    const tell = (): void => {
      throw new Killed()
    }
    await expect(place.once({ tell })).rejects.toThrow(Killed)
    await place.once()
    expect(place.assets()).toEqual(assetsOf(1, 2))
  })

  test("by a thread that dies, it searches the part again", async () => {
    append("app.log", 1, 2)
    let deaths = 0
    const open = searcher((search) => (deaths++ < 1 ? Promise.reject(new Error("out of memory")) : search()))
    const watch = await place.once({ open })
    expect([place.assets(), watch.status.deaths, place.problems]).toEqual([assetsOf(1, 2), 1, []])
  })

  test("by two threads that die of one part, it passes over it and says so", async () => {
    append("app.log", 1)
    const open = searcher(() => Promise.reject(new Error("out of memory")))
    await place.once({ open })
    expect(place.problems).toMatchObject([{ code: "unreadable", where: `${at("app.log")}:0` }])
    append("app.log", 2)
    await place.once()
    expect(place.assets()).toEqual(assetsOf(2))
  })
})

describe("new indicators", () => {
  const other = "198.51.100.7"
  const both = { given: [indicatorOf(listed), indicatorOf(other)] }

  test("are searched for in the past once, and in the future", async () => {
    appendFileSync(at("app.log"), lineOf(1) + lineOf(2, other) + lineOf(3, other))
    await place.once()
    expect(place.assets()).toEqual(assetsOf(1))
    appendFileSync(at("app.log"), lineOf(4, other) + lineOf(5))
    await place.once({ source: both })
    expect(place.assets()).toEqual(assetsOf(1, 2, 3, 4, 5))
    const found = Object.fromEntries(place.alerts().map(({ asset, found }) => [asset, found]))
    expect(found).toMatchObject({ [assetOf(2)]: "past", [assetOf(3)]: "past", [assetOf(4)]: "live" })
    await place.once({ source: both })
    expect(place.assets()).toEqual(assetsOf(1, 2, 3, 4, 5))
  })

  test("find the past of a log that was compressed meanwhile, and cut off anywhere find it once", async () => {
    for (const name of ["a.log", "b.log", "c.log"]) appendFileSync(at(name), lineOf(1) + lineOf(name.charCodeAt(0), other))
    await place.once()
    execFileSync("gzip", [at("b.log")])
    await cutAnywhere({ source: both })
    expect(place.assets()).toEqual(assetsOf(1, 1, 1, 97, 98, 99))
    expect(place.problems).toEqual([])
  })

  describe("so many that what is kept of them is stored in pieces", () => {
    const manyOf = (count: number) =>
      range(1, count).map((number) => indicatorOf(`100.${64 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`))
    const many = { given: [...both.given, ...manyOf(26_000)] }
    const pieces = (): number => place.workspace.state.entries("watch-prints").length

    test("are searched for in the past once, cut off anywhere, and leave no pieces that nothing needs", async () => {
      appendFileSync(at("app.log"), lineOf(1) + lineOf(2, other))
      await place.once()
      const cuts = await cutAnywhere({ source: many })
      expect(cuts).toBeGreaterThan(6)
      await place.once({ source: many })
      expect([place.assets(), pieces()]).toEqual([assetsOf(1, 2), 2])
      // Known from the pieces: nothing of it is new.
      await place.once({ source: { given: [...many.given, indicatorOf("198.51.100.8")] } })
      expect(place.workspace.state.entries("watch-past")).toEqual([])
      await place.once({ source: both })
      expect([place.assets(), pieces()]).toEqual([assetsOf(1, 2), 0])
    }, 60_000)

    test("take over while a log grows, and the next ones while they are being stored", async () => {
      append("app.log", 1)
      let given = both.given.slice(0, 1)
      let revision = 1
      const source = {
        get given() {
          return given
        },
      }
      const watch = place.start({ source, revision: () => String(revision) })
      await place.until(() => place.told.length > 0)
      appendFileSync(at("app.log"), lineOf(2, other))
      given = many.given
      revision++
      await place.until(() => pieces() > 0)
      given = [...many.given, indicatorOf("198.51.100.8")]
      revision++
      appendFileSync(at("app.log"), lineOf(3, "198.51.100.8"))
      await place.until(() => watch.status.swaps > 0 && place.assets().length === 3 && watch.status.pastLeft === 0)
      await place.until(() => pieces() === 2)
      expect(place.assets()).toEqual(assetsOf(1, 2, 3))
    }, 60_000)
  })
})

describe("in a world that fails", () => {
  test("a full disk stops the search where it is, until there is room", async () => {
    append("app.log", ...range(1, 3))
    let full = 0
    const state = commitsOf(place.workspace.state, (number) => {
      if (number === 2 || number === 3) {
        full++
        throw new StoreError("the disk is full", "SQLITE_FULL")
      }
    })
    await place.once({ state })
    expect([full, place.assets()]).toEqual([2, assetsOf(1, 2, 3)])
    expect(place.problems).toMatchObject([{ code: "unreadable", where: "workspace" }])
  })

  test("a clock that jumps changes no count and no window", async () => {
    const start = Date.UTC(2026, 2, 15)
    let jump = 0
    let ticks = 0
    const clock = { nowMs: () => start + jump + ticks, monotonicMs: () => (ticks += 1) }
    append("app.log", 1, 1)
    await place.once({ ...clock, isLast: () => false, signal: AbortSignal.timeout(400) })
    jump = -400 * 86_400_000
    append("app.log", 1, 2)
    await place.once(clock)
    jump = 400 * 86_400_000
    append("app.log", 1, 3)
    await place.once(clock)
    expect(place.assets()).toEqual(assetsOf(1, 1, 1, 1, 2, 3))
  })

  test("invalid UTF-8, NULs and control bytes hide nothing", async () => {
    const dirt = Buffer.from([0xff, 0xc3, 0x28, 0x1b, 0x07, 0xe2, 0x82])
    writeFileSync(
      at("app.log"),
      Buffer.concat([Buffer.from(lineOf(1)), dirt, Buffer.from(` ${lineOf(2)}`), dirt, Buffer.from(`\n${lineOf(3)}`)]),
    )
    await place.once()
    appendFileSync(at("app.log"), Buffer.concat([dirt, Buffer.from(` ${lineOf(4)}`)]))
    await place.once()
    expect(place.alerts().map(({ example }) => example.source.line)).toEqual([1, 2, 4, 5])
  })

  test("a line without end is searched in bounded memory, and what it holds is told of once", async () => {
    const filler = Buffer.alloc(1 << 20, "x ")
    appendFileSync(at("app.log"), lineOf(1).trimEnd())
    for (let megabyte = 0; megabyte < 48; megabyte++) appendFileSync(at("app.log"), filler)
    const before = process.memoryUsage().arrayBuffers
    await place.once()
    expect(place.assets()).toHaveLength(1)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(24 * 1024 * 1024)
    appendFileSync(at("app.log"), ` src=198.51.100.7\n${lineOf(2)}`)
    await place.once()
    expect(place.alerts().map(({ count, example }) => [count, example.source.line])).toEqual([
      [1, 1],
      [1, 2],
    ])
  })

  test("a log that cannot be read is a problem, told once, and is read when it can be", async () => {
    append("app.log", 1)
    mkdirSync(at("sub"))
    await place.once({ paths: [place.logs, join(place.root, "not-yet.log")] })
    expect(place.problems).toMatchObject([{ code: "unreadable", where: join(place.root, "not-yet.log") }])
    appendFileSync(join(place.root, "not-yet.log"), lineOf(2))
    await place.once({ paths: [place.logs, join(place.root, "not-yet.log")] })
    expect(place.assets()).toEqual(assetsOf(1, 2))
  })
})

describe("alerts", () => {
  test("sum up one indicator on one asset, are told at once and again at the end", async () => {
    append("app.log", 1, 1, 1, 2)
    await place.once()
    const told = place.told.map((one) => (one.type === "alert" ? [one.asset, one.revision, one.count, one.closed] : []))
    expect(told).toEqual([
      [assetOf(1), 1, 3, false],
      [assetOf(2), 1, 1, false],
    ])
  })

  test("are told again within their window when something more telling happens", async () => {
    const failed = "Mar 15 10:00:00 gate sshd[1]: Failed password for root from 203.0.113.9 port 22 ssh2\n"
    writeFileSync(at("auth.log"), failed + failed)
    await place.once({ isLast: () => false, signal: AbortSignal.timeout(400) })
    appendFileSync(at("auth.log"), failed)
    appendFileSync(at("auth.log"), failed.replace("Failed", "Accepted"))
    await place.once()
    const told = place.told.map((one) => (one.type === "alert" ? [one.revision, one.grade, one.count] : []))
    expect(told).toEqual([
      [1, "attempt", 2],
      [2, "authenticated", 4],
    ])
    expect(place.alerts()).toHaveLength(1)
  })

  test("are not raised by lists, by Sillage's own output, or for withdrawn indicators", async () => {
    writeFileSync(at("blocklist.txt"), "203.0.113.9\n198.51.100.1\n198.51.100.2\n198.51.100.3\n")
    append("app.log", 1)
    await place.once()
    const [alert] = place.alerts()
    writeFileSync(at("alerts.ndjson"), `${JSON.stringify(alert)}\n`)
    await place.once()
    const withdrawn = { given: [{ ...indicatorOf("198.51.100.77"), marks: ["withdrawn"] }] }
    appendFileSync(at("app.log"), lineOf(5, "198.51.100.77"))
    await place.once({ source: withdrawn })
    expect(place.assets()).toEqual(assetsOf(1))
    const echoes = place.told.flatMap((one) => (one.type === "echo" ? [one.echo] : []))
    expect(echoes.sort()).toEqual(["list", "own-output", "withdrawn"])
  })
})

test("the process killed with SIGKILL again and again tells of every record, and of none with two ids", async () => {
  const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url))
  const alerts = join(place.root, "alerts.ndjson")
  const flags = ["--workspace", place.workspace.dir, "--indicator", listed, "--alert", `file:${alerts}`, "--quiet", "--json"]
  for (let round = 0; round < 3; round++) {
    append("app.log", ...range(1 + 200 * round, 200 + 200 * round))
    const child = spawn(process.execPath, [cli, "watch", ...flags, place.logs], { stdio: ["ignore", "pipe", "inherit"] })
    // Killed at some point of its work: as soon as it says anything, or a little later.
    await new Promise((resolve) => child.stdout.once("data", resolve))
    await sleep(7 * round)
    child.kill("SIGKILL")
    await new Promise((resolve) => child.once("close", resolve))
  }
  expect(execFileSync(process.execPath, [cli, "watch", "--once", ...flags, place.logs]).length).toBeGreaterThan(0)
  const lines = readFileSync(alerts, "utf8").split("\n").filter(Boolean)
  const ids = new Map(
    lines.flatMap((line) => (line.startsWith("{") && line.endsWith("}") ? [JSON.parse(line)] : [])).map((one) => [one.id, one.asset]),
  )
  expect([...ids.values()].sort()).toEqual(assetsOf(...range(1, 600)))
}, 120_000)
