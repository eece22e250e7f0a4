import { expect, test } from "vitest"
import { networkOf } from "../../src/hits/client-fields.js"

test.each([
  ["203.0.113.9", "203.0.0.0/16"],
  ["2001:db8::9", "2001:db8::/32"],
  ["2001::9", "2001:0::/32"],
  ["64:ff9b::cb00:7109", "64:ff9b::/32"],
  ["::1", "0:0::/32"],
  ["relay.example", undefined],
])("the network of %s", (address, network) => {
  expect(networkOf(address)).toBe(network)
})
