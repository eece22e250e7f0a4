// The indicators, each kind in the shape its question needs. Built once; every look-up is a hash or a logarithm away.
import { type AddressRange, parseIpv4, parseOwnIpv6 } from "../../model/address.js"
import { canonicalAddress } from "../../model/canonical.js"
import type { Indicator } from "../../model/indicator.js"
import type { ObservableType } from "../../model/observable.js"
import { type FileIndicator, type FileTable, fileTable } from "./file-table.js"
import { Intervals, type Meeting } from "./intervals.js"
import { Owned } from "./owned.js"
import { UrlTable } from "./url-table.js"

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

type Kind = "addresses" | "domains" | "mails" | "hashes" | "ja4" | "agents" | "urls" | "files"

function kindOf(type: ObservableType): Kind {
  switch (type) {
    case "ipv4-addr":
    case "ipv6-addr":
      return "addresses"
    case "domain-name":
      return "domains"
    case "email-addr":
      return "mails"
    case "url":
      return "urls"
    case "file:name":
    case "file:path":
      return "files"
    case "user-agent":
      return "agents"
    case "x-ja4":
      return "ja4"
    default:
      return "hashes"
  }
}

export function buildTables(indicators: readonly Indicator[]): Tables {
  const textOf = (at: number): string => (indicators[at] as Indicator).value
  const counts: Record<Kind, number> = { addresses: 0, domains: 0, mails: 0, hashes: 0, ja4: 0, agents: 0, urls: 0, files: 0 }
  for (const { type } of indicators) counts[kindOf(type)]++
  const owned = (count: number): Owned | undefined => (count > 0 ? new Owned(count, textOf) : undefined)
  const ipv4 = new Intervals<number>()
  const ipv6 = new Intervals<bigint>()
  const files: FileIndicator[] = []
  const urls = counts.urls > 0 ? new UrlTable(counts.urls, textOf) : undefined
  const domains = owned(counts.domains)
  const mails = owned(counts.mails)
  const hashes = owned(counts.hashes)
  const ja4 = owned(counts.ja4)
  const agents = owned(counts.agents)
  const byKind = { domains, mails, hashes, ja4, agents, urls }
  for (const [at, { type, value }] of indicators.entries()) {
    const kind = kindOf(type)
    if (kind === "addresses") addAddress(value, at, ipv4, ipv6)
    else if (kind === "files") files.push({ indicator: at, value })
    else byKind[kind]?.add(at)
  }
  return { ipv4: ipv4.meeting(), ipv6: ipv6.meeting(), ...byKind, files: files.length > 0 ? fileTable(files) : undefined }
}

function addAddress(value: string, at: number, ipv4: Intervals<number>, ipv6: Intervals<bigint>): void {
  const four = parseIpv4(value)
  const six = four === undefined ? parseOwnIpv6(value) : undefined
  if (four !== undefined) ipv4.add(four, four, at)
  else if (six !== undefined) ipv6.add(six, six, at)
  else addRange(canonicalAddress(value)?.range, at, ipv4, ipv6)
}

function addRange(range: AddressRange | undefined, indicator: number, ipv4: Intervals<number>, ipv6: Intervals<bigint>): void {
  if (range?.version === 4) ipv4.add(Number(range.first), Number(range.last), indicator)
  else if (range) ipv6.add(range.first, range.last, indicator)
}
