// What a single line means when other things stand around the message: container prefixes, relays that repeat the clock.
import { expect, test } from "vitest"
import { findFormat } from "../../../src/sources/formats/index.js"
import { plainRoles } from "./read-file.js"

const parser = findFormat("text")?.open({ path: "x", roles: plainRoles })

function check(line: string, expected: Readonly<Record<string, unknown>>): void {
  const { fields, time, created, ...rest } = parser?.parse(line) ?? { fields: {} }
  expect({ ...rest, ...fields, offsets: time?.offsets, year: time?.year, created: created?.year }).toMatchObject(expected)
}

test("a line of a Kubernetes container is what stands behind the runtime's prefix", () => {
  check('2021-01-03T02:11:10.123456789+01:00 stdout F 203.0.113.9 - - [03/Jan/2021:02:11:09 +0100] "GET /x HTTP/1.1" 200 5 "-" "-"', {
    format: "access-log",
    "source.ip": "203.0.113.9",
    offsets: [60],
    created: 2021,
  })
})

test("a word that is no stream is no prefix", () => {
  check("2021-01-03T02:11:10+01:00 stdout X from 203.0.113.9", { format: "text", created: undefined })
})

test("a device's clock without zone is the relay's, where both read the same", () => {
  check("2021-01-03T02:11:09+01:00 fw.example 1,2021/01/03 02:11:09,001,TRAFFIC,end,2561,2021/01/03 02:11:09,203.0.113.9,10.0.0.5", {
    offsets: [60],
    created: undefined,
  })
})

test("an address in the query of a request is no role: a page that looks addresses up was asked about it (semantics 6)", () => {
  for (const line of [
    "2021-01-03T02:11:09Z app: GET /geo?ip=203.0.113.9 took 5 ms",
    "2021-01-03T02:11:09Z app: GET https://example.org/geo?src=203.0.113.9&x=1",
    "2021-01-03T02:11:09Z app: url=/geo?client=203.0.113.9",
    'time=2021-01-03T02:11:09Z msg="GET /geo?ip=203.0.113.9"',
    '{"time":"2021-01-03T02:11:09Z","path":"/geo?source_ip=203.0.113.9"}',
  ]) {
    const fields: Readonly<Record<string, unknown>> = parser?.parse(line)?.fields ?? {}
    expect([line, fields["source.ip"], fields["destination.ip"]]).toEqual([line, undefined, undefined])
  }
  // A pair that stands by itself, beside a request, is one.
  check("2021-01-03T02:11:09Z app: POST /api client=203.0.113.9 done", { "source.ip": "203.0.113.9" })
})
