// A large plain file is searched in segments: the answer is that of the whole file, whoever searches it.
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, expect, test } from "vitest"

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "sillage-segments-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Planted {
  readonly line: number
  readonly offset: number
}

/** Lines of ordinary traffic with the address planted around every border of 16 MiB, at the start, in the middle and at the end. */
function write(name: string, header: string, line: (address: string) => string): readonly Planted[] {
  const ordinary = line("10.20.30.40")
  const planted = line("203.0.113.9")
  const border = 16 * 1024 * 1024
  const parts: string[] = [header]
  const plants: Planted[] = []
  let offset = header.length
  let number = header === "" ? 1 : 2
  for (; offset < 2.3 * border; number++) {
    const near = [0, 1, 2].some((at) => Math.abs(offset - at * border) < 2 * ordinary.length)
    const text = near || number % 60_000 === 0 ? planted : ordinary
    if (text === planted) plants.push({ line: number, offset })
    parts.push(text)
    offset += text.length
  }
  writeFileSync(join(folder, name), parts.join(""))
  return plants
}

function hunt(name: string, workers: string): { readonly hits: readonly unknown[]; readonly records: number; readonly out: string } {
  const run = spawnSync(process.execPath, [cli, "hunt", "--indicator", "203.0.113.9", "--workers", workers, "--json", join(folder, name)], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  })
  const lines = run.stdout
    .split("\n")
    .filter(Boolean)
    .map((one) => JSON.parse(one))
  return {
    hits: lines
      .filter((one) => one.type === "hit")
      .map(({ source, where, time }) => ({ line: source.line, offset: source.offset, where, earliest: time.earliest })),
    records: lines.find((one) => one.type === "coverage").records,
    out: run.stdout,
  }
}

function check(name: string, plants: readonly Planted[], records: number): void {
  const wanted = plants.map((plant) => ({ ...plant, where: "source.ip", earliest: "2021-02-03T04:05:06Z" }))
  const alone = hunt(name, "1")
  expect(alone.hits).toEqual(wanted)
  expect(alone.records).toBe(records)
  expect(hunt(name, "2").out).toBe(alone.out)
}

test("lines", () => {
  const plants = write("lines.log", "", (address) => `2021-02-03T04:05:06Z fw1 src=${address} dst=192.168.1.1 action=allow bytes=1200\n`)
  const length = "2021-02-03T04:05:06Z fw1 src=10.20.30.40 dst=192.168.1.1 action=allow bytes=1200\n".length
  check("lines.log", plants, Math.ceil((2.3 * 16 * 1024 * 1024) / length))
})

test("a table whose first line names its columns", () => {
  const plants = write("table.csv", "eventtime,src_ip,dst_ip,verdict\n", (address) => `2021-02-03T04:05:06Z,${address},192.168.1.1,allow\n`)
  const length = "2021-02-03T04:05:06Z,10.20.30.40,192.168.1.1,allow\n".length
  check("table.csv", plants, 1 + Math.ceil((2.3 * 16 * 1024 * 1024 - 32) / length))
})
