// The CERT's picture: counts over organisations, what markings allow, nobody named.
import { describe, expect, test } from "vitest"
import { type Contribution, campaignOf } from "../../src/hits/campaign.js"

const report = (organisation: string, more: Partial<Contribution> = {}): Contribution => ({
  organisation,
  sectors: [],
  tlp: "green",
  sightings: [],
  leads: [],
  ...more,
})
const sighting = (value: string, count: number, firstSeen: string | null = null, lastSeen: string | null = null) =>
  ({ type: "ipv4-addr", value, count, firstSeen, lastSeen }) as const

describe("a campaign", () => {
  test("counts organisations, not reports", () => {
    const campaign = campaignOf(
      [
        // Two reports of one may tell of the same records; two sightings of one report do not.
        report("a", { sightings: [sighting("203.0.113.9", 3), sighting("203.0.113.9", 2)] }),
        report("a", { sightings: [sighting("203.0.113.9", 2)] }),
        report("b", { sightings: [sighting("203.0.113.9", 1)] }),
      ],
      "amber",
    )
    expect(campaign).toMatchObject({
      organisations: 2,
      affected: 2,
      indicators: [{ value: "203.0.113.9", seenBy: 2, notSeenBy: 0, records: 6 }],
    })
  })

  test("tells searched and not seen from not reported", () => {
    const campaign = campaignOf([report("a", { sightings: [sighting("203.0.113.9", 0)] }), report("b")], "amber")
    expect(campaign).toMatchObject({
      organisations: 2,
      affected: 0,
      indicators: [{ seenBy: 0, notSeenBy: 1, records: 0, firstSeen: null }],
    })
  })

  test("an organisation that saw it once is not also one that did not", () => {
    const reports = [report("a", { sightings: [sighting("203.0.113.9", 0)] }), report("a", { sightings: [sighting("203.0.113.9", 1)] })]
    expect(campaignOf(reports, "amber").indicators[0]).toMatchObject({ seenBy: 1, notSeenBy: 0 })
  })

  test("spans from the first to the last, whatever the zone of the spelling", () => {
    const reports = [
      report("a", { sightings: [sighting("203.0.113.9", 1, "2021-03-01T23:30:00Z", "2021-03-02T00:00:00Z")] }),
      report("b", { sightings: [sighting("203.0.113.9", 1, "2021-03-02T00:00:00+01:00", "2021-05-01T00:00:00Z")] }),
    ]
    expect(campaignOf(reports, "amber").indicators[0]).toMatchObject({
      firstSeen: "2021-03-02T00:00:00+01:00",
      lastSeen: "2021-05-01T00:00:00Z",
    })
  })

  test("shows a sector only where it names no single organisation", () => {
    const seen = [sighting("203.0.113.9", 1)]
    const reports = [
      report("a", { sectors: ["energy"], sightings: seen }),
      report("b", { sectors: ["energy"], sightings: seen }),
      report("c", { sectors: ["health"], sightings: seen }),
    ]
    expect(campaignOf(reports, "amber").indicators[0]?.sectors).toEqual({ energy: 2 })
  })

  test("shows a lead only where several found it", () => {
    const reports = [
      report("a", { leads: ["198.51.100.7", "198.51.100.8"] }),
      report("b", { leads: ["198.51.100.7"] }),
      report("a", { leads: ["198.51.100.8"] }),
    ]
    expect(campaignOf(reports, "amber")).toMatchObject({ leads: [{ value: "198.51.100.7", reportedBy: 2 }], leadsOfOne: 1 })
  })

  test.each([
    ["green", ["clear", "green"]],
    ["amber", ["clear", "green", undefined, "amber"]],
    ["red", ["clear", "green", undefined, "amber", "amber+strict", "red"]],
  ] as const)("a reader of TLP:%s gets what its marking allows, the rest is counted", (reader, allowed) => {
    const all = ["clear", "green", undefined, "amber", "amber+strict", "red"] as const
    const campaign = campaignOf(
      all.map((tlp, at) => report(String(at), { tlp })),
      reader,
    )
    expect([campaign.organisations, campaign.withheld]).toEqual([allowed.length, all.length - allowed.length])
    expect(campaign.tlp).toBe(allowed.at(-1))
  })
})
