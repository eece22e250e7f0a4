// Reports as a CERT receives them, well made and badly made.
import { describe, expect, test } from "vitest"
import { readContribution } from "../../src/intake/contribution.js"

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value))
const id = (type: string, number: number) => `${type}--00000000-0000-4000-8000-${String(number).padStart(12, "0")}`
const green = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
const amber = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"

const bundle = (...more: readonly object[]) => ({
  type: "bundle",
  objects: [
    { type: "identity", id: id("identity", 1), name: "Org", sectors: ["energy"] },
    { type: "indicator", id: id("indicator", 2), pattern: "[ipv4-addr:value = '203.0.113.9']" },
    { type: "ipv4-addr", id: id("ipv4-addr", 5), value: "198.51.100.7" },
    ...more,
  ],
})
const sighting = (more: object = {}) => ({
  type: "sighting",
  id: id("sighting", 3),
  sighting_of_ref: id("indicator", 2),
  where_sighted_refs: [id("identity", 1)],
  object_marking_refs: [green],
  ...more,
})

describe("a STIX report", () => {
  test("gives organisation, sectors, marking, sightings and leads", () => {
    const note = {
      type: "note",
      id: id("note", 4),
      abstract: "Sillage: lead",
      content: "…",
      object_refs: [id("ipv4-addr", 5)],
      object_marking_refs: [amber],
    }
    const read = readContribution(
      "r.json",
      bytes(bundle(sighting({ count: 12, first_seen: "2021-03-01T00:00:00Z", last_seen: "2021-03-02T00:00:00Z" }), note)),
    )
    expect(read).toEqual({
      contribution: {
        organisation: id("identity", 1).replace("identity--", ""),
        sectors: ["energy"],
        tlp: "amber",
        sightings: [
          {
            type: "ipv4-addr",
            value: "203.0.113.9",
            count: 12,
            firstSeen: "2021-03-01T00:00:00.000Z",
            lastSeen: "2021-03-02T00:00:00.000Z",
          },
        ],
        leads: ["198.51.100.7"],
      },
      problems: [],
    })
  })
  test("a sighting of count 0 is one that was searched and not seen", () =>
    expect(readContribution("r.json", bytes(bundle(sighting({ count: 0 })))).contribution?.sightings[0]?.count).toBe(0))
  test("a sighting without a count is at least one", () =>
    expect(readContribution("r.json", bytes(bundle(sighting()))).contribution?.sightings[0]?.count).toBe(1))
  test("a sighting of an indicator that is not there is a problem, the others count", () => {
    const { contribution, problems } = readContribution(
      "r.json",
      bytes(bundle(sighting(), sighting({ sighting_of_ref: id("indicator", 99) }))),
    )
    expect(contribution?.sightings.length).toBe(1)
    expect(problems).toMatchObject([{ code: "malformed" }])
  })
  test("two reports that keep their organisation to themselves count as two", () => {
    const of = (number: number) =>
      readContribution("r.json", bytes(bundle(sighting({ where_sighted_refs: [], id: id("sighting", number) })))).contribution
    expect(of(1)?.organisation).not.toBe(of(2)?.organisation)
  })
  test.each([
    ["{", "malformed"],
    ["[]", "unsupported"],
    ['{"a":1}', "unsupported"],
    ["[".repeat(100_000), "limit"],
  ])("%j is no report", (text, code) =>
    expect(readContribution("r.json", bytes(text))).toMatchObject({ contribution: undefined, problems: [{ code }] }),
  )
  test("hostile fields are read as what they are", () => {
    const odd = sighting({ count: "many", first_seen: { a: 1 }, last_seen: "not a date" })
    expect(readContribution("r.json", bytes(bundle(odd))).contribution?.sightings).toEqual([
      { type: "ipv4-addr", value: "203.0.113.9", count: 1, firstSeen: null, lastSeen: null },
    ])
  })
})

describe("a MISP report", () => {
  const event = (...attributes: readonly object[]) => ({
    Event: { Orgc: { name: "Org", uuid: "11111111-1111-4111-8111-111111111111" }, Tag: [{ name: "tlp:amber" }], Attribute: attributes },
  })
  test("gives what was seen, what was not, and leads", () => {
    const { contribution } = readContribution(
      "e.json",
      bytes(
        event(
          {
            type: "ip-src",
            value: "203.0.113.9",
            Sighting: [{ type: "0", date_sighting: "1614556800" }, { type: "0", date_sighting: "1614643200" }, { type: "1" }],
          },
          { type: "domain", value: "evil.example", Tag: [{ name: 'sillage:result="not-seen"' }] },
          { type: "ip-src", value: "198.51.100.7", Tag: [{ name: 'sillage:result="lead"' }] },
          { type: "ip-src", value: "192.0.2.1" },
          { type: "comment", value: "coverage" },
        ),
      ),
    )
    expect(contribution).toEqual({
      organisation: "11111111-1111-4111-8111-111111111111",
      sectors: [],
      tlp: "amber",
      sightings: [
        { type: "ipv4-addr", value: "203.0.113.9", count: 2, firstSeen: "2021-03-01T00:00:00.000Z", lastSeen: "2021-03-02T00:00:00.000Z" },
        { type: "domain-name", value: "evil.example", count: 0, firstSeen: null, lastSeen: null },
      ],
      leads: ["198.51.100.7"],
    })
  })
})
