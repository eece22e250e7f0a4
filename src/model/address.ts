// IPv4 and IPv6 addresses, networks and ranges as numbers: strict parsing, canonical text.

/** Both ends included; 32-bit numbers for IPv4, 128-bit for IPv6. */
export interface AddressRange {
  readonly version: 4 | 6
  readonly first: bigint
  readonly last: bigint
}

/** Four decimal octets without leading zeros; undefined for anything else. */
export function parseIpv4(text: string): number | undefined {
  // By hand: it is asked of every value of a bulletin and of every address of a record.
  const length = text.length
  if (length < 7 || length > 15) return undefined
  let address = 0
  let octet = 0
  let digits = 0
  let dots = 0
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 48 && code <= 57) {
      if (digits > 0 && octet === 0) return undefined
      octet = octet * 10 + code - 48
      digits++
      if (octet > 255) return undefined
    } else if (code === 46 && digits > 0 && dots < 3) {
      address = address * 256 + octet
      octet = 0
      digits = 0
      dots++
    } else return undefined
  }
  return dots === 3 && digits > 0 ? address * 256 + octet : undefined
}

export function formatIpv4(address: number | bigint): string {
  const value = Number(address)
  return `${Math.floor(value / 0x1000000) & 255}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`
}

/** RFC 4291 text, no zone; the last two groups may be a dotted quad. */
export function parseIpv6(text: string): bigint | undefined {
  // By hand, as parseIpv4.
  const length = text.length
  if (length < 2 || length > 45) return undefined
  const groups: number[] = []
  /** Groups before `::`. */
  let gap = -1
  let at = 0
  if (text.charCodeAt(0) === colon) {
    if (text.charCodeAt(1) !== colon) return undefined
    gap = 0
    at = 2
  }
  while (at < length) {
    let group = 0
    const from = at
    for (; at < length && at - from < 4; at++) {
      const digit = hexDigit(text.charCodeAt(at))
      if (digit < 0) break
      group = group * 16 + digit
    }
    if (at < length && text.charCodeAt(at) === dot) {
      const quad = parseIpv4(text.slice(from))
      if (quad === undefined) return undefined
      groups.push(quad >>> 16, quad & 0xffff)
      break
    }
    if (at === from) return undefined
    groups.push(group)
    if (at === length) break
    if (text.charCodeAt(at++) !== colon) return undefined
    if (text.charCodeAt(at) === colon) {
      if (gap >= 0) return undefined
      gap = groups.length
      at++
    } else if (at === length) return undefined
  }
  if (gap < 0 ? groups.length !== 8 : groups.length > 7) return undefined
  if (gap >= 0) groups.splice(gap, 0, ...Array<number>(8 - groups.length).fill(0))
  const pair = (first: number): bigint => BigInt((groups[first] as number) * 65_536 + (groups[first + 1] as number))
  return (pair(0) << 96n) | (pair(2) << 64n) | (pair(4) << 32n) | pair(6)
}

/** An address that means itself: undefined too for an IPv4 address written as IPv6. */
export function parseOwnIpv6(text: string): bigint | undefined {
  const address = parseIpv6(text)
  return address !== undefined && mappedIpv4(address) === undefined ? address : undefined
}

const colon = 58
const dot = 46

/** -1 for what is none. */
function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 0x20
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/** RFC 5952. */
export function formatIpv6(address: bigint): string {
  const parts = Array.from({ length: 8 }, (_, at) => Number((address >> BigInt(112 - 16 * at)) & 0xffffn))
  let best = -1
  let bestLength = 1
  for (let at = 0; at < 8; at++) {
    let end = at
    while (end < 8 && parts[end] === 0) end++
    if (end - at > bestLength) [best, bestLength] = [at, end - at]
    if (end > at) at = end
  }
  const hex = parts.map((part) => part.toString(16))
  if (best < 0) return hex.join(":")
  return `${hex.slice(0, best).join(":")}::${hex.slice(best + bestLength).join(":")}`
}

/** The IPv4 address inside `::ffff:0:0/96`; undefined for any other. */
export function mappedIpv4(address: bigint): number | undefined {
  return address >> 32n === 0xffffn ? Number(address & 0xffffffffn) : undefined
}

/** The IPv4 address inside NAT64 `64:ff9b::/96` (RFC 6052); undefined for any other. */
export function nat64Ipv4(address: bigint): number | undefined {
  return address >> 32n === 0x64ff9bn << 64n ? Number(address & 0xffffffffn) : undefined
}

/** First and last address of a network whose host bits need not be clear. */
export function networkRange(version: 4 | 6, address: bigint, prefix: number): AddressRange {
  const bits = BigInt((version === 4 ? 32 : 128) - prefix)
  const first = (address >> bits) << bits
  return { version, first, last: first + (1n << bits) - 1n }
}
