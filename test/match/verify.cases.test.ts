// The shared semantic cases of one plain line that need no log format: the strict half alone must get them right.
import { existsSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { judge } from "./judge.js"

const path = new URL("../../../shared/cases/match.jsonl", import.meta.url)

interface Case {
  readonly id: string
  readonly why: string
  readonly indicator: string
  readonly files: readonly { readonly text?: string }[]
  readonly expect: { readonly hit: boolean; readonly strength?: string; readonly observed?: string; readonly notes?: readonly string[] }
}

/** What the log formats make of a line, by hand. */
const fieldsOf: Readonly<Record<string, Readonly<Record<string, string | number>>>> = {
  B10: { "source.ip": "203.000.113.009", "user.name": "-" },
  U01: { "url.domain": "evil.example", "url.port": 80, "url.path": "/a/B", "url.query": "x=1" },
  N02: {
    "source.ip": "10.0.0.5",
    "url.domain": "tunnel.example",
    "url.port": 443,
    "http.request.method": "CONNECT",
    "destination.ip": "198.51.100.9",
  },
  N03: { "source.ip": "10.0.0.8", "url.path": "/index.html", "http.request.referrer": "http://mention.example/p" },
  I01: { "source.ip": 3405803785 },
  I02: { "source.ip": "10.0.0.1" },
}

describe.skipIf(!existsSync(path))("shared cases (skipped where ../shared/cases is absent)", () => {
  const cases = existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Case)
    : []
  const plain = cases.filter(({ files }) => files.length === 1 && /^[^\n]*\n$/.test(files[0]?.text ?? ""))
  test.each(plain.map((one) => [one.id, one.why, one] as const))("%s: %s", (id, _why, one) => {
    const fields = fieldsOf[id] ?? {}
    const hit = judge(one.indicator, (one.files[0]?.text ?? "").trimEnd(), { fields })
    expect(hit !== undefined).toBe(one.expect.hit)
    if (one.expect.strength) expect(hit?.strength).toBe(one.expect.strength)
    if (one.expect.observed) expect(hit?.observed).toBe(one.expect.observed)
    for (const note of one.expect.notes ?? []) expect(hit?.notes).toContain(note)
  })
})
