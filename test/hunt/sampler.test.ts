// Stamps are looked at so that no silence is claimed that is none, and every one of a day is seen.
import { expect, test } from "vitest"
import { createSampler } from "../../src/hunt/sampler.js"
import { readStamp } from "../../src/sources/time/stamp.js"

const hour = 3_600_000

/** Offsets and times of the samples of a block of lines at these hours, all behind the part that is looked at closely. */
function sampled(hours: readonly number[], padding = 200): readonly number[] {
  const lines = hours.map((at) => `${new Date(Date.UTC(2021, 2, 1) + at * hour).toISOString().slice(0, 19)}Z fw1 ${"x".repeat(padding)}\n`)
  const sampler = createSampler((line) => readStamp(line)?.stamp)
  sampler.sample(Buffer.from(lines.join("")), 1 << 20)
  return sampler.samples().map(({ stamp }) => (Date.UTC(2021, (stamp.month ?? 1) - 1, stamp.day, stamp.hour) - Date.UTC(2021, 2, 1)) / hour)
}

test("a record between two that lie a day apart is seen, wherever it stands", () => {
  // Three lines between the ends of the day, the first of them right behind its beginning and longer than all that follow.
  expect(sampled([0, 10, 15, 34, 40])).toEqual(expect.arrayContaining([0, 15, 34]))
})

test.each([1, 2, 3, 7, 17])("no two samples a day apart have a record between them, in two months (every %i hours)", (step) => {
  const hours = Array.from({ length: Math.floor(1440 / step) }, (_, at) => at * step + ((at * 7919) % step))
  const seen = sampled(hours)
  for (let at = 1; at < seen.length; at++) {
    const [from, to] = [seen[at - 1] as number, seen[at] as number]
    if (to - from >= 24) expect(hours.filter((one) => one > from && one < to)).toEqual([])
  }
})
