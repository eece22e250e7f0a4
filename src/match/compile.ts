// What the scan kernel looks for: canonical indicators as addresses, names, digests and pieces of text, each kind in the form that the kernel finds.
import { formatIpv4, parseIpv4, parseIpv6, parseOwnIpv6 } from "../model/address.js"
import { canonicalAddress } from "../model/canonical.js"
import type { Indicator } from "../model/indicator.js"
import { type Piece, piecesOf } from "./pieces.js"
import { isSharedHost } from "./verify/shared-hosts.js"

export interface Keys {
  /** Single IPv4 addresses. */
  readonly addresses: readonly string[]
  /** First two octets of every IPv4 network and range. */
  readonly octets: readonly string[]
  /** Sorted, merged, none touching another; first and last address by turns. */
  readonly ranges4: Uint32Array
  /** The same, each address as its upper and lower 64 bits. */
  readonly ranges6: BigUint64Array
  /** An IPv6 address may be written without `::` and with none but short groups before the last. */
  readonly shortGroups: boolean
  /** Match themselves and what lies below them. */
  readonly domains: readonly string[]
  /** Hosts of URLs, which match as a whole. */
  readonly hosts: readonly string[]
  /** Hosts of URLs that say nothing by themselves: one of `words` must stand in the line too. */
  readonly sharedHosts: readonly string[]
  readonly words: readonly string[]
  readonly mails: readonly string[]
  /** The last component of file names and paths. */
  readonly files: readonly string[]
  readonly digests: readonly string[]
  readonly pieces: readonly Piece[]
}

/** Lists up to this long are remembered with their keys: an index is asked for the same ones that are then compiled. */
const rememberedMax = 200_000
const remembered = new WeakMap<readonly Indicator[], Keys>()

export function keysOf(indicators: readonly Indicator[]): Keys {
  const known = remembered.get(indicators)
  if (known) return known
  const collector = new KeyCollector()
  for (const indicator of indicators) collector.add(indicator)
  const keys = collector.keys()
  if (indicators.length <= rememberedMax) remembered.set(indicators, keys)
  return keys
}

interface Range<T> {
  readonly first: T
  readonly last: T
}

class KeyCollector {
  private readonly addresses: string[] = []
  private readonly octets = new Set<string>()
  private readonly singles4: number[] = []
  private readonly ranges4: Range<number>[] = []
  private readonly ranges6: Range<bigint>[] = []
  private readonly domains: string[] = []
  private readonly hosts: string[] = []
  private readonly sharedHosts: string[] = []
  private readonly words: string[] = []
  private readonly mails: string[] = []
  private readonly files: string[] = []
  private readonly digests: string[] = []
  private readonly pieces: Piece[] = []

  add({ type, value }: Indicator): void {
    switch (type) {
      case "ipv4-addr":
      case "ipv6-addr":
        this.address(value)
        break
      case "domain-name":
        if (hasToken(value)) this.domains.push(value)
        else this.pieces.push(...piecesOf(value))
        break
      case "email-addr":
        if (hasToken(value.slice(value.lastIndexOf("@")))) this.mails.push(value)
        else this.pieces.push(...piecesOf(value))
        break
      case "url":
        this.url(value)
        break
      case "file:name":
      case "file:path":
        this.file(value)
        break
      case "user-agent":
      case "x-ja4":
        this.pieces.push(...piecesOf(value))
        break
      default:
        this.digests.push(value)
    }
  }

  keys(): Keys {
    const { addresses, domains, hosts, sharedHosts, words, mails, files, digests, pieces } = this
    const ranges6 = merged(this.ranges6, 1n)
    return {
      addresses,
      octets: [...this.octets],
      ranges4: packed4(this.singles4, this.ranges4),
      ranges6: packed6(ranges6),
      shortGroups: ranges6.some(({ first, last }) => mayBeShort(first, last)),
      domains,
      hosts,
      sharedHosts,
      words,
      mails,
      files,
      digests,
      pieces,
    }
  }

  private address(value: string): void {
    const four = parseIpv4(value)
    if (four !== undefined) {
      this.addresses.push(value)
      this.singles4.push(four)
      return
    }
    const six = parseOwnIpv6(value)
    if (six !== undefined) {
      this.ranges6.push({ first: six, last: six })
      return
    }
    const range = canonicalAddress(value)?.range
    if (!range) throw new Error(`no canonical address: ${value}`)
    if (range.version === 6) this.ranges6.push(range)
    else this.range4(Number(range.first), Number(range.last))
  }

  private range4(first: number, last: number): void {
    this.ranges4.push({ first, last })
    for (let sixteen = first >>> 16; sixteen <= last >>> 16; sixteen++) this.octets.add(`${sixteen >>> 8}.${sixteen & 255}`)
  }

  private url(value: string): void {
    const match = /^[^:]+:\/\/(\[[^\]]*\]|[^/?#:]*)(?::\d+)?(.*)$/s.exec(value)
    const host = match?.[1] ?? ""
    if (host.startsWith("[")) {
      const address = parseIpv6(host.slice(1, -1))
      if (address !== undefined) this.ranges6.push({ first: address, last: address })
      const mapped = address === undefined ? undefined : canonicalAddress(host)?.range
      if (mapped?.version === 4) this.address(formatIpv4(mapped.first))
    } else if (parseIpv4(host) !== undefined) this.address(host)
    else if (!hasToken(host)) this.pieces.push(...piecesOf(host))
    else {
      const word = isSharedHost(host) ? longestWord(match?.[2] ?? "") : undefined
      if (word === undefined) this.hosts.push(host)
      else {
        this.sharedHosts.push(host)
        this.words.push(word)
      }
    }
  }

  private file(value: string): void {
    const last = value.slice(Math.max(value.lastIndexOf("/"), value.lastIndexOf("\\")) + 1).replace(/\.+$/, "")
    // A name with a dot is found like a host; what is not found so is a piece.
    if (hasToken(last)) this.files.push(last)
    else this.pieces.push(...piecesOf(value.replace(/^[%$~][^\\/]*(?=[\\/])/, "")))
  }
}

/** Whether the kernel finds the value as a dotted token, as findToken() in kernel/tokens.ts: a label before its last dot and one behind, which is no number. */
function hasToken(value: string): boolean {
  return /[A-Za-z0-9]\.[A-Za-z0-9][^.\n]*$/.test(value) && !/\.(?:\d|\d[A-Za-z0-9]*\d)(?:[^A-Za-z0-9.][^.]*)?$/.test(value)
}

/**
 * The longest run of letters and digits of a path and query; undefined if none is longer than two. Escapes that stay in a canonical URL
 * are reserved characters or bytes that are not ASCII, so that the run is one in every spelling of the URL.
 */
function longestWord(path: string): string | undefined {
  let longest = ""
  for (const [word] of path.replace(/%[0-9A-F]{2}/g, " ").matchAll(/[A-Za-z0-9]+/g)) if (word.length > longest.length) longest = word
  return longest.length > 2 && longest.length < 512 ? longest : undefined
}

/** Single addresses and ranges as one sorted list. A million addresses take no objects. */
function packed4(singles: readonly number[], ranges: readonly Range<number>[]): Uint32Array {
  const sorted = Uint32Array.from(singles).sort()
  const wide = [...ranges].sort((a, b) => a.first - b.first)
  const out = new Uint32Array((sorted.length + wide.length) * 2)
  let length = 0
  const add = (first: number, last: number): void => {
    if (length > 0 && first <= (out[length - 1] as number) + 1) {
      if (last > (out[length - 1] as number)) out[length - 1] = last
    } else {
      out[length++] = first
      out[length++] = last
    }
  }
  let next = 0
  for (const address of sorted) {
    for (let range = wide[next]; range && range.first <= address; range = wide[++next]) add(range.first, range.last)
    add(address, address)
  }
  for (const { first, last } of wide.slice(next)) add(first, last)
  return out.slice(0, length)
}

function merged<T extends number | bigint>(ranges: readonly Range<T>[], one: T): readonly Range<T>[] {
  const sorted = [...ranges].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
  const out: { first: T; last: T }[] = []
  for (const { first, last } of sorted) {
    const before = out[out.length - 1]
    if (before && first <= (((before.last as number) + (one as number)) as T)) {
      if (last > before.last) before.last = last
    } else out.push({ first, last })
  }
  return out
}

function packed6(ranges: readonly Range<bigint>[]): BigUint64Array {
  const low = (1n << 64n) - 1n
  return BigUint64Array.from(ranges.flatMap(({ first, last }) => [first >> 64n, first & low, last >> 64n, last & low]))
}

/** Whether the first seven of eight groups are below 0x1000 in any address of the range; a range is judged by its first group. */
function mayBeShort(first: bigint, last: bigint): boolean {
  if (first >> 112n >= 0x1000n) return false
  if (first !== last) return true
  for (let group = 1n; group < 8n; group++) if (((first >> (group * 16n)) & 0xf000n) !== 0n) return false
  return true
}
