// Reads one DNS message. Tolerant: what stands before a damage is kept, since a question alone is worth a hit.

export interface DnsMessage {
  readonly id: number
  readonly response: boolean
  readonly code: number
  readonly questions: readonly { readonly name: string; readonly type: string }[]
  readonly answers: readonly { readonly name: string; readonly type: string; readonly data: string }[]
  /** Ends before its counts say so. */
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

const recordsMax = 512
const nameCharsMax = 255
/** Pointers in one name: each must lead backwards, so that a name ends. */
const jumpsMax = 32

/** Undefined where it is no DNS message. */
export function readDns(bytes: Buffer, start: number, end: number): DnsMessage | undefined {
  if (end - start < 12) return undefined
  const flags = bytes.readUInt16BE(start + 2)
  const asked = bytes.readUInt16BE(start + 4)
  const told = bytes.readUInt16BE(start + 6) + bytes.readUInt16BE(start + 8) + bytes.readUInt16BE(start + 10)
  const opcode = (flags >> 11) & 15
  if (opcode > 6 || (asked > 64 && opcode !== 0) || asked + told === 0) return undefined
  const questions: { name: string; type: string }[] = []
  const answers: { name: string; type: string; data: string }[] = []
  const id = bytes.readUInt16BE(start)
  // Written out each time: a spread object is several times slower to make and to read.
  const message = (cut: boolean): DnsMessage => ({ id, response: (flags & 0x8000) !== 0, code: flags & 15, questions, answers, cut })
  const cursor: Cursor = { bytes, start, end, at: start + 12, cut: false }
  for (let index = 0; index < asked && index < recordsMax; index++) {
    const name = readName(cursor)
    if (name === undefined || cursor.at + 4 > end) return index === 0 ? undefined : message(true)
    questions.push({ name, type: typeName(bytes.readUInt16BE(cursor.at)) })
    cursor.at += 4
  }
  const total = Math.min(told, recordsMax)
  for (let index = 0; index < total; index++) {
    const answer = readRecord(cursor)
    if (!answer) return message(true)
    if (answer.type !== "OPT") answers.push(answer)
  }
  return message(cursor.cut)
}

interface Cursor {
  readonly bytes: Buffer
  /** Of the message: pointers count from here. */
  readonly start: number
  readonly end: number
  at: number
  cut: boolean
}

function readRecord(cursor: Cursor): { name: string; type: string; data: string } | undefined {
  const { bytes } = cursor
  const name = readName(cursor)
  if (name === undefined || cursor.at + 10 > cursor.end) return undefined
  const type = bytes.readUInt16BE(cursor.at)
  const length = bytes.readUInt16BE(cursor.at + 8)
  const from = cursor.at + 10
  if (from + length > cursor.end) return undefined
  cursor.at = from + length
  return { name, type: typeName(type), data: dataText(cursor, type, from, from + length) }
}

function dataText(cursor: Cursor, type: number, from: number, to: number): string {
  const { bytes } = cursor
  const nameAt = (at: number): string => readName({ bytes, start: cursor.start, at, end: to, cut: false }) ?? ""
  switch (type) {
    case 1:
      return to - from === 4 ? `${bytes[from]}.${bytes[from + 1]}.${bytes[from + 2]}.${bytes[from + 3]}` : ""
    case 28:
      return to - from === 16 ? sixAddress(bytes, from) : ""
    case 2:
    case 5:
    case 12:
    case 39:
      return nameAt(from)
    case 15:
      return to - from > 2 ? nameAt(from + 2) : ""
    case 33:
      return to - from > 6 ? `${nameAt(from + 6)}:${bytes.readUInt16BE(from + 4)}` : ""
    case 6: {
      const inner: Cursor = { ...cursor, at: from, end: to }
      return [readName(inner), readName(inner)].filter((name) => name !== undefined).join(" ")
    }
    case 13:
    case 16:
      return strings(bytes, from, to)
    default:
      return bytes
        .toString("latin1", from, Math.min(to, from + 1024))
        .replace(/[^\x20-\x7e]+/g, " ")
        .trim()
  }
}

function strings(bytes: Buffer, from: number, to: number): string {
  let text = ""
  for (let at = from; at < to; ) {
    const length = bytes.readUInt8(at)
    text += bytes.toString("latin1", at + 1, Math.min(at + 1 + length, to))
    at += 1 + length
  }
  return text
}

/** Labels joined by dots; the root is ".". Other bytes than letters of names stay as they are (Latin-1). */
function readName(cursor: Cursor): string | undefined {
  const { bytes, end } = cursor
  let at = cursor.at
  let chars = 0
  let behind = -1
  for (let jumps = 0; at < end; ) {
    const length = bytes.readUInt8(at)
    if (length === 0) {
      cursor.at = behind < 0 ? at + 1 : behind
      return chars === 0 ? "." : scratch.toString("latin1", 1, chars)
    }
    if (length >= 0xc0) {
      if (at + 2 > end) return undefined
      const to = cursor.start + (bytes.readUInt16BE(at) & 0x3fff)
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
  for (let index = 0; index < 8; index++) groups.push(bytes.readUInt16BE(at + index * 2))
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
