// An address, network or range of canonical form as the networks that cover exactly it: what most targets take.
import { type AddressRange, formatIpv4, formatIpv6 } from "../../model/address.js"
import { canonicalAddress } from "../../model/canonical.js"
import type { Indicator } from "../../model/indicator.js"

export interface AddressBlock {
  readonly version: 4 | 6
  /** Lowest address, canonical. */
  readonly address: string
  readonly prefix: number
  /** `address` alone where it is one address, `address/prefix` otherwise. */
  readonly text: string
}

/** The fewest networks that together are the value (RFC 4632 section 3.1 arithmetic). Throws if the value is not canonical. */
export function addressBlocks(value: string): readonly AddressBlock[] {
  if (value.includes("-")) return rangeBlocks(value)
  // Canonical already, as every indicator is: a million of them need no arithmetic.
  const version = value.includes(":") ? 6 : 4
  const slash = value.indexOf("/")
  if (slash < 0) return [{ version, address: value, prefix: version === 4 ? 32 : 128, text: value }]
  return [{ version, address: value.slice(0, slash), prefix: Number(value.slice(slash + 1)), text: value }]
}

/** The texts of these blocks. */
export function blockTexts(value: string): readonly string[] {
  return value.includes("-") ? rangeBlocks(value).map(({ text }) => text) : [value]
}

/** The same of many indicators of one type, which are in order: each text once, where it comes first. */
export function* blockTextsOnce(indicators: readonly Indicator[]): Iterable<string> {
  const fromRanges = new Set<string>()
  for (const [at, { value }] of indicators.entries()) {
    if (!value.includes("-")) {
      if (fromRanges.size === 0 || !fromRanges.has(value)) yield value
      continue
    }
    // Only a range can repeat what another says: values themselves are listed once.
    for (const text of blockTexts(value)) {
      if (fromRanges.has(text) || isListed(indicators, at, text)) continue
      fromRanges.add(text)
      yield text
    }
  }
}

/** Among the indicators before one of them. */
function isListed(indicators: readonly Indicator[], before: number, value: string): boolean {
  let [from, to] = [0, before]
  while (from < to) {
    const middle = (from + to) >>> 1
    if ((indicators[middle] as Indicator).value < value) from = middle + 1
    else to = middle
  }
  return from < before && (indicators[from] as Indicator).value === value
}

function rangeBlocks(value: string): readonly AddressBlock[] {
  const parsed = canonicalAddress(value)
  if (!parsed) throw new Error(`not a canonical address: ${value}`)
  const { version, first, last } = parsed.range
  const width = version === 4 ? 32 : 128
  const blocks: AddressBlock[] = []
  let at = first
  while (at <= last) {
    let bits = 0
    while (bits < width && aligned(at, bits + 1) && at + (1n << BigInt(bits + 1)) - 1n <= last) bits++
    blocks.push(block(version, at, width - bits))
    at += 1n << BigInt(bits)
  }
  return blocks
}

/** Every address of the value, if there are at most `max`; undefined if there are more. */
export function singleAddresses(value: string, max: number): readonly string[] | undefined {
  if (isSingle(value)) return [value]
  const { version, first, last } = rangeOf(value)
  if (last - first >= BigInt(max)) return undefined
  const count = Number(last - first) + 1
  return version === 4
    ? ipv4Addresses(Number(first), count)
    : Array.from({ length: count }, (_, offset) => format(version, first + BigInt(offset)))
}

/** As they follow one another, of which 256 share all but the last octet. */
function ipv4Addresses(first: number, count: number): readonly string[] {
  const all: string[] = []
  let head = ""
  for (let address = first; address < first + count; address++) {
    if (head === "" || address % 256 === 0) head = formatIpv4(address).replace(/\d+$/, "")
    all.push(head + (address % 256))
  }
  return all
}

/** How many addresses the value has. */
export function addressCount(value: string): bigint {
  if (isSingle(value)) return 1n
  const { first, last } = rangeOf(value)
  return last - first + 1n
}

/** One address, and not a network or range. */
export function isSingle(value: string): boolean {
  return !value.includes("/") && !value.includes("-")
}

function rangeOf(value: string): AddressRange {
  const parsed = canonicalAddress(value)
  if (!parsed) throw new Error(`not a canonical address: ${value}`)
  return parsed.range
}

function aligned(address: bigint, bits: number): boolean {
  return (address & ((1n << BigInt(bits)) - 1n)) === 0n
}

function block(version: 4 | 6, first: bigint, prefix: number): AddressBlock {
  const address = format(version, first)
  return { version, address, prefix, text: prefix === (version === 4 ? 32 : 128) ? address : `${address}/${prefix}` }
}

function format(version: 4 | 6, address: bigint): string {
  return version === 4 ? formatIpv4(address) : formatIpv6(address)
}
