// The shared cases as input of a watch: the lines of each file, searched in three goes as they would come, give the hits of a hunt. Runs the
// built code in this process.
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import type { Hit } from "../../src/model/hit.js"
import type { Indicator } from "../../src/model/indicator.js"
import type { WorkUnit } from "../../src/model/work-unit.js"
import { areAbsent, sharedCases, writeContent } from "./shared-cases.js"

const built = (path: string): string => new URL(`../../dist/${path}`, import.meta.url).href
const { hunt } = (await import(built("hunt/hunt.js"))) as typeof import("../../src/hunt/hunt.js")
const { openWatchSearch } = (await import(built("hunt/watch-search.js"))) as typeof import("../../src/hunt/watch-search.js")
const { noCarry } = (await import(built("hunt/tail-scan.js"))) as typeof import("../../src/hunt/tail-scan.js")
const { plainHead } = (await import(built("sources/files/files.js"))) as typeof import("../../src/sources/files/files.js")
const { recognizeFormat } = (await import(built("sources/formats/index.js"))) as typeof import("../../src/sources/formats/index.js")
const { parseIndicator } = (await import(built("intake/intake.js"))) as typeof import("../../src/intake/intake.js")

const scratch = mkdtempSync(join(tmpdir(), "sillage-watched-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe.skipIf(areAbsent)("the shared cases (skipped where ../shared/cases is absent)", () => {
  test("are found alike by a watch", async () => {
    let compared = 0
    let hits = 0
    for (const { id, indicator: value, tz, files } of sharedCases()) {
      const read = parseIndicator(value)
      if (!("indicator" in read)) continue
      const zone = tz === undefined ? {} : { tz }
      for (const file of files) {
        const path = join(scratch, id, file.name)
        writeContent(path, file)
        const asked = { since: null, until: null, own: [], trustedProxies: [], workers: 1, paths: [path], indicators: [read.indicator] }
        const hunted = await hunt({ ...asked, ...zone })
        const watched = await watch(path, read.indicator, zone)
        if (!watched) continue
        compared++
        expect(watched.map(essence), id).toEqual(hunted.hits.flatMap(places))
        hits += watched.length
      }
    }
    expect(compared).toBeGreaterThan(80)
    expect(hits).toBeGreaterThan(40)
  }, 300_000)
})

/** Undefined for what is no file of lines: a watch searches it whole, as the hunt does. */
async function watch(path: string, indicator: Indicator, zone: { readonly tz?: string }): Promise<readonly Hit[] | undefined> {
  const { search } = await openWatchSearch({ source: { given: [indicator] }, own: [], trustedProxies: [], ...zone })
  const text = readFileSync(path)
  const unit: WorkUnit = { id: path, path, file: path, size: text.length, mtimeMs: statSync(path).mtimeMs }
  const head = await plainHead(unit)
  if (!head || recognizeFormat(head, path).decode) return undefined
  const hits: Hit[] = []
  let carry = noCarry
  for (let from = 0, third = 1; from < text.length; third++) {
    const newline = text.indexOf(10, Math.floor((text.length * third) / 3))
    const to = newline < 0 || third === 3 ? text.length : newline + 1
    const answer = await search({ kind: "lines", unit, range: { from, to, open: false }, carry })
    hits.push(...answer.hits.map(({ hit }) => hit))
    carry = answer.carry ?? carry
    from = to
  }
  return hits
}

/** What a hit says, beside its time: the year of a line may only show further on. */
function essence({ indicator, observed, strength, notes, where, direction, action, source }: Hit) {
  return { value: indicator.value, observed, strength, notes, where, direction, action, line: source.line }
}

/** A hunt joins copies of one record; a watch tells each line. */
function places(hit: Hit) {
  return [hit.source, ...hit.also].map((source) => ({ ...essence(hit), line: source.line }))
}
