// What an index is asked for on behalf of indicators: the keys that a text holding one of them must have given (kernel/asked.ts), looked up in its
// runs.
import type { Indicator } from "../model/indicator.js"
import { type KeyQuery, keyKinds } from "../model/key.js"
import { type Keys, keysOf } from "./compile.js"
import { addText, instantiate, type Kernel, pageBytes, pagesMax, stagingBytes } from "./kernel.js"
import { type AskedKeys, lookUp } from "./look-up.js"

// Kinds of text, as in kernel/kernel.ts.
const domain = 0
const mail = 3
const word = 5
const digest = 6
const label = 7

/** Words that are shorter are not kept; as WORD_MIN in kernel/harvest.ts. */
const wordCharsMin = 6
const stagingAt = 65_536 + 4096

export function keyQueryOf(module: WebAssembly.Module, indicators: readonly Indicator[]): KeyQuery {
  const keys = keysOf(indicators)
  const memory = new WebAssembly.Memory({ initial: 2 + Math.ceil((stagingBytes * 10) / pageBytes), maximum: pagesMax, shared: true })
  const kernel = instantiate(module, memory)
  const singles = [...hashesOf(kernel, memory, keys)]
  const ranges: [number, number][] = []
  addRanges4(keys.ranges4, singles, ranges)
  addRanges6(kernel, keys.ranges6, singles, ranges)
  ranges.sort((a, b) => a[0] - b[0])
  const asked: AskedKeys = {
    singles: Float64Array.from(singles).sort(),
    ranges: Float64Array.from(ranges.flat()),
    around: networksAround(kernel, keys),
  }
  return { blocksOf: lookUp(kernel, memory, stagingAt, asked), keyless: keylessOf(keys) }
}

function keylessOf(keys: Keys): string | undefined {
  if (keys.pieces.length > 0) return "user agents, JA4 fingerprints, and names without a dot have no keys"
  return keys.shortGroups ? "IPv6 addresses below 1000::/4 may be spelled in ways that have no keys" : undefined
}

function hashesOf(kernel: Kernel, memory: WebAssembly.Memory, keys: Keys): Set<number> {
  const found = new Set<number>()
  const batch = new Uint8Array(memory.buffer, stagingAt, stagingBytes)
  const out = stagingAt + stagingBytes + 64
  const each = (values: readonly string[], kind: number): void =>
    addText(batch, stagingAt, values, (from, to) => {
      const end = kernel.keysOf(from, to, kind, out)
      for (const key of new BigUint64Array(memory.buffer, out, (end - out) / 8)) found.add(Number(key))
    })
  const words = keys.words.filter((one) => one.length >= wordCharsMin)
  // A URL on a shared host is found by a word of its path; where that is too short, by the host.
  const hosts = keys.words.some((one) => one.length < wordCharsMin) ? keys.sharedHosts : []
  const names = [...keys.domains, ...keys.hosts, ...hosts, ...keys.files]
  each(names, domain)
  each(keys.mails, mail)
  each(words, word)
  each(keys.digests, digest)
  // Spelled in another script, whatever it is, a name has but its last label for a key.
  const addresses = keys.ranges4.length + keys.ranges6.length > 0
  each(addresses ? [...keys.sharedHosts, "in-addr.arpa"] : keys.sharedHosts, label)
  if (names.length + keys.mails.length + keys.sharedHosts.length > 0 || addresses) found.add(any(kernel, 1))
  if ([...names, ...keys.sharedHosts, ...keys.mails].some((name) => /\.xn--[^.]*$/.test(name))) found.add(any(kernel, 2))
  if (keys.ranges6.length > 0) found.add(any(kernel, 0))
  return found
}

function any(kernel: Kernel, index: number): number {
  return kept(kernel, kernel.anyKey(index))
}

function kept(kernel: Kernel, hash: bigint): number {
  return Number(BigInt.asUintN(64, kernel.keptHash(BigInt.asUintN(64, hash))))
}

function addRanges4(ranges4: Uint32Array, singles: number[], ranges: [number, number][]): void {
  for (let at = 0; at < ranges4.length; at += 2) {
    const first = keyKinds.address + (ranges4[at] as number)
    const last = keyKinds.address + (ranges4[at + 1] as number)
    if (first === last) singles.push(first)
    else ranges.push([first, last])
  }
}

function addRanges6(kernel: Kernel, ranges6: BigUint64Array, singles: number[], ranges: [number, number][]): void {
  for (let at = 0; at < ranges6.length; at += 4) {
    const [firstHigh, firstLow, lastHigh, lastLow] = ranges6.subarray(at, at + 4) as unknown as [bigint, bigint, bigint, bigint]
    if (firstHigh === lastHigh && firstLow === lastLow) singles.push(kept(kernel, kernel.single6Key(firstHigh, firstLow)))
    else if (firstHigh === lastHigh) singles.push(kept(kernel, kernel.site6Key(firstHigh, 64)))
    else if (firstHigh >> 16n === lastHigh >> 16n) singles.push(kept(kernel, kernel.site6Key((firstHigh >> 16n) << 16n, 48)))
    else ranges.push([keyKinds.prefix6 + Number(firstHigh >> 32n), keyKinds.prefix6 + Number(lastHigh >> 32n)])
  }
}

/** A network of the log that begins in a range has given its first address; one that begins before it is asked for. */
function networksAround(kernel: Kernel, { ranges4, ranges6 }: Keys): AskedKeys["around"] {
  const known = new Map<string, Float64Array>()
  return (version, length) => {
    const id = `${version}/${length}`
    let found = known.get(id)
    if (!found) {
      found = Float64Array.from(new Set(version === 4 ? around4(kernel, ranges4, length) : around6(kernel, ranges6, length)))
      known.set(id, found)
    }
    return found
  }
}

function* around4(kernel: Kernel, ranges4: Uint32Array, length: number): Generator<number> {
  for (let at = 0; at < ranges4.length; at += 2) {
    const first = ranges4[at] as number
    const start = length === 0 ? 0 : (first & (-1 << (32 - length))) >>> 0
    if (start < first) yield kept(kernel, kernel.net4Key(start, length))
  }
}

function* around6(kernel: Kernel, ranges6: BigUint64Array, length: number): Generator<number> {
  const shift = BigInt(128 - length)
  for (let at = 0; at < ranges6.length; at += 4) {
    const start = ((((ranges6[at] as bigint) << 64n) | (ranges6[at + 1] as bigint)) >> shift) << shift
    yield kept(kernel, kernel.net6Key(start >> 64n, BigInt.asUintN(64, start), length))
  }
}
