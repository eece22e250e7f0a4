// Silences of whole days, judged by the text that stands between their ends.
import { expect, test } from "vitest"
import { createSampler } from "../../src/hunt/sampler.js"
import { silences } from "../../src/hunt/silences.js"
import { habitualStamp } from "../../src/hunt/stamp-habit.js"
import { readStamp } from "../../src/sources/time/stamp.js"

const hour = 3_600_000
const start = Date.UTC(2021, 0, 1)

/** A line each hour, none in the hours left out; the sampler sees it in one block. */
function silencesIn(hours: number, isSilent: (hour: number) => boolean): { readonly days: number; readonly looks: number } {
  let looks = 0
  const sampler = createSampler((line) => {
    looks++
    return readStamp(line)?.stamp
  })
  const lines: string[] = []
  for (let at = 0; at < hours; at++)
    if (!isSilent(at)) lines.push(`${new Date(start + at * hour).toISOString()} host sshd[7]: session opened for user nobody`)
  sampler.sample(Buffer.from(`${lines.join("\n")}\n`), 0)
  const moments = sampler.samples().map(({ at, stamp }) => ({
    at,
    instant: BigInt(Date.UTC(stamp.year ?? 0, stamp.month - 1, stamp.day, stamp.hour)) * 1_000_000n,
  }))
  const found = silences(moments)
  return { days: found.reduce((sum, { from, to }) => sum + (Date.parse(to) - Date.parse(from)) / (24 * hour), 0), looks }
}

test("a silence of three days in a year of lines is found without looking at every line", () => {
  const { days, looks } = silencesIn(8000, (at) => at >= 4000 && at < 4072)
  expect(days).toBeGreaterThanOrEqual(3)
  expect(days).toBeLessThan(4.5)
  expect(looks).toBeLessThan(1000)
})

test("a log that is never silent has no silences", () => {
  expect(silencesIn(8000, () => false).days).toBe(0)
})

test("a log that writes once in two days is not silent between", () => {
  expect(silencesIn(20_000, (at) => at % 48 !== 0).days).toBe(0)
})

test("a stamp is read without the parser where both agree, and by the parser where they do not", () => {
  let asked = 0
  const agreeing = habitualStamp((line) => {
    asked++
    return readStamp(line)?.stamp
  })
  for (let at = 0; at < 64; at++) expect(agreeing("2021-01-03T02:11:09Z x")?.hour).toBe(2)
  expect(asked).toBeLessThan(8)
  const other = habitualStamp(() => ({ month: 5, day: 1, hour: 1, minute: 1, second: 1, nanos: 0 }))
  for (let at = 0; at < 64; at++) expect(other("2021-01-03T02:11:09Z x")?.month).toBe(5)
})
