// What is odd about the course of time in a log is named: days of silence, a clock that was set back.
import { expect, test } from "vitest"
import { jumps, type Span, silences } from "../../src/hunt/silences.js"
import { parseInstant } from "../../src/model/time.js"

function spans(...times: readonly (string | readonly [string, string])[]): readonly Span[] {
  return times.map((time, at) => {
    const [earliest, latest] = typeof time === "string" ? [time, time] : time
    return { at: at * 100, earliest: parseInstant(earliest) ?? 0n, latest: parseInstant(latest) ?? 0n }
  })
}

const day = (hour: string) => `2021-01-03T${hour}Z`

test("a clock that was set back is a jump", () => {
  expect(jumps(spans(day("10:00:00"), day("11:00:00"), day("09:00:00"), day("09:30:00")))).toEqual([
    { from: "2021-01-03T11:00:00Z", to: "2021-01-03T09:00:00Z" },
  ])
})

test("a few minutes out of order are none", () => {
  expect(jumps(spans(day("10:00:00"), day("11:00:00"), day("10:30:00"), day("11:10:00")))).toEqual([])
})

test("a single late record, as a flow logged at its end, is none", () => {
  expect(jumps(spans(day("10:00:00"), day("11:00:00"), day("02:00:00"), day("11:10:00")))).toEqual([])
})

test("what an unknown zone leaves open is no jump", () => {
  expect(jumps(spans(day("10:00:00"), day("11:00:00"), ["2021-01-02T12:00:00Z", "2021-01-04T02:00:00Z"], day("11:10:00")))).toEqual([])
})

test("a table in no order of time, and a log with its newest record first, have none", () => {
  const backwards = Array.from({ length: 20 }, (_, at) => `2021-01-${String(28 - at).padStart(2, "0")}T00:00:00Z`)
  expect(jumps(spans(...backwards))).toEqual([])
})

test("days without a record are a silence, if the log is not always so silent", () => {
  const busy = ["00:00:00", "01:00:00", "02:00:00", "03:00:00"].map(day)
  const moments = [...busy, "2021-01-09T00:00:00Z"].map((time, at) => ({ at: at * 100, instant: parseInstant(time) ?? 0n }))
  expect(silences(moments)).toEqual([{ from: "2021-01-03T03:00:00Z", to: "2021-01-09T00:00:00Z" }])
  const daily = [3, 5, 7, 9, 11].map((date, at) => ({
    at: at * 100,
    instant: parseInstant(`2021-01-${String(date).padStart(2, "0")}`) ?? 0n,
  }))
  expect(silences(daily)).toEqual([])
})
