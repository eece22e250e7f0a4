// Who is inside, which way an exchange goes, and which forwarded address to believe (semantics 8.3 and 9).
import { type AddressRange, parseIpv4, parseOwnIpv6 } from "../model/address.js"
import { canonicalAddress } from "../model/canonical.js"
import type { Direction } from "../model/log-record.js"
import { UsageError } from "../model/problem.js"
import type { RoleContext } from "./log-format.js"

/** Throws a UsageError for what is no address and no network. */
export function createRoleContext(given: { readonly own: readonly string[]; readonly trustedProxies: readonly string[] }): RoleContext {
  const inside = [...insideNetworks, ...given.own.map((text) => networkOf("--own", text))]
  const proxies = given.trustedProxies.map((text) => networkOf("--trusted-proxy", text))
  const isInside = within(inside)
  return {
    isInside,
    isTrustedProxy: proxies.length > 0 ? within(proxies) : isInside,
    ownGiven: given.own.length > 0,
  }
}

/** The way from source to destination by their addresses; one of them missing is unknown. */
export function directionOf(source: string | undefined, destination: string | undefined, roles: RoleContext): Direction {
  if (source === undefined || destination === undefined) return "unknown"
  const from = roles.isInside(source)
  const to = roles.isInside(destination)
  if (from && to) return "internal"
  if (from) return "outbound"
  if (to) return "inbound"
  return roles.ownGiven ? "external" : "unknown"
}

export interface Forwarded {
  /** The first untrusted address, walking leftwards from the peer; the left-most one where all are trusted. */
  readonly client?: string
  /** What the header only claims. */
  readonly claimed: readonly string[]
}

/** The client behind trusted proxies (semantics 9). `header` is X-Forwarded-For or Forwarded; a missing peer counts as the own server. */
export function forwardedClient(peer: string | undefined, header: string, roles: RoleContext): Forwarded {
  const hops = hopsOf(header)
  if (hops.length === 0) return { claimed: [] }
  if (peer !== undefined && !roles.isTrustedProxy(peer)) return { claimed: others(hops, peer) }
  let at = hops.length - 1
  while (at > 0 && roles.isTrustedProxy(hops[at] as string)) at--
  const client = hops[at] as string
  return { client, claimed: others(others(hops.slice(0, at), client), peer) }
}

/** What is claimed and also seen is more than a claim. */
function others(hops: readonly string[], seen: string | undefined): readonly string[] {
  const address = seen === undefined ? undefined : bareAddress(seen)
  return hops.filter((hop) => bareAddress(hop) !== address)
}

/** The number behind an address as logs write it: port, brackets and zone cut, leading zeros decimal, integers read. */
export function bareAddress(text: string | number): string | undefined {
  if (typeof text === "string" && parseIpv4(text) !== undefined) return text
  const cut = String(text)
    .trim()
    .replace(/^\[([^\]]*)\](?::\d+)?$/, "$1")
    .replace(/%.*$/, "")
  const withoutPort = /^\d{1,3}(?:\.\d{1,3}){3}:\d{1,5}$/.test(cut) ? cut.slice(0, cut.indexOf(":")) : cut
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(withoutPort)) {
    const decimal = withoutPort.split(".").map(Number).join(".")
    return parseIpv4(decimal) === undefined ? undefined : decimal
  }
  if (/^\d{8,10}$/.test(withoutPort) && Number(withoutPort) < 2 ** 32) {
    const value = Number(withoutPort)
    return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".")
  }
  if (!withoutPort.includes(":")) return undefined
  const found = canonicalAddress(withoutPort)
  return found && !found.wide ? found.value : undefined
}

/** RFC 1918, unique local, link-local, loopback (semantics 8.3). Documentation and carrier-grade ranges are outside. */
const insideNetworks: readonly AddressRange[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "127.0.0.0/8",
  "fc00::/7",
  "fe80::/10",
  "::1",
].map((text) => networkOf("", text))

/** A header longer than this is not read to its end. */
const hopsMax = 64

function hopsOf(header: string): string[] {
  const forwarded = [...header.slice(0, 4096).matchAll(/\bfor\s*=\s*"?(\[[^\]]*\]|[^\s;,"]+)/gi)].map((match) => match[1] as string)
  const parts = forwarded.length > 0 ? forwarded : header.slice(0, 4096).split(/[\s,]+/)
  return parts.slice(0, hopsMax).flatMap((part) => {
    const bare = part.replace(/^"|"$/g, "")
    return bareAddress(bare) === undefined ? [] : [bare.replace(/^\[([^\]]*)\](?::\d+)?$/, "$1").replace(/^([\d.]+):\d+$/, "$1")]
  })
}

function networkOf(option: string, text: string): AddressRange {
  const network = canonicalAddress(text.trim())
  if (!network) throw new UsageError(`${option} takes an address or a network such as 192.0.2.0/24, not "${text}"`)
  return network.range
}

function within(networks: readonly AddressRange[]): (address: string) => boolean {
  // Plain numbers: it is asked of every address of every record.
  const four = networks.filter(({ version }) => version === 4).map(({ first, last }) => [Number(first), Number(last)] as const)
  const six = networks.filter(({ version }) => version === 6)
  const inFour = (bits: number): boolean => four.some(([first, last]) => first <= bits && bits <= last)
  const inSix = (bits: bigint): boolean => six.some(({ first, last }) => first <= bits && bits <= last)
  return (address) => {
    const plain = parseOwnIpv6(address)
    if (plain !== undefined) return inSix(plain)
    const bare = bareAddress(address)
    if (bare === undefined) return false
    const bits = parseIpv4(bare)
    if (bits !== undefined) return inFour(bits)
    const range = canonicalAddress(bare)?.range
    return range !== undefined && inSix(range.first)
  }
}
