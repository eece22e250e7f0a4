// The saved answer of a pivot on its way into a report.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { leadsIn } from "../../src/app/report/leads-file.js"
import { UsageError } from "../../src/model/problem.js"

const folder = mkdtempSync(join(tmpdir(), "sillage-leads-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const lead = {
  value: "198.51.100.7",
  bits: 21.4,
  q: 0.01,
  level: "strong",
  evidence: [{ family: "client", bits: 8, text: "same user agent", seeds: 6, others: 3 }],
  counterEvidence: [],
  counterfactual: { without: "same user agent", bits: 13.4, level: "possible" },
  firstSeen: "2021-03-01T00:00:00Z",
  lastSeen: null,
  records: [],
}
const read = (value: unknown) => {
  const path = join(folder, "pivot.json")
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value))
  return leadsIn(path)
}

describe("a saved pivot", () => {
  test("gives its leads", () =>
    expect(read({ abstained: false, reason: null, candidates: [lead] })).toEqual({ abstained: false, reason: null, candidates: [lead] }))
  test("that abstained gives its reason", () =>
    expect(read({ abstained: true, reason: "too few", candidates: [] })).toEqual({ abstained: true, reason: "too few", candidates: [] }))
  test.each([
    ["no JSON", "{"],
    ["a list", "[]"],
    ["another answer", { type: "summary" }],
    ["a lead that is no address", { abstained: false, candidates: [{ ...lead, value: "<script>" }] }],
    ["a lead of another level", { abstained: false, candidates: [{ ...lead, level: "certain" }] }],
    ["evidence without text", { abstained: false, candidates: [{ ...lead, evidence: [{ bits: 1 }] }] }],
    ["a time that is none", { abstained: false, candidates: [{ ...lead, firstSeen: "yesterday" }] }],
    ["bits that are no number", { abstained: false, candidates: [{ ...lead, bits: "many" }] }],
  ])("of %s is a wrong invocation", (_, value) => expect(() => read(value)).toThrow(UsageError))
})
