// Stamps are read without parsing only where that gives what the parser gives.
import { expect, test } from "vitest"
import { habitualStamp } from "../../src/hunt/stamp-habit.js"
import type { Stamp } from "../../src/model/time.js"
import { readStamp } from "../../src/sources/time/stamp.js"

const lines = Array.from({ length: 200 }, (_, at) => `2021-03-01 04:${String(at % 60).padStart(2, "0")}:15 GET /${at}`)

/** What comes out, and how often the parser was asked. */
function read(parsed: (stamp: Stamp, at: number) => Stamp | undefined): {
  readonly stamps: readonly (Stamp | undefined)[]
  readonly asked: number
} {
  let asked = 0
  const { of } = habitualStamp((line) => {
    asked++
    return parsed(readStamp(line)?.stamp as Stamp, lines.indexOf(line))
  })
  return { stamps: lines.map(of), asked }
}

const utc = (stamp: Stamp): Stamp => ({ ...stamp, offsets: [0], utc: true })

test("as they stand", () => {
  const { stamps, asked } = read((stamp) => stamp)
  expect(stamps).toEqual(lines.map((line) => readStamp(line)?.stamp))
  expect(asked).toBeLessThan(10)
})

test("in UTC, where the format is in UTC by definition", () => {
  const { stamps, asked } = read(utc)
  expect(stamps).toEqual(lines.map((line) => utc(readStamp(line)?.stamp as Stamp)))
  expect(asked).toBeLessThan(10)
})

test("never, where the record says another time", () => {
  const other = (stamp: Stamp): Stamp => ({ ...stamp, hour: 3 })
  const { stamps, asked } = read(other)
  expect(stamps).toEqual(lines.map((line) => other(readStamp(line)?.stamp as Stamp)))
  expect(asked).toBe(lines.length)
})

test("no longer, once it was seen to differ", () => {
  const { stamps } = read((stamp, at) => (at < 10 ? utc(stamp) : stamp))
  expect(stamps.slice(80)).toEqual(lines.slice(80).map((line) => readStamp(line)?.stamp))
})
