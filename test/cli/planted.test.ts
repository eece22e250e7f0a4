// The founding case end to end: the real bulletin over the planted archive, against its truth (both only where the shared data lies).
import { execFileSync, spawnSync } from "node:child_process"
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const data = at("../../../shared/data")
const cli = at("../../dist/cli.js")
const present = existsSync(data)
if (!present) console.info("shared data absent: the planted archive is not hunted here")

interface Line {
  readonly type: string
  readonly indicator: { readonly value: string }
  readonly where: string | null
  readonly source: { readonly path: string; readonly line?: number }
  readonly also: readonly { readonly path: string; readonly line?: number }[]
  readonly time: { readonly earliest: string; readonly latest: string; readonly assumption: readonly string[] }
  readonly hits: { readonly total: number; readonly outsideWindow: number }
  readonly exit: number
}

interface Truth {
  readonly mtimes: Readonly<Record<string, string | number>>
  readonly zone_of_unzoned: string
  readonly plants: readonly { file: string; line: number; ioc: string; role: string; time: string; in_window: boolean; form: string }[]
  readonly near_misses: readonly { file: string; line: number; value: string }[]
}

/** The fields that stand for a role of the truth. */
const rolesOf: Readonly<Record<string, readonly string[]>> = {
  source: ["source.ip", "network.forwarded_ip"],
  destination: ["destination.ip"],
}

describe.skipIf(!present)("the planted archive", () => {
  const folder = mkdtempSync(join(tmpdir(), "sillage-planted-"))
  const bulletinFolder = join(data, "bulletins/certfr-2021-ioc-003")
  let truth: Truth
  let lines: readonly Line[]
  let exit: number | null
  beforeAll(() => {
    truth = JSON.parse(readFileSync(join(data, "planted_truth.json"), "utf8"))
    cpSync(join(data, "planted"), join(folder, "planted"), { recursive: true })
    execFileSync("chmod", ["-R", "u+w", folder])
    for (const [file, mtime] of Object.entries(truth.mtimes)) utimesSync(join(folder, "planted", file), new Date(mtime), new Date(mtime))
    const csv = readdirSync(bulletinFolder).find((name) => name.endsWith(".csv")) as string
    const window = ["--since", "2021-01-01", "--tz", truth.zone_of_unzoned]
    const run = spawnSync(
      process.execPath,
      [cli, "hunt", "--bulletin", join(bulletinFolder, csv), ...window, "--json", join(folder, "planted")],
      {
        maxBuffer: 1 << 28,
        encoding: "utf8",
      },
    )
    exit = run.status
    lines = run.stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  }, 120_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const found = (file: string, line: number, value: string): Line | undefined =>
    lines.find(
      (one) =>
        one.type === "hit" &&
        one.indicator.value === value &&
        [one.source, ...one.also].some((place) => place.line === line && place.path === join(folder, "planted", file)),
    )

  it("ends with hits", () => expect(exit).toBe(0))

  it("finds every plant inside the window, at its place and time", () => {
    const wrong = truth.plants
      .filter((plant) => plant.in_window)
      .filter((plant) => {
        const hit = found(plant.file, plant.line, plant.ioc)
        return !hit || Math.abs(Date.parse(hit.time.earliest) - Date.parse(plant.time)) >= 1000
      })
    expect(wrong).toEqual([])
  })

  it("gives each its role", () => {
    const wrong = truth.plants
      .filter((plant) => plant.in_window)
      .flatMap((plant) => {
        const where = found(plant.file, plant.line, plant.ioc)?.where ?? "nowhere"
        return rolesOf[plant.role]?.includes(where) ? [] : [{ ...plant, where }]
      })
    expect(wrong).toEqual([])
  })

  it("reports none of the near misses", () => {
    const places = new Set(truth.plants.map((plant) => `${plant.file}:${plant.line}`))
    const near = truth.near_misses.filter((miss) => !places.has(`${miss.file}:${miss.line}`))
    const hits = lines.filter((one) => one.type === "hit")
    const wrong = near.filter((miss) => hits.some((hit) => hit.source.line === miss.line && hit.source.path.endsWith(`/${miss.file}`)))
    expect(wrong).toEqual([])
  })

  it("keeps of the plants outside only those whose year rests on the mtime, and counts the others", () => {
    const outside = truth.plants.filter((plant) => !plant.in_window)
    const kept = outside.flatMap((plant) => found(plant.file, plant.line, plant.ioc) ?? [])
    expect(kept.map((hit) => hit.time.assumption.includes("year-unknown"))).toEqual([true, true])
    const summary = lines.at(-1) as Line
    expect(summary.hits.outsideWindow).toBe(outside.length - kept.length)
  })

  it("finds nothing in the same kind of logs without plants, and says when they were cut off", () => {
    const clean = join(folder, "clean")
    cpSync(join(data, "logs/elastic-examples"), clean, { recursive: true })
    execFileSync("chmod", ["-R", "u+w", clean])
    const csv = join(bulletinFolder, readdirSync(bulletinFolder).find((name) => name.endsWith(".csv")) as string)
    const hunt = () =>
      spawnSync(process.execPath, [cli, "hunt", "--bulletin", csv, "--json", clean], { maxBuffer: 1 << 28, encoding: "utf8" })
    expect(hunt().status).toBe(1)
    const gz = readdirSync(join(data, "planted"), { recursive: true })
      .map(String)
      .find((name) => name.endsWith(".gz") && !truth.plants.some((plant) => plant.file === name)) as string
    cpSync(join(data, "planted", gz), join(clean, "cut.gz"))
    execFileSync("chmod", ["u+w", join(clean, "cut.gz")])
    truncateSync(join(clean, "cut.gz"), 200)
    const cut = hunt()
    expect(cut.status).toBe(3)
    expect(cut.stdout).toContain('"reasons":["truncated"]')
  })
})
