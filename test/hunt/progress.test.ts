// A hunt tells how far it is within one file too, compressed or not, in this thread and in others.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { HuntProgress } from "../../src/hunt/hunt.js"
import type { Indicator } from "../../src/model/indicator.js"

const { hunt } = await import("../../dist/hunt/hunt.js")

const folder = mkdtempSync(join(tmpdir(), "sillage-progress-"))
const indicator: Indicator = { type: "ipv4-addr", value: "203.0.113.9", provenance: "test", marks: [] } as unknown as Indicator
const records = 120_000

beforeAll(() => {
  const lines = Array.from({ length: records }, (_, at) => {
    const stamp = new Date(Date.UTC(2021, 2, 1) + at * 1000).toISOString()
    return `${stamp} fw1 action=allow src=198.51.${at % 200}.${at % 250} dst=${at === records - 1 ? "203.0.113.9" : "192.0.2.7"} bytes=${at}\n`
  })
  writeFileSync(join(folder, "fw.log.gz"), gzipSync(lines.join(""), { level: 1 }))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function statesOf(workers: number): Promise<readonly HuntProgress[]> {
  const states: HuntProgress[] = []
  const answer = await hunt({
    paths: [folder],
    indicators: [indicator],
    own: [],
    trustedProxies: [],
    since: null,
    until: null,
    workers,
    alwaysThreads: workers > 1,
    progress: (state: HuntProgress) => states.push({ ...state }),
  })
  expect(answer.hits).toHaveLength(1)
  expect(states.at(-1)).toMatchObject({ files: 1, bytes: states.at(-1)?.bytesTotal })
  expect(states.every(({ bytes }, at) => bytes >= (states[at - 1]?.bytes ?? 0))).toBe(true)
  return states
}

test("in this thread, block by block", async () => {
  const states = await statesOf(1)
  expect(states.filter(({ bytes, bytesTotal, files }) => bytes > 0 && bytes < bytesTotal && files === 0).length).toBeGreaterThan(5)
})

test("in others it ends at the whole", async () => {
  await statesOf(2)
})
