// The pass that profiles every foreign address tells how far it is within one file too, in this thread and in others.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { HuntProgress, StepProgress } from "../../src/hunt/hunt.js"

const { pivotArchive } = await import("../../dist/hunt/pivot.js")

const folder = mkdtempSync(join(tmpdir(), "sillage-profiles-"))
const path = join(folder, "access.log")
const line = (client: string, second: number) =>
  `${client} - - [01/Mar/2021:06:00:${String(second % 60).padStart(2, "0")} +0000] "GET /page-${second % 97} HTTP/1.1" 200 512 "-" "Browser/${second % 7}"\n`

beforeAll(() => {
  const block = Array.from({ length: 500 }, (_, at) => line(`203.0.${at % 120}.${at % 250}`, at)).join("")
  writeFileSync(path, block.repeat(600))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each([1, 2])(
  "with %i at work",
  async (workers) => {
    const states: (HuntProgress | StepProgress)[] = []
    const request = { paths: [path], own: [], trustedProxies: [], since: null, until: null, workers, excluded: [] }
    const seeds = ["203.0.1.1", "203.0.2.2", "203.0.3.3"]
    const answer = await pivotArchive({ ...request, seeds, progress: (state) => states.push(state) })
    expect(answer.records).toBe(300_000)
    const read = states.flatMap((state) => ("bytes" in state ? [state] : []))
    expect(read[0]).toMatchObject({ bytes: 0, pass: "profiles" })
    expect(read.filter(({ bytes, bytesTotal }) => bytes > 0 && bytes < bytesTotal).length).toBeGreaterThan(10)
    expect(read.every(({ bytes }, at) => bytes >= (read[at - 1]?.bytes ?? 0))).toBe(true)
    expect(read.at(-1)?.bytes).toBe(read.at(-1)?.bytesTotal)
    expect(read.filter(({ files }) => files === 1).every(({ bytes, bytesTotal }) => bytes === bytesTotal)).toBe(true)
    const counted = states.flatMap((state) => ("steps" in state ? [state] : []))
    expect(new Set(counted.map(({ pass }) => pass))).toEqual(
      new Set(["comparing (random sets)", "comparing (chance)", "comparing (self-test)"]),
    )
    expect(counted.every(({ steps, stepsTotal }) => steps >= 0 && steps <= stepsTotal)).toBe(true)
  },
  120_000,
)
