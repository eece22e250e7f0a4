// Header lines that a hunt has passed are read again for a line that may stand under one: with lines of any length between them.
import { expect, test } from "vitest"
import { headersBefore, openHeaderLines } from "../../src/hunt/header-lines.js"
import type { Leaf } from "../../src/sources/files/files.js"
import { findFormat } from "../../src/sources/formats/index.js"
import { openLines } from "../../src/sources/formats/line-reader.js"
import type { LogFormat } from "../../src/sources/log-format.js"
import { createRoleContext } from "../../src/sources/roles.js"

const chunkBytes = 1024 * 1024
const heading = "time,src_ip,url"
const record = "2021-01-03T01:11:09Z,203.0.113.9,http://relay.example/"
/** A cell that neither ends in its chunk nor in the next. */
const long = `2021-01-03T01:11:09Z,203.0.113.9,${"a".repeat(2_500_000)}`

function leafOf(text: Buffer, base = 0): Leaf {
  const again = function* (from: number, to: number): Generator<Buffer> {
    for (let at = from + base; at < to + base; at += chunkBytes) yield text.subarray(at, Math.min(to + base, at + chunkBytes))
  }
  return { where: "log", mtimeMs: 0, base, again } as unknown as Leaf
}

/** Lines shown before the last line of the text, which stands in a block of its own. An endless loop is cut short. */
function shownBefore(name: string, lines: readonly string[]): readonly (readonly [at: number, line: string])[] {
  const text = Buffer.from(`${lines.join("\n")}\n`)
  const last = text.lastIndexOf(10, text.length - 2) + 1
  const reader = openLines(findFormat(name) as LogFormat, { path: "log", roles: createRoleContext({ own: [], trustedProxies: [] }) })
  const shown: [number, string][] = []
  const bounded = {
    ...reader,
    see(line: string) {
      if (shown.length > 100) throw new Error("shown over and over")
      shown.push([text.indexOf(line), line])
      return reader.see(line)
    },
  }
  const headers = openHeaderLines(leafOf(text), bounded, {})
  headers.block(text.subarray(0, last), 0)
  headers.block(text.subarray(last), last)
  headers.before(0, text.toString("utf8", last, text.length - 1))
  return shown
}

test("a table with a cell longer than what is read again at a time comes to an end, and its headings are shown", () => {
  expect(shownBefore("csv", [heading, record, long, "when,client,address", record])).toEqual([
    [0, heading],
    [heading.length + record.length + long.length + 3, "when,client,address"],
  ])
})

test("what follows a cut long line is no heading, whatever it begins with", () => {
  const cut = `2021-01-03T01:11:09Z,203.0.113.9,${" , name".repeat(400_000)}`
  expect(shownBefore("csv", [heading, cut, record]).map(([, line]) => line)).toEqual([heading])
})

test("the headers before a segment are found behind a long line", () => {
  const mark = "#Fields: date time c-ip cs-uri"
  const text = Buffer.from(`#Software: Microsoft Internet Information Services 10.0\n${"#".repeat(2_500_000)}\n${mark}\n`)
  const opens = (line: string): boolean => line.startsWith("#Software")
  expect(headersBefore(leafOf(text, text.length), { opens }, {})).toEqual(["#Software: Microsoft Internet Information Services 10.0", mark])
})
