// Writes a small write-ahead log by SQLite's file format document: one leaf of a table in pages of 512 bytes, and what overflows it.

export interface MadeRow {
  readonly rowid: number
  readonly values: readonly (string | number | Buffer | null)[]
}

const pageBytes = 512
/** What a leaf keeps of a value that overflows: section 1.6 for pages of 512 bytes. */
const [most, least] = [pageBytes - 35, Math.floor(((pageBytes - 12) * 32) / 255) - 23]

export function makeSqliteWal(rows: readonly MadeRow[]): Buffer {
  const header = Buffer.alloc(32)
  for (const [at, word] of [0x377f0682, 3_007_000, pageBytes, 0, 11, 12].entries()) header.writeUInt32BE(word, at * 4)
  const leaf = Buffer.alloc(pageBytes)
  const overflow: Buffer[] = []
  leaf.writeUInt8(13, 0)
  leaf.writeUInt16BE(rows.length, 3)
  let end = pageBytes
  for (const [index, row] of rows.entries()) {
    const payload = recordOf(row)
    const spare = least + ((payload.length - least) % (pageBytes - 4))
    const local = payload.length <= most ? payload.length : spare <= most ? spare : least
    const cell = [varint(payload.length), varint(row.rowid), payload.subarray(0, local)]
    for (let at = local; at < payload.length; at += pageBytes - 4) {
      const link = Buffer.alloc(4)
      link.writeUInt32BE(10 + overflow.length, 0)
      if (at === local) cell.push(link)
      const page = Buffer.alloc(pageBytes)
      page.writeUInt32BE(at + pageBytes - 4 < payload.length ? 11 + overflow.length : 0, 0)
      payload.copy(page, 4, at)
      overflow.push(page)
    }
    const bytes = Buffer.concat(cell)
    end -= bytes.length
    bytes.copy(leaf, end)
    leaf.writeUInt16BE(end, 8 + index * 2)
  }
  const pages = [{ page: 2, bytes: leaf }, ...overflow.map((bytes, at) => ({ page: 10 + at, bytes }))]
  return Buffer.concat([header, ...pages.map(({ page, bytes }, at) => frame(page, at === pages.length - 1 ? 12 : 0, bytes))])
}

/** `size` of the database in pages, where the frame ends a transaction. */
function frame(page: number, size: number, bytes: Buffer): Buffer {
  const header = Buffer.alloc(24)
  for (const [at, word] of [page, size, 11, 12].entries()) header.writeUInt32BE(word, at * 4)
  return Buffer.concat([header, bytes])
}

function recordOf({ values }: MadeRow): Buffer {
  const parts = values.map((value): { readonly type: number; readonly bytes: Buffer } => {
    if (value === null) return { type: 0, bytes: Buffer.alloc(0) }
    if (typeof value === "string") return { type: Buffer.byteLength(value) * 2 + 13, bytes: Buffer.from(value) }
    if (typeof value !== "number") return { type: value.length * 2 + 12, bytes: value }
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(value)
    return { type: 4, bytes }
  })
  const types = Buffer.concat(parts.map(({ type }) => varint(type)))
  return Buffer.concat([varint(types.length + 1), types, ...parts.map(({ bytes }) => bytes)])
}

function varint(value: number): Buffer {
  const bytes = [value & 0x7f]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest & 0x7f) | 0x80)
  return Buffer.from(bytes)
}
