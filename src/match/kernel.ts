// Drives the scan kernel: lays out its tables for a set of indicators and hands it text. Opens no file: the compiled module is handed in.
import { parseIpv4 } from "../model/address.js"
import { canonicalAddress } from "../model/canonical.js"
import type { Indicator } from "../model/indicator.js"
import type { Marked, Scanner } from "./matcher.js"

/** Text per scan. */
export const roomBytes = 1 << 20

interface Exports {
  layout(bits: number, roomBytes: number, has: number): number
  start(): void
  room(): number
  marks(): number
  newlines(): number
  addKey(hash: number): void
  addNetworkPrefix(sixteen: number): void
  addSixteen(sixteen: number): void
  hashOfRoom(length: number): number
  hashOfAddress(address: number): number
  scan(length: number): number
}

// As in kernel/scan.ts.
const hasIpv4 = 1
const hasIpv6 = 2
const hasNames = 4
const hasHashes = 8
const hasStrings = 16

/** A key of the kernel: an address, a span of first two octets, or a text whose hash is looked up. */
type Key = { readonly address: number } | { readonly from: number; readonly to: number } | { readonly text: string }

/** A scanner of one thread over the compiled kernel. */
export function createScanner(module: WebAssembly.Module, indicators: readonly Indicator[]): Scanner {
  const { features, keys } = keysOf(indicators)
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65_536 })
  const kernel = new WebAssembly.Instance(module, { env: { memory, abort: fail } }).exports as unknown as Exports
  const bytes = kernel.layout(filterBits(keys.length), roomBytes, features)
  memory.grow(Math.max(0, Math.ceil(bytes / 65_536) - 64) + 1)
  kernel.start()
  const at = kernel.room()
  addKeys(kernel, keys, new Uint8Array(memory.buffer, at, roomBytes))
  const room = new Uint8Array(memory.buffer, at, roomBytes)
  const pairs = new Uint32Array(memory.buffer, kernel.marks(), roomBytes * 2)
  return {
    room,
    scan(length): Marked {
      const found = kernel.scan(length)
      const starts: number[] = []
      const lines: number[] = []
      for (let pair = 0; pair < found; pair++) {
        starts.push(pairs[2 * pair] as number)
        lines.push(pairs[2 * pair + 1] as number)
      }
      return { newlines: kernel.newlines(), starts, lines }
    },
  }
}

function addKeys(kernel: Exports, keys: readonly Key[], room: Uint8Array): void {
  const encoder = new TextEncoder()
  for (const key of keys) {
    if ("address" in key) {
      kernel.addKey(kernel.hashOfAddress(key.address))
      kernel.addSixteen(key.address >>> 16)
    } else if ("text" in key) kernel.addKey(kernel.hashOfRoom(encoder.encodeInto(key.text, room).written))
    else {
      for (let sixteen = key.from; sixteen <= key.to; sixteen++) {
        kernel.addNetworkPrefix(sixteen)
        kernel.addSixteen(sixteen)
      }
    }
  }
}

function keysOf(indicators: readonly Indicator[]): { readonly features: number; readonly keys: readonly Key[] } {
  let features = 0
  const keys: Key[] = []
  const host = (name: string): void => {
    const four = parseIpv4(name)
    if (four !== undefined) {
      features |= hasIpv4
      keys.push({ address: four })
    } else if (name.startsWith("[")) features |= hasIpv6
    else if (!name.includes(".")) features |= hasStrings
    else {
      features |= hasNames
      keys.push({ text: name.split(".").slice(-2).join(".") })
    }
  }
  for (const { type, value } of indicators) {
    switch (type) {
      case "ipv4-addr": {
        const range = canonicalAddress(value)?.range
        if (!range) throw new Error(`no canonical address: ${value}`)
        features |= hasIpv4
        if (range.first === range.last) keys.push({ address: Number(range.first) })
        else keys.push({ from: Number(range.first >> 16n), to: Number(range.last >> 16n) })
        break
      }
      case "ipv6-addr":
        features |= hasIpv6
        break
      case "domain-name":
        host(value)
        break
      case "email-addr":
        host(value.slice(value.lastIndexOf("@") + 1))
        break
      case "url":
        host(new URL(value).hostname)
        break
      case "file:name":
      case "file:path":
      case "user-agent":
        features |= hasStrings
        break
      case "x-ja4":
        features |= hasHashes
        break
      default:
        features |= hasHashes
        keys.push({ text: value.slice(0, 16) })
    }
  }
  return { features, keys }
}

/** Sixteen bits of filter for each key, at least 64 KiB and at most 64 MiB. */
function filterBits(keys: number): number {
  return Math.min(29, Math.max(19, Math.ceil(Math.log2(Math.max(1, keys) * 16))))
}

function fail(): never {
  throw new Error("the scan kernel failed an assertion")
}
