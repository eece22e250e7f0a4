// Addresses get numbers in the order in which they first come, whatever their bits; beyond the limit they get none.
import fc from "fast-check"
import { expect, test } from "vitest"
import { createAddressTable } from "../../../src/hits/relays/address-table.js"
import { formatIpv4 } from "../../../src/model/address.js"

test("agrees with a plain map", () => {
  const bits = fc.oneof(fc.nat({ max: 40 }), fc.constantFrom(0, 0xffffffff, 0x80000000), fc.nat({ max: 0xffffffff }))
  const asked = fc.oneof(bits, fc.ipV6())
  fc.assert(
    fc.property(fc.array(asked, { maxLength: 400 }), fc.nat({ max: 300 }), (list, limit) => {
      const table = createAddressTable(limit)
      const known = new Map<number | string, number>()
      for (const one of list) {
        if (!known.has(one) && known.size < limit) known.set(one, known.size)
        expect(typeof one === "number" ? table.ofIpv4(one) : table.of(one)).toBe(known.get(one) ?? -1)
      }
      expect(table.texts).toEqual([...known.keys()].map((one) => (typeof one === "number" ? formatIpv4(one) : one)))
    }),
  )
})

test("grows", () => {
  const table = createAddressTable(1_000_000)
  for (let at = 0; at < 100_000; at++) expect(table.ofIpv4((at * 0x10001) >>> 0)).toBe(at)
  for (let at = 0; at < 100_000; at++) expect(table.ofIpv4((at * 0x10001) >>> 0)).toBe(at)
})
