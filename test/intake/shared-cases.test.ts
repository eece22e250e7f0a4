// The shared semantic cases, as far as a bulletin alone decides them: values, marks and problems of rules 1, 2 and 11.
import { existsSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { parseIndicator, readBulletin } from "../../src/intake/intake.js"
import type { Indicator } from "../../src/model/indicator.js"
import type { Problem } from "../../src/model/problem.js"

const path = "../shared/cases/intake.jsonl"

interface Case {
  readonly id: string
  readonly why: string
  readonly indicator?: string
  readonly bulletin?: { readonly name: string; readonly text: string }
  readonly value: string | null
  readonly expect: {
    readonly type?: string
    readonly marks?: readonly string[]
    readonly problems?: readonly { readonly code: string; readonly value?: string }[]
  }
}

async function read(one: Case): Promise<{ indicators: readonly Indicator[]; problems: readonly Problem[] }> {
  if (one.bulletin) return await readBulletin(one.bulletin.name, Buffer.from(one.bulletin.text))
  const parsed = parseIndicator(one.indicator!)
  return "indicator" in parsed ? { indicators: [parsed.indicator], problems: [] } : { indicators: [], problems: [parsed.problem] }
}

describe.skipIf(!existsSync(path))("shared intake cases (skipped where the shared data is absent)", () => {
  const cases = existsSync(path)
    ? readFileSync(path, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Case)
    : []
  test.each(cases.map((one) => [one.id, one.why, one] as const))("%s: %s", async (_id, _why, one) => {
    const { indicators, problems } = await read(one)
    for (const { code, value } of one.expect.problems ?? [])
      expect(problems).toContainEqual(expect.objectContaining(value === undefined ? { code } : { code, value }))
    if (one.value === null || one.expect.problems) return
    const indicator = indicators.find(({ value }) => value === one.value)
    expect(indicator).toBeDefined()
    if (one.expect.type) expect(indicator!.type).toBe(one.expect.type)
    for (const mark of one.expect.marks ?? []) expect(indicator!.marks).toContain(mark)
  })
})
