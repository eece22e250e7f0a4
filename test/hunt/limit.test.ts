// A record too long to be decoded in every way is searched as it stands, and the answer says so.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { readings } from "../../src/match/verify/decode.js"

test("a text is decoded up to a limit, and the limit is told", () => {
  let told = 0
  const short = readings('{"a":"\\u0031%252e\\u0031"}', () => told++)
  expect(short.length).toBeGreaterThan(3)
  expect(told).toBe(0)
  // Ten readings of so much text are more than the limit allows.
  const long = readings(`${"x".repeat(14 * 1024 * 1024)} \\u0031%252e&#37;2e`, () => told++)
  expect(told).toBe(1)
  expect(long.length).toBeLessThan(11)
}, 60_000)

test("a long record of a hunt that was not decoded in every way is a problem, and its file partly searched", async () => {
  const { hunt } = await import("../../dist/hunt/hunt.js")
  const folder = mkdtempSync(join(tmpdir(), "sillage-limit-"))
  try {
    const path = join(folder, "long.json")
    const filler = `\\u0031%252e&#37;2e ${"x".repeat(14 * 1024 * 1024)}`
    writeFileSync(path, JSON.stringify([{ message: "short" }, { note: "203.0.113.9 seen", message: filler }]))
    const indicator = { type: "ipv4-addr", value: "203.0.113.9", bulletin: "test", marks: [], provenance: "test" } as const
    const answer = await hunt({ paths: [path], indicators: [indicator], own: [], trustedProxies: [], since: null, until: null, workers: 1 })
    expect(answer.hits.length).toBe(1)
    expect(answer.problems.map(({ code }) => code)).toEqual(["limit"])
    expect(answer.coverage[0]?.state).toBe("partly")
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 120_000)
