// Every log format has fixtures and every fixture a format; each wins the recognition of its own; no parser throws.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { binaryFormats } from "../../src/sources/formats/binary/index.js"
import { logFormats, recognizeFormat } from "../../src/sources/formats/index.js"
import type { LogFormat } from "../../src/sources/log-format.js"
import { decodeBytes } from "../sources/binary/decode.js"
import { type MadeInputs, madeInputs } from "../sources/binary/made-inputs.js"
import { plainRoles, readFile } from "../sources/formats/read-file.js"

const root = fileURLToPath(new URL("../fixtures/formats/", import.meta.url))
const textFormats = logFormats.filter((format) => !binaryFormats.includes(format))
const kinds = ["genuine", "near-miss", "damaged"] as const

/** Binary inputs are made by the test itself: a readable generator says more than committed bytes. */
const made: Readonly<Record<string, MadeInputs>> = madeInputs()

function fixture(name: string, kind: (typeof kinds)[number]): Buffer {
  return made[name]?.[kind] ?? readFileSync(join(root, name, kind, "input.log"))
}

async function seen(name: string, kind: (typeof kinds)[number]): Promise<unknown> {
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
    const present = (name: string, kind: (typeof kinds)[number]): boolean =>
      existsSync(join(root, name, kind, "expected.json")) && (made[name] !== undefined || existsSync(join(root, name, kind, "input.log")))
    const missing = logFormats.flatMap(({ name }) => kinds.filter((kind) => !present(name, kind)).map((kind) => `${name}/${kind}`))
    expect(missing).toEqual([])
    expect(Object.keys(made).sort()).toEqual(binaryFormats.map(({ name }) => name).sort())
  })

  it("a fixture has a format", () => {
    const names = new Set(logFormats.map(({ name }) => name))
    expect(readdirSync(root).filter((name) => !names.has(name))).toEqual([])
  })
})

describe.each(logFormats.map(({ name }) => name))("%s", (name) => {
  it("wins the recognition of its own and leaves the near miss", () => {
    expect(recognizeFormat(fixture(name, "genuine"), "input.log").name).toBe(name)
    expect(recognizeFormat(fixture(name, "near-miss"), "input.log").name).not.toBe(name)
  })

  it.each(kinds)("reads what stands there: %s", async (kind) => {
    const path = join(root, name, kind, "expected.json")
    const found = await seen(name, kind)
    if (process.env.UPDATE === "1") {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, `${JSON.stringify(found, null, 1)}\n`)
    }
    expect(found).toEqual(JSON.parse(readFileSync(path, "utf8")))
  })
})

describe.each(binaryFormats)("$name", ({ name, decode }) => {
  it("names the damage of its damaged input and still reads what stands beside it", async () => {
    const { records, problems } = await readFile(fixture(name, "damaged"), "input.log")
    expect(problems.length).toBeGreaterThan(0)
    expect(records.length).toBeGreaterThan(0)
  })

  it("never throws on mutated bytes, and gives its copy back", async () => {
    const genuine = fixture(name, "genuine")
    const mutation = fc.array(
      fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), put: fc.uint8Array({ minLength: 1, maxLength: 8 }) }),
      {
        minLength: 1,
        maxLength: 6,
      },
    )
    await fc.assert(
      fc.asyncProperty(mutation, fc.double({ min: 0.2, max: 1, noNaN: true }), async (changes, kept) => {
        const bytes = Buffer.from(genuine.subarray(0, Math.ceil(genuine.length * kept)))
        for (const { at, put } of changes) bytes.set(put.subarray(0, bytes.length), Math.floor(at * Math.max(0, bytes.length - put.length)))
        const { records } = await decodeBytes({ name, decode } as LogFormat, bytes, 4099)
        expect(records.every(({ text }) => !text.includes("\n"))).toBe(true)
      }),
      { numRuns: 40, seed: 20210103 },
    )
    expect(readdirSync(tmpdir()).filter((entry) => entry.startsWith(`sillage-${process.pid}-`))).toEqual([])
  })
})

describe.each(textFormats.map(({ name }) => name))("%s", (name) => {
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
