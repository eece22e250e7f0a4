// Files that one log was rotated into are one source, and whole days without a record in any of them are named.
import { expect, test } from "vitest"
import { logSourcesOf, sourceName } from "../../src/hits/log-sources.js"
import type { Coverage } from "../../src/model/coverage.js"

function covered(path: string, first: string | null, last: string | null, gaps: Coverage["gaps"] = []): Coverage {
  const bytes = { size: 1, searched: 1, ruledOut: 0, notSearched: 0 }
  return {
    type: "coverage",
    source: { path },
    format: "text",
    state: "searched",
    reasons: [],
    bytes,
    decoded: 1,
    records: 1,
    undated: 0,
    first,
    last,
    gaps,
  }
}

test.each([
  ["a/access.log", "a/access.log"],
  ["a/access.log.1", "a/access.log"],
  ["a/access.log.12.gz", "a/access.log"],
  ["a/access.log-20210103.gz", "a/access.log"],
  ["a/web1/access.log", "a/web1/access.log"],
  ["a/web2/access.log", "a/web2/access.log"],
  ["iis/u_ex210103.log", "iis/u_ex*.log"],
  ["iis/u_ex21010302.log", "iis/u_ex*.log"],
  ["zeek/2024-04-19/conn.00:00:00-01:00:00.log.gz", "zeek/*/conn.*.log"],
  ["zeek/2024-04-20/conn.23:00:00-00:00:00.log.gz", "zeek/*/conn.*.log"],
  ["fw/2021/01/03/fw.log.xz", "fw/*/fw.log"],
  ["aws/2021/trail_20210103T0211Z_abc.json.gz", "aws/*/trail_*Z_abc.json"],
  ["10.0.0.5.log.1", "10.0.0.5.log"],
  ["fw-10.0.0.5", "fw-10.0.0.5"],
])("%s belongs to %s", (path, name) => {
  expect(sourceName(path)).toBe(name)
})

test("days between two files of one log are a gap, whatever else was written in them", () => {
  const sources = logSourcesOf([
    covered("fw.log", "2021-01-09T00:00:00Z", "2021-01-10T00:00:00Z"),
    covered("fw.log.1", "2021-01-01T00:00:00Z", "2021-01-03T12:00:00Z"),
    covered("web.log", "2021-01-01T00:00:00Z", "2021-01-31T00:00:00Z"),
  ])
  expect(sources.map(({ name, files, gaps }) => ({ name, files, gaps }))).toEqual([
    { name: "fw.log", files: 2, gaps: [{ from: "2021-01-03T12:00:00Z", to: "2021-01-09T00:00:00Z" }] },
    { name: "web.log", files: 1, gaps: [] },
  ])
})

test("a silence inside one file that another file of the source fills is none", () => {
  const gap = { from: "2021-01-02T00:00:00Z", to: "2021-01-08T00:00:00Z" }
  const [alone] = logSourcesOf([covered("fw.log", "2021-01-01T00:00:00Z", "2021-01-10T00:00:00Z", [gap])])
  expect(alone?.gaps).toEqual([gap])
  const [filled] = logSourcesOf([
    covered("fw.log", "2021-01-01T00:00:00Z", "2021-01-10T00:00:00Z", [gap]),
    covered("fw.log.1", "2021-01-01T23:00:00Z", "2021-01-08T01:00:00Z"),
  ])
  expect(filled?.gaps).toEqual([])
})

test("a log that is always silent for days has no gaps but the long ones", () => {
  const monthly = Array.from({ length: 8 }, (_, at) =>
    covered(`run.log.${at}`, `2021-0${at + 1}-01T00:00:00Z`, `2021-0${at + 1}-01T01:00:00Z`),
  )
  expect(logSourcesOf(monthly)[0]?.gaps).toEqual([])
})

test("undated files say nothing about time", () => {
  expect(logSourcesOf([covered("list.txt", null, null)])).toEqual([])
})
