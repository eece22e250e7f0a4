// A mould reads from the bytes of a line what readStamp reads from its text, or says nothing.
import fc from "fast-check"
import { expect, test } from "vitest"
import { readStamp } from "../../src/sources/time/stamp.js"
import { mouldOf } from "../../src/sources/time/stamp-mould.js"

const pad = (value: number, digits = 2): string => String(value).padStart(digits, "0")
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

type Numbers = readonly [year: number, month: number, day: number, hour: number, minute: number, second: number, fraction: number]

/** Lines of formats in use, each around one time. */
const layouts: readonly ((numbers: Numbers, rest: string) => string)[] = [
  ([y, m, d, h, i, s, f], rest) => `${y}-${pad(m)}-${pad(d)}T${pad(h)}:${pad(i)}:${pad(s)}.${pad(f, 3)}Z,${rest}`,
  ([y, m, d, h, i, s], rest) => `${y}-${pad(m)}-${pad(d)} ${pad(h)}:${pad(i)}:${pad(s)} 192.0.2.1 ${rest}`,
  ([y, m, d, h, i, s, f], rest) => `${y}-${pad(m)}-${pad(d)} ${pad(h)}:${pad(i)}:${pad(s)},${pad(f, 3)} INFO ${rest}`,
  ([y, m, d, h, i, s, f], rest) =>
    `{"timestamp":"${y}-${pad(m)}-${pad(d)}T${pad(h)}:${pad(i)}:${pad(s)}.${pad(f, 6)}+0100","note":"${rest}"}`,
  ([y, m, d, h, i, s], rest) => `192.0.2.${d} - - [${pad(d)}/${months[m - 1]}/${y}:${pad(h)}:${pad(i)}:${pad(s)} +0100] "GET /${rest}"`,
  ([y, m, d, h, i, s, f], rest) => `${pad(d)}-${months[m - 1]}-${y} ${pad(h)}:${pad(i)}:${pad(s)}.${pad(f, 3)} queries: ${rest}`,
  ([, m, d, h, i, s], rest) => `${months[m - 1]} ${String(d).padStart(2)} ${pad(h)}:${pad(i)}:${pad(s)} gw1 sshd[${s}]: ${rest}`,
  ([y, m, d, h, i, s, f], rest) => `${Date.UTC(y, m - 1, d, h, i, s) / 1000}.${pad(f, 6)}\tC1\t${rest}`,
  ([y, m, d, h, i, s, f], rest) => `${Date.UTC(y, m - 1, d, h, i, s) / 1000}.${pad(f, 3)}    ${f} 192.0.2.7 ${rest}`,
]

const numbers = fc.tuple(
  fc.integer({ min: 1999, max: 2060 }),
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 1, max: 31 }),
  fc.integer({ min: 0, max: 23 }),
  fc.integer({ min: 0, max: 59 }),
  fc.integer({ min: 0, max: 59 }),
  fc.integer({ min: 0, max: 999 }),
)
const rest = fc.constantFrom("", "x", " PM", "CET 2021", "2021-03-04 05:06:07", "[", "é")

function read(line: string, other: string) {
  const found = readStamp(line)
  const mould = found && mouldOf(line, found, found.stamp)
  const bytes = Buffer.from(`\n${other}\n`)
  return mould?.(bytes, 1, bytes.length - 1)
}

test.each(layouts.map((layout) => [layout([2021, 3, 4, 5, 6, 7, 8], "x"), layout] as const))("%s", (_, layout) => {
  let seen = 0
  fc.assert(
    fc.property(numbers, numbers, rest, rest, (one, two, behindOne, behindTwo) => {
      const other = layout(two, behindTwo)
      const stamp = read(layout(one, behindOne), other)
      if (!stamp) return
      seen++
      expect(stamp).toEqual(readStamp(other)?.stamp)
    }),
    { numRuns: 300 },
  )
  // Days that not every month has are left to readStamp.
  expect(seen).toBeGreaterThan(150)
})

test("whatever else a line says, its stamp is read as readStamp reads it, or not at all", () => {
  const edit = fc.tuple(
    fc.nat(60),
    fc.constantFrom("", "0", "9", " ", ":", ".", ",", "-", "+", "A", "m", "Z", "(", "[", "#", "é", "\t", "PM", "+02"),
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...layouts),
      numbers,
      numbers,
      fc.array(edit, { minLength: 1, maxLength: 3 }),
      (layout, one, two, edits) => {
        const changed = edits.reduce((line, [at, by]) => line.slice(0, at) + by + line.slice(at + 1), layout(two, "x"))
        const stamp = read(layout(one, "x"), changed)
        if (stamp) expect(stamp).toEqual(readStamp(changed)?.stamp)
      },
    ),
    { numRuns: 20_000 },
  )
})

/** Lines that decide by more than what stands at one place: read as readStamp reads them, or not at all. */
const wayward: readonly ((numbers: Numbers, rest: string) => string)[] = [
  ([y, m, d, h, i, s, f], rest) =>
    `date=${y}-${pad(m)}-${pad(d)} time=${pad(h)}:${pad(i)}:${pad(s)} devname="gw" ${f % 3 ? `tz="+0${f % 2}00"` : ""} ${rest}`,
  ([y, m, d, h, i, s], rest) => `${y}-${pad(m)}-${pad(d)} ${pad((h % 12) + 1)}:${pad(i)}:${pad(s)} ${h < 12 ? "AM" : "PM"}, ${rest}`,
  ([y, m, d, h, i, s], rest) =>
    `${pad(d)}/${months[m - 1]}/${y} ${pad((h % 12) + 1)}:${pad(i)}:${pad(s)} ${h < 12 ? "a.m." : "p.m."} ${rest}`,
  ([, m, d, h, i, s, f], rest) =>
    `${months[m - 1]} ${String(d).padStart(2)} ${pad(h)}:${pad(i)}:${pad(s)} gate ${f % 2 ? 2021 : "x"} ${rest}`,
  ([, m, d, h, i, s, f], rest) =>
    `${months[m - 1]} ${String(d).padStart(2)} ${pad(h)}:${pad(i)}:${pad(s)} (ABCDE) ${f % 2 ? 2021 : "x"} ${rest}`,
  ([y, m, d, h, i, s, f], rest) =>
    `{"log":"${y}-${pad(m)}-${pad(d)} ${pad(h)}:${pad(i)}:${pad(s)} GET ${rest}"${f % 2 ? `,"time":"2021-03-04T04:${pad(i)}:08.5Z"` : ""}}`,
  ([y, m, d, h, i, s, f], rest) =>
    `${["192.0.2.1", "20200103T021109Z", "1577836800", "2020-01-03", "{a", " ", "192.0.2.7 bob"][f % 7]} - [${pad(d)}/${months[m - 1]}/${y}:${pad(h)}:${pad(i)}:${pad(s)} +0100] "ts":"2020-01-01T00:00:00Z" ${rest}`,
]

test.each(wayward.map((layout) => [layout([2021, 3, 4, 5, 6, 7, 8], "x"), layout] as const))("%s", (_, layout) => {
  fc.assert(
    fc.property(numbers, numbers, rest, rest, (one, two, behindOne, behindTwo) => {
      const other = layout(two, behindTwo)
      const stamp = read(layout(one, behindOne), other)
      if (stamp) expect(stamp).toEqual(readStamp(other)?.stamp)
    }),
    { numRuns: 1000 },
  )
})

test("a bracket is looked for near the line's start only, and not behind another clock", () => {
  const line = '192.0.2.1 - - [10/Jan/2021:09:10:46 +0100] "GET /"'
  expect(read(line, line)).toMatchObject({ day: 10 })
  expect(read(line, `2021-03-04 05:06:07 ${line}`)).toBeUndefined()
  expect(read(line, `${"x".repeat(80)}${line}`)).toBeUndefined()
})
