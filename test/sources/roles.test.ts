// Inside and outside, the way between them, and forwarded addresses (semantics 8.3 and 9).
import { describe, expect, it } from "vitest"
import { UsageError } from "../../src/model/problem.js"
import { bareAddress, createRoleContext, directionOf, forwardedClient } from "../../src/sources/roles.js"

const plain = createRoleContext({ own: [], trustedProxies: [] })
const own = createRoleContext({ own: ["192.0.2.0/24", "2001:db8:1::/48"], trustedProxies: [] })
const proxied = createRoleContext({ own: [], trustedProxies: ["10.9.9.9/32", "192.0.2.10"] })

describe("direction", () => {
  it.each([
    ["203.0.113.9", "10.0.0.5", "inbound"],
    ["10.0.0.5", "203.0.113.9", "outbound"],
    ["10.0.0.5", "192.168.1.1", "internal"],
    ["fd00::1", "fe80::2", "internal"],
    ["127.0.0.1", "172.16.0.1", "internal"],
    ["203.0.113.9", "198.51.100.7", "unknown"],
    ["::ffff:10.0.0.5", "203.0.113.9", "outbound"],
    ["010.000.000.005", "203.000.113.009", "outbound"],
    ["100.64.0.1", "10.0.0.5", "inbound"],
    ["172.32.0.1", "10.0.0.5", "inbound"],
  ])("%s to %s is %s", (from, to, way) => expect(directionOf(from, to, plain)).toBe(way))
  it("--own is inside, and makes both outside external", () => {
    expect(directionOf("203.0.113.9", "192.0.2.8", own)).toBe("inbound")
    expect(directionOf("2001:db8:1::5", "2001:db8:2::5", own)).toBe("outbound")
    expect(directionOf("203.0.113.9", "198.51.100.7", own)).toBe("external")
  })
  it("a missing end is unknown", () => expect(directionOf("203.0.113.9", undefined, plain)).toBe("unknown"))
  it("a bad network is a wrong invocation", () => {
    for (const text of ["10.0.0.0/33", "corp", "", "10.0.0"])
      expect(() => createRoleContext({ own: [text], trustedProxies: [] }), text).toThrow(UsageError)
    expect(() => createRoleContext({ own: [], trustedProxies: ["x"] })).toThrow(UsageError)
  })
})

describe("forwarded addresses", () => {
  it("the first untrusted one, walking leftwards, is the client", () =>
    expect(forwardedClient("10.9.9.9", "203.0.113.9, 198.51.100.7, 192.0.2.10", proxied)).toEqual({
      client: "198.51.100.7",
      claimed: ["203.0.113.9"],
    }))
  it("under an untrusted peer all is claimed", () =>
    expect(forwardedClient("192.0.2.77", "203.0.113.9, 198.51.100.7", proxied)).toEqual({ claimed: ["203.0.113.9", "198.51.100.7"] }))
  it("without --trusted-proxy any inside address is trusted", () =>
    expect(forwardedClient("10.0.0.2", "203.0.113.9, 192.168.0.1", plain)).toEqual({ client: "203.0.113.9", claimed: [] }))
  it("with it, inside addresses are not", () =>
    expect(forwardedClient("10.0.0.2", "203.0.113.9", proxied)).toEqual({ claimed: ["203.0.113.9"] }))
  it("all trusted: the left-most", () =>
    expect(forwardedClient("10.0.0.2", "10.1.1.1, 10.0.0.3", plain)).toEqual({ client: "10.1.1.1", claimed: [] }))
  it("reads Forwarded, ports and brackets", () =>
    expect(forwardedClient("10.0.0.2", 'for=192.0.2.60;proto=http;by=203.0.113.43, for="[2001:db8::17]:4711"', plain)).toEqual({
      client: "2001:db8::17",
      claimed: ["192.0.2.60"],
    }))
  it("what is no address is passed over", () =>
    expect(forwardedClient("10.0.0.2", "unknown, 203.0.113.9:51234", plain)).toEqual({ client: "203.0.113.9", claimed: [] }))
  it("what is claimed and also seen is more than a claim", () =>
    expect(forwardedClient("203.0.113.9", "203.0.113.9", plain)).toEqual({ claimed: [] }))
  it("an empty header claims nothing", () => expect(forwardedClient("10.0.0.2", "-", plain)).toEqual({ claimed: [] }))
})

describe("addresses as logs write them", () => {
  it.each([
    ["203.0.113.9", "203.0.113.9"],
    ["203.000.113.009", "203.0.113.9"],
    ["203.0.113.9:443", "203.0.113.9"],
    ["[2001:db8::9]:443", "2001:db8::9"],
    ["fe80::1%eth0", "fe80::1"],
    ["3405803785", "203.0.113.9"],
    ["::ffff:203.0.113.9", "203.0.113.9"],
    ["203.0.113.256", undefined],
    ["12:34:56", undefined],
    ["host", undefined],
    ["4294967296", undefined],
  ])("%s is %s", (text, address) => expect(bareAddress(text)).toBe(address))
})
