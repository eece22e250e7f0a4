// What leaves and what does not: markings, withdrawn values, actions, order.
import { describe, expect, test } from "vitest"
import { type Composed, type ComposeRequest, composeRules } from "../../../src/export/rules/compose.js"
import { findRuleExporter } from "../../../src/export/rules/index.js"
import type { Indicator } from "../../../src/model/indicator.js"
import { hostileBulletin } from "./hostile.js"

const one = (value: string, more: Partial<Indicator> = {}): Indicator => ({
  type: "ipv4-addr",
  value,
  bulletin: "B",
  marks: [],
  provenance: "b:1",
  ...more,
})

function compose(to: string, indicators: readonly Indicator[], more: Partial<ComposeRequest> = {}, bulletin = {}) {
  const exporter = findRuleExporter(to)
  if (!exporter) throw new Error(to)
  const bulletins = [{ ...hostileBulletin, title: "B", ...bulletin, indicators }]
  return composeRules({ exporter, bulletins, others: [], action: exporter.actions[0] ?? "alert", allowActive: false, ...more })
}

function text(composed: ReturnType<typeof compose>): string {
  return (composed as Composed).files.map(({ name, content }) => `${name}\n${[...content].join("")}`).join("\n")
}

const reasons = (composed: ReturnType<typeof compose>) => (composed as Composed).problems.map(({ value, message }) => [value, message])

test("JSON that is written by hand is spelt as JSON.stringify spells it", () => {
  const markings = ["green", undefined, "amber"] as const
  const indicators = hostileBulletin.indicators.map((indicator, at): Indicator => {
    const { comment, confidence, validFrom, validUntil, ...rest } = indicator
    const tlp = markings[at % 3]
    const bare = tlp === undefined ? rest : { ...rest, tlp }
    return at % 2 === 0
      ? bare
      : { ...bare, comment: comment as string, confidence: at, validFrom: "2021-01-01T00:00:00Z", toIds: at % 4 === 1 }
  })
  for (const [to, file] of [
    ["stix", "sillage-indicators.stix.json"],
    ["misp", "sillage-event.misp.json"],
    ["elasticsearch", "sillage-indicators.ndjson"],
  ]) {
    const { files } = compose(to as string, indicators, {}, { tlp: null }) as Composed
    const lines = [...(files.find(({ name }) => name === file)?.content ?? [])].join("").split("\n")
    const objects = lines.map((line) => line.replace(/^,|,$/g, "")).filter((line) => line.startsWith("{") && line.endsWith("}"))
    expect(objects.length).toBeGreaterThanOrEqual(to === "elasticsearch" ? 2 * 20 : 20)
    for (const line of objects) expect(line).toBe(JSON.stringify(JSON.parse(line)))
  }
})

describe("what leaves", () => {
  test("a value marked RED does not, and is named", () => {
    const composed = compose("list", [one("203.0.113.9", { tlp: "red" }), one("203.0.113.10")])
    expect(text(composed)).not.toContain("203.0.113.9\n")
    expect(reasons(composed)).toEqual([["203.0.113.9", "ipv4-addr: TLP:RED never leaves"]])
  })

  test("a RED bulletin marks those of its values that state nothing themselves", () => {
    const composed = compose("list", [one("203.0.113.9"), one("203.0.113.10", { tlp: "green" })], {}, { tlp: "red" })
    expect(text(composed)).toContain("203.0.113.10")
    expect(text(composed)).not.toContain("203.0.113.9\n")
  })

  test("a withdrawn value does not, and is named", () => {
    const composed = compose("list", [one("203.0.113.9", { marks: ["withdrawn"] })])
    expect(reasons(composed)).toEqual([["203.0.113.9", "ipv4-addr: withdrawn by its publisher"]])
  })

  test("a value that another bulletin still holds leaves although one withdrew it", () => {
    const composed = compose("list", [one("203.0.113.9", { marks: ["withdrawn"] }), one("203.0.113.9")])
    expect(text(composed)).toContain("203.0.113.9\n")
    expect(reasons(composed)).toEqual([])
  })

  test("the strictest marking stands in the header", () => {
    const composed = compose("list", [one("203.0.113.9", { tlp: "amber+strict" }), one("203.0.113.10")], {}, { tlp: "clear" })
    expect(text(composed)).toContain("# TLP:AMBER+STRICT\n")
  })

  test("what is unmarked is not called clear", () => {
    expect(text(compose("list", [one("203.0.113.9")], {}, { tlp: null }))).toContain("# Unmarked: not TLP:CLEAR\n")
  })

  test("a type without a form is named for each value", () => {
    const composed = compose("rpz", [one("evil.example", { type: "domain-name" }), one("a".repeat(32), { type: "file:hashes.MD5" })])
    expect(reasons(composed)).toEqual([["a".repeat(32), "file:hashes.MD5: rpz has no form for this type"]])
  })
})

describe("acting on traffic", () => {
  const asked = { action: "block" as const }
  test("is refused where the bulletin has no PAP", () =>
    expect(compose("rpz", [one("203.0.113.9")], asked, { pap: null })).toMatchObject({ refused: expect.stringContaining("PAP:RED") }))
  test("is refused for PAP:AMBER", () =>
    expect(compose("rpz", [one("203.0.113.9")], asked, { pap: "amber" })).toMatchObject({ refused: expect.stringContaining("PAP:AMBER") }))
  test("is done for PAP:GREEN", () => expect(text(compose("rpz", [one("203.0.113.9")], asked, { pap: "green" }))).toContain("CNAME .\n"))
  test("is done on a person's word", () =>
    expect(text(compose("rpz", [one("203.0.113.9")], { ...asked, allowActive: true }, { pap: null }))).toContain("CNAME .\n"))
  test("is refused for a target that can do nothing else", () =>
    expect(compose("hosts", [one("evil.example", { type: "domain-name" })], {}, { pap: null })).toHaveProperty("refused"))
})

describe("the same set", () => {
  test("gives the same bytes in any order", () => {
    const set = ["203.0.113.9", "198.51.100.0/24", "192.0.2.1"].map((value) => one(value))
    for (const to of ["suricata", "stix", "misp", "sigma", "elasticsearch"])
      expect(text(compose(to, [...set].reverse()))).toBe(text(compose(to, set)))
  })

  test("keeps the numbers of its rules when another indicator joins", () => {
    const sids = (indicators: readonly Indicator[]) =>
      new Map(
        text(compose("suricata", indicators))
          .split("\n")
          .map((line) => [/msg:"([^"]*)"/.exec(line)?.[1], /sid:(\d+)/.exec(line)?.[1]]),
      )
    const before = sids([one("203.0.113.9")])
    const after = sids([one("198.51.100.7"), one("203.0.113.9")])
    for (const [message, sid] of before) if (message !== undefined) expect(after.get(message)).toBe(sid)
    expect(after.size).toBeGreaterThan(before.size)
  })
})
