// Stamps are read without parsing only where that gives what the parser gives.
import { expect, test } from "vitest"
import { createSampler } from "../../src/hunt/sampler.js"
import { habitualStamp } from "../../src/hunt/stamp-habit.js"
import type { Stamp } from "../../src/model/time.js"
import { recognizeFormat } from "../../src/sources/formats/index.js"
import { openLines } from "../../src/sources/formats/line-reader.js"
import { createRoleContext } from "../../src/sources/roles.js"
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

test("a line without a digit is not parsed", () => {
  const { of } = habitualStamp(() => {
    throw new Error("parsed")
  })
  expect(of("Notes of nobody in particular.")).toBeUndefined()
})

const pad = (value: number): string => String(value).padStart(2, "0")
const numbered = (line: (at: number) => string): readonly string[] => Array.from({ length: 200 }, (_, at) => line(at))

/** Logs in which something further on in the line, or in one line of many, decides. */
const logs = {
  "a firewall whose clock changes its zone": numbered(
    (at) =>
      `date=2021-03-${at < 99 ? 27 : 28} time=${pad(at % 24)}:11:09 devname="gw" type="traffic" srcip=192.0.2.1 dstip=203.0.113.7 tz="+0${at < 99 ? 1 : 2}00"`,
  ),
  "a clock of twelve hours": numbered((at) => `2021-03-04 ${pad((at % 12) + 1)}:06:07 ${at % 24 < 12 ? "AM" : "PM"}, 192.0.2.1 opened`),
  "a container's log with a line too long": numbered(
    (at) =>
      `{"log":"2021-03-04 05:${pad(at % 60)}:07 GET / 192.0.2.1${at === 5 ? "x".repeat(9000) : ""}\\n","stream":"stdout","time":"2021-03-04T04:${pad(at % 60)}:08.5Z"}`,
  ),
  "a web server with strange names of users": numbered(
    (at) =>
      `192.0.2.${at} - ${["-", "20200103T021109Z", "bob", "1577836800"][at % 4]} [10/Jan/2021:09:10:${pad(at % 60)} +0100] "GET /${at} HTTP/1.1" 200 12`,
  ),
  "a mixture": numbered((at) =>
    at % 3 === 0
      ? `Mar  4 12:${pad(at % 60)}:07 gw1 sshd[${at}]: Accepted password for bob from 192.0.2.1 port 22 ssh2`
      : `Mar  4 12:${pad(at % 60)}:07 gate kernel: 2021 DROP SRC=192.0.2.${at}`,
  ),
} as const

test.each(Object.entries(logs))("stamps read from the bytes are those of the text: %s", (_, log) => {
  const text = Buffer.from(`${log.join("\n")}\n`)
  const samples = (byBytes: boolean) => {
    const reader = openLines(recognizeFormat(text, "x.log"), { path: "x.log", roles: createRoleContext({ own: [], trustedProxies: [] }) })
    const { of, quick } = habitualStamp((line) => reader.parse(line).time)
    const sampler = createSampler(of, byBytes ? { quick } : {})
    sampler.sample(text, 0)
    return sampler.samples()
  }
  expect(samples(true).length).toBeGreaterThan(50)
  expect(samples(true)).toEqual(samples(false))
})
