// The aggregate views: each on the smallest input that shows it, and on one that must show nothing.
import { describe, expect, test } from "vitest"
import { below, seededRandom } from "../../../src/hits/relays/random.js"
import { type FlowEvent, type LoginEvent, viewsOf } from "../../../src/hits/relays/views.js"

const start = Date.UTC(2021, 0, 1)
const dayMs = 86_400_000

/** Forty days of an office: 60 logins a day, some 6 % of them mistyped. */
function office(): LoginEvent[] {
  const random = seededRandom("office")
  return Array.from({ length: 40 * 60 }, (_, at) => ({
    time: start + Math.floor(at / 60) * dayMs + (at % 60) * 600_000,
    account: `user${at % 20}`,
    address: `192.0.${at % 20}.7`,
    success: below(random, 100) >= 6,
  }))
}

/** Forty addresses, one try each at one of eight names, on three days. */
function spray(names: readonly string[]): LoginEvent[] {
  return Array.from({ length: 120 }, (_, at) => ({
    time: start + (25 + Math.floor(at / 40)) * dayMs + (at % 40) * 1_000_000,
    account: names[at % names.length] as string,
    address: `198.${at % 40}.100.9`,
    success: false,
  }))
}

describe("the failure shift", () => {
  test("shows the days of a spray and the addresses that came new", () => {
    const { failureShift } = viewsOf([...office(), ...spray(["user1", "user2", "user3"])], [])
    expect(failureShift).toHaveLength(1)
    expect(failureShift[0]).toMatchObject({ from: "2021-01-26", to: "2021-01-28", participantsTotal: 40 })
    expect(failureShift[0]?.failures).toBeGreaterThan(4 * (failureShift[0]?.expected ?? 0))
  })

  test("is silent in an ordinary office", () => {
    expect(viewsOf(office(), []).failureShift).toEqual([])
  })

  test("is silent where there are too few days to know what is usual", () => {
    expect(viewsOf(spray(["user1"]), []).failureShift).toEqual([])
  })
})

describe("the shape of a spray", () => {
  test("names accounts that never existed here and that unrelated addresses tried", () => {
    const { spray: shape } = viewsOf([...office(), ...spray(["user1", "svc-backup", "j.doe"])], [])
    expect(shape?.sharedNames.map((one) => one.account).sort()).toEqual(["j.doe", "svc-backup"])
    expect(shape?.sharedNames[0]?.networks).toBeGreaterThanOrEqual(3)
  })

  test("has nothing to say without failures", () => {
    expect(viewsOf([{ time: start, account: "a", address: "192.0.2.1", success: true }], []).spray).toBeNull()
  })
})

describe("a new network behind an account", () => {
  const at = start + 30 * dayMs
  const login: LoginEvent = { time: at, account: "user1", address: "203.0.113.9", success: true }

  test("counts after others have tried the account in vain", () => {
    const { firstSeen } = viewsOf([...office(), ...spray(["user1"]), login], [])
    expect(firstSeen).toEqual([
      { account: "user1", address: "203.0.113.9", network: "203.0.0.0/16", time: "2021-01-31T00:00:00.000Z", triedBy: expect.any(Number) },
    ])
    expect(firstSeen[0]?.triedBy).toBeGreaterThan(30)
  })

  test("does not count for a new account, a known network, or without a try before", () => {
    const calm = office().filter((event) => event.success)
    expect(viewsOf([...calm, login], []).firstSeen).toEqual([])
    expect(viewsOf([...calm, ...spray(["user1"]), { ...login, address: "192.0.99.9" }], []).firstSeen).toEqual([])
    expect(viewsOf([...calm, ...spray(["newcomer"]), { ...login, account: "newcomer" }], []).firstSeen).toEqual([])
  })
})

describe("an own device that passes on what it receives", () => {
  const flow = (time: number, direction: "inbound" | "outbound", foreign: string, bytes: number): FlowEvent => ({
    time: start + time * 1000,
    host: "192.0.2.1",
    foreign,
    direction,
    bytes,
  })
  const relayed = [0, 600, 1200].flatMap((at) => [
    flow(at, "inbound", "198.51.100.7", 50_000),
    flow(at + 4, "outbound", "203.0.113.9", 51_000),
  ])

  test("is named with both ends", () => {
    expect(viewsOf([], relayed).ownRelays).toEqual([
      { host: "192.0.2.1", pairs: 3, inboundFrom: ["198.51.100.7"], outboundTo: ["203.0.113.9"] },
    ])
  })

  test("is none by one coincidence, by another size, by an answer to the same address, or minutes later", () => {
    expect(viewsOf([], relayed.slice(0, 4)).ownRelays).toEqual([])
    const changed = (patch: Partial<FlowEvent>) => relayed.map((one) => (one.direction === "outbound" ? { ...one, ...patch } : one))
    expect(viewsOf([], changed({ bytes: 90_000 })).ownRelays).toEqual([])
    expect(viewsOf([], changed({ foreign: "198.51.100.7" })).ownRelays).toEqual([])
    expect(
      viewsOf(
        [],
        relayed.map((one) => (one.direction === "outbound" ? { ...one, time: one.time + 120_000 } : one)),
      ).ownRelays,
    ).toEqual([])
  })
})
