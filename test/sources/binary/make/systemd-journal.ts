// Writes small journal files by systemd's JOURNAL_FILE_FORMAT document: data and entry objects, the hash tables left out, which no reader needs.

export interface MadeField {
  /** `NAME=value` */
  readonly payload: Buffer
  /** Flag of its compression, with the payload as it is stored; absent where it stands plain. */
  readonly compressed?: { readonly flag: 1 | 2 | 4; readonly bytes: Buffer }
}

export interface MadeEntry {
  /** Microseconds since 1970. */
  readonly realtime: bigint
  readonly fields: readonly MadeField[]
}

const headerBytes = 272

/** A field that comes more than once is stored once. `loose` fields belong to no entry. Offsets of four bytes where it is compact, as since systemd 252. */
export function makeSystemdJournal(
  entries: readonly MadeEntry[],
  { compact = false, loose = [] }: { readonly compact?: boolean; readonly loose?: readonly MadeField[] } = {},
): Buffer {
  const parts: Buffer[] = []
  let at = headerBytes
  let tail = at
  const put = (object: Buffer): number => {
    const start = at
    const padded = Buffer.alloc((object.length + 7) & ~7)
    object.copy(padded)
    parts.push(padded)
    tail = start
    at += padded.length
    return start
  }
  const stored = new Map<MadeField, number>()
  const offsetOf = (field: MadeField): number => {
    const known = stored.get(field) ?? put(dataObject(field, compact))
    stored.set(field, known)
    return known
  }
  for (const field of loose) put(dataObject(field, compact))
  for (const [index, { realtime, fields }] of entries.entries()) {
    const offsets = fields.map(offsetOf)
    put(entryObject(BigInt(index + 1), realtime, offsets, compact))
  }
  const header = Buffer.alloc(headerBytes)
  header.write("LPKSHHRH", 0, "latin1")
  header.writeUInt32LE((compact ? 16 : 0) | 8 | 2 | 1, 12)
  header.writeBigUInt64LE(BigInt(headerBytes), 88)
  header.writeBigUInt64LE(BigInt(at - headerBytes + 4096), 96)
  header.writeBigUInt64LE(BigInt(tail), 136)
  header.writeBigUInt64LE(BigInt(parts.length), 144)
  header.writeBigUInt64LE(BigInt(entries.length), 152)
  // What journald sets aside for later.
  return Buffer.concat([header, ...parts, Buffer.alloc(4096)])
}

function dataObject({ payload, compressed }: MadeField, compact: boolean): Buffer {
  return object(1, compressed?.flag ?? 0, Buffer.concat([Buffer.alloc(compact ? 56 : 48), compressed?.bytes ?? payload]))
}

function entryObject(seqnum: bigint, realtime: bigint, offsets: readonly number[], compact: boolean): Buffer {
  const head = Buffer.alloc(48)
  head.writeBigUInt64LE(seqnum, 0)
  head.writeBigUInt64LE(realtime, 8)
  head.writeBigUInt64LE(seqnum * 1_000_000n, 16)
  const items = offsets.map((offset) => {
    const item = Buffer.alloc(compact ? 4 : 16)
    item.writeUInt32LE(offset, 0)
    return item
  })
  return object(3, 0, Buffer.concat([head, ...items]))
}

function object(type: number, flags: number, body: Buffer): Buffer {
  const header = Buffer.alloc(16)
  header.writeUInt8(type, 0)
  header.writeUInt8(flags, 1)
  header.writeBigUInt64LE(BigInt(16 + body.length), 8)
  return Buffer.concat([header, body])
}

export function plain(text: string | Buffer): MadeField {
  return { payload: Buffer.from(text) }
}

/** One frame of Zstandard with one raw block (RFC 8878, section 3.1.1). */
export function zstdField(text: string): MadeField {
  const payload = Buffer.from(text)
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x60, 0, 0, 0, 0, 0])
  head.writeUInt16LE(payload.length - 256, 5)
  head.writeUIntLE((payload.length << 3) | 1, 7, 3)
  return { payload, compressed: { flag: 4, bytes: Buffer.concat([head, payload]) } }
}

/** The length, then one block of LZ4 that holds literals alone. */
export function lz4Field(text: string): MadeField {
  const payload = Buffer.from(text)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(payload.length))
  const more = payload.length - 15
  const lengths = [...Array.from({ length: Math.floor(more / 255) }, () => 255), more % 255]
  return { payload, compressed: { flag: 2, bytes: Buffer.concat([length, Buffer.from([0xf0, ...lengths]), payload]) } }
}
