// Marks of networks and of addresses of version 6, against every network of the lists compared number by number.
import fc from "fast-check"
import { expect, test } from "vitest"
import { networkLists, reservedNetworks } from "../../src/intake/data/warninglists.js"
import { qualityMarks } from "../../src/intake/quality.js"
import { type AddressRange, formatIpv4, formatIpv6 } from "../../src/model/address.js"
import { canonicalAddress } from "../../src/model/canonical.js"

const rangeOf = (text: string): AddressRange => canonicalAddress(text)?.range as AddressRange
const listed = [
  ...reservedNetworks.map((text) => ({ mark: "reserved", range: rangeOf(text) })),
  ...networkLists.flatMap(({ name, networks }) => networks.map((text) => ({ mark: `warninglist:${name}`, range: rangeOf(text) }))),
]

function check(text: string): void {
  const { type, value, range } = canonicalAddress(text) ?? {}
  if (type === undefined || value === undefined || range === undefined) throw new Error(text)
  const touched = listed.filter(
    (one) => one.range.version === range.version && one.range.first <= range.last && range.first <= one.range.last,
  )
  expect([value, qualityMarks({ type, value, marks: [] })]).toEqual([value, [...new Set(touched.map(({ mark }) => mark))]])
}

test("the ends of every listed network have its marks, and their neighbours those of theirs", () => {
  for (const { range } of listed) {
    const [format, last] = range.version === 4 ? [formatIpv4, 0xffffffffn] : [formatIpv6, (1n << 128n) - 1n]
    for (const address of [range.first - 1n, range.first, range.last, range.last + 1n])
      if (address >= 0n && address <= last && address >> 32n !== 0xffffn) check(format(address))
  }
})

test("a network has the marks of all that it touches", () => {
  const four = fc.tuple(fc.nat(0xffffffff), fc.integer({ min: 8, max: 31 })).map(([address, prefix]) => `${formatIpv4(address)}/${prefix}`)
  const near = fc
    .tuple(fc.constantFrom(...listed.filter(({ range }) => range.version === 4)), fc.integer({ min: 8, max: 31 }))
    .map(([{ range }, prefix]) => `${formatIpv4(range.last)}/${prefix}`)
  const six = fc
    .tuple(fc.constantFrom(...listed.filter(({ range }) => range.version === 6)), fc.integer({ min: 16, max: 127 }))
    .map(([{ range }, prefix]) => `${formatIpv6(range.first)}/${prefix}`)
  fc.assert(fc.property(fc.oneof(four, near, six), check), { numRuns: 2000, seed: 8 })
})
