// `sillage case`: records are found again in plain files and containers, the bundle is the same bytes, and a changed archive shows.
import { execFileSync, spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterAll, beforeAll, expect, test, vi } from "vitest"

import { readTar } from "../../src/export/evidence/tar.js"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const cli = new URL("../../dist/cli.js", import.meta.url).pathname
let root: string
const at = (name: string) => join(root, name)
const line = (second: number, address: string) =>
  `${address} - - [04/Mar/2021:05:06:${String(second).padStart(2, "0")} +0000] "GET /a HTTP/1.1" 200 5 "-" "ua"`

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    encoding: "utf8",
    env: { ...process.env, XDG_DATA_HOME: at("data") },
  })
  return { status, stdout, stderr }
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "sillage-case-"))
  mkdirSync(at("logs"))
  const lines = [1, 2, 3, 4, 5].map((second) => line(second, second === 3 ? "192.0.2.9" : "198.51.100.1"))
  writeFileSync(at("logs/a.log"), `${lines.join("\r\n")}\r\n`)
  writeFileSync(at("logs/b.log.gz"), gzipSync(lines.slice(2).join("\n")))
  writeFileSync(at("logs/long.log"), `${"x".repeat(1_500_000)} 192.0.2.9 ${"y".repeat(10)}\nend\n`)
  mkdirSync(at("in"))
  writeFileSync(at("in/c.log"), `${lines.join("\n")}\n`)
  execFileSync("tar", ["-czf", at("logs/c.tar.gz"), "-C", at("in"), "c.log"])
  writeFileSync(at("hunt.ndjson"), run("hunt", "--json", "--no-decoys", "--indicator", "192.0.2.9", at("logs")).stdout)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

test("every record is packed with what stands around it, twice the same bytes", () => {
  for (const name of ["one.tar", "two.tar"])
    expect(run("case", "pack", "--input", at("hunt.ndjson"), "--context", "1", "--out", at(name))).toMatchObject({ status: 0 })
  expect(Buffer.compare(readFileSync(at("one.tar")), readFileSync(at("two.tar")))).toBe(0)
  const files = readTar(readFileSync(at("one.tar")))
  if (typeof files === "string") throw new Error(files)
  const records = Buffer.from(files.find((file) => file.path === "records.ndjson")?.bytes ?? [])
    .toString()
    .trim()
    .split("\n")
    .map((one) => JSON.parse(one) as { file: string; text: string; before: string[]; after: string[]; found: boolean; truncated: boolean })
  expect(records.every((one) => one.found)).toBe(true)
  const plain = records.find((one) => one.file === "a.log")
  expect(plain).toMatchObject({ text: line(3, "192.0.2.9"), before: [line(2, "198.51.100.1")], after: [line(4, "198.51.100.1")] })
  expect(records.find((one) => one.file === "long.log")).toMatchObject({ truncated: true, after: ["end"] })
})

test("a bundle is checked alone, in place, and where the archive was moved", () => {
  expect(run("case", "verify", at("one.tar"))).toMatchObject({ status: 0 })
  expect(run("case", "verify", "--in-place", at("one.tar"))).toMatchObject({ status: 0 })
  cpSync(at("logs"), at("moved"), { recursive: true })
  writeFileSync(at("moved/a.log"), readFileSync(at("moved/a.log"), "utf8").replace("192.0.2.9", "192.0.2.8"))
  rmSync(at("moved/b.log.gz"))
  const { status, stdout } = run("case", "verify", "--json", "--archive", at("moved"), at("one.tar"))
  expect(status).toBe(3)
  const { archive } = JSON.parse(stdout) as {
    archive: { originals: { changed: string[]; absent: string[] }; records: { changed: string[] } }
  }
  expect(archive.originals).toMatchObject({ changed: [at("logs/a.log")], absent: [at("logs/b.log.gz")] })
  expect(archive.records.changed).toHaveLength(1)
})

test("bundles of several organisations are counted, what each searched and did not see too, broken ones not", () => {
  mkdirSync(at("bundles"))
  const list = at("list.csv")
  writeFileSync(list, "type,value\nip-dst,192.0.2.9\nip-dst,192.0.2.77\n")
  const pack = (name: string, organisation: string) => {
    writeFileSync(at("profile.json"), JSON.stringify({ organisation: { name: organisation, sector: "Énergie" }, tlp: "green" }))
    const args = ["--input", at("hunt.ndjson"), "--bulletin", list, "--profile", at("profile.json"), "--out", at(`bundles/${name}.tar`)]
    expect(run("case", "pack", ...args)).toMatchObject({ status: 0, stderr: "" })
  }
  pack("a", "Org A")
  pack("again", "Org A")
  pack("b", "Org B")
  const bytes = readFileSync(at("one.tar"))
  bytes[bytes.indexOf('"text"') + 12] = 0x58
  writeFileSync(at("bundles/bad.tar"), bytes)
  const counted = JSON.parse(run("collect", "--reader", "green", "--json", at("bundles")).stdout)
  expect(counted).toMatchObject({ reports: 3, organisations: 2, affected: 2, tlp: "green" })
  expect(counted.indicators[0]).toMatchObject({
    value: "192.0.2.9",
    seenBy: 2,
    sectors: { energy: 2 },
    firstSeen: "2021-03-04T05:06:03.000Z",
  })
  expect(counted.indicators[1]).toMatchObject({ value: "192.0.2.77", seenBy: 0, notSeenBy: 2 })
  expect(counted.problems).toEqual([
    { code: "malformed", where: at("bundles/bad.tar"), message: "the bundle does not verify: hits.ndjson was changed" },
  ])
  // The same hunt as a report: one organisation, whatever form it sends.
  const report = ["--input", at("hunt.ndjson"), "--bulletin", list, "--profile", at("profile.json"), "--format", "stix,misp"]
  expect(run("report", ...report, "--out", at("bundles"))).toMatchObject({ status: 0 })
  expect(JSON.parse(run("collect", "--json", at("bundles")).stdout)).toMatchObject({ reports: 5, organisations: 2 })
})

test("a changed byte does not verify", () => {
  const bytes = readFileSync(at("one.tar"))
  bytes[bytes.indexOf('"text"') + 12] = 0x58
  writeFileSync(at("bad.tar"), bytes)
  expect(run("case", "verify", at("bad.tar"))).toMatchObject({ status: 2, stdout: expect.stringContaining("DOES NOT VERIFY") })
  writeFileSync(at("bad.tar"), "no tar")
  expect(run("case", "verify", at("bad.tar"))).toMatchObject({ status: 2 })
})

test("records that are no longer there are packed as the hunt's excerpt, and said", () => {
  cpSync(at("logs"), at("gone"), { recursive: true })
  writeFileSync(at("gone/a.log"), "empty\n")
  const { status, stdout } = run("case", "pack", "--input", at("hunt.ndjson"), "--archive", at("gone"), "--out", at("part.tar"))
  expect(status).toBe(3)
  expect(stdout).toContain("NOT FOUND AGAIN at its place: 1 records")
})
