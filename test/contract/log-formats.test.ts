// Every log format has fixtures and every fixture a format; each wins the recognition of its own; no parser throws.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { binaryFormats } from "../../src/sources/formats/binary/index.js"
import { logFormats, recognizeFormat } from "../../src/sources/formats/index.js"
import { plainRoles, readFile } from "../sources/formats/read-file.js"

const root = fileURLToPath(new URL("../fixtures/formats/", import.meta.url))
const textFormats = logFormats.filter((format) => !binaryFormats.includes(format))
const kinds = ["genuine", "near-miss", "damaged"] as const

function fixture(name: string, kind: string): Buffer {
  return readFileSync(join(root, name, kind, "input.log"))
}

async function seen(name: string, kind: string): Promise<unknown> {
  const { format, records, problems } = await readFile(fixture(name, kind), "input.log")
  const plain = records.map(({ line, record: { text: _, ...rest } }) => ({ line, ...rest }))
  return JSON.parse(
    JSON.stringify({ recognized: format.name, ...(problems.length > 0 && { problems: problems.map(({ code }) => code) }), records: plain }),
  )
}

describe("log formats and fixtures", () => {
  it("names are unique", () => {
    expect(new Set(logFormats.map(({ name }) => name)).size).toBe(logFormats.length)
  })

  it("a format has a genuine, a near-miss and a damaged fixture", () => {
    const missing = textFormats.flatMap(({ name }) =>
      kinds.filter((kind) => !existsSync(join(root, name, kind, "input.log"))).map((kind) => `${name}/${kind}`),
    )
    expect(missing).toEqual([])
  })

  it("a fixture has a format", () => {
    const names = new Set(logFormats.map(({ name }) => name))
    expect(readdirSync(root).filter((name) => !names.has(name))).toEqual([])
  })
})

describe.each(textFormats.map(({ name }) => name))("%s", (name) => {
  it("wins the recognition of its own and leaves the near miss", () => {
    expect(recognizeFormat(fixture(name, "genuine"), "input.log").name).toBe(name)
    expect(recognizeFormat(fixture(name, "near-miss"), "input.log").name).not.toBe(name)
  })

  it.each(kinds)("reads what stands there: %s", async (kind) => {
    const path = join(root, name, kind, "expected.json")
    const found = await seen(name, kind)
    if (process.env.UPDATE === "1") writeFileSync(path, `${JSON.stringify(found, null, 1)}\n`)
    expect(found).toEqual(JSON.parse(readFileSync(path, "utf8")))
  })

  it("never throws on mutated lines", () => {
    const lines = fixture(name, "genuine")
      .toString("utf8")
      .split("\n")
      .filter((line) => line !== "")
    const format = textFormats.find((one) => one.name === name)
    const parser = format?.open({ path: "input.log", roles: plainRoles })
    const mutation = fc.record({
      line: fc.nat(lines.length - 1),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat(40),
      put: fc.string({ maxLength: 12 }),
    })
    fc.assert(
      fc.property(mutation, ({ line, at, cut, put }) => {
        const text = lines[line] as string
        const from = Math.floor(at * text.length)
        const mutated = text.slice(0, from) + put + text.slice(from + cut)
        if (parser?.header && mutated.startsWith(parser.header.prefix)) parser.header.see(mutated)
        const record = parser?.parse(mutated)
        expect(record === undefined || record.text === mutated).toBe(true)
      }),
      { numRuns: 60, seed: 20210103 },
    )
  })
})
