import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { type ContextRecord, readContext } from "../../../src/hits/triage/context.js"
import { corroborationOf } from "../../../src/hits/triage/corroboration.js"
import { chanceRate, decoySentence, decoysFor, expectedByChance } from "../../../src/hits/triage/decoys.js"
import { classes, classFloor, findings, quadrantTexts } from "../../../src/hits/triage/factor-table.js"
import {
  type Corroboration,
  type TriagedGroup,
  type TriageInput,
  triageHits,
  type ValidityWindow,
} from "../../../src/hits/triage/triage.js"
import { networkRange, parseIpv4 } from "../../../src/model/address.js"
import type { Hit } from "../../../src/model/hit.js"
import { type HitPatch, hitOf } from "./hit.js"

interface Case {
  readonly id: string
  readonly why: string
  readonly hit: HitPatch
  readonly record?: string
  readonly repeat?: number
  readonly everySeconds?: number
  readonly varyPath?: boolean
  readonly publisher?: "national" | "unknown" | "none"
  readonly window?: ValidityWindow
  readonly shared?: string
  readonly corroboration?: readonly Corroboration[]
  /** Hits of other listed addresses: all are compared with each other. */
  readonly others?: readonly HitPatch[]
  /** What F6 says, among other words. */
  readonly says?: string
  readonly decoys?: TriageInput["decoys"]
  readonly history?: boolean
  readonly context?: readonly { source: string; account: string; time: string; outcome: "success"; fields: Hit["fields"] }[]
  readonly class: (typeof classes)[number]
  readonly points?: number
  readonly decides?: string
  readonly rule?: string
  readonly unknown?: readonly string[]
}

const cases: readonly Case[] = readFileSync(new URL("../../fixtures/triage/cases.jsonl", import.meta.url), "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line))

function judge(one: Case) {
  const own = Array.from({ length: one.repeat ?? 1 }, (_, at) => {
    const patch = one.record ? { ...one.hit, record: one.record } : one.hit
    const plain = hitOf({ ...patch, id: `h${at}` })
    const time = new Date(Date.parse("2021-03-04T05:06:07Z") + at * (one.everySeconds ?? 1) * 1000).toISOString()
    const moved = plain.time && at > 0 ? { ...plain, time: { earliest: time, latest: time } } : plain
    return one.varyPath ? { ...moved, fields: { ...moved.fields, "url.path": `/p${at}` } } : moved
  })
  const hits = [...own, ...(one.others ?? []).map((patch, at) => hitOf({ ...patch, id: `o${at}` }))]
  const contexts =
    one.context || one.history
      ? readContext(hits, [...(one.context ?? []).map(contextRecord), ...(one.history ? history() : [])])
      : undefined
  const publishers =
    one.publisher === "none" ? [] : [["CERT", { national: one.publisher !== "unknown", unknown: one.publisher === "unknown" }] as const]
  const { groups } = triageHits({
    hits,
    publishers: new Map(publishers),
    ...(one.window && { windows: new Map([["", one.window]]) }),
    ...(contexts && { contexts }),
    ...(one.corroboration && { corroboration: new Map([["203.0.113.7", one.corroboration]]) }),
    ...(one.others && { corroboration: corroborationOf(hits) }),
    ...(one.shared && { sharedAddresses: new Map([["203.0.113.7", one.shared]]) }),
    ...(one.decoys && { decoys: one.decoys }),
  })
  return groups.find(({ indicator }) => indicator.value === own[0]?.indicator.value) as TriagedGroup
}

function contextRecord(one: NonNullable<Case["context"]>[number]): ContextRecord {
  return { ...one, time: Date.parse(one.time), action: "unknown", path: "logs/vpn.log", line: 7 }
}

/** Logins of the owner on five days well before and five well after. */
function history(): readonly ContextRecord[] {
  return [-60, -50, -40, -30, -20, 20, 30, 40, 50, 60].map((day) => ({
    source: "203.0.113.7",
    account: "amartin",
    time: Date.parse("2021-03-04T05:06:07Z") + day * 86_400_000,
    outcome: "success",
    action: "unknown",
    fields: { "event.action": "login", "user.name": "amartin" },
    path: "logs/vpn.log",
  }))
}

describe("the written triage cases", () => {
  test("are at least forty, with distinct names", () => {
    expect(cases.length).toBeGreaterThanOrEqual(40)
    expect(new Set(cases.map((one) => one.id)).size).toBe(cases.length)
  })

  for (const one of cases) {
    test(`${one.id}: ${one.why}`, () => {
      const group = judge(one)
      const { triage } = group
      const summary = triage.factors.map((factor) => `${factor.id} ${factor.points} ${factor.text}`).join("\n")
      expect(triage.class, summary).toBe(one.class)
      if (one.points !== undefined) expect(triage.points, summary).toBe(one.points)
      expect(triage.factors.map((factor) => factor.id)).toEqual(["F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10"])
      expect(triage.points).toBe(triage.confidence + triage.consequence)
      expect(triage.factors.filter((factor) => !factor.known && factor.points !== 0)).toEqual([])
      if (one.rule) expect(triage.rules.join("; ")).toContain(one.rule)
      if (one.decides) {
        const factor = triage.factors.find((each) => each.id === one.decides)!
        const without = classes.find((each) => triage.points - factor.points >= classFloor[each])
        const heaviest = triage.factors.every((each) => Math.abs(each.points) <= Math.abs(factor.points))
        expect(without !== one.class || heaviest, `${one.decides} moves the class or weighs most\n${summary}`).toBe(true)
      }
      if (one.says) expect(triage.factors.find((factor) => factor.id === "F6")?.text).toContain(one.says)
      for (const id of one.unknown ?? []) expect(triage.factors.find((factor) => factor.id === id)?.known, id).toBe(false)
    })
  }

  test("every one of them that is expected to be priority is found", () => {
    const expected = cases.filter((one) => one.class === "priority")
    expect(expected.length).toBeGreaterThan(10)
    expect(expected.filter((one) => judge(one).triage.class !== "priority")).toEqual([])
  })
})

describe("triage", () => {
  test("gives 100,000 dropped packets of 161 addresses at most 161 groups, one outbound contact first", { timeout: 20_000 }, () => {
    const hits = Array.from({ length: 100_000 }, (_, at) =>
      hitOf({
        id: `h${at}`,
        indicator: { value: `198.51.100.${at % 161}` },
        action: "blocked",
        outcome: "failure",
        fields: { "destination.ip": `192.0.2.${at % 250}`, "destination.port": at % 1000 },
        source: { path: "fw.log", line: at + 1 },
      }),
    )
    hits[77_777] = hitOf({ id: "out", indicator: { value: "198.51.100.33" }, direction: "outbound", action: "allowed", outcome: "unknown" })
    const started = process.cpuUsage()
    const { groups, triage } = triageHits({ hits })
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(15)
    expect(groups.length).toBeLessThanOrEqual(161)
    expect(groups[0]?.indicator.value).toBe("198.51.100.33")
    expect(groups[0]?.triage.class).toBe("probable")
    expect(groups[1]?.triage.class).toBe("background")
    expect(triage).toHaveLength(100_000)
  })

  test("gives the same groups whatever the order of the hits", () => {
    const hits = Array.from({ length: 60 }, (_, at) =>
      hitOf({ id: `h${at}`, indicator: { value: `198.51.100.${at % 7}` }, outcome: at % 3 ? "failure" : "success" }),
    )
    const brief = (list: readonly Hit[]) =>
      triageHits({ hits: list }).groups.map((group) => [group.indicator.value, group.triage, group.hits])
    expect(brief([...hits].reverse())).toEqual(brief(hits))
  })

  test("keeps confidence and consequence apart", () => {
    const old = judge(cases.find((one) => one.id === "success-31-days-late")!)
    expect(old.quadrant).toBe("low-high")
    expect(quadrantTexts[old.quadrant].en).toContain("without attributing")
  })

  test("has no class and no text that calls a hit a compromise", () => {
    expect(classes).toEqual(["priority", "probable", "weak", "background"])
    expect(JSON.stringify(findings)).not.toMatch(/compromis/i)
  })
})

describe("decoys", () => {
  const own = [networkRange(4, BigInt(parseIpv4("203.0.128.0")!), 17)]

  test("are a hundred unlisted, foreign neighbours of each listed address, equal in every run", () => {
    const listed = ["203.0.113.7", "203.0.113.8", "198.51.100.1"]
    const decoys = decoysFor(listed, own)
    expect(decoysFor([...listed].reverse(), own)).toEqual(decoys)
    const all = [...decoys.values()].flat()
    expect(all).toHaveLength(300)
    expect(new Set(all).size).toBe(300)
    expect(all.filter((one) => listed.includes(one))).toEqual([])
    expect(decoys.get("203.0.113.7")?.every((one) => one.startsWith("203.0.") && Number(one.split(".")[2]) < 128)).toBe(true)
  })

  test("stay near an IPv6 address", () => {
    expect(
      decoysFor(["2001:db8::1"], [])
        .get("2001:db8::1")
        ?.every((one) => one.startsWith("2001:db8:")),
    ).toBe(true)
  })

  test("give nothing where no address is free", () => {
    const all = [networkRange(4, 0n, 0)]
    expect(decoysFor(["203.0.113.7"], all).get("203.0.113.7")).toEqual([])
  })

  test("give the sentence from counts", () => {
    const count = { hits: 37, addresses: 12, decoyHits: 40, decoyAddresses: 20, listed: 161, decoys: 16_100 }
    expect(expectedByChance(count)).toBeCloseTo(0.4)
    expect(decoySentence(count)).toBe("37 hits on 12 listed addresses; by chance 0.4")
    expect(chanceRate({ ...count, hits: 0 })).toBe(0)
    expect(decoySentence({ ...count, decoyHits: 0 })).toContain("by chance 0")
  })
})
