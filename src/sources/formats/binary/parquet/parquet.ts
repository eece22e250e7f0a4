// Columnar logs (data lakes, Security Lake, Zeek and NetFlow exports): row by row as JSON, one row group in memory at a time.
import type { AsyncBuffer, ColumnData, Compressors, FileMetaData } from "hyparquet"
import type { DecodedRecord, DecodeInput, LogFormat } from "../../../log-format.js"
import { anyLine } from "../../lines.js"
import { createReporter, Damage, type Reporter } from "../damage.js"
import { type Spool, spool } from "../spool.js"
import { type Columns, localColumns, parquetParsers, rowText } from "./row.js"

export const parquet: LogFormat = {
  name: "parquet",
  title: "Parquet (columnar exports)",
  recognize: (head) => (begins(head) ? 1 : 0),
  decode: (input) => decodeParquet(input),
  open: (context) => anyLine(context, "parquet"),
}

/** Behind the magic stands the first field of a page header or of the footer; with an encrypted footer, the length of a module. */
function begins(head: Uint8Array): boolean {
  const magic = Buffer.from(head.subarray(0, 4)).toString("latin1")
  return (magic === "PAR1" && head[4] === 0x15) || (magic === "PARE" && head.subarray(4, 12).includes(0))
}

const fileBytesMax = 16 * 1024 ** 3
const footerBytesMax = 128 * 1024 * 1024
/** One row group is decoded at a time: larger ones would not fit. Common writers make 16 to 128 MB. */
const groupBytesMax = 1024 * 1024 * 1024
const groupValuesMax = 100_000_000
const pageBytesMax = 512 * 1024 * 1024
const batchMax = 256
const tailBytes = 8

async function* decodeParquet(input: DecodeInput): AsyncGenerator<readonly DecodedRecord[]> {
  const copy = await spool(input, fileBytesMax)
  if (!copy) return
  const reporter = createReporter(input)
  try {
    const metadata = await readMetadata(copy, reporter)
    if (metadata) yield* rowsOf(copy, metadata, reporter)
    else input.unsearched()
  } finally {
    copy.remove()
    reporter.finish()
  }
}

async function readMetadata(copy: Spool, reporter: Reporter): Promise<FileMetaData | undefined> {
  const tail = copy.read(Math.max(0, copy.size - tailBytes), copy.size)
  const magic = tail.toString("latin1", 4)
  if (magic === "PARE") {
    reporter.report(
      "encrypted",
      copy.size - tailBytes,
      "Parquet file with an encrypted footer: not searched; decrypt it and search the result",
    )
    return undefined
  }
  if (magic !== "PAR1") {
    reporter.report(
      "truncated",
      copy.size,
      "Parquet file without its footer, which says where the columns are: not searched; copy it again",
    )
    return undefined
  }
  const length = tail.readUInt32LE(0)
  if (length > footerBytesMax || length + 2 * 4 + 4 > copy.size) {
    reporter.report("malformed", copy.size - tailBytes, "the length of the Parquet footer is damaged: not searched; copy it again")
    return undefined
  }
  return known(reporter, copy.size - tailBytes - length, "the Parquet footer", async () => {
    const { parquetMetadataAsync } = await import("hyparquet")
    return parquetMetadataAsync(bufferOf(copy), { parsers: parquetParsers, geoparquet: false })
  })
}

async function* rowsOf(copy: Spool, metadata: FileMetaData, reporter: Reporter): AsyncGenerator<readonly DecodedRecord[]> {
  const local = localColumns(metadata)
  let before = 0
  for (const [index, group] of metadata.row_groups.entries()) {
    const rows = Number(group.num_rows)
    const place = Number(group.columns[0]?.meta_data?.data_page_offset ?? 0n)
    const what = `row group ${index + 1} of ${metadata.row_groups.length}`
    if (Number(group.total_byte_size) > groupBytesMax || rows * group.columns.length > groupValuesMax) {
      reporter.report(
        "limit",
        place,
        `${what} is too large to be decoded: its ${rows} rows are not searched; write it with smaller row groups`,
      )
    } else {
      const columns = await known(reporter, place, what, () => columnsOf(copy, metadata, before, rows, reporter, place))
      for (let row = 0; columns && row < rows; row += batchMax) {
        yield Array.from({ length: Math.min(batchMax, rows - row) }, (_, at) => ({
          text: rowText(columns, row + at, local),
          record: before + row + at + 1,
        }))
      }
    }
    before += rows
  }
}

/** The columns of one row group: all that can be read. A damaged one is left out and named, so that the others are still searched. */
async function columnsOf(
  copy: Spool,
  metadata: FileMetaData,
  rowStart: number,
  rows: number,
  reporter: Reporter,
  place: number,
): Promise<Columns> {
  const columns = new Map<string, ArrayLike<unknown>>()
  const { parquetRead } = await import("hyparquet")
  const bounded = await boundedCompressors()
  for (const name of columnNames(metadata)) {
    const values: unknown[] = new Array(rows)
    const read = await known(reporter, place, `column ${JSON.stringify(name)} of rows ${rowStart + 1} to ${rowStart + rows}`, async () => {
      await parquetRead({
        file: bufferOf(copy),
        metadata,
        columns: [name],
        rowStart,
        rowEnd: rowStart + rows,
        compressors: bounded,
        parsers: parquetParsers,
        geoparquet: false,
        onChunk: (chunk) => put(values, chunk, rowStart),
      })
      return true
    })
    if (read) columns.set(name, values)
  }
  return columns
}

function put(values: unknown[], { columnData, rowStart }: ColumnData, from: number): void {
  for (let at = 0; at < columnData.length; at++) {
    const row = rowStart + at - from
    if (row >= 0 && row < values.length) values[row] = columnData[at]
  }
}

/** Names of the top-level columns: the children of the root. */
function columnNames({ schema }: FileMetaData): readonly string[] {
  const names: string[] = []
  const skip = (at: number): number => {
    let next = at + 1
    for (let child = 0; child < (schema[at]?.num_children ?? 0); child++) next = skip(next)
    return next
  }
  for (let at = 1; at < schema.length; at = skip(at)) names.push(schema[at]?.name as string)
  return names
}

async function boundedCompressors(): Promise<Compressors> {
  const { compressors } = await import("hyparquet-compressors")
  const bounded = Object.entries(compressors).map(([name, decompress]) => [
    name,
    (input: Uint8Array, length: number) => {
      if (length > pageBytesMax) throw new Damage(`a page unfolds to ${length} bytes`)
      return decompress(input, length)
    },
  ])
  return Object.fromEntries(bounded)
}

/** What the library throws on input becomes a problem: it has no error class of its own. */
async function known<T>(reporter: Reporter, place: number, what: string, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    const limit = error instanceof Damage && error.code === "limit"
    reporter.report(limit ? "limit" : "malformed", place, `${what} cannot be decoded (${(error as Error).message}): not searched`)
    return undefined
  }
}

function bufferOf(copy: Spool): AsyncBuffer {
  return {
    byteLength: copy.size,
    slice(start, end = copy.size) {
      const bytes = copy.read(start, end)
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
    },
  }
}
