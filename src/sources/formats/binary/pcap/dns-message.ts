// Reads one DNS message. Tolerant: what stands before a damage is kept, since a question alone is worth a hit.
import { be16, u8 } from "./integers.js"

export interface DnsMessage {
  readonly id: number
  readonly response: boolean
  readonly code: number
  readonly questions: readonly { readonly name: string; readonly type: string }[]
  readonly answers: readonly { readonly name: string; readonly type: string; readonly data: string }[]
  /** For whom a resolver asks (EDNS client subnet, RFC 7871): addresses, or networks with their prefix. */
  readonly subnets: readonly string[]
  /** Ends before its counts say so, or holds what cannot be read. */
  readonly cut: boolean
}

const typeNames: Readonly<Record<number, string>> = {
  1: "A",
  2: "NS",
  5: "CNAME",
  6: "SOA",
  12: "PTR",
  13: "HINFO",
  15: "MX",
  16: "TXT",
  28: "AAAA",
  33: "SRV",
  35: "NAPTR",
  39: "DNAME",
  41: "OPT",
  43: "DS",
  46: "RRSIG",
  47: "NSEC",
  48: "DNSKEY",
  50: "NSEC3",
  64: "SVCB",
  65: "HTTPS",
  252: "AXFR",
  255: "ANY",
  257: "CAA",
}

const headerBytes = 12
const nameCharsMax = 255
/** Pointers in one name: each must lead backwards, so that a name ends. A name has at most 127 labels. */
const jumpsMax = 128

/** Undefined where it is no DNS message. All records of it are read: 64 KiB hold less than 6000. */
export function readDns(bytes: Buffer, start: number, end: number): DnsMessage | undefined {
  if (end - start < 12) return undefined
  const flags = be16(bytes, start + 2)
  const asked = be16(bytes, start + 4)
  const told = be16(bytes, start + 6) + be16(bytes, start + 8) + be16(bytes, start + 10)
  const opcode = (flags >> 11) & 15
  if (opcode > 6 || (asked > 64 && opcode !== 0) || asked + told === 0) return undefined
  const questions: { name: string; type: string }[] = []
  const answers: { name: string; type: string; data: string }[] = []
  const subnets: string[] = []
  const cursor: Cursor = { bytes, start, end, at: start + headerBytes, cut: false, damaged: false, first: undefined }
  for (let index = 0; index < asked && !cursor.cut; index++) {
    const name = readName(cursor)
    cursor.cut = name === undefined || cursor.at + 4 > end
    if (cursor.cut && index === 0) return undefined
    if (name === undefined || cursor.cut) break
    cursor.first ??= name
    questions.push({ name, type: typeName(be16(bytes, cursor.at)) })
    cursor.at += 4
  }
  for (let index = 0; index < told && !cursor.cut; index++) {
    const answer = readRecord(cursor)
    if (!answer) cursor.cut = true
    else if (answer.type !== "OPT") answers.push(answer)
    else if (answer.data !== "") subnets.push(...answer.data.split(" "))
  }
  return {
    id: be16(bytes, start),
    response: (flags & 0x8000) !== 0,
    code: flags & 15,
    questions,
    answers,
    subnets,
    cut: cursor.cut || cursor.damaged,
  }
}

interface Cursor {
  readonly bytes: Buffer
  /** Of the message: pointers count from here. */
  readonly start: number
  readonly end: number
  at: number
  /** The counts promise more than can be read. */
  cut: boolean
  /** Something within a record could not be read. */
  damaged: boolean
  /** Name of the first question, right behind the header: most names point there. */
  first: string | undefined
}

function readRecord(cursor: Cursor): { name: string; type: string; data: string } | undefined {
  const { bytes } = cursor
  const name = readName(cursor)
  if (name === undefined || cursor.at + 10 > cursor.end) return undefined
  const type = be16(bytes, cursor.at)
  const length = be16(bytes, cursor.at + 8)
  const from = cursor.at + 10
  if (from + length > cursor.end) return undefined
  cursor.at = from + length
  const data = dataText(cursor, type, from, from + length)
  if (data === undefined) cursor.damaged = true
  return { name, type: typeName(type), data: data ?? legible(bytes, from, from + length) }
}

/** What stands before the names in the data of a type, in bytes; and how many names. */
const namesAt: Readonly<Record<number, readonly [before: number, names: number]>> = {
  2: [0, 1],
  5: [0, 1],
  6: [0, 2],
  12: [0, 1],
  15: [2, 1],
  17: [0, 2],
  18: [2, 1],
  36: [2, 1],
  39: [0, 1],
  46: [18, 1],
  47: [0, 1],
}

/** Undefined where it is damaged. No data at all, as updates have, is none. */
function dataText(cursor: Cursor, type: number, from: number, to: number): string | undefined {
  const { bytes } = cursor
  if (from === to) return ""
  switch (type) {
    case 1:
      return to - from === 4 ? fourAddress(bytes, from) : undefined
    case 28:
      return to - from === 16 ? sixAddress(bytes, from) : undefined
    case 33: {
      const name = to - from > 6 ? readName(within(cursor, from + 6, to)) : undefined
      return name === undefined ? undefined : `${name}:${be16(bytes, from + 4)}`
    }
    case 35:
      return naptr(cursor, from, to)
    case 13:
    case 16:
      return strings(bytes, from, to)
    case 41:
      return clientSubnets(cursor, from, to)
    case 64:
    case 65:
      return service(cursor, from, to)
    default: {
      const [before, names] = namesAt[type] ?? [0, 0]
      return names === 0 ? legible(bytes, from, to) : nameList(within(cursor, from + before, to), names, type === 46 || type === 47)
    }
  }
}

function within(cursor: Cursor, at: number, end: number): Cursor {
  return { bytes: cursor.bytes, start: cursor.start, end, at, cut: false, damaged: false, first: cursor.first }
}

function nameList(inner: Cursor, names: number, hasMore: boolean): string | undefined {
  let text = ""
  for (let index = 0; index < names; index++) {
    const name = readName(inner)
    if (name === undefined) return undefined
    text += index === 0 ? name : ` ${name}`
  }
  return hasMore ? `${text} ${legible(inner.bytes, inner.at, inner.end)}`.trim() : text
}

/** Flags, service and expression, then the name that replaces (RFC 3403, section 4.1). */
function naptr(cursor: Cursor, from: number, to: number): string | undefined {
  const { bytes } = cursor
  let at = from + 4
  for (let index = 0; index < 3 && at < to; index++) at += 1 + u8(bytes, at)
  const name = at < to ? readName(within(cursor, at, to)) : undefined
  return name === undefined ? undefined : `${legible(bytes, from + 4, at)} ${name}`
}

/** The name that serves, the addresses to try (keys 4 and 6), and what else is legible (RFC 9460, section 2.2). */
function service(cursor: Cursor, from: number, to: number): string | undefined {
  const { bytes } = cursor
  const inner = within(cursor, from + 2, to)
  const name = to - from > 2 ? readName(inner) : undefined
  if (name === undefined) return undefined
  const parts = [name]
  let { at } = inner
  while (at + 4 <= to) {
    const key = be16(bytes, at)
    const stop = at + 4 + be16(bytes, at + 2)
    if (stop > to) return undefined
    at += 4
    const size = key === 4 ? 4 : key === 6 ? 16 : 0
    if (size === 0) parts.push(legible(bytes, at, stop))
    else for (; at + size <= stop; at += size) parts.push(size === 4 ? fourAddress(bytes, at) : sixAddress(bytes, at))
    at = stop
  }
  return parts.filter((part) => part !== "").join(" ")
}

const clientSubnet = 8

/** Of all options the client subnets, each an address, or a network where only a part of the address is given. */
function clientSubnets(cursor: Cursor, from: number, to: number): string {
  const { bytes } = cursor
  const found: string[] = []
  for (let at = from; at < to; ) {
    const stop = at + 4 <= to ? at + 4 + be16(bytes, at + 2) : to + 1
    if (stop > to) {
      cursor.damaged = true
      break
    }
    const subnet = be16(bytes, at) === clientSubnet ? subnetText(bytes, at + 4, stop) : ""
    if (subnet === undefined) cursor.damaged = true
    else if (subnet !== "") found.push(subnet)
    at = stop
  }
  return found.join(" ")
}

/** Family, length of the prefix, length that the answer covers, and the bytes of the prefix. A prefix of nothing tells of nobody. */
function subnetText(bytes: Buffer, from: number, to: number): string | undefined {
  if (from + 4 > to) return undefined
  const size = [0, 4, 16][be16(bytes, from)] ?? 0
  const prefix = u8(bytes, from + 2)
  const given = to - from - 4
  if (size === 0 || prefix > size * 8 || given > size || given < Math.ceil(prefix / 8)) return undefined
  if (prefix === 0) return ""
  const address = Buffer.alloc(size)
  bytes.copy(address, 0, from + 4, to)
  const text = size === 4 ? fourAddress(address, 0) : sixAddress(address, 0)
  return prefix === size * 8 ? text : `${text}/${prefix}`
}

function legible(bytes: Buffer, from: number, to: number): string {
  return bytes
    .toString("latin1", from, to)
    .replace(/[^\x20-\x7e]+/g, " ")
    .trim()
}

function fourAddress(bytes: Buffer, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`
}

function strings(bytes: Buffer, from: number, to: number): string {
  let text = ""
  for (let at = from; at < to; ) {
    const length = u8(bytes, at)
    text += bytes.toString("latin1", at + 1, Math.min(at + 1 + length, to))
    at += 1 + length
  }
  return text
}

/** Labels joined by dots; the root is ".". Other bytes than letters of names stay as they are (Latin-1). */
function readName(cursor: Cursor): string | undefined {
  const { bytes, end } = cursor
  let at = cursor.at
  if (cursor.first !== undefined && at + 2 <= end && bytes[at] === 0xc0 && bytes[at + 1] === headerBytes) {
    cursor.at = at + 2
    return cursor.first
  }
  let chars = 0
  let behind = -1
  for (let jumps = 0; at < end; ) {
    const length = u8(bytes, at)
    if (length === 0) {
      cursor.at = behind < 0 ? at + 1 : behind
      return chars === 0 ? "." : scratch.toString("latin1", 1, chars)
    }
    if (length >= 0xc0) {
      if (at + 2 > end) return undefined
      const to = cursor.start + (be16(bytes, at) & 0x3fff)
      if (behind < 0) behind = at + 2
      if (to >= at || ++jumps > jumpsMax) return undefined
      at = to
      continue
    }
    if (length > 63 || at + 1 + length > end || chars + length > nameCharsMax + 1) return undefined
    scratch[chars++] = 0x2e
    for (const stop = at + 1 + length; ++at < stop; ) scratch[chars++] = bytes[at] as number
  }
  return undefined
}

/** A name as it is put together, behind a dot. */
const scratch = Buffer.alloc(nameCharsMax + 64)

/** Canonical text of an IPv6 address (RFC 5952). */
export function sixAddress(bytes: Buffer, at: number): string {
  const groups: number[] = []
  for (let index = 0; index < 8; index++) groups.push(be16(bytes, at + index * 2))
  let best = -1
  let bestLength = 1
  for (let index = 0; index < 8; ) {
    let length = 0
    while (index + length < 8 && groups[index + length] === 0) length++
    if (length > bestLength) [best, bestLength] = [index, length]
    index += Math.max(1, length)
  }
  const text = (list: readonly number[]): string => list.map((group) => group.toString(16)).join(":")
  if (best < 0) return text(groups)
  return `${text(groups.slice(0, best))}::${text(groups.slice(best + bestLength))}`
}

function typeName(type: number): string {
  return typeNames[type] ?? `TYPE${type}`
}
