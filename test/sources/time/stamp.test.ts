// Every layout of semantics 7.2, and what is no stamp.
import { describe, expect, it } from "vitest"
import type { Stamp } from "../../../src/model/time.js"
import { readStamp, stampOf } from "../../../src/sources/time/stamp.js"

/** `2021-01-03 02:11:09.123 +60 /59 month-first`, parts that say nothing left out. */
function spell(stamp: Stamp | undefined): string {
  if (!stamp) return "none"
  const two = (value: number): string => String(value).padStart(2, "0")
  const fraction = stamp.nanos === 0 ? "" : `.${String(stamp.nanos).padStart(9, "0").replace(/0+$/, "")}`
  return [
    `${stamp.year ?? "----"}-${two(stamp.month)}-${two(stamp.day)} ${two(stamp.hour)}:${two(stamp.minute)}:${two(stamp.second)}${fraction}`,
    stamp.utc ? "utc" : stamp.offsets?.join(","),
    stamp.span === undefined ? undefined : `/${stamp.span / 1e9}`,
    stamp.dayOrder,
  ]
    .filter((part) => part !== undefined)
    .join(" ")
}

function check(text: string, expected: string): void {
  expect(spell(readStamp(text)?.stamp), text).toBe(expected)
}

describe("readStamp", () => {
  it("reads ISO 8601", () => {
    check("2021-01-03T02:11:09Z x", "2021-01-03 02:11:09 0")
    check("2021-01-03T02:11:09.123456789+01:00 x", "2021-01-03 02:11:09.123456789 60")
    check("2021-01-03 02:11:09,123 INFO x", "2021-01-03 02:11:09.123")
    check("2021-01-03 02:11:09.5 -0500", "2021-01-03 02:11:09.5 -300")
    check("2021-01-03 02:11:09+01 UTC", "2021-01-03 02:11:09 60")
    check("20210103T021109Z x", "2021-01-03 02:11:09 0")
    check("2021-01-03 02:11 x", "2021-01-03 02:11:00 /59")
    check("2021/01/03 02:11:09 x", "2021-01-03 02:11:09")
    check("2021-01-03\t02:11:09\tx", "2021-01-03 02:11:09")
    check("2021-01-03 one day", "2021-01-03 00:00:00 /86399")
  })
  it("reads a zone that has a key of its own beside date and time", () => {
    check('date=2021-01-03 time=02:11:09 devid="FG" tz="+0100" srcip=203.0.113.9', "2021-01-03 02:11:09 60")
    check("date=2021-01-03,time=02:11:09,tz=-0330", "2021-01-03 02:11:09 -210")
    check('date=2021-01-03 time=02:11:09 vtz="+0100"', "2021-01-03 02:11:09")
    check('day=x date=2021-01-03 time=02:11:09 tz="+0100"', "2021-01-03 02:11:09")
  })
  it("reads RFC 3164 and its relatives", () => {
    check("<34>Jan  3 02:11:09 gw sshd[1]: x", "-----01-03 02:11:09")
    check("Jan 03 2021 02:11:09: %ASA", "2021-01-03 02:11:09")
    check("Jan  3, 2021 2:11:09 PM x", "2021-01-03 14:11:09")
    check("*Mar  1 00:00:01.123 UTC: %SYS", "-----03-01 00:00:01.123 0")
    check("janv.  3 02:11:09 gw x", "-----01-03 02:11:09")
    check("févr. 28 02:11:09 gw x", "-----02-28 02:11:09")
    check("août 15 02:11:09 gw x", "-----08-15 02:11:09")
    check("déc. 31 02:11:09 gw x", "-----12-31 02:11:09")
    check("juil. 14 02:11:09 gw x", "-----07-14 02:11:09")
    check("juin 14 02:11:09 gw x", "-----06-14 02:11:09")
    check("Feb 29 01:02:03 gw x", "-----02-29 01:02:03")
  })
  it("reads asctime and RFC 5322", () => {
    check("Sun Jan  3 02:11:09 2021 x", "2021-01-03 02:11:09")
    check("Sun Jan  3 02:11:09 CET 2021 x", "2021-01-03 02:11:09 60")
    check("Date: Sun, 03 Jan 2021 02:11:09 +0100", "2021-01-03 02:11:09 60")
    check("dim. 3 janv. 2021 02:11:09 x", "2021-01-03 02:11:09")
    check("[Sun Jan 03 02:11:09.123456 2021] [error]", "2021-01-03 02:11:09.123456")
  })
  it("reads CLF and its relatives", () => {
    check('192.0.2.1 - - [03/Jan/2021:02:11:09 +0100] "GET /"', "2021-01-03 02:11:09 60")
    check("03-Jan-2021 02:11:09.425 client", "2021-01-03 02:11:09.425")
    check("lb[1]: [03/Jan/2021:02:11:09.885] front", "2021-01-03 02:11:09.885")
  })
  it("reads numbers with slashes and says what is open", () => {
    check("03/04/2021 10:00:00 x", "2021-03-04 10:00:00 unknown")
    check("25/04/2021 09:00:00 x", "2021-04-25 09:00:00 day-first")
    check("04/25/2021 09:00:00 x", "2021-04-25 09:00:00 month-first")
    check("03/03/2021 09:00:00 x", "2021-03-03 09:00:00")
    check("03.04.2021 10:00:00 x", "2021-04-03 10:00:00")
    check("8/2/2023, 7:32:47 PM x", "2023-08-02 19:32:47 unknown")
    check("12/25/2020 12:05 AM x", "2020-12-25 00:05:00 /59 month-first")
    check("01/25/22 16:08:02.393 x", "2022-01-25 16:08:02.393 month-first")
    check("01/03-02:11:09.123456 [**]", "-----01-03 02:11:09.123456")
  })
  it("reads date= and time=", () => {
    check("date=2021-01-03 time=02:11:09 devname=x", "2021-01-03 02:11:09")
    check('date="2021-01-03" time="02:11:09" x', "2021-01-03 02:11:09")
  })
  it("reads seconds, milli-, micro- and nanoseconds since 1970", () => {
    check("1609639869.123      5 10.0.0.5 TCP_MISS/200", "2021-01-03 02:11:09.123 utc")
    check("type=X msg=audit(1609639869.123:45): x", "2021-01-03 02:11:09.123 utc")
    check('{"ts":1609639869123,"a":1}', "2021-01-03 02:11:09.123 utc")
    check('{"a":"2020-01-01","timestamp":1609639869123456}', "2021-01-03 02:11:09.123456 utc")
    check("ts=1609639869123456789 x", "2021-01-03 02:11:09.123456789 utc")
    check("worker-1\t1609639869.000001\tC1\t", "2021-01-03 02:11:09.000001 utc")
  })
  it("reads ambiguous abbreviations in all their meanings", () => {
    check("2021-01-03 02:11:09 CST x", "2021-01-03 02:11:09 -360,-300,480")
    check("2021-01-03 02:11:09 IST x", "2021-01-03 02:11:09 60,120,330")
    check("2021-01-03 02:11:09 CEST x", "2021-01-03 02:11:09 120")
  })
  it("takes a host for a host", () => {
    expect(readStamp("Jan  3 02:11:09 gw sshd[1]: x")?.end).toBe(15)
    expect(readStamp("2021-01-03 02:11:09 UTC x")?.end).toBe(23)
  })
  it("prefers the key of a JSON object to other dates in it", () => {
    check('{"created":"2019-05-05T00:00:00Z","@timestamp":"2021-01-03T02:11:09Z"}', "2021-01-03 02:11:09 0")
  })
  it("reads no stamp where there is none", () => {
    for (const text of [
      "",
      "x",
      "version 10.2.3.4",
      "2021-13-03T02:11:09Z",
      "2021-02-30 02:11:09",
      "31/02/2021 10:00:00",
      "at 00:12:34 login",
      "port 1609639869",
      "id 1609639869123",
      "99/99/2021 10:00:00",
      "Jan 32 02:11:09",
      "2021-01-03T25:11:09",
    ]) {
      check(text, "none")
    }
  })
})

describe("stampOf", () => {
  it("reads a FILETIME", () => {
    expect(spell(stampOf("132541134691234567"))).toBe("2021-01-03 02:11:09.1234567 utc")
  })
  it("leaves a number alone that is no instant", () => {
    expect(stampOf(203_000_113)).toBeDefined()
    expect(stampOf("99999999999999999999")).toBeUndefined()
    expect(stampOf(12)).toBeUndefined()
  })
})
