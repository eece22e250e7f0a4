// Whoever is attacked does not write his own logs: hostile values in every field change no structure of any form, proven by parsing back.
import { Parser } from "htmlparser2"
import { extractText } from "unpdf"
import { describe, expect, test } from "vitest"
import { buildReport } from "../../../src/export/reports/build-report.js"
import { csvCell } from "../../../src/export/reports/csv.js"
import { reportForms } from "../../../src/export/reports/index.js"
import { escapeMarkdown } from "../../../src/export/reports/markdown.js"
import { visible } from "../../../src/export/reports/plain-text.js"
import type { Report } from "../../../src/export/reports/report.js"
import type { Hit } from "../../../src/model/hit.js"
import { hits, reportInput } from "./example.js"
import { attacked, attacks } from "./hostile.js"

const calm = attacked("harmless")

const calmForms = new Map<string, string>()

async function rendered(name: string, report: Report): Promise<string> {
  const known = report === calm ? calmForms.get(name) : undefined
  if (known !== undefined) return known
  const content = await reportForms.find((form) => form.name === name)?.render(report)
  const text = typeof content === "string" ? content : Buffer.from(content as Uint8Array).toString("latin1")
  if (report === calm) calmForms.set(name, text)
  return text
}

/** Elements in order with the names of their attributes: what a value must not change. */
function elements(text: string, xmlMode: boolean): readonly string[] {
  const seen: string[] = []
  const parser = new Parser(
    { onopentag: (name, attributes) => void seen.push([name, ...Object.keys(attributes).sort()].join(" ")) },
    { xmlMode },
  )
  parser.end(text)
  return seen
}

function plainText(text: string): string {
  let all = ""
  const parser = new Parser({ ontext: (part) => void (all += part) }, { decodeEntities: true })
  parser.end(text)
  return all
}

describe.each(Object.entries(attacks))("%s", (_, value) => {
  const report = attacked(value)

  test("HTML has the same elements, no link, no handler, and shows the value", async () => {
    const page = await rendered("html", report)
    expect(elements(page, false)).toEqual(elements(await rendered("html", calm), false))
    expect(page).not.toMatch(/<(?:script|iframe|object|embed|link|img|a)\b/i)
    expect(plainText(page)).toContain(visible(value))
    expect(page).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/)
  })

  test("Markdown has the same active characters", async () => {
    const skeleton = (text: string) =>
      text
        .split("\n")
        .map((line) => line.replace(/\\[!-/:-@[-`{-~]/g, "").replace(/[^|*#<>[\]_`~!&]/g, ""))
        .join("\n")
    expect(skeleton(await rendered("md", report))).toBe(skeleton(await rendered("md", calm)))
  })

  test("CSV keeps rows and columns, and no cell is a formula", async () => {
    for (const name of ["csv", "timeline"]) {
      const rows = parseCsv(await rendered(name, report))
      expect(rows.map((row) => row.length)).toEqual(parseCsv(await rendered(name, calm)).map((row) => row.length))
      expect(rows.flat().filter((cell) => /^[\s"']*[=+\-@|%]/.test(cell) && !cell.startsWith("'"))).toEqual([])
    }
  })

  test("JSON forms parse, have the same shape and no raw override", async () => {
    for (const name of ["json", "stix", "misp"]) {
      const text = await rendered(name, report)
      expect(shape(JSON.parse(text))).toEqual(shape(JSON.parse(await rendered(name, calm))))
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2066-\u2069]/)
    }
  })

  test("IODEF has the same elements and no declaration", async () => {
    const text = await rendered("iodef", report)
    expect(elements(text, true)).toEqual(elements(await rendered("iodef", calm), true))
    expect(text).not.toMatch(/<!|]]>|[\u0000-\u0008\u000b\u000c\u000e-\u001f]/)
  })
})

describe("PDF", () => {
  test("has no action and shows the value as text", { timeout: 60_000 }, async () => {
    const value = Object.values(attacks).join(" ")
    const bytes = (await reportForms.find((form) => form.name === "pdf")?.render(attacked(value))) as Uint8Array
    expect(Buffer.from(bytes).toString("latin1")).not.toMatch(/\/(?:JS|JavaScript|URI|Launch|OpenAction|AA|SubmitForm|EmbeddedFile)\b/)
    const { text } = await extractText(new Uint8Array(bytes), { mergePages: true })
    const flat = text.replace(/\s+/g, "")
    expect(flat).toContain("/OpenAction<</S/URI>>endstream")
    expect(flat).toContain("evil\\u{202e}gpj.exe")
  })

  test("says in escapes what its fonts have not, look-alikes beside their real form", { timeout: 60_000 }, async () => {
    const hostile = hits.map(
      (hit): Hit => ({
        ...hit,
        indicator: { ...hit.indicator, type: "domain-name", value: "xn--80ak6aa92e.example" },
        record: "аррӏе 中文 شبكة",
      }),
    )
    const bytes = (await reportForms.find((form) => form.name === "pdf")?.render(buildReport(reportInput({ hits: hostile })))) as Uint8Array
    const flat = (await extractText(new Uint8Array(bytes), { mergePages: true })).text.replace(/\s+/g, "")
    expect(flat).toContain("xn--80ak6aa92e[.]example")
    expect(flat).toContain("арр\\u{4cf}е")
    expect(flat).toContain("\\u{4e2d}\\u{6587}")
  })
})

test("a user agent of a megabyte makes no form large", { timeout: 60_000 }, async () => {
  const huge = hits.map(
    (hit): Hit => ({
      ...hit,
      record: "A".repeat(1_000_000),
      observed: "B".repeat(1_000_000),
      fields: { ...hit.fields, "user.name": "C".repeat(1_000_000), "host.name": "D".repeat(1_000_000) },
    }),
  )
  const report = buildReport(reportInput({ hits: huge }))
  for (const form of reportForms) expect((await form.render(report)).length).toBeLessThan(300_000)
})

test("cells and escapes hold their own rules", () => {
  expect(csvCell('a"b')).toBe('"a""b"')
  expect(csvCell("=1")).toBe(`"'=1"`)
  expect(csvCell(-5)).toBe('"-5"')
  expect(csvCell(null)).toBe('""')
  expect(escapeMarkdown("a|b`c`")).toBe("a\\|b\\`c\\`")
  expect(visible("a\nb\u202e")).toBe("a\\nb\\u{202e}")
  expect(visible("x".repeat(12), 10)).toBe(`${"x".repeat(10)}… (+2)`)
})

/** RFC 4180. */
function parseCsv(text: string): readonly (readonly string[])[] {
  return text
    .split("\r\n")
    .slice(0, -1)
    .map((line) => [...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map((match) => (match[1] as string).replaceAll('""', '"')))
}

/** Names and kinds of values, lists cut to their length. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape)
  if (typeof value !== "object" || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shape(inner)]))
}
