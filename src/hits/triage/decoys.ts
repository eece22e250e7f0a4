// How many hits chance alone would give: unlisted neighbours of every listed address, searched in the same pass.
import { type AddressRange, formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "../../model/address.js"
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
 * For each listed address, unlisted and foreign addresses of the same /16 (IPv6: /32), equal in every run.
 * A /16 with too few free addresses gives fewer; networks are their first address. Of a very long list, a sample has decoys.
 */
export function decoysFor(
  listed: Iterable<string>,
  own: readonly AddressRange[],
  perAddress = decoysPerAddress,
): ReadonlyMap<string, readonly string[]> {
  const taken = new Set(listed)
  const found = new Map<string, readonly string[]>()
  const step = decoyStep(taken.size)
  // The sample is drawn by what the addresses are, not by where they stand.
  const drawn = step === 1 ? [...taken] : [...taken].filter((address) => drawOf(address) % step === 0)
  for (const address of drawn.sort()) {
    const decoys = decoysOf(address, taken, own, perAddress)
    for (const decoy of decoys) taken.add(decoy)
    found.set(address, decoys)
  }
  return found
}

/** FNV-1a, mixed once more since it is taken modulo a small number. */
function drawOf(address: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < address.length; at++) hash = Math.imul(hash ^ address.charCodeAt(at), 0x01000193)
  return (hash ^ (hash >>> 15)) >>> 0
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

function decoysOf(address: string, taken: ReadonlySet<string>, own: readonly AddressRange[], wanted: number): readonly string[] {
  const plain = address.replace(/[/-].*$/, "")
  const four = parseIpv4(plain)
  const six = four === undefined ? parseIpv6(plain) : undefined
  if (four === undefined && six === undefined) return []
  const random = seededRandom(`decoy ${address}`)
  const version = four === undefined ? 6 : 4
  const ownOnes = own.filter((range) => range.version === version)
  const chosen = new Set<string>()
  for (let tries = 0; chosen.size < wanted && tries < wanted * triesPerDecoy; tries++) {
    const candidate =
      four === undefined ? sixNear(six as bigint, random) : Math.floor(four / 65_536) * 65_536 + Math.floor(random() * 65_536)
    if (ownOnes.some((range) => candidate >= range.first && candidate <= range.last)) continue
    const text = typeof candidate === "bigint" ? formatIpv6(candidate) : formatIpv4(candidate)
    if (!taken.has(text)) chosen.add(text)
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
