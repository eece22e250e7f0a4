// The kernel is asked which fields of a record may hold an indicator, and the verifier looks at no others: that changes no answer. Every value
// of every field of the fixtures' records that is an indicator by itself is one here, in sets of all and of few.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import { parseIndicator } from "../../src/intake/intake.js"
import { compileIndicators, openAsker } from "../../src/match/kernel.js"
import { createVerifier } from "../../src/match/verify.js"
import type { Indicator } from "../../src/model/indicator.js"
import type { LogRecord } from "../../src/model/log-record.js"
import { recognizeFormat } from "../../src/sources/formats/index.js"
import { openLines } from "../../src/sources/formats/line-reader.js"
import { createRoleContext } from "../../src/sources/roles.js"

const module = new WebAssembly.Module(readFileSync(new URL("../../dist/match/kernel.wasm", import.meta.url)))
const fixtures = fileURLToPath(new URL("../fixtures/formats/", import.meta.url))
const records = readdirSync(fixtures).flatMap(recordsOf)
const indicators = indicatorsIn(records)

function recordsOf(format: string): readonly LogRecord[] {
  const path = `${fixtures}${format}/genuine/input.log`
  if (!existsSync(path)) return []
  const bytes = readFileSync(path)
  const recognized = recognizeFormat(bytes, "input.log")
  if (recognized.decode) return []
  const reader = openLines(recognized, { path: "input.log", roles: createRoleContext({ own: [], trustedProxies: [] }) })
  return bytes
    .toString()
    .split(/\r?\n/)
    .filter((line) => line !== "")
    .flatMap((line) => {
      if (reader.headerPrefix && line.startsWith(reader.headerPrefix)) {
        reader.see(line)
        return []
      }
      return [reader.parse(line)]
    })
}

function indicatorsIn(all: readonly LogRecord[]): readonly Indicator[] {
  const found = new Map<string, Indicator>()
  const add = (text: string): void => {
    const read = parseIndicator(text)
    if ("indicator" in read) found.set(`${read.indicator.type} ${read.indicator.value}`, read.indicator)
  }
  for (const { fields } of all) {
    for (const [name, value] of Object.entries(fields).flatMap(([name, values]) =>
      [values].flat().map((value) => [name, value] as const),
    )) {
      const text = String(value)
      add(text)
      if (name === "user_agent.original") add(`user-agent=${text}`)
      const file = /[\w.-]{6,64}$/.exec(text)
      if (file) add(`file:name=${file[0]}`)
    }
  }
  return [...found.values()]
}

test("there is enough to ask", () => {
  expect(records.length).toBeGreaterThan(150)
  expect(indicators.length).toBeGreaterThan(100)
})

test.each([
  ["all", 1],
  ["one in seven", 7],
  ["one in fifty", 50],
])("the answers are the same with %s of the indicators", (_name, step) => {
  for (let from = 0; from < step; from += Math.ceil(step / 4)) {
    const set = indicators.filter((_, at) => at % step === from)
    const asked = createVerifier(set, openAsker(compileIndicators(module, set)))
    const all = createVerifier(set)
    for (const record of records) expect(asked(record), record.text).toEqual(all(record))
  }
})

test("values that cannot be asked about are looked at", () => {
  const set = indicatorsIn([{ fields: { "source.ip": "203.0.113.9" } } as unknown as LogRecord])
  const asked = openAsker(compileIndicators(module, set))
  expect(asked(["203.0.113.9", "203.0.113.8", "one\nof two", "x".repeat(70_000), "", "at 203.0.113.9:80"])).toEqual([
    true,
    false,
    true,
    true,
    false,
    true,
  ])
})

test("more values than one room holds are all asked about", () => {
  const set = indicatorsIn([{ fields: { "source.ip": "203.0.113.9" } } as unknown as LogRecord])
  const asked = openAsker(compileIndicators(module, set))
  const values = Array.from({ length: 20_000 }, (_, at) => (at % 1000 === 7 ? "203.0.113.9" : `host-${at}.example`))
  expect(asked(values).flatMap((may, at) => (may ? [at] : []))).toEqual(
    values.flatMap((value, at) => (value === "203.0.113.9" ? [at] : [])),
  )
})
