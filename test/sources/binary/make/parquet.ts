// Writes small Parquet files: one column chunk a column, plain pages without compression, and a footer in Thrift's compact protocol.

export interface MadeColumn {
  readonly name: string
  readonly values: readonly (string | bigint | null)[]
  /** Strings are UTF-8; integers are plain INT64 or timestamps. */
  readonly kind: "string" | "int64" | "micros" | "local-millis"
}

/** `groups` row groups of equal columns. */
export function makeParquet(groups: readonly (readonly MadeColumn[])[]): Buffer {
  const parts: Buffer[] = [Buffer.from("PAR1")]
  let at = 4
  const metadata = groups.map((columns) => {
    const chunks = columns.map((column) => {
      const page = dataPage(column)
      const chunk = { column, offset: at, size: page.length }
      parts.push(page)
      at += page.length
      return chunk
    })
    return { chunks, rows: columns[0]?.values.length ?? 0 }
  })
  const first = groups[0] ?? []
  const footer = struct([
    [1, i32(1)],
    [2, list(structType, [root(first.length), ...first.map(schemaElement)])],
    [3, i64(BigInt(metadata.reduce((sum, { rows }) => sum + rows, 0)))],
    [
      4,
      list(
        structType,
        metadata.map(({ chunks, rows }) =>
          struct([
            [1, list(structType, chunks.map(columnChunk))],
            [2, i64(BigInt(chunks.reduce((sum, { size }) => sum + size, 0)))],
            [3, i64(BigInt(rows))],
          ]),
        ),
      ),
    ],
  ])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(footer.bytes.length)
  return Buffer.concat([...parts, footer.bytes, length, Buffer.from("PAR1")])
}

const physical = { string: 6, int64: 2, micros: 2, "local-millis": 2 } as const

function root(children: number): Field {
  return struct([
    [4, binary("schema")],
    [5, i32(children)],
  ])
}

function schemaElement({ name, kind }: MadeColumn): Field {
  const time = (unit: number, utc: boolean): Field =>
    struct([
      [
        8,
        struct([
          [1, bool(utc)],
          [2, struct([[unit, struct([])]])],
        ]),
      ],
    ])
  const logical = kind === "micros" ? time(2, true) : kind === "local-millis" ? time(1, false) : undefined
  return struct([
    [1, i32(physical[kind])],
    [3, i32(1)], // optional
    [4, binary(name)],
    ...(kind === "string" ? ([[6, i32(0)]] as const) : []),
    ...(logical ? ([[10, logical]] as const) : []),
  ])
}

function columnChunk({ column, offset, size }: { readonly column: MadeColumn; readonly offset: number; readonly size: number }): Field {
  return struct([
    [2, i64(BigInt(offset))],
    [
      3,
      struct([
        [1, i32(physical[column.kind])],
        [2, list(i32Type, [i32(0), i32(3)])],
        [3, list(binaryType, [binary(column.name)])],
        [4, i32(0)],
        [5, i64(BigInt(column.values.length))],
        [6, i64(BigInt(size))],
        [7, i64(BigInt(size))],
        [9, i64(BigInt(offset))],
      ]),
    ],
  ])
}

function dataPage({ values, kind }: MadeColumn): Buffer {
  const levels = Buffer.concat(values.map((value) => Buffer.from([2, value === null ? 0 : 1]))) // runs of one
  const levelLength = Buffer.alloc(4)
  levelLength.writeUInt32LE(levels.length)
  const present = values.filter((value) => value !== null)
  const body = Buffer.concat([
    levelLength,
    levels,
    ...present.map((value) => (kind === "string" ? plainText(String(value)) : plainLong(BigInt(value)))),
  ])
  const header = struct([
    [1, i32(0)],
    [2, i32(body.length)],
    [3, i32(body.length)],
    [
      5,
      struct([
        [1, i32(values.length)],
        [2, i32(0)],
        [3, i32(3)],
        [4, i32(3)],
      ]),
    ],
  ])
  return Buffer.concat([header.bytes, body])
}

function plainText(text: string): Buffer {
  const bytes = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  return Buffer.concat([length, bytes])
}

function plainLong(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(value)
  return bytes
}

// Thrift's compact protocol.

interface Field {
  readonly type: number
  readonly bytes: Buffer
}

const [i32Type, binaryType, structType] = [5, 8, 12]

function varint(value: bigint): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 128n) return [...bytes, Number(rest)]
    bytes.push(Number(rest & 127n) | 128)
  }
}

function zigzag(value: bigint): number[] {
  return varint(value >= 0n ? value << 1n : (-value << 1n) - 1n)
}

const i32 = (value: number): Field => ({ type: i32Type, bytes: Buffer.from(zigzag(BigInt(value))) })
const i64 = (value: bigint): Field => ({ type: 6, bytes: Buffer.from(zigzag(value)) })
const bool = (value: boolean): Field => ({ type: value ? 1 : 2, bytes: Buffer.alloc(0) })
const binary = (text: string): Field => ({
  type: binaryType,
  bytes: Buffer.from([...varint(BigInt(Buffer.byteLength(text))), ...Buffer.from(text)]),
})

function list(type: number, items: readonly Field[]): Field {
  const head = items.length < 15 ? [(items.length << 4) | type] : [0xf0 | type, ...varint(BigInt(items.length))]
  return { type: 9, bytes: Buffer.concat([Buffer.from(head), ...items.map(({ bytes }) => bytes)]) }
}

function struct(fields: readonly (readonly [id: number, field: Field])[]): Field {
  let last = 0
  const parts = fields.map(([id, { type, bytes }]) => {
    const head = Buffer.from([((id - last) << 4) | type])
    last = id
    return Buffer.concat([head, bytes])
  })
  return { type: structType, bytes: Buffer.concat([...parts, Buffer.from([0])]) }
}
