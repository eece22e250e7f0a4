// The indicators, each kind in the shape its question needs. Built once; every look-up is a hash or a logarithm away.
import { type AddressRange, parseIpv4, parseOwnIpv6 } from "../../model/address.js"
import { canonicalAddress } from "../../model/canonical.js"
import type { Indicator } from "../../model/indicator.js"
import { type FileTable, fileTable } from "./file-table.js"
import { Intervals, type Meeting } from "./intervals.js"
import { filled, type Owned, own } from "./owned.js"
import { splitUrl } from "./url.js"

export interface Tables {
  /** Undefined where the set has none of a kind: its tokens are then not even looked for. */
  readonly ipv4: Meeting<number> | undefined
  readonly ipv6: Meeting<bigint> | undefined
  readonly domains: Owned | undefined
  readonly mails: Owned | undefined
  readonly hashes: Owned | undefined
  readonly ja4: Owned | undefined
  readonly urls: UrlTable | undefined
  readonly files: FileTable | undefined
  /** By the whole value. */
  readonly agents: Owned | undefined
}

export interface UrlTable {
  /** By host and port (of `http` and `https`, without a default port), or scheme, host and port of any other scheme. */
  readonly places: ReadonlyMap<string, UrlPlace>
  /** By host alone: what a record without a path can be evidence of. */
  readonly hosts: ReadonlyMap<string, readonly UrlEntry[]>
}

export interface UrlEntry {
  readonly indicator: number
  readonly scheme: string
  readonly port: string
}

/** The indicators of one host and port. */
export interface UrlPlace {
  /** By path and query. */
  readonly exact: ReadonlyMap<string, readonly UrlEntry[]>
  /** Paths that end in `/`, of indicators without a query. */
  readonly folders: ReadonlyMap<string, readonly UrlEntry[]>
  /** The different lengths of those paths, ascending. */
  readonly folderLengths: readonly number[]
}

export function buildTables(indicators: readonly Indicator[]): Tables {
  const ipv4 = new Intervals<number>()
  const ipv6 = new Intervals<bigint>()
  const domains: Owned = new Map()
  const mails: Owned = new Map()
  const hashes: Owned = new Map()
  const ja4: Owned = new Map()
  const agents: Owned = new Map()
  const urls = new UrlTableBuilder()
  const files: { readonly indicator: number; readonly type: "file:name" | "file:path"; readonly value: string }[] = []
  for (const [at, { type, value }] of indicators.entries()) {
    switch (type) {
      case "ipv4-addr":
      case "ipv6-addr": {
        const four = parseIpv4(value)
        const six = four === undefined ? parseOwnIpv6(value) : undefined
        if (four !== undefined) ipv4.add(four, four, at)
        else if (six !== undefined) ipv6.add(six, six, at)
        else addRange(canonicalAddress(value)?.range, at, ipv4, ipv6)
        break
      }
      case "domain-name":
        own(domains, value, at)
        break
      case "email-addr":
        own(mails, value, at)
        break
      case "url":
        urls.add(value, at)
        break
      case "file:name":
      case "file:path":
        files.push({ indicator: at, type, value })
        break
      case "user-agent":
        own(agents, value, at)
        break
      case "x-ja4":
        own(ja4, value, at)
        break
      default:
        own(hashes, value, at)
    }
  }
  return {
    ipv4: ipv4.meeting(),
    ipv6: ipv6.meeting(),
    domains: filled(domains),
    mails: filled(mails),
    hashes: filled(hashes),
    ja4: filled(ja4),
    agents: filled(agents),
    urls: urls.table(),
    files: files.length > 0 ? fileTable(files) : undefined,
  }
}

/** The key of a place in the table. */
export function placeKey(scheme: string, host: string, port: string): string {
  return scheme === "http" || scheme === "https" ? `${host}:${port}` : `${scheme}://${host}:${port}`
}

function addRange(range: AddressRange | undefined, indicator: number, ipv4: Intervals<number>, ipv6: Intervals<bigint>): void {
  if (range?.version === 4) ipv4.add(Number(range.first), Number(range.last), indicator)
  else if (range) ipv6.add(range.first, range.last, indicator)
}

class UrlTableBuilder {
  private readonly places = new Map<string, { exact: Map<string, UrlEntry[]>; folders: Map<string, UrlEntry[]>; lengths: Set<number> }>()
  private readonly hosts = new Map<string, UrlEntry[]>()

  add(value: string, indicator: number): void {
    const url = splitUrl(value)
    if (!url) return
    const { scheme, host, port, path, query } = url
    const entry: UrlEntry = { indicator, scheme, port }
    append(this.hosts, host, entry)
    const key = placeKey(scheme, host, port)
    let place = this.places.get(key)
    if (!place) {
      place = { exact: new Map(), folders: new Map(), lengths: new Set() }
      this.places.set(key, place)
    }
    append(place.exact, path + query, entry)
    if (query === "" && path.endsWith("/")) {
      append(place.folders, path, entry)
      place.lengths.add(path.length)
    }
  }

  table(): UrlTable | undefined {
    if (this.places.size === 0) return undefined
    const places = new Map<string, UrlPlace>()
    for (const [key, { exact, folders, lengths }] of this.places)
      places.set(key, { exact, folders, folderLengths: [...lengths].sort((a, b) => a - b) })
    return { places, hosts: this.hosts }
  }
}

function append<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
