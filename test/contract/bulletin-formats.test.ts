// The contract of bulletin formats: every entry has fixtures, a hostile one among them; every fixture has its entry, is recognised as it, and reads as expected.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { bulletinFormats } from "../../src/intake/formats/index.js"
import { readBulletin } from "../../src/intake/intake.js"
import type { Bulletin } from "../../src/model/bulletin.js"

const root = "test/fixtures/bulletins"
const folders = readdirSync(root).sort()

test("every format has fixtures, every fixture folder a format", () => {
  expect(folders).toEqual(bulletinFormats.map(({ name }) => name).sort())
})

test("names are unique, titles are there", () => {
  expect(new Set(bulletinFormats.map(({ name }) => name)).size).toBe(bulletinFormats.length)
  for (const { title } of bulletinFormats) expect(title.length).toBeGreaterThan(3)
})

describe.each(folders)("%s", (folder) => {
  const cases = readdirSync(`${root}/${folder}`).sort()

  test("has a hostile case", () => {
    expect(cases).toContain("hostile")
  })

  test.each(cases)("%s", async (name) => {
    const path = `${root}/${folder}/${name}`
    const input = readdirSync(path).find((file) => file.startsWith("input."))!
    const bulletin = await readBulletin(input, readFileSync(`${path}/${input}`))
    // A damaged archive or document may still be known by its first bytes.
    expect(bulletin.format).toBe(folder)
    const seen = summary(bulletin)
    if (process.env.UPDATE === "1" || !existsSync(`${path}/expected.json`)) {
      if (process.env.CI !== undefined) throw new Error(`${path}/expected.json is missing`)
      writeFileSync(`${path}/expected.json`, `${JSON.stringify(seen, undefined, 1)}\n`)
    }
    expect(seen).toEqual(JSON.parse(readFileSync(`${path}/expected.json`, "utf8")))
  })
})

/** What a reader of the fixture wants to see, one line a value. */
function summary(bulletin: Bulletin): unknown {
  const { title, publisher, published, tlp, pap, window, contact, actors, references } = bulletin
  return {
    title,
    publisher,
    published,
    tlp,
    pap,
    window,
    contact,
    actors: actors.map(({ name, canonical }) => `${name} = ${canonical}`),
    references,
    indicators: bulletin.indicators.map(({ type, value, marks, validFrom, validUntil, confidence, tlp: own, provenance, techniques }) =>
      [
        `${type} ${value}`,
        provenance,
        ...marks,
        validFrom || validUntil ? `${validFrom ?? ""}..${validUntil ?? ""}` : "",
        confidence === undefined ? "" : `confidence ${confidence}`,
        own ? `tlp ${own}` : "",
        ...(techniques ?? []),
      ]
        .filter((part) => part !== "")
        .join(" | "),
    ),
    leftOut: bulletin.leftOut.map(({ type, value, reason, provenance }) => `${type} ${value} | ${provenance} | ${reason}`),
    problems: bulletin.problems
      .filter(({ code }) => !code.startsWith("indicator-"))
      .map(({ code, where, message }) => `${code} | ${where} | ${message}`),
  }
}
