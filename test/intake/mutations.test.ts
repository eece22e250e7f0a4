// Every parser over documents made wrong. SILLAGE_FUZZ_SECONDS=300 makes the long run, SILLAGE_FUZZ_FORMAT one parser, SILLAGE_FUZZ_SEED another start.
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { expect, test } from "vitest"
import { bulletinToJson, renderBulletin } from "../../src/app/cli/bulletin-view.js"
import { type Member, readZip } from "../../src/intake/archive.js"
import { bulletinFormats } from "../../src/intake/formats/index.js"
import { readBulletin } from "../../src/intake/intake.js"
import { readValue } from "../../src/intake/value.js"
import type { Bulletin } from "../../src/model/bulletin.js"
import { isObservableType } from "../../src/model/observable.js"
import { problemCodes } from "../../src/model/problem.js"
import { chance, mutated } from "./mutate.js"
import { zipOf } from "./zip-of.js"

const root = "test/fixtures/bulletins"
const seconds = Number(process.env.SILLAGE_FUZZ_SECONDS ?? 0)
const first = Number(process.env.SILLAGE_FUZZ_SEED ?? 1)
const only = process.env.SILLAGE_FUZZ_FORMAT
/** Where the case in hand is noted, so that one that never ends can be named from outside. */
const trace = process.env.SILLAGE_FUZZ_TRACE
const runs = 30
const slowestMs = 10_000

test.each(bulletinFormats.filter(({ name }) => only === undefined || name === only).map(({ name }) => name))(
  "%s: whatever the document, an answer, bounded, canonical and the same again",
  async (format) => {
    const seeds = readdirSync(`${root}/${format}`).flatMap((name) => {
      const folder = `${root}/${format}/${name}`
      return readdirSync(folder).flatMap((file) => (file.startsWith("input.") ? [readFileSync(`${folder}/${file}`)] : []))
    })
    const inner = (await Promise.all(seeds.map((seed) => readZip(seed)))).map(({ members }) => members).filter(({ length }) => length > 0)
    const end = performance.now() + seconds * 1000
    let at = first
    for (; seconds > 0 ? performance.now() < end : at < first + runs; at++) {
      const random = chance(at)
      // Damage to a packed byte only ever tests the unpacking: of what has members, one of them is changed and packed again.
      const input = inner.length > 0 && at % 3 > 0 ? repacked(inner, random) : mutated(seeds, random)
      if (trace !== undefined) writeFileSync(trace, `${format} ${at}`)
      // Half of them as the format itself would be asked to read them, half as a user drops them in.
      const options = at % 2 === 0 ? { format } : {}
      const started = process.cpuUsage()
      const bulletin = await readBulletin("input", input, options)
      expect(process.cpuUsage(started).user / 1000, `time of ${format} ${at}`).toBeLessThan(slowestMs)
      check(bulletin, `${format} ${at}`)
      if (at % 20 === 0)
        expect(bulletinToJson(await readBulletin("input", input, options)), `${format} ${at}`).toEqual(bulletinToJson(bulletin))
    }
    if (seconds > 0) console.log(`${format}: ${at - first} documents`)
  },
  seconds * 2000 + 60_000,
)

function repacked(archives: readonly (readonly Member[])[], random: (below: number) => number): Uint8Array {
  const members = archives[random(archives.length)]!
  const chosen = random(members.length)
  return zipOf(members.map((member, at) => (at === chosen ? { ...member, bytes: mutated([member.bytes], random) } : member)))
}

function check(bulletin: Bulletin, which: string): void {
  for (const { type, value, provenance, marks } of bulletin.indicators) {
    expect(isObservableType(type), which).toBe(true)
    expect(provenance.startsWith("input"), which).toBe(true)
    expect(new Set(marks).size, `${which}: ${marks}`).toBe(marks.length)
    const again = readValue(type, value)
    const same = "found" in again ? again.found.value === value : again.reason
    expect(same, `${which}: ${type} ${JSON.stringify(value.slice(0, 200))}`).toBe(true)
  }
  for (const { code, where } of bulletin.problems) {
    expect(problemCodes, which).toContain(code)
    expect(where.startsWith("input"), `${which}: ${where}`).toBe(true)
  }
  for (const { reason, provenance } of bulletin.leftOut) expect(reason !== "" && provenance !== "", which).toBe(true)
  expect(renderBulletin(bulletin), which).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
  const keys = bulletin.indicators.map(({ type, value }) => `${type} ${value}`)
  expect(new Set(keys).size, which).toBe(keys.length)
}
