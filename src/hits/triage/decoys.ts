// How many hits chance alone would give: unlisted neighbours of every listed address, searched in the same pass.
import { type AddressRange, formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "../../model/address.js"
import { textHash } from "../../model/text-hash.js"
import { seededRandom } from "../relays/random.js"
import { say, type Words } from "../sentences.js"
import { phrases } from "./phrases.js"

export const decoysPerAddress = 100
/** No list needs more than this many decoys to make its point: of a longer list, evenly spaced addresses get theirs. */
const decoysMax = 100_000
const triesPerDecoy = 50

/** Of how many listed addresses each one has decoys: 1 for all but very long lists. */
export function decoyStep(listed: number): number {
  return Math.max(1, Math.ceil((listed * decoysPerAddress) / decoysMax))
}

export interface DecoyCount {
  /** Hits on listed addresses, echo and folded ones aside. */
  readonly hits: number
  /** Listed addresses with at least one hit. */
  readonly addresses: number
  /** Hits on decoys, all of them together. */
  readonly decoyHits: number
  /** Decoys with at least one hit. */
  readonly decoyAddresses: number
  readonly listed: number
  readonly decoys: number
}

/**
 * For each listed address, each of them once, unlisted and foreign addresses of the same /16 (IPv6: /32), equal in every run.
 * A /16 with too few free addresses gives fewer; networks are their first address. Of a very long list, a sample has decoys.
 */
export function decoysFor(
  listed: readonly string[],
  own: readonly AddressRange[],
  perAddress = decoysPerAddress,
): ReadonlyMap<string, readonly string[]> {
  const taken = new Taken(listed)
  const found = new Map<string, readonly string[]>()
  const step = decoyStep(listed.length)
  // The sample is drawn by what the addresses are, not by where they stand.
  const drawn = new Set(listed.filter((address) => (textHash(address) >>> 0) % step === 0))
  for (const address of [...drawn].sort()) {
    const decoys = decoysOf(address, taken, own, perAddress)
    for (const decoy of decoys) taken.add(decoy)
    found.set(address, decoys.map(addressText))
  }
  return found
}

/** An address as a number: of IPv6 as a bigint. */
type Address = number | bigint

function addressText(address: Address): string {
  return typeof address === "bigint" ? formatIpv6(address) : formatIpv4(address)
}

/** What is no free address any more. Of a million listed ones each takes four bytes. */
class Taken {
  private readonly four: Uint32Array
  private readonly others = new Set<Address>()

  constructor(listed: readonly string[]) {
    const four = new Uint32Array(listed.length)
    let count = 0
    for (const text of listed) {
      const number = parseIpv4(text)
      const six = number === undefined ? parseIpv6(text) : undefined
      if (number !== undefined) four[count++] = number
      else if (six !== undefined) this.others.add(six)
    }
    this.four = four.subarray(0, count).sort()
  }

  add(address: Address): void {
    this.others.add(address)
  }

  has(address: Address): boolean {
    return this.others.has(address) || (typeof address === "number" && this.isListed(address))
  }

  private isListed(address: number): boolean {
    let low = 0
    let high = this.four.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.four[middle] as number) < address) low = middle + 1
      else high = middle
    }
    return this.four[low] === address
  }
}

/** Hits that chance would give a list of this length. */
export function expectedByChance(count: DecoyCount): number {
  return count.decoys === 0 ? 0 : (count.decoyHits * count.listed) / count.decoys
}

/** Expected over observed, 0 to 1: a crude false-discovery rate. */
export function chanceRate(count: DecoyCount): number {
  return count.hits === 0 ? 0 : Math.min(1, expectedByChance(count) / count.hits)
}

export function decoySentence(count: DecoyCount): Words {
  const { hits, addresses } = count
  const sentence = addresses === 1 ? (hits === 1 ? "decoys-one-one" : "decoys-many-one") : "decoys-many"
  return say(phrases[sentence], { hits, addresses, chance: roundChance(expectedByChance(count)) })
}

function decoysOf(address: string, taken: Taken, own: readonly AddressRange[], wanted: number): readonly Address[] {
  const plain = address.replace(/[/-].*$/, "")
  const four = parseIpv4(plain)
  const six = four === undefined ? parseIpv6(plain) : undefined
  if (four === undefined && six === undefined) return []
  const random = seededRandom(`decoy ${address}`)
  const version = four === undefined ? 6 : 4
  const ownOnes = own.filter((range) => range.version === version)
  const chosen = new Set<Address>()
  for (let tries = 0; chosen.size < wanted && tries < wanted * triesPerDecoy; tries++) {
    const candidate =
      four === undefined ? sixNear(six as bigint, random) : Math.floor(four / 65_536) * 65_536 + Math.floor(random() * 65_536)
    if (ownOnes.some((range) => candidate >= range.first && candidate <= range.last)) continue
    if (!taken.has(candidate)) chosen.add(candidate)
  }
  return [...chosen]
}

function sixNear(address: bigint, random: () => number): bigint {
  let low = 0n
  for (let part = 0; part < 6; part++) low = (low << 16n) | BigInt(Math.floor(random() * 65_536))
  return ((address >> 96n) << 96n) | low
}

function roundChance(value: number): string {
  if (value === 0) return "0"
  return value < 0.05 ? "<0.1" : value.toFixed(1)
}
