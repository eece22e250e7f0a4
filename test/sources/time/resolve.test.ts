// From stamps to intervals: zone, year, day order, neighbours, range (semantics 7).
import { describe, expect, it } from "vitest"
import { formatInstant, parseInstant, type TimeInterval } from "../../../src/model/time.js"
import {
  type FileClock,
  inRange,
  keptInRange,
  parseZone,
  resolveTime,
  type Sample,
  undatedTime,
} from "../../../src/sources/time/resolve.js"
import { readStamp } from "../../../src/sources/time/stamp.js"

interface Given {
  readonly path?: string
  readonly mtime?: string
  readonly tz?: string
  /** The other lines of the file. */
  readonly lines?: readonly string[]
}

function clockOf({ path = "x.log", mtime = "2021-07-20T12:00:00Z", tz, lines = [] }: Given): FileClock {
  const samples = lines.flatMap((line, at): Sample[] => {
    const found = readStamp(line)
    return found ? [{ at, stamp: found.stamp }] : []
  })
  return { path, mtimeMs: Date.parse(mtime), samples, ...(tz !== undefined && { tz }) }
}

function spell({ earliest, latest, assumption }: TimeInterval): string {
  const edge = (instant: bigint | null): string => (instant === null ? "null" : formatInstant(instant))
  const span = earliest === latest ? edge(earliest) : `${edge(earliest)}..${edge(latest)}`
  return [span, ...assumption].join(" ")
}

/** Line `at` of the file, or a line alone. */
function check(given: Given, line: string | number, expected: string): void {
  const text = typeof line === "number" ? (given.lines?.[line] as string) : line
  const stamp = readStamp(text)?.stamp
  expect(spell(resolveTime(stamp ? { time: stamp } : {}, typeof line === "number" ? line : 0, clockOf(given))), text).toBe(expected)
}

describe("zones", () => {
  it("an unknown zone spans all that are", () =>
    check({}, "2021-01-01 00:30:00 x", "2020-12-31T10:30:00Z..2021-01-01T12:30:00Z zone-unknown"))
  it("a given zone is an assumption", () => check({ tz: "Europe/Paris" }, "2021-01-01 00:30:00 x", "2020-12-31T23:30:00Z zone-given"))
  it("a given offset too", () => check({ tz: "-05:30" }, "2021-01-01 00:30:00 x", "2021-01-01T06:00:00Z zone-given"))
  it("a zone in the record beats it", () => check({ tz: "Europe/Paris" }, "2021-01-01 00:30:00 EST x", "2021-01-01T05:30:00Z"))
  it("ambiguous abbreviations span", () =>
    check({}, "2021-01-03 02:11:09 CST x", "2021-01-02T18:11:09Z..2021-01-03T08:11:09Z zone-ambiguous"))
  it("a local time that was twice spans both", () =>
    check({ tz: "Europe/Paris" }, "2021-10-31 02:30:00 x", "2021-10-31T00:30:00Z..2021-10-31T01:30:00Z zone-given dst-ambiguous"))
  it("a local time that never was spans both", () =>
    check({ tz: "Europe/Paris" }, "2021-03-28 02:30:00 x", "2021-03-28T00:30:00Z..2021-03-28T01:30:00Z zone-given dst-gap"))
  it("half hours and the southern half", () => {
    check({ tz: "Asia/Kolkata" }, "2021-01-01 05:30:00 x", "2021-01-01T00:00:00Z zone-given")
    check({ tz: "Australia/Lord_Howe" }, "2021-04-04 01:45:00 x", "2021-04-03T14:45:00Z..2021-04-03T15:15:00Z zone-given dst-ambiguous")
  })
  it("--tz takes names and offsets", () => {
    expect(parseZone("Europe/Paris")).toBe("Europe/Paris")
    expect(parseZone("+0530")).toBe("+05:30")
    expect(parseZone("Z")).toBe("UTC")
    for (const text of ["", "Europe/Nowhere", "+25:00", "five", "02:00"]) expect(parseZone(text), text).toBeUndefined()
  })
})

describe("years", () => {
  const utc = { tz: "UTC" }
  it("from the file's name", () =>
    check({ ...utc, path: "auth.log-20210110.gz" }, "Jan  3 02:11:09 gw x", "2021-01-03T02:11:09Z zone-given year-from-name"))
  it("from a folder, the nearest year", () => {
    check({ ...utc, path: "logs/2021-01-02/auth.log" }, "Dec 31 23:00:00 gw x", "2020-12-31T23:00:00Z zone-given year-from-name")
    for (const day of ["Jan  1 00:00:00", "Jul  2 12:00:00", "Dec 31 23:59:59"]) {
      expect(spell(resolveTime({ time: readStamp(day)?.stamp as never }, 0, clockOf({ ...utc, path: "logs/2021/auth.log" })))).toMatch(
        /^2021-/,
      )
      expect(spell(resolveTime({ time: readStamp(day)?.stamp as never }, 0, clockOf({ ...utc, path: "logs/2020/auth.log" })))).toMatch(
        /^2020-/,
      )
    }
  })
  it("not from a number that is no date", () =>
    check({ ...utc, path: "srv2012/port20808/auth.log" }, "Jan  3 02:11:09 gw x", "2021-01-03T02:11:09Z zone-given year-from-mtime"))
  it("from full dates in the file", () => {
    const given = { ...utc, lines: ["Dec 31 23:00:00 gw x", "2019-01-02T00:00:00Z full", "Jan  3 02:11:09 gw x"] }
    check(given, 0, "2018-12-31T23:00:00Z zone-given year-from-file")
    check(given, 2, "2019-01-03T02:11:09Z zone-given year-from-file")
  })
  it("from the mtime: the latest that is not after it and a day", () => {
    check({ ...utc, mtime: "2021-01-02T12:00:00Z" }, "Jan  3 02:11:09 gw x", "2021-01-03T02:11:09Z zone-given year-from-mtime")
    check({ ...utc, mtime: "2021-01-01T12:00:00Z" }, "Jan  3 02:11:09 gw x", "2020-01-03T02:11:09Z zone-given year-from-mtime")
  })
  it("December before January is a new year inside the file", () => {
    const given = {
      ...utc,
      mtime: "2021-03-01T00:00:00Z",
      lines: ["Nov 30 00:00:00 gw x", "Dec 30 22:00:00 gw x", "Jan  2 06:00:00 gw x", "Feb 27 06:00:00 gw x"],
    }
    check(given, 0, "2020-11-30T00:00:00Z zone-given year-from-mtime")
    check(given, 1, "2020-12-30T22:00:00Z zone-given year-from-mtime")
    check(given, 2, "2021-01-02T06:00:00Z zone-given year-from-mtime")
  })
  it("over two new years", () => {
    const given = {
      ...utc,
      mtime: "2021-03-01T00:00:00Z",
      lines: ["Dec  1 00:00:00 gw x", "Jun  1 00:00:00 gw x", "Dec  1 00:00:00 gw x", "Feb  1 00:00:00 gw x"],
    }
    check(given, 0, "2019-12-01T00:00:00Z zone-given year-from-mtime")
    check(given, 1, "2020-06-01T00:00:00Z zone-given year-from-mtime")
  })
  it("a line between samples takes the year of the nearer one", () => {
    const lines = ["Dec 30 22:00:00 gw x", "Dec 31 22:00:00 gw x", "Jan  1 06:00:00 gw x"]
    const clock: FileClock = {
      ...clockOf({ ...utc, mtime: "2021-01-05T00:00:00Z", lines }),
      samples: clockOf({ lines }).samples.filter(({ at }) => at !== 1),
    }
    expect(spell(resolveTime({ time: readStamp(lines[1] as string)?.stamp as never }, 1, clock))).toBe(
      "2020-12-31T22:00:00Z zone-given year-from-mtime",
    )
  })
  it("29 February takes a leap year, and the file with it", () => {
    check({ ...utc, mtime: "2021-07-20T12:00:00Z" }, "Feb 29 01:02:03 gw x", "2020-02-29T01:02:03Z zone-given year-from-mtime")
    check(
      { ...utc, mtime: "2022-07-20T12:00:00Z", lines: ["Feb 29 01:02:03 gw x", "Mar  5 00:00:00 gw x"] },
      1,
      "2020-03-05T00:00:00Z zone-given year-from-mtime",
    )
    check({ ...utc, path: "2023-03/auth.log" }, "Feb 29 01:02:03 gw x", "2024-02-29T01:02:03Z zone-given year-from-name")
  })
  it("a device takes it from its relay", () => {
    const time = readStamp("Dec 31 23:59:59 x")?.stamp as never
    const created = readStamp("2021-01-01T00:00:01Z x")?.stamp as never
    expect(spell(resolveTime({ time, created }, 0, clockOf(utc)))).toBe("2020-12-31T23:59:59Z zone-given device-clock")
  })
})

describe("day order", () => {
  const utc = { tz: "UTC" }
  it("is settled by another line", () =>
    check(
      { ...utc, lines: ["25/04/2021 09:00:00 idle", "03/04/2021 10:00:00 x"] },
      1,
      "2021-04-03T10:00:00Z zone-given day-order-from-file",
    ))
  it("the other way too", () =>
    check(
      { ...utc, lines: ["04/25/2021 09:00:00 idle", "03/04/2021 10:00:00 x"] },
      1,
      "2021-03-04T10:00:00Z zone-given day-order-from-file",
    ))
  it("else spans", () => check(utc, "03/04/2021 10:00:00 x", "2021-03-04T10:00:00Z..2021-04-03T10:00:00Z zone-given day-order-ambiguous"))
  it("two orders in one file settle nothing", () =>
    check(
      { ...utc, lines: ["25/04/2021 09:00:00 a", "04/25/2021 09:00:00 b", "03/04/2021 10:00:00 x"] },
      2,
      "2021-03-04T10:00:00Z..2021-04-03T10:00:00Z zone-given day-order-ambiguous",
    ))
})

describe("spans", () => {
  it("a minute is sixty seconds", () => check({ tz: "UTC" }, "2021-01-03 02:11 x", "2021-01-03T02:11:00Z..2021-01-03T02:11:59Z zone-given"))
  it("a flow is its start and end, in whichever order they stand", () => {
    const [time, end] = [readStamp("2021-01-03T02:11:09Z")?.stamp as never, readStamp("2021-01-03T02:12:09Z")?.stamp as never]
    expect(spell(resolveTime({ time, end }, 0, clockOf({})))).toBe("2021-01-03T02:11:09Z..2021-01-03T02:12:09Z")
    expect(spell(resolveTime({ time: end, end: time }, 0, clockOf({})))).toBe("2021-01-03T02:11:09Z..2021-01-03T02:12:09Z")
  })
  it("nanoseconds stay", () => check({}, "2021-01-03T02:11:09.123456789Z", "2021-01-03T02:11:09.123456789Z"))
})

describe("records without a stamp", () => {
  const clock = clockOf({ tz: "UTC" })
  const at = (text: string): TimeInterval => resolveTime({ time: readStamp(text)?.stamp as never }, 0, clock)
  const [one, two] = [at("2021-02-03T04:05:06Z"), at("2021-02-03T04:07:08Z")]
  it("lie between their neighbours", () =>
    expect(spell(undatedTime(one, two, clock))).toBe("2021-02-03T04:05:06Z..2021-02-03T04:07:08Z from-neighbours"))
  it("also where the clock ran backwards", () =>
    expect(spell(undatedTime(two, one, clock))).toBe("2021-02-03T04:05:06Z..2021-02-03T04:07:08Z from-neighbours"))
  it("before the first, nothing bounds them below", () =>
    expect(spell(undatedTime(undefined, one, clock))).toBe("null..2021-02-03T04:05:06Z from-neighbours"))
  it("after the last, the mtime bounds them", () =>
    expect(spell(undatedTime(two, undefined, clock))).toBe("2021-02-03T04:07:08Z..2021-07-20T12:00:00Z from-neighbours"))
  it("in a file without stamps", () => expect(spell(undatedTime(undefined, undefined, clock))).toBe("null..2021-07-20T12:00:00Z undated"))
})

describe("the range", () => {
  const clock = clockOf({ tz: "UTC" })
  const since = parseInstant("2021-01-01") ?? null
  const until = parseInstant("2021-08-01") ?? null
  const interval = (text: string): TimeInterval => resolveTime({ time: readStamp(text)?.stamp as never }, 0, clock)
  it("begins with since and ends before until", () => {
    expect(inRange(interval("2021-01-01T00:00:00Z"), since, until)).toBe("inside")
    expect(inRange(interval("2021-08-01T00:00:00Z"), since, until)).toBe("outside")
    expect(inRange(interval("2020-12-31T23:59:59.999Z"), since, until)).toBe("outside")
    expect(inRange(interval("2020-12-31T23:59:59.999Z"), null, until)).toBe("inside")
  })
  it("keeps what touches it", () =>
    expect(
      keptInRange(resolveTime({ time: readStamp("2021-01-01 00:30:00")?.stamp as never }, 0, clockOf({})), since, until, clock),
    ).toBeDefined())
  it("a year from the mtime alone never excludes", () => {
    const old = clockOf({ tz: "UTC", mtime: "2020-12-01T00:00:00Z" })
    const stamp = readStamp("Jan  3 02:11:09 gw x")?.stamp as never
    expect(keptInRange(resolveTime({ time: stamp }, 0, old), since, until, old)?.assumption).toContain("year-unknown")
    const autumn = readStamp("Oct  3 02:11:09 gw x")?.stamp as never
    expect(keptInRange(resolveTime({ time: autumn }, 0, old), since, until, old)).toBeUndefined()
  })
  it("a year from elsewhere does", () => {
    const named = clockOf({ tz: "UTC", path: "auth.log-20200110" })
    expect(
      keptInRange(resolveTime({ time: readStamp("Jan  3 02:11:09 gw x")?.stamp as never }, 0, named), since, until, named),
    ).toBeUndefined()
  })
  it("the mtime behind an undated stretch does not exclude", () => {
    const old = clockOf({ mtime: "2020-06-01T00:00:00Z" })
    expect(keptInRange(undatedTime(interval("2020-05-01T00:00:00Z"), undefined, old), since, until, old)).toBeDefined()
    expect(keptInRange(undatedTime(undefined, undefined, old), since, until, old)).toBeDefined()
    expect(keptInRange(undatedTime(undefined, interval("2020-05-01T00:00:00Z"), old), since, until, old)).toBeUndefined()
  })
})
