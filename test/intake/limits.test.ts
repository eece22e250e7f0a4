// Documents made to hurt: bounded time and memory, a Problem with its place, and the rest is read.
import { expect, test } from "vitest"
import { decodePieces, decodeText } from "../../src/intake/decode.js"
import { readRows } from "../../src/intake/delimited.js"
import { readBulletin } from "../../src/intake/intake.js"
import { parseXml } from "../../src/intake/xml.js"

/** Bounded in processor time, so that a busy machine is no fault. */
async function quickly(name: string, content: string | Uint8Array, withinMs = 4000): Promise<Awaited<ReturnType<typeof readBulletin>>> {
  const start = process.cpuUsage()
  const bulletin = await readBulletin(name, typeof content === "string" ? Buffer.from(content) : content)
  expect(process.cpuUsage(start).user / 1000, name).toBeLessThan(withinMs)
  return bulletin
}

test("ten megabytes of nested JSON are refused for their nesting", async () => {
  const bulletin = await quickly("a.json", `{"type":"bundle","objects":${"[".repeat(5_000_000)}${"]".repeat(5_000_000)}}`)
  expect(bulletin.problems).toMatchObject([{ code: "limit", where: "a.json" }])
})

test("entities are never expanded, external ones never asked for", async () => {
  const bulletin = await quickly(
    "a.ioc",
    '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY x SYSTEM "http://evil.example/x">]><ioc xmlns="http://schemas.mandiant.com/2010/ioc"><IndicatorItem condition="is"><Context search="Network/DNS"/><Content>&b;&x;.example</Content></IndicatorItem></ioc>',
  )
  expect(bulletin.indicators).toEqual([])
  expect(bulletin.leftOut).toMatchObject([{ value: "&b;&x;.example" }])
})

test("XML and HTML nested without end stop with a Problem", async () => {
  expect((await quickly("a.xml", `<ioc xmlns="http://schemas.mandiant.com/2010/ioc">${"<a>".repeat(300_000)}`)).problems).toMatchObject([
    { code: "limit" },
  ])
  expect((await quickly("a.html", `<!doctype html>${"<div>".repeat(300_000)}evil[.]example`)).problems).toMatchObject([{ code: "limit" }])
})

test("an XML document that ends too early says so", () => {
  expect(parseXml("<a><b>text").faults).toMatchObject([{ code: "truncated" }])
  expect(parseXml("<a><b>text</b").faults).toMatchObject([{ code: "truncated" }, { code: "truncated" }])
  expect(parseXml("<a>text</a>").faults).toEqual([])
})

test("a table of one endless line is bounded", async () => {
  const bulletin = await quickly(
    "a.csv",
    `ip,comment\n192.0.2.1,${"x".repeat(5_000_000)}\n192.0.2.2,${"y,".repeat(500_000)}\n192.0.2.3,z\n`,
  )
  expect(bulletin.indicators.map(({ value }) => value)).toEqual(["192.0.2.1", "192.0.2.2", "192.0.2.3"])
  expect(bulletin.problems).toMatchObject([
    { code: "limit", where: "a.csv:2" },
    { code: "limit", where: "a.csv:3" },
  ])
})

test("lines of brackets, dots and blanks cost what they weigh", async () => {
  for (const piece of [
    "[",
    "]",
    "a.",
    "a-",
    "a:",
    "[.",
    "a@",
    "1.",
    "a",
    "h/",
    "**",
    "[a](",
    "<",
    " ",
    "\n",
    "`",
    "|",
    "http://",
    "contact ",
    "search since ",
    "APT",
    "a[.]",
  ])
    await quickly("a.txt", `It says: ${piece.repeat(200_000 / piece.length)}`, 6000)
})

test("more refusals than can be kept are counted", async () => {
  const bulletin = await quickly("a.csv", `ip\n${Array.from({ length: 25_000 }, (_, at) => `bad-${at}`).join("\n")}\n192.0.2.1\n`)
  expect(bulletin.indicators).toHaveLength(1)
  expect(bulletin.leftOut).toHaveLength(20_000)
  expect(bulletin.problems.at(-1)).toMatchObject({ code: "limit", message: expect.stringContaining("5000 more") })
})

test("a document beyond the limit is read in part, and says so", () => {
  expect(decodeText(Buffer.from("192.0.2.1\n192.0.2.2\n"), 10)).toEqual({ text: "192.0.2.1\n", encoding: "utf-8", cut: true })
  // A character cut in two does not turn the text into another encoding.
  expect(decodeText(Buffer.from("aé"), 2)).toMatchObject({ text: "a", encoding: "utf-8" })
})

test("encodings: marks, UTF-16 without one, Latin-1", () => {
  expect(decodeText(Buffer.from("\ufeffip", "utf8"))).toMatchObject({ text: "ip", encoding: "utf-8" })
  expect(decodeText(Buffer.from("\ufeffip", "utf16le"))).toMatchObject({ text: "ip", encoding: "utf-16le" })
  expect(decodeText(Buffer.from("ip,comment\n", "utf16le"))).toMatchObject({ text: "ip,comment\n", encoding: "utf-16le" })
  expect(decodeText(Buffer.from("ip,comment\n", "utf16le").swap16())).toMatchObject({ text: "ip,comment\n", encoding: "utf-16be" })
  expect(decodeText(Buffer.from("é", "latin1"))).toMatchObject({ text: "é", encoding: "windows-1252" })
  expect(decodeText(new Uint8Array())).toMatchObject({ text: "", encoding: "utf-8" })
})

test("delimited text: quotes, breaks in cells, and a quote that never closes", () => {
  const rows = (text: string): unknown => [...readRows(text, ",")].map(({ cells, line }) => [line, ...cells])
  expect(rows('a,"b,""c""",d\r\n"x\ny",z\n')).toEqual([
    [1, "a", 'b,"c"', "d"],
    [2, "x\ny", "z"],
  ])
  expect(rows('a,"b\nc,d\ne,"f"\n')).toEqual([
    [1, "a", "b"],
    [2, "c", "d"],
    [3, "e", "f"],
  ])
  expect(rows("a,,\n")).toEqual([[1, "a", "", ""]])
})

test("a text in pieces is the same text, whatever its encoding, and its rows are the same rows", () => {
  const text = 'ip,"no\nte"\r\n192.0.2.1,"é ""q"" 漢"\n\n192.0.2.2,"open\nx,y\n\u{1f600},z\n"a""b",last'
  const encoded: Readonly<Record<string, Buffer>> = {
    "utf-8": Buffer.from(text),
    "utf-8 with a mark": Buffer.from(`\ufeff${text}`),
    "utf-16le": Buffer.from(`\ufeff${text}`, "utf16le"),
    "utf-16be": Buffer.from(`\ufeff${text}`, "utf16le").swap16(),
    "windows-1252": Buffer.from(text.replace(/[^\u0000-\u00ff]/gu, "?"), "latin1"),
  }
  for (const [encoding, bytes] of Object.entries(encoded)) {
    const whole = decodeText(bytes).text
    const rows = [...readRows(whole, ",")]
    expect(rows.length, encoding).toBeGreaterThan(4)
    for (let size = 1; size <= bytes.length + 1; size++) {
      const pieces = [...decodePieces(bytes, Math.max(size, 4))]
      expect(pieces.join(""), `${encoding} in ${size}`).toBe(whole)
      expect([...readRows(pieces, ",")], `${encoding} in ${size}`).toEqual(rows)
    }
  }
})

test("a row without an end is cut, and the rows behind it are read", () => {
  const piece = "a".repeat(4 * 1024 * 1024)
  const rows = [...readRows(["192.0.2.1,x\n", "b,", ...Array<string>(8).fill(piece), "\n192.0.2.2,y\n"], ",")]
  expect(rows.map(({ cells, line, fault }) => [cells[0], line, fault])).toEqual([
    ["192.0.2.1", 1, undefined],
    ["b", 2, "limit"],
    ["192.0.2.2", 3, undefined],
  ])
  expect(rows[1]!.cells[1]).toHaveLength(1024 * 1024)
})

test("an empty document and one of noise are bulletins without indicators", async () => {
  expect((await quickly("a", "")).indicators).toEqual([])
  const noise = Uint8Array.from({ length: 200_000 }, (_, at) => (at * 7919 + ((at * at) >> 3)) & 255)
  expect(await quickly("a", noise)).toMatchObject({ format: "unknown", indicators: [], problems: [{ code: "unsupported" }] })
})
