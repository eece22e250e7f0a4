// Many hits: counted exactly, copies once, and of each kind so many kept in full.
import { describe, expect, test } from "vitest"
import { digestOf } from "../../src/hunt/digest.js"
import { createDigestTable } from "../../src/hunt/digest-table.js"
import { createGathering } from "../../src/hunt/gather.js"
import { settleFile } from "../../src/hunt/settle.js"
import type { Indicator } from "../../src/model/indicator.js"

const indicators: readonly Indicator[] = ["203.0.113.9", "203.0.113.10"].map((value) => ({
  type: "ipv4-addr",
  value,
  bulletin: "Test",
  marks: [],
  provenance: "list:1",
}))

/** The hits of a file whose lines have these texts; the second indicator where a text ends with `!`. */
function settled(path: string, texts: readonly string[]) {
  const findings = texts.map((text, line) => ({
    record: {
      text,
      format: "text",
      fields: {},
      time: { year: 2021, month: 1, day: text === "same" ? 1 : 1 + (line % 28), hour: 0, minute: 0, second: 0, nanos: 0, offsets: [0] },
      direction: "outbound" as const,
      action: text.endsWith("?") ? ("blocked" as const) : ("allowed" as const),
      outcome: "unknown" as const,
    },
    occurrences: [{ indicator: text.endsWith("!") ? 1 : 0, observed: "x", strength: "exact" as const, notes: [], where: null }],
    place: { line: line + 1 },
    at: line,
  }))
  const counts = { searched: 1, notSearched: 0, decoded: 1, records: 1, undated: 0, newlines: 1 }
  const leaf = { mtimeMs: 0, format: "text", ...counts, samples: [], findings, problems: [], list: false, empty: false }
  return settleFile({ id: path, path, file: path, size: 1, mtimeMs: 0 }, [{ leaves: [leaf] }], indicators, { since: null, until: null })
    .hits
}

describe("a noisy indicator", () => {
  test("keeps its first records in each role, and the count of all", () => {
    const gathering = createGathering(10)
    const texts = Array.from({ length: 500 }, (_, at) => `line ${at}${at % 100 === 99 ? "?" : at % 50 === 49 ? "!" : ""}`)
    expect(gathering.add(settled("a.log", texts))).toEqual({ found: 500, listed: 20 })
    const { hits, counts, sightings } = gathering.gathered()
    expect(counts).toEqual({ total: 500, echo: 0, byStrength: { exact: 500 } })
    expect(hits.map(({ record }) => record).slice(0, 3)).toEqual(["line 0", "line 1", "line 2"])
    expect(sightings.map(({ indicator, action, count }) => [indicator.value, action, count])).toEqual([
      ["203.0.113.9", "allowed", 490],
      ["203.0.113.10", "allowed", 5],
      ["203.0.113.9", "blocked", 5],
    ])
    expect(sightings[0]).toMatchObject({ firstSeen: "2021-01-01T00:00:00Z", lastSeen: "2021-01-28T00:00:00Z", path: "a.log" })
  })

  test("hides no account that logged in, however often others did", () => {
    const gathering = createGathering(3)
    const hits = settled(
      "a.log",
      Array.from({ length: 60 }, (_, at) => `line ${at}`),
    ).map((one, at) => ({
      role: one.role,
      source: one.source,
      hit: one.hit,
      sameness: one.sameness,
      connection: one.connection,
      account: at === 50 ? "a.martin" : "l.roux",
      earliest: one.earliest,
      latest: one.latest,
    }))
    expect(gathering.add(hits)).toEqual({ found: 60, listed: 4 })
    expect(gathering.gathered().hits.map(({ record }) => record)).toEqual(["line 0", "line 1", "line 2", "line 50"])
  })

  test("is counted once where a file is a copy, kept in full or not; equal lines of one file stay apart", () => {
    const gathering = createGathering(3)
    const texts = ["same", "same", "a", "b", "c", "d"]
    gathering.add(settled("a.log", texts))
    expect(gathering.add(settled("b.log", [...texts, "same", "e"]))).toEqual({ found: 2, listed: 0 })
    const { hits, counts } = gathering.gathered()
    // New in the copy: the third of the equal lines, and the last.
    expect(counts.total).toBe(8)
    expect(hits.map(({ record, also }) => [record, also.map(({ path, line }) => `${path}:${line}`)])).toEqual([
      ["same", ["b.log:1"]],
      ["same", ["b.log:2"]],
      ["a", ["b.log:3"]],
    ])
  })

  test("without a limit is kept whole", () => {
    const gathering = createGathering(Number.POSITIVE_INFINITY)
    gathering.add(
      settled(
        "a.log",
        Array.from({ length: 3000 }, (_, at) => `line ${at}`),
      ),
    )
    expect(gathering.gathered().hits).toHaveLength(3000)
  })
})

test("the digest table holds what a map holds, also when it grows", () => {
  const table = createDigestTable()
  const digests = Array.from({ length: 20_000 }, (_, at) => digestOf(String(at)))
  for (const [at, digest] of digests.entries()) {
    expect(table.get(digest, 1)).toBeUndefined()
    table.set(digest, 1, at)
    table.set(digest, 2, 1_000_000 + at)
  }
  expect(table.size).toBe(40_000)
  for (const [at, digest] of digests.entries())
    if (table.get(digest, 1) !== at || table.get(digest, 2) !== 1_000_000 + at) throw new Error(`lost ${at}`)
  expect(table.get(digests[0] as string, 3)).toBeUndefined()
})
