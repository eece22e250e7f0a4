// Writes small EVTX files by the layout of libyal's documentation: one template, and records that fill it with values.
import { crc32 } from "node:zlib"

const chunkBytes = 65_536
const headerBytes = 512

/** What one record puts into the template's slots. */
export interface MadeEvent {
  readonly id: number
  readonly recordId: bigint
  /** 100-nanosecond ticks since 1601. */
  readonly ticks: bigint
  readonly channel: string
  readonly computer: string
  /** Names and values of EventData; names are those of the first event, since they stand in the template. */
  readonly data: Readonly<Record<string, string>>
}

/**
 * One file of one chunk; the events must have the same data names. `older` ones were in the chunk before it was used anew: their end is left
 * behind the records.
 */
export function makeEvtx(events: readonly MadeEvent[], older: readonly MadeEvent[] = []): Buffer {
  const chunk = makeChunk(events)
  const [used, before] = [chunk.readUInt32LE(48), makeChunk(older)]
  // The first of them is overwritten in part.
  before.copy(chunk, used, headerBytes + 40, before.readUInt32LE(48))
  return Buffer.concat([fileHeader(), chunk])
}

function fileHeader(): Buffer {
  const header = Buffer.alloc(4096)
  header.write("ElfFile\0", 0, "latin1")
  header.writeBigUInt64LE(1n, 24) // next record
  header.writeUInt32LE(128, 32)
  header.writeUInt16LE(1, 36)
  header.writeUInt16LE(3, 38)
  header.writeUInt16LE(4096, 40)
  header.writeUInt16LE(1, 42) // chunks
  header.writeUInt32LE(crc32(header.subarray(0, 120)), 124)
  return header
}

export function makeChunk(events: readonly MadeEvent[]): Buffer {
  const chunk = Buffer.alloc(chunkBytes)
  chunk.write("ElfChnk\0", 0, "latin1")
  let at = headerBytes
  let template: number | undefined
  for (const event of events) {
    const start = at
    const names = Object.keys(event.data)
    const values = valuesOf(event)
    chunk.writeUInt32LE(0x00002a2a, at)
    chunk.writeBigUInt64LE(event.recordId, at + 8)
    chunk.writeBigUInt64LE(event.ticks, at + 16)
    at += 24
    at = put(chunk, at, [0x0f, 1, 1, 0, 0x0c, 1])
    chunk.writeUInt32LE(7, at)
    at += 4
    const definition: number = template ?? at + 4
    chunk.writeUInt32LE(definition, at)
    at += 4
    if (template === undefined) at = writeTemplate(chunk, at, names)
    template = definition
    chunk.writeUInt32LE(values.length, at)
    at += 4
    for (const { type, bytes } of values) at = put(chunk, at, [bytes.length & 255, bytes.length >> 8, type, 0])
    for (const { bytes } of values) at = put(chunk, at, bytes)
    at = put(chunk, at, [0])
    const size = at + 4 - start
    chunk.writeUInt32LE(size, start + 4)
    chunk.writeUInt32LE(size, at)
    at += 4
  }
  chunk.writeBigUInt64LE(1n, 8)
  chunk.writeBigUInt64LE(BigInt(events.length), 16)
  chunk.writeUInt32LE(128, 40)
  chunk.writeUInt32LE(at, 48)
  chunk.writeUInt32LE(crc32(chunk.subarray(headerBytes, at)), 52)
  return chunk
}

function valuesOf(event: MadeEvent): { readonly type: number; readonly bytes: Buffer }[] {
  const id = Buffer.alloc(2)
  id.writeUInt16LE(event.id)
  const [time, record] = [Buffer.alloc(8), Buffer.alloc(8)]
  time.writeBigUInt64LE(event.ticks)
  record.writeBigUInt64LE(event.recordId)
  const text = (value: string) => ({ type: 0x01, bytes: Buffer.from(value, "utf16le") })
  return [
    { type: 0x06, bytes: id },
    { type: 0x11, bytes: time },
    { type: 0x0a, bytes: record },
    text(event.channel),
    text(event.computer),
    ...Object.values(event.data).map(text),
  ]
}

interface Node {
  readonly name: string
  readonly attributes?: Readonly<Record<string, string | number>>
  readonly children: readonly (Node | number)[]
}

function writeTemplate(chunk: Buffer, start: number, names: readonly string[]): number {
  const event: Node = {
    name: "Event",
    children: [
      {
        name: "System",
        children: [
          { name: "Provider", attributes: { Name: "Example-Provider" }, children: [] },
          { name: "EventID", children: [0] },
          { name: "TimeCreated", attributes: { SystemTime: 1 }, children: [] },
          { name: "EventRecordID", children: [2] },
          { name: "Channel", children: [3] },
          { name: "Computer", children: [4] },
        ],
      },
      { name: "EventData", children: names.map((name, at) => ({ name: "Data", attributes: { Name: name }, children: [5 + at] })) },
    ],
  }
  let at = put(chunk, start + 24, [0x0f, 1, 1, 0])
  at = writeNode(chunk, at, event)
  at = put(chunk, at, [0])
  chunk.writeUInt32LE(at - start - 24, start + 20)
  return at
}

/** Slots are numbers; the first, the time and the record's own numbers take their type from the values. */
const slotTypes: readonly number[] = [0x06, 0x11, 0x0a]

function writeNode(chunk: Buffer, from: number, { name, attributes = {}, children }: Node): number {
  const named = Object.entries(attributes)
  let at = put(chunk, from, [named.length > 0 ? 0x41 : 0x01, 0xff, 0xff])
  const sizeAt = at
  at = writeName(chunk, at + 4, name)
  if (named.length > 0) {
    const listAt = at
    at += 4
    for (const [index, [key, value]] of named.entries()) {
      at = put(chunk, at, [index < named.length - 1 ? 0x46 : 0x06])
      at = writeName(chunk, at, key)
      at = typeof value === "number" ? writeSlot(chunk, at, value) : writeText(chunk, at, value)
    }
    chunk.writeUInt32LE(at - listAt - 4, listAt)
  }
  if (children.length === 0) at = put(chunk, at, [0x03])
  else {
    at = put(chunk, at, [0x02])
    for (const child of children) at = typeof child === "number" ? writeSlot(chunk, at, child) : writeNode(chunk, at, child)
    at = put(chunk, at, [0x04])
  }
  chunk.writeUInt32LE(at - sizeAt - 4, sizeAt)
  return at
}

/** Every name stands where it is used: its offset points right behind itself. */
function writeName(chunk: Buffer, at: number, name: string): number {
  chunk.writeUInt32LE(at + 4, at)
  chunk.writeUInt16LE(name.length, at + 10)
  chunk.write(name, at + 12, "utf16le")
  return at + 12 + (name.length + 1) * 2
}

function writeText(chunk: Buffer, at: number, text: string): number {
  put(chunk, at, [0x05, 0x01, text.length & 255, text.length >> 8])
  chunk.write(text, at + 4, "utf16le")
  return at + 4 + text.length * 2
}

function writeSlot(chunk: Buffer, at: number, index: number): number {
  return put(chunk, at, [0x0e, index & 255, index >> 8, slotTypes[index] ?? 0x01])
}

function put(chunk: Buffer, at: number, bytes: ArrayLike<number>): number {
  chunk.set(bytes, at)
  return at + bytes.length
}
