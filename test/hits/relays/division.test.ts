// Sources that divide targets among themselves, and what that says about another one.
import { describe, expect, test } from "vitest"
import { divisionOf } from "../../../src/hits/relays/division.js"
import type { ProfileRecord } from "../../../src/hits/relays/profile.js"
import { below, seededRandom } from "../../../src/hits/relays/random.js"
import { pivotOver } from "./site.js"

const even = () => 1 / 40
/** `sources` of four targets each, the next one beginning `step` targets further. */
const taking = (sources: number, step: number) =>
  Array.from({ length: sources }, (_, source) => Array.from({ length: 4 }, (_, at) => (source * step + at) % 40))

describe("a division", () => {
  test("is found where ten sources take 40 targets without a repeat", () => {
    const found = divisionOf(taking(10, 4), even)
    expect(found).toMatchObject({ sources: 10, targets: 40 })
    expect(found?.p).toBeLessThan(1e-6)
  })

  test("is none where they repeat each other as chance would", () => {
    expect(divisionOf(taking(10, 1), even)).toBeUndefined()
  })

  test("is none where chance would hardly repeat anything either", () => {
    expect(divisionOf(taking(3, 4), even)).toBeUndefined()
    expect(divisionOf([], even)).toBeUndefined()
  })

  test("weighs a further target by the share that is taken", () => {
    expect(divisionOf(taking(6, 4), even)?.perTarget).toBe(Math.round(-100 * Math.log2(1 - 24 / 40)))
  })
})

/** 300 sources that try three hosts of 60 each; 10 listed relays and 5 others with one rare client, which divide the hosts. */
function firewall(divided: boolean): { records: ProfileRecord[]; seeds: string[]; hidden: string[] } {
  const random = seededRandom("division")
  const records: ProfileRecord[] = []
  let clock = Date.UTC(2021, 2, 1)
  const knock = (source: string, host: number, client: string, version: string) => {
    clock += 61_000
    const fields = {
      "source.ip": source,
      "destination.ip": `192.0.2.${host + 1}`,
      "destination.port": 22,
      "ssh.hassh": client,
      "client.version": version,
    }
    records.push({
      source,
      time: clock,
      path: "fw.log",
      line: records.length + 1,
      outcome: "failure",
      action: "allowed",
      direction: "inbound",
      fields,
    })
  }
  for (let visitor = 0; visitor < 300; visitor++)
    for (let at = 0; at < 3; at++)
      knock(`10.${visitor % 97}.${visitor % 11}.${(visitor % 250) + 1}`, below(random, 60), `client-${visitor % 12}`, `1.${visitor % 7}`)
  const relays = Array.from({ length: 15 }, (_, at) => `198.51.${at}.7`)
  for (const [at, relay] of relays.entries())
    for (let host = 0; host < 3; host++) knock(relay, divided ? at * 3 + host : below(random, 20), "operator", "9.9")
  return { records, seeds: relays.slice(0, 10), hidden: relays.slice(10) }
}

describe("complementary coverage", () => {
  test("speaks a little for who takes the rest, beside a shared client", () => {
    const { records, seeds, hidden } = firewall(true)
    const { candidates } = pivotOver(records, seeds)
    expect(candidates.map((lead) => lead.value).sort()).toEqual(hidden)
    for (const lead of candidates) {
      const line = lead.evidence.find((one) => one.text.startsWith("tried 3 targets that no confirmed relay did"))
      expect(line?.family).toBe("behaviour")
      expect(line?.bits).toBe(2)
      const hundredths = [...lead.evidence, ...lead.counterEvidence].reduce((sum, one) => sum + Math.round(one.bits * 100), 0)
      expect(hundredths).toBe(Math.round(lead.bits * 100))
    }
  })

  test("is not claimed where the relays repeat each other", () => {
    const { records, seeds } = firewall(false)
    const lines = pivotOver(records, seeds).candidates.flatMap((lead) => lead.evidence)
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.filter((one) => one.text.includes("no confirmed relay did"))).toEqual([])
  })
})
