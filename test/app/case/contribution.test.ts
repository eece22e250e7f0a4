// What a bundle tells a CERT: where what was seen cannot be told, nothing counts as searched and not seen.
import { expect, test } from "vitest"
import { bundleContribution } from "../../../src/app/case/contribution.js"
import { makeManifest, manifestBytes } from "../../../src/export/evidence/manifest.js"
import { packTar } from "../../../src/export/evidence/tar.js"

const hit = { indicator: { type: "ipv4-addr", value: "192.0.2.9" }, echo: null, time: { earliest: "2021-03-04T05:06:03Z", latest: null } }
const sighting = { type: "ipv4-addr", value: "192.0.2.9", echo: null, count: 2, firstSeen: "2021-03-04T05:06:03Z", lastSeen: null }
const seen = { type: "ipv4-addr", value: "192.0.2.9", firstSeen: "2021-03-04T05:06:03.000Z", lastSeen: null }
const unseen = { type: "ipv4-addr", value: "192.0.2.77", count: 0, firstSeen: null, lastSeen: null }

function read(content: Readonly<Record<string, string | readonly unknown[]>>, total: number | null = 2) {
  const summary = { complete: true, ...(total === null ? {} : { hits: { total } }) }
  const all: typeof content = {
    "hunt.json": JSON.stringify({ summary }),
    "indicators.txt": "ipv4-addr 192.0.2.9\nipv4-addr 192.0.2.77\n",
    ...content,
  }
  const files = Object.entries(all).map(([path, value]) => ({
    path,
    bytes: Buffer.from(typeof value === "string" ? value : value.map((row) => `${JSON.stringify(row)}\n`).join("")),
  }))
  const manifest = makeManifest({ tool: "sillage 0", created: null, case: null, indicators: null, hunt: {} }, files)
  const { contribution, problems } = bundleContribution(
    "a.tar",
    packTar([{ path: "manifest.json", bytes: manifestBytes(manifest) }, ...files]),
  )
  return { sightings: contribution?.sightings, problems: problems.map(({ message }) => message) }
}

test("sightings are counted, what is not among them is searched and not seen", () => {
  expect(read({ "sightings.ndjson": [sighting] })).toEqual({ sightings: [{ ...seen, count: 2 }, unseen], problems: [] })
})

test("an echo is no sighting", () => {
  const rows = [sighting, { ...sighting, value: "192.0.2.77", echo: "list" }]
  expect(read({ "sightings.ndjson": rows }).sightings).toEqual([{ ...seen, count: 2 }, unseen])
})

test("an older bundle without sightings is counted by its hits", () => {
  expect(read({ "hits.ndjson": [hit, hit] })).toEqual({ sightings: [{ ...seen, count: 2 }, unseen], problems: [] })
})

test("an older bundle that has not all of its hits is refused", () => {
  expect(read({ "hits.ndjson": [hit] })).toEqual({
    sightings: undefined,
    problems: ["it has no sightings.ndjson, and 1 of 2 hits: pack the case again"],
  })
  expect(read({}).sightings).toBeUndefined()
  expect(read({ "hits.ndjson": [hit] }, null).sightings).toBeUndefined()
})

test("a bundle of a hunt with hits and an empty list of sightings is refused", () => {
  expect(read({ "sightings.ndjson": "" }).sightings).toBeUndefined()
  expect(read({ "sightings.ndjson": "" }, 0).sightings).toEqual([{ ...unseen, value: "192.0.2.9" }, unseen])
})

test.each([
  ["a line that is no JSON", "sightings.ndjson", '{"type":"ipv4-addr"'],
  ["no object", "sightings.ndjson", "[1]\n"],
  ["an unknown count", "sightings.ndjson", [{ ...sighting, count: null }]],
  ["an unknown type", "sightings.ndjson", [{ ...sighting, type: "later-type" }]],
  ["no word of being an echo", "sightings.ndjson", [{ ...sighting, echo: undefined }]],
  ["a hit without an indicator", "hits.ndjson", [hit, { echo: null }]],
])("a row that cannot be read refuses the bundle: %s", (_, file, content) => {
  const { sightings, problems } = read({ [file]: content })
  expect(sightings).toBeUndefined()
  expect(problems[0]).toMatch(/^\S+\.ndjson:\d cannot be read/)
})

test("an indicator that cannot be read refuses the bundle", () => {
  const { problems } = read({ "sightings.ndjson": [sighting], "indicators.txt": "later-type x\n" })
  expect(problems).toEqual(["indicators.txt:1 is no indicator"])
})
