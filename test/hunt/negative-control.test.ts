// Every indicator of every shared bulletin over every shared log: no true hit, and what is hit by mistake says so by its marks.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { type HuntAnswer, hunt } from "../../dist/hunt/hunt.js"
import { readBulletin } from "../../dist/intake/intake.js"
import type { Indicator } from "../../src/model/indicator.js"

const data = fileURLToPath(new URL("../../../shared/data/", import.meta.url))
const controlPath = join(data, "negative_control.json")

interface Control {
  readonly indicators: number
  readonly matches: Readonly<Record<string, readonly string[]>>
}

async function indicatorsBelow(folder: string): Promise<readonly Indicator[]> {
  const known = new Map<string, Indicator>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || /^(?:expected\.json|README\.md|LICENSE.*)$/.test(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    const { indicators } = await readBulletin(basename(path), readFileSync(path))
    for (const indicator of indicators) known.set(`${indicator.type} ${indicator.value}`, indicator)
  }
  return [...known.values()]
}

/** Files of every hit, by value, below the data folder. */
function filesByValue({ hits }: HuntAnswer): ReadonlyMap<string, ReadonlySet<string>> {
  const files = new Map<string, Set<string>>()
  for (const { indicator, source, also } of hits) {
    const known = files.get(indicator.value) ?? new Set()
    files.set(indicator.value, known)
    for (const { path } of [source, ...also]) known.add(path.slice(data.length))
  }
  return files
}

describe.skipIf(!existsSync(controlPath))("the negative control (skipped where ../shared/data is absent)", () => {
  test("gives the false friends that it states, each of them marked, and nothing else", async () => {
    const control = JSON.parse(readFileSync(controlPath, "utf8")) as Control
    const indicators = await indicatorsBelow(join(data, "bulletins"))
    expect(indicators.length).toBeGreaterThanOrEqual(control.indicators)
    const answer = await hunt({
      paths: [join(data, "logs")],
      indicators,
      own: [],
      trustedProxies: [],
      since: null,
      until: null,
      workers: 1,
    })
    expect(answer.hits.filter(({ indicator }) => indicator.marks.length === 0)).toEqual([])
    const found = filesByValue(answer)
    // The control knows no names of files: a Windows system process is the one friend beyond it.
    expect([...found.keys()].filter((value) => !(value in control.matches)).sort()).toEqual(["csrss.exe"])
    // What it lists as a host of URLs is no indicator by itself, and so no hit (semantics 5.12).
    const hunted = new Set(indicators.map(({ value }) => value))
    for (const [value, files] of Object.entries(control.matches)) {
      if (!hunted.has(value)) expect(found.has(value), value).toBe(false)
      else for (const file of files) expect(found.get(value), `${value} in ${file}`).toContain(file)
    }
    expect(hunted.has("0.0.0.0")).toBe(true)
  }, 180_000)
})
