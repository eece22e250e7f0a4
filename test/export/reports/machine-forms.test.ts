// STIX, MISP and the timeline against their specifications: ids, references, orders and closed lists.
import { describe, expect, test } from "vitest"
import { buildReport } from "../../../src/export/reports/build-report.js"
import { renderTimeline } from "../../../src/export/reports/csv.js"
import { renderMisp } from "../../../src/export/reports/misp.js"
import { sco, scoOf } from "../../../src/export/reports/sco.js"
import { renderStix } from "../../../src/export/reports/stix.js"
import { hits, lead, reportInput } from "./example.js"

type StixObject = Record<string, unknown> & { readonly id: string; readonly type: string }

const full = buildReport(reportInput({ pivot: lead, facts: { ...reportInput().facts, state: "open" } }))
const wholly = { ...reportInput().hunt, complete: true }

function stix(report = full, options = {}): readonly StixObject[] {
  return (JSON.parse(renderStix(report, options)) as { objects: StixObject[] }).objects
}

describe("STIX 2.1", () => {
  test("ids of observables are those that the OASIS library computes", () => {
    const address = scoOf("ipv4-addr", "198.51.100.3")?.id as string
    const other = scoOf("ipv4-addr", "10.0.0.1")?.id as string
    expect(address).toBe("ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4")
    expect(scoOf("domain-name", "example.com")?.id).toBe("domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7")
    expect(scoOf("file:hashes.SHA-256", "a".repeat(64))?.id).toBe("file--75cb38d5-2055-5354-b75a-8299a2d670b5")
    expect(sco("network-traffic", { src_ref: address, dst_ref: other, protocols: ["ipv4"] }).id).toBe(
      "network-traffic--02d58bd0-7e8a-5f64-a66b-a053a11cf4c0",
    )
  })

  test("every reference resolves within the bundle, and no id occurs twice", () => {
    for (const report of [
      full,
      buildReport(reportInput({ redacted: true, pivot: lead })),
      buildReport(reportInput({ hits: [], hunt: wholly })),
    ]) {
      const objects = stix(report, { incident: true })
      const ids = objects.map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      const refs = objects.flatMap((one) =>
        Object.entries(one).flatMap(([name, value]) =>
          name.endsWith("_ref") ? [value] : name.endsWith("_refs") ? (value as unknown[]) : [],
        ),
      )
      expect(refs.filter((ref) => !ids.includes(ref as string))).toEqual([])
    }
  })

  test("each sighting has its count and times; what was searched wholly and not seen has count 0", () => {
    const seen = stix().filter(({ type }) => type === "sighting")
    expect(seen.map((one) => [one.count, one.first_seen, one.last_seen])).toEqual([
      [2, "2021-03-02T05:10:09.000Z", "2021-03-02T05:12:09.000Z"],
      [2, "2021-05-30T20:00:00.000Z", "2021-05-31T00:00:00.000Z"],
    ])
    const none = stix(buildReport(reportInput({ hits: [], hunt: wholly }))).filter(({ type }) => type === "sighting")
    expect(none.map((one) => one.count)).toEqual([0, 0, 0, 0])
    expect(stix(buildReport(reportInput({ hits: [] }))).filter(({ type }) => type === "sighting")).toEqual([])
  })

  test("all objects are marked with the literal TLP 2.0 id", () => {
    const objects = stix().filter((one) => one.created_by_ref !== undefined || one.type === "identity")
    for (const one of objects)
      expect((one.object_marking_refs as string[])[0]).toBe("marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421")
  })

  test("a lead is an observable with a note: no indicator, no attribution", () => {
    const objects = stix()
    const indicators = objects.filter(({ type }) => type === "indicator").map(({ pattern }) => pattern)
    expect(indicators.join()).not.toContain("198.51.100.9")
    expect(objects.some((one) => one.type === "note" && String(one.content).includes("similar behaviour"))).toBe(true)
    expect(objects.filter(({ type }) => type === "relationship")).toEqual([])
  })

  test("an incident comes on request alone, and is never more than suspected", () => {
    expect(stix().some(({ type }) => type === "incident")).toBe(false)
    const incident = stix(full, { incident: true }).find(({ type }) => type === "incident")
    expect(Object.values(incident?.extensions as object)[0]).toMatchObject({
      extension_type: "property-extension",
      determination: "suspected",
    })
  })
})

describe("MISP", () => {
  const attributes = (report = full) =>
    (JSON.parse(renderMisp(report)) as { Event: { Attribute: { value: string; to_ids: boolean; Sighting?: { type: string }[] }[] } }).Event
      .Attribute

  test("no attribute of a report is for detection, a lead least of all", () => expect(attributes().filter((one) => one.to_ids)).toEqual([]))

  test("sightings are 0 seen, 1 dismissed, 2 withdrawn", () => {
    const types = (report = full) =>
      attributes(report)
        .find((one) => one.value === "192.0.2.10")
        ?.Sighting?.map((one) => one.type)
    expect(types()).toEqual(["0", "0"])
    const dismissed = {
      subject: "192.0.2.10",
      decision: "dismissed" as const,
      reason: "own scanner",
      author: "a",
      at: "2021-07-20T00:00:00Z",
      seen: { class: "priority" as const, points: 200 },
    }
    expect(types(buildReport(reportInput({ verdicts: [dismissed] })))).toEqual(["1", "1"])
    const withdrawn = hits.map((hit) => ({ ...hit, indicator: { ...hit.indicator, marks: ["withdrawn"] } }))
    expect(types(buildReport(reportInput({ hits: withdrawn })))).toEqual(["0", "0", "2"])
  })
})

describe("timeline", () => {
  test("has the columns of plaso's dynamic output in its order, as Timesketch reads them, sorted, uncertain times twice", () => {
    const [head, ...rows] = renderTimeline(full).split("\r\n").slice(0, -1)
    expect(head).toMatch(/^"datetime","timestamp_desc","source","source_long","message","parser","display_name","tag","timestamp",/)
    expect(rows.every((row) => /,"sillage,(?:priority|probable|weak|background)",/.test(row))).toBe(true)
    const stamps = rows.map((row) => row.slice(1, 33))
    for (const stamp of stamps) expect(stamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/)
    expect(stamps).toEqual([...stamps].sort())
    expect(rows.filter((row) => row.includes("Event Time (earliest)"))).toHaveLength(1)
    expect(rows).toHaveLength(5)
    expect(rows[0]).toContain('"1614661809000000"')
  })
})
