// The lines that a thread of the watch searches before it is ready: they run what real lines will run, and nothing of them is told.
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { rehearsals } from "../../src/hunt/rehearsal.js"
import { noCarry } from "../../src/hunt/tail-scan.js"
import { recognizeFormat } from "../../src/sources/formats/index.js"
import { indicatorOf, lineOf, listed } from "./watching.js"

const built = new URL("../../dist/hunt/watch-search.js", import.meta.url).href
const { openWatchSearch } = (await import(built)) as typeof import("../../src/hunt/watch-search.js")

test("they are of formats that logs have, and name what is listed", () => {
  const all = rehearsals([indicatorOf("evil.example"), indicatorOf(listed)])
  expect(new Set(all.map(({ unit, text }) => recognizeFormat(text, unit.path).name)).size).toBe(all.length)
  expect(all.map(({ unit, text }) => recognizeFormat(text, unit.path).name)).not.toContain("text")
  for (const { text } of all) expect(Buffer.from(text).toString()).toContain(listed)
  for (const { text } of rehearsals([])) expect(Buffer.from(text).toString()).not.toContain(listed)
})

test("a search after them answers as one without them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sillage-rehearsal-"))
  try {
    const file = join(folder, "app.log")
    writeFileSync(file, lineOf(1) + lineOf(2, "192.0.2.99"))
    const { size, mtimeMs } = statSync(file)
    const unit = { path: "app.log", file, size, mtimeMs }
    const answers = [false, true].map(async (isRehearsed) => {
      const { search, rehearse } = await openWatchSearch({ source: { given: [indicatorOf(listed)] }, own: [], trustedProxies: [] })
      if (isRehearsed) await rehearse()
      return await search({ kind: "lines", unit, range: { from: 0, to: size, open: false }, carry: noCarry })
    })
    const [plain, rehearsed] = await Promise.all(answers)
    expect(rehearsed).toEqual(plain)
    expect(plain?.hits.length).toBe(1)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
