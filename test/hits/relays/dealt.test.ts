// What chance gives: what the seeds share, dealt anew to visitors that are like those who have it.
import { describe, expect, test } from "vitest"
import { dealtScores } from "../../../src/hits/relays/dealt.js"
import { buildModel, createField, entityOf } from "../../../src/hits/relays/model.js"
import { drawNullSets, scoreAll, scoreFloor, strangerPairs } from "../../../src/hits/relays/null-sets.js"
import { createProfiler } from "../../../src/hits/relays/profile.js"
import { madeSite, minute, pivotOver, request } from "./site.js"

const start = Date.UTC(2021, 2, 1)
const shared = ["/owa/auth/logon.aspx", "/remote/login", "/docs/annex-c.pdf"]
const seeds = [1, 2, 3, 4].map((network) => `198.51.${network}.7`)
const scanners = Array.from({ length: 24 }, (_, at) => `203.0.${at}.9`)
const patterns = [0b111, 0b000, 0b110, 0b001, 0b101, 0b010, 0b011, 0b100]

/** Each page of the seeds is asked for by half of the scanners, and is not there; visitors ask for as much, and get it. */
function scannedSite() {
  const profiler = createProfiler()
  let time = start
  const ask = (source: string, path: string, outcome: "success" | "failure") =>
    profiler.add({ ...request(source, (time += minute), path, `Browser/${source}`), outcome })
  for (const seed of seeds) for (const page of [...shared, ...[1, 2, 3].map((at) => `/seed/${seed}/${at}`)]) ask(seed, page, "success")
  for (const [at, scanner] of scanners.entries()) {
    const probed = shared.filter((_, page) => ((patterns[at % patterns.length] as number) >> page) & 1)
    const own = Array.from({ length: 7 - probed.length }, (_, page) => `/scan/${scanner}/${page}`)
    for (const page of [...probed, ...own]) ask(scanner, page, "failure")
  }
  for (let visitor = 0; visitor < 300; visitor++)
    for (let page = 0; page < 7; page++)
      ask(`192.0.${visitor % 250}.${1 + (visitor % 7)}`, `/news/${(visitor * 7 + page * 31) % 400}`, "success")
  return profiler.finish()
}

describe("chance", () => {
  const profiles = scannedSite()
  const field = createField(profiles, (source) => seeds.includes(profiles.sources[source] as string))
  const unitsOf = (address: string) =>
    Array.from({ length: profiles.units }, (_, unit) => unit).filter(
      (unit) => profiles.sources[profiles.unitSource[unit] as number] === address,
    )
  const members = seeds.map((seed) => entityOf(profiles, unitsOf(seed)))
  const { chance } = drawNullSets(field, members, "test")
  const model = buildModel(field, members, chance)

  test("deals what is shared as often as innocent visitors have it, and to those that are like them", () => {
    // Nobody is taken for a relay. Three of 24 scanners are dealt all three pages, as three had them: by the halves, 24 / 8.
    const { scores, standsFor } = dealtScores(field, model, [], "test", scoreFloor)
    expect(standsFor).toBe(1)
    const best = scoreAll(field, model)[0]?.centibits as number
    const all = scores.reduce((sum, deal) => sum + deal.filter((score) => score >= best).length, 0) / scores.length
    expect(all).toBeGreaterThan(2.2)
    expect(all).toBeLessThan(3.8)
  })

  test("tells how much of its work is done", () => {
    const told: (readonly [number, number])[] = []
    dealtScores(field, model, [], "test", scoreFloor, (done, all) => told.push([done, all]))
    expect(told.length).toBeGreaterThan(10)
    expect(told.every(([done, all], at) => done <= all && done >= (told[at - 1]?.[0] ?? 0))).toBe(true)
  })
})

test("a pair of seeds that are like nobody takes two of them", () => {
  const random = [Int32Array.from([-50, 0, 0, 50])]
  expect(strangerPairs(Int32Array.from([300, 400, 500, 600]), random)).toBeCloseTo(2 / 12)
  expect(strangerPairs(Int32Array.from([-100, 400, 500, 600]), random)).toBe(1)
  expect(
    strangerPairs(
      Int32Array.from({ length: 10 }, (_, at) => (at === 0 ? -100 : 400)),
      random,
    ),
  ).toBeCloseTo(12 / 90)
})

test("no q is 0: a few deals without a chance hit do not say never", () => {
  const site = madeSite()
  const { candidates } = pivotOver(site.records, site.seeds)
  expect(candidates.length).toBeGreaterThan(3)
  expect(candidates.every(({ q }) => q >= 1 / (20 * candidates.length) - 1e-4)).toBe(true)
})
