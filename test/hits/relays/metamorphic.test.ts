// What must not change a ranking: the order of lines, the names of addresses, the clock, more of the same benign traffic.
import { describe, expect, test } from "vitest"
import type { PivotResult } from "../../../src/hits/relays/pivot.js"
import type { ProfileRecord } from "../../../src/hits/relays/profile.js"
import { below, seededRandom } from "../../../src/hits/relays/random.js"
import { madeSite, pivotOver } from "./site.js"

const site = madeSite()
const plain = pivotOver(site.records, site.seeds)
const dayMs = 86_400_000

const scores = (result: PivotResult) => result.candidates.map((lead) => [lead.value, lead.bits, lead.q, lead.level])

describe("the ranking", () => {
  test("has the unlisted relays on top and nobody else", () => {
    expect(plain.abstained).toBe(false)
    expect(plain.candidates.map((lead) => lead.value).sort()).toEqual(site.hidden)
    expect(plain.candidates.every((lead) => lead.level === "strong")).toBe(true)
  })

  test("does not depend on the order of the lines", () => {
    const random = seededRandom("shuffle")
    const shuffled = [...site.records]
    for (let at = shuffled.length - 1; at > 0; at--) {
      const other = below(random, at + 1)
      ;[shuffled[at], shuffled[other]] = [shuffled[other] as ProfileRecord, shuffled[at] as ProfileRecord]
    }
    const result = pivotOver(shuffled, site.seeds)
    expect(scores(result)).toEqual(scores(plain))
    expect(result.selfTest).toEqual(plain.selfTest)
    expect(result.candidates.map((lead) => lead.evidence)).toEqual(plain.candidates.map((lead) => lead.evidence))
  })

  test("does not depend on the names of addresses, as long as networks stay networks", () => {
    const renamed = (address: string) => {
      const [a, b, c, d] = address.split(".").map(Number) as [number, number, number, number]
      return `${(a + 17) % 200}.${(b + 91) % 256}.${255 - c}.${255 - d}`
    }
    const result = pivotOver(
      site.records.map((record) => ({ ...record, source: renamed(record.source) })),
      site.seeds.map(renamed),
    )
    expect(new Map(result.candidates.map((lead) => [lead.value, lead.bits]))).toEqual(
      new Map(plain.candidates.map((lead) => [renamed(lead.value), lead.bits])),
    )
  })

  test("does not depend on the date: twelve weeks later it is the same", () => {
    const later = site.records.map((record) => ({ ...record, time: (record.time as number) + 84 * dayMs }))
    expect(scores(pivotOver(later, site.seeds))).toEqual(scores(plain))
  })

  test("keeps its leads when the clock is five hours off", () => {
    const shifted = site.records.map((record) => ({ ...record, time: (record.time as number) + 5 * 3_600_000 }))
    expect(
      pivotOver(shifted, site.seeds)
        .candidates.map((lead) => lead.value)
        .sort(),
    ).toEqual(site.hidden)
  })

  test("keeps its leads when all benign traffic comes twice", () => {
    const relays = new Set([...site.seeds, ...site.hidden])
    const doubled = site.records.flatMap((record) =>
      relays.has(record.source) ? [record] : [record, { ...record, time: (record.time as number) + 1500 }],
    )
    const result = pivotOver(doubled, site.seeds)
    expect(result.candidates.map((lead) => lead.value).sort()).toEqual(site.hidden)
    expect(result.selfTest?.refound).toBe(plain.selfTest?.refound)
  })
})

describe("the evidence", () => {
  test("adds up to the bits of the lead, and none of its families goes beyond its cap", () => {
    for (const lead of plain.candidates) {
      const hundredths = [...lead.evidence, ...lead.counterEvidence].reduce((sum, line) => sum + Math.round(line.bits * 100), 0)
      expect(hundredths).toBe(Math.round(lead.bits * 100))
      const client = lead.evidence.filter((line) => line.family === "client").reduce((sum, line) => sum + line.bits, 0)
      expect(client).toBeLessThanOrEqual(8)
    }
  })

  test("is worth what the counterfactual says: without it in the log, the score drops to there", () => {
    const lead = plain.candidates.find((one) => one.evidence[0]?.family === "client")
    if (!lead) throw new Error("no lead of this site begins with its client")
    const without = site.records.map((record) =>
      record.source === lead.value ? { ...record, fields: { ...record.fields, "user_agent.original": "Nobody/9.9" } } : record,
    )
    const result = pivotOver(without, site.seeds)
    const after = result.candidates.find((one) => one.value === lead.value)
    if (lead.counterfactual.level === "hidden") expect(after).toBeUndefined()
    // One holder less makes the token a little rarer for the others; this lead only loses it (and pays for its absence).
    else expect(after?.bits).toBeGreaterThan(lead.counterfactual.bits - 1.5)
    expect((after?.bits ?? 0) < lead.bits).toBe(true)
  })
})

describe("the abstention", () => {
  test("comes where the seeds are visitors like any other", () => {
    const visitors = [3, 57, 111, 165, 219, 273].map((at) => site.records[at]?.source as string)
    const result = pivotOver(site.records, visitors)
    expect(result).toMatchObject({ abstained: true, candidates: [] })
    expect(result.reason).toContain("pivot not supported")
  })

  test("comes where too little is there to compare with", () => {
    const few = site.records.filter((record) => [...site.seeds, ...site.hidden].includes(record.source))
    expect(pivotOver(few, site.seeds)).toMatchObject({ abstained: true, reason: expect.stringContaining("too few") })
    expect(pivotOver(site.records, ["203.0.113.250"])).toMatchObject({ abstained: true, reason: "none of the seeds occurs in these logs" })
  })
})
