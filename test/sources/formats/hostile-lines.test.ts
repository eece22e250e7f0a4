// Lines that an attacker makes: long, repetitive, half open. None may cost more than linear time.
import { describe, expect, it } from "vitest"
import { findFormat, recognizeFormat } from "../../../src/sources/formats/index.js"
import { readStamp } from "../../../src/sources/time/stamp.js"
import { plainRoles } from "./read-file.js"

const beginnings = [
  "",
  "Jan  3 02:11:09 h p[1]: ",
  '{"a":"',
  "CEF:0|a|b|c|d|e|f|",
  '192.0.2.1 - - [03/Jan/2021:02:11:09 +0100] "',
  "%ASA-6-302013: ",
  "type=A msg=audit(1609639869.123:1): ",
]
const pieces = [
  '"',
  '\\"',
  "=",
  "a=",
  'a="',
  "[",
  "{",
  '{"a":',
  " ",
  "192.0.2.1",
  "192.0.2.1 ",
  ":",
  "from ",
  "a.",
  "/",
  "src=192.0.2.1 ",
  "SRC=1 ",
  ",",
  "|",
  "12:",
  "Jan  3 ",
  "-> ",
  "for ",
  "[client ",
]
const lineChars = 1 << 20
/** Generous for a loaded machine: quadratic behaviour on a megabyte takes minutes. */
const lineMsMax = 3000

describe("a line of a megabyte", () => {
  const text = findFormat("text")?.open({ path: "x", roles: plainRoles })
  it.each(beginnings)("is parsed in bounded time behind %j", (beginning) => {
    for (const piece of pieces) {
      const line = beginning + piece.repeat(lineChars / piece.length)
      const from = performance.now()
      const record = text?.parse(line)
      readStamp(line)
      recognizeFormat(Buffer.from(line.slice(0, 65_536)), "x")
      expect(record?.text.length).toBe(line.length)
      expect(performance.now() - from, JSON.stringify(piece)).toBeLessThan(lineMsMax)
    }
  })

  it("is no stack overflow when JSON is nested deep", () => {
    const line = `${'{"a":'.repeat(30_000)}1${"}".repeat(30_000)}`
    expect(text?.parse(line)?.fields).toEqual({})
  })
})
