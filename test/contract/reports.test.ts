// The contract of report forms: every entry has fixtures and every fixture an entry; the same report gives the same bytes, in both languages.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { extractText } from "unpdf"
import { describe, expect, test } from "vitest"
import { buildReport } from "../../src/export/reports/build-report.js"
import { reportForms } from "../../src/export/reports/index.js"
import { allTexts, caveatKeys, speaker } from "../../src/export/reports/texts.js"
import { languages } from "../../src/export/reports/wording.js"
import { lead, reportInput } from "../export/reports/example.js"

const root = "test/fixtures/reports"

const cases = {
  "seen.fr": () => buildReport(reportInput({ language: "fr", pivot: lead })),
  "not-seen.en": () =>
    buildReport(
      reportInput({
        hits: [],
        problems: [],
        coverage: reportInput().coverage.slice(0, 2),
        hunt: { ...reportInput().hunt, complete: true },
      }),
    ),
  "redacted.en": () => buildReport(reportInput({ redacted: true })),
}

test("every form has fixtures, every fixture folder a form", () => {
  expect(readdirSync(root).sort()).toEqual(reportForms.map(({ name }) => name).sort())
})

describe.each(reportForms)("$name", (form) => {
  test.each(Object.entries(cases))("%s is rendered as expected, twice alike", async (name, make) => {
    const [one, two] = [await form.render(make()), await form.render(make())]
    expect(Buffer.compare(Buffer.from(one), Buffer.from(two))).toBe(0)
    const seen = typeof one === "string" ? one : (await extractText(new Uint8Array(one), { mergePages: true })).text
    const path = `${root}/${form.name}/${name}/expected${typeof one === "string" ? form.suffix : ".txt"}`
    if (process.env.UPDATE === "1" || !existsSync(path)) {
      if (process.env.CI !== undefined) throw new Error(`${path} is missing`)
      mkdirSync(`${root}/${form.name}/${name}`, { recursive: true })
      writeFileSync(path, seen)
    }
    expect(seen).toBe(readFileSync(path, "utf8"))
  })
})

test("every text is there in both languages, with the same values", () => {
  const values = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()
  for (const [key, [en, fr]] of Object.entries(allTexts)) {
    expect(fr.length, key).toBeGreaterThan(0)
    expect([key, values(fr)]).toEqual([key, values(en)])
  }
})

test.each(languages)("all caveats stand in every spoken form for people (%s)", async (language) => {
  for (const form of reportForms.filter(({ name }) => ["html", "md", "iodef"].includes(name))) {
    const text = String(await form.render(buildReport(reportInput({ language }))))
      .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
      .replace(/\\([!-/:-@[-`{-~])/g, "$1")
    for (const key of caveatKeys) expect(text).toContain(speaker(language).say(key))
  }
})
