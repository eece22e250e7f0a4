// IPv6 text is read by hand, for speed: Node's own judge says whether it is one, and the URL parser which.
import { isIPv6 } from "node:net"
import fc from "fast-check"
import { expect, test } from "vitest"
import { formatIpv6, parseIpv6, parseOwnIpv6 } from "../../src/model/address.js"

const group = fc.oneof(
  fc.integer({ min: 0, max: 0xffff }).map((number) => number.toString(16)),
  fc.constantFrom("0", "0000", "00ab", "FFFF", "1.2.3.4", "255.255.255.255", "256.1.1.1", "01.2.3.4", "12345", "g", ""),
)
const joined = fc
  .array(fc.tuple(group, fc.constantFrom(":", ":", ":", ":", "::", ".")), { maxLength: 9 })
  .map((parts) => parts.map(([text, join], at) => text + (at === parts.length - 1 ? "" : join)).join(""))
const text = fc.oneof(
  joined,
  joined.map((one) => `::${one}`),
  joined.map((one) => `${one}::`),
  fc.ipV6(),
  fc.stringMatching(/^[0-9a-f:.]{0,46}$/),
)

test("what is no address gives none, and what is one gives the same as the URL parser", () => {
  fc.assert(
    fc.property(text, (one) => {
      const address = parseIpv6(one)
      expect(address !== undefined).toBe(isIPv6(one))
      if (address === undefined) return
      expect(`[${formatIpv6(address)}]`).toBe(new URL(`http://[${one}]/`).hostname)
    }),
    { numRuns: 20_000 },
  )
})

test.each(["::", "1::", "::1", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1:2:3:4:5:6:1.2.3.4", "::ffff:1.2.3.4"])(
  "%s is an address",
  (one) => {
    expect(parseIpv6(one)).toBeDefined()
  },
)

test.each([":", ":::", "1:2:3:4:5:6:7:8::", "::1::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1.2.3.4::", "1:", ":1", "fe80::1%eth0", ""])(
  "%j is none",
  (one) => {
    expect(parseIpv6(one)).toBeUndefined()
  },
)

test("an IPv4 address written as IPv6 does not mean itself", () => {
  expect(parseOwnIpv6("::ffff:203.0.113.9")).toBeUndefined()
  expect(parseOwnIpv6("2001:db8::9")).toBe(parseIpv6("2001:db8::9"))
})
