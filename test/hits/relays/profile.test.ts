// How records become profiles: tokens, hand-offs, and rows that cross threads in several dictionaries.
import { describe, expect, test } from "vitest"
import { pivot } from "../../../src/hits/relays/pivot.js"
import { createProfiler, type ProfileRecord } from "../../../src/hits/relays/profile.js"
import { createRowWriter } from "../../../src/hits/relays/rows.js"
import { createTokenTable } from "../../../src/hits/relays/token-table.js"
import { networkToken, tokensOf } from "../../../src/hits/relays/tokens.js"
import { madeSite, minute, request } from "./site.js"

const at = Date.UTC(2021, 2, 5, 8)

function tokens(fields: ProfileRecord["fields"], patch: Partial<ProfileRecord> = {}): readonly string[] {
  return tokensOf({ ...request("203.0.113.7", at, "/", "A"), ...patch, fields }).tokens
}

describe("tokens", () => {
  test("name the client by every fingerprint that the record has", () => {
    const found = tokens({
      "user_agent.original": "A",
      "tls.client.ja3": "x3",
      "tls.client.ja4": "x4",
      "ssh.hassh": "hh",
      "email.helo": "mx",
    })
    expect(found).toEqual(["u:A", "j:x3", "k:x4", "h:hh", "e:mx"])
  })

  test("keep account names that were tried in vain, not those that worked", () => {
    const fields = { "user.name": "Svc-Backup", "event.action": "login" }
    expect(tokens(fields, { outcome: "failure" })).toContain("a:svc-backup")
    expect(tokens(fields, { outcome: "success" }).some((token) => token.startsWith("a:"))).toBe(false)
  })

  test("do not take pictures for pages, nor an empty referrer for one", () => {
    expect(tokens({ "url.path": "/logo.png", "http.request.referrer": "-" })).toEqual([])
  })
})

test("the network of an address is its /16, or the /32 of IPv6", () => {
  expect(["203.0.113.7", "2001:db8:5::7", "localhost"].map(networkToken)).toEqual(["n:203.0.0.0/16", "n:2001:db8::/32", undefined])
})

describe("the token table", () => {
  test("gives a number only to what a second holder shows", () => {
    const table = createTokenTable()
    const entry = table.entryOf("u:A")
    expect({ ...table.note(entry, 1, "u:A") }).toEqual({ id: -1, firstHolder: 1, fresh: true })
    expect({ ...table.note(entry, 1, "u:A") }).toEqual({ id: -1, firstHolder: 1, fresh: false })
    expect({ ...table.note(entry, 2, "u:A") }).toEqual({ id: 0, firstHolder: 1, fresh: false })
    expect(table.texts).toEqual(["u:A"])
    expect(table.find("u:B")).toBe(-1)
  })

  test("grows, and says what found no room", () => {
    const table = createTokenTable(6000)
    const entries = Array.from({ length: 7000 }, (_, number) => table.entryOf(`p:/${number}`))
    expect(new Set(entries.slice(0, 6000)).size).toBe(6000)
    expect(entries.slice(6000).every((entry) => entry === -1)).toBe(true)
    expect(table.leftOut()).toBe(1000)
    expect(table.find("p:/5999")).toBe(entries[5999])
  })
})

describe("rows", () => {
  test("of two writers and many batches give the same profiles as single records", () => {
    const { records, seeds } = madeSite()
    const single = createProfiler()
    const batched = createProfiler()
    const writers = [createRowWriter(), createRowWriter()]
    for (const [number, record] of records.entries()) {
      single.add(record)
      const writer = number % 3 === 0 ? 1 : 0
      writers[writer]?.add(record)
      const full = writers[writer]
      if (full && full.count() >= 50) batched.addRows(structuredClone(full.take("access.log")), writer)
    }
    for (const [number, writer] of writers.entries()) batched.addRows(writer.take("access.log"), number)
    expect(pivot(batched.finish(), { seeds })).toEqual(pivot(single.finish(), { seeds }))
  })
})

describe("a hand-off", () => {
  const hidden = "203.0.113.201"
  const handOff = [
    request("198.51.100.7", at, "/private/plan-7/", "A"),
    request(hidden, at + 4 * minute, "/private/plan-7/sheet.pdf", "B", "https://www.example/private/plan-7/"),
  ]

  test("is followed even from a single seed, and named in words", () => {
    const profiler = createProfiler()
    for (const record of [...madeSite().records, ...handOff]) profiler.add(record)
    const result = pivot(profiler.finish(), { seeds: ["198.51.100.7"] })
    expect(result.candidates.map((lead) => [lead.value, lead.level])).toEqual([[hidden, "possible"]])
    expect(result.candidates[0]?.evidence[0]?.text).toBe(
      "claimed to come from /private/plan-7/, which it never fetched; 198.51.100.7 (confirmed) fetched it 240 s earlier",
    )
    expect(result.reason).toContain("only sessions and hand-offs are followed")
  })

  test("is none where the page was fetched by the address itself", () => {
    const profiler = createProfiler()
    const own = request(hidden, at + 3 * minute, "/private/plan-7/", "B")
    for (const record of [...madeSite().records, handOff[0] as ProfileRecord, own, handOff[1] as ProfileRecord]) profiler.add(record)
    const { links } = profiler.finish()
    expect(links).toEqual([])
  })
})
