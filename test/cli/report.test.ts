// `sillage report` as people call it: over an archive at once, of a kept hunt with more records than are kept, and with what no mail takes.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import PostalMime from "postal-mime"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import type { Report } from "../../src/export/reports/report.js"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url))
let root: string
const at = (name: string) => join(root, name)
const line = (at: number, address: string) =>
  `${address} - - [04/Mar/2021:05:${String(Math.floor(at / 60) % 60).padStart(2, "0")}:${String(at % 60).padStart(2, "0")} +0000] "GET /a${at} HTTP/1.1" 200 5 "-" "ua"`

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    encoding: "utf8",
    cwd: root,
    env: { ...process.env, XDG_DATA_HOME: at("data") },
    maxBuffer: 1 << 28,
  })
  return { status, stdout, stderr }
}

function written(folder: string): Report {
  const name = readdirSync(at(folder)).find((one) => one.endsWith(".json")) as string
  return JSON.parse(readFileSync(at(`${folder}/${name}`), "utf8"))
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "sillage-report-"))
  mkdirSync(at("logs"))
  const lines = Array.from({ length: 1_300 }, (_, at) => line(at, "192.0.2.9"))
  writeFileSync(at("logs/access.log"), `${[...lines, line(1_300, "192.0.2.10"), line(1_301, "198.51.100.1")].join("\n")}\n`)
  writeFileSync(at("list.csv"), "type,value\nip-dst,192.0.2.9\nip-dst,192.0.2.10\nip-dst,192.0.2.11\n")
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

test("an archive is hunted and reported in one step, every record counted", () => {
  const given = ["--bulletin", "list.csv", "--since", "2021-01-01", "--quiet", "--lang", "fr,en"]
  const { status, stdout, stderr } = run("report", ...given, "--format", "html,json", "--out", "now", "logs")
  expect([status, stderr]).toEqual([0, ""])
  expect(stdout).toContain("Nothing was sent.")
  expect(readdirSync(at("now")).map((name) => name.replace(/^[^.]+/, ""))).toEqual([".en.html", ".en.json", ".fr.html", ".fr.json"])
  const report = written("now")
  expect(report.answer).toBe("seen")
  expect(report.counts).toMatchObject({ hits: 1_301, listed: 1_001, exact: true, indicators: 2 })
  expect(report.findings.map((one) => [one.indicator.value, one.hits])).toEqual([
    ["192.0.2.10", 1],
    ["192.0.2.9", 1_300],
  ])
  expect(report.notSeen.map(({ value }) => value)).toEqual(["192.0.2.11"])
  expect(report.chance).toMatch(/^1,301 hits on 2 listed addresses; by chance /)
})

test("a kept hunt is counted in full by its report, its triage and its STIX sightings, a saved one in all", () => {
  run("init")
  const hunted = run("hunt", "--quiet", "--json", "--bulletin", "list.csv", "--since", "2021-01-01", "logs")
  writeFileSync(at("hunt.ndjson"), hunted.stdout)
  const { groups } = JSON.parse(run("triage", "list", "--json").stdout)
  expect(groups.map((one: { indicator: { value: string }; hits: number }) => [one.indicator.value, one.hits])).toContainEqual([
    "192.0.2.9",
    1_300,
  ])
  run("report", "--format", "json,stix", "--out", "kept")
  const bundle = readdirSync(at("kept")).find((name) => name.endsWith(".stix.json")) as string
  const { objects } = JSON.parse(readFileSync(at(`kept/${bundle}`), "utf8"))
  expect(
    objects
      .filter(({ type }: { type: string }) => type === "sighting")
      .map(({ count }: { count: number }) => count)
      .sort(),
  ).toEqual([0, 1, 1_300])
  rmSync(at(`kept/${bundle}`))
  expect(written("kept").counts).toMatchObject({ hits: 1_301, listed: 1_001, exact: true })
  run("report", "--input", "hunt.ndjson", "--bulletin", "list.csv", "--format", "json", "--out", "saved")
  expect(written("saved").counts).toMatchObject({ hits: 1_301, listed: 1_001, exact: false })
})

test("what is too large for a mail stands beside it, named in it with its digest", async () => {
  const [hit, ...rest] = readFileSync(at("hunt.ndjson"), "utf8").split("\n")
  const first = JSON.parse(hit as string)
  const large = Array.from({ length: 2_200 }, (_, at) =>
    JSON.stringify({ ...first, id: `hit ${at}`, record: `192.0.2.9 ${"x".repeat(4_000)}` }),
  )
  const tail = rest.filter((one) => /^\{"type":"(?:coverage|summary)"/.test(one))
  writeFileSync(at("large.ndjson"), `${[...large, ...tail].join("\n")}\n`)
  const given = ["--input", "large.ndjson", "--bulletin", "list.csv", "--to", "cert@cert.example", "--attach", "csv,misp", "--out", "mail"]
  expect(run("report", ...given)).toMatchObject({ status: 0, stderr: "" })
  const names = readdirSync(at("mail"))
  const csv = names.find((name) => name.endsWith(".csv")) as string
  const bytes = readFileSync(at(`mail/${csv}`))
  expect(bytes.length).toBeGreaterThan(7 * 1024 * 1024)
  const mail = await PostalMime.parse(readFileSync(at(`mail/${names.find((name) => name.endsWith(".eml"))}`)))
  expect(mail.attachments.map(({ filename }) => filename?.replace(/^[^.]+/, ""))).toEqual([".en.misp.json"])
  for (const text of [mail.text, mail.html]) {
    expect(text).toContain(csv)
    expect(text).toContain(createHash("sha256").update(bytes).digest("hex"))
  }
  expect(mail.text).toContain("Not attached because of its size")
})
