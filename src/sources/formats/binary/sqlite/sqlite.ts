// SQLite databases (browser histories, agents, phones, applications): every row of every table, read from a copy and never written.
import type { Database } from "node-sqlite3-wasm"
import type { DecodedRecord, DecodeInput, LogFormat } from "../../../log-format.js"
import { createReporter, type Reporter } from "../damage.js"
import { quote } from "../json-text.js"
import { type Spool, spool } from "../spool.js"
import { type Cell, cellText } from "./cell.js"
import { databaseParser } from "./meaning.js"

export const sqlite: LogFormat = {
  name: "sqlite",
  title: "SQLite databases, all tables",
  recognize: (head) => (Buffer.from(head.subarray(0, 16)).toString("latin1") === magic ? 1 : 0),
  decode: (input) => decodeDatabase(input),
  open: (context) => databaseParser(context),
}

const magic = "SQLite format 3\0"
const fileBytesMax = 16 * 1024 ** 3
const tablesMax = 10_000
const batchRows = 128
const batchChars = 1024 * 1024

async function* decodeDatabase(input: DecodeInput): AsyncGenerator<readonly DecodedRecord[]> {
  const copy = await spool(input, fileBytesMax)
  if (!copy) return
  const reporter = createReporter(input)
  let database: Database | undefined
  try {
    database = await opened(copy, reporter)
    if (database) yield* tablesOf(database, reporter)
    else input.unsearched()
  } finally {
    database?.close()
    copy.remove()
    reporter.finish()
  }
}

const formatVersionsAt = 18
const walVersion = 2

/** Loaded only where a database is met: the WebAssembly of SQLite, in which a hostile file is contained. */
async function opened(copy: Spool, reporter: Reporter): Promise<Database | undefined> {
  const header = copy.read(0, 100)
  if (header.length < 100) {
    reporter.report("truncated", header.length, "the database ends within its header: not searched")
    return undefined
  }
  if (header[formatVersionsAt + 1] === walVersion) {
    // A write-ahead log cannot be used with a copy: where one lies beside the file, it is a file of the archive and read by itself (`wal.ts`), so
    // that a log that grew beside a database that did not change is searched.
    copy.patch(formatVersionsAt, Uint8Array.of(1, 1))
  }
  const { default: library } = await import("node-sqlite3-wasm")
  return attempt(reporter, "the database", () => {
    const database = new library.Database(copy.path, { readOnly: true, fileMustExist: true })
    database.exec("pragma trusted_schema = off; pragma cell_size_check = on; pragma query_only = on")
    return database
  })
}

interface Table {
  readonly name: string
  readonly sql: string
}

async function* tablesOf(database: Database, reporter: Reporter): AsyncGenerator<readonly DecodedRecord[]> {
  const tables = attempt(reporter, "the list of tables", () =>
    database
      .all(`select name, sql from sqlite_schema where type = 'table' order by rowid limit ${tablesMax + 1}`)
      .map(({ name, sql }) => ({ name: String(name), sql: String(sql ?? "") })),
  )
  if (tables && tables.length > tablesMax) reporter.report("limit", 0, `more than ${tablesMax} tables: the others are not searched`)
  let before = 0
  // Virtual tables keep their rows in ordinary ones, which are read.
  for (const table of (tables ?? []).slice(0, tablesMax).filter(({ sql }) => !/^\s*create\s+virtual\s/i.test(sql))) {
    for (const records of rowsOf(database, table, before, reporter)) {
      before += records.length
      yield records
    }
  }
}

function* rowsOf(database: Database, { name }: Table, before: number, reporter: Reporter): Generator<readonly DecodedRecord[]> {
  const what = `table ${JSON.stringify(name)}`
  const statement = attempt(reporter, what, () => database.prepare(`select * from "${name.replaceAll('"', '""')}"`))
  const rows = statement && attempt(reporter, what, () => statement.iterate())
  if (!statement || !rows) return
  let count = before
  let batch: DecodedRecord[] = []
  let chars = 0
  for (;;) {
    const next = attempt(reporter, `${what} behind its row ${count - before}`, () => rows.next())
    if (next?.done) attempt(reporter, what, () => statement.finalize())
    if (!next || next.done) break
    const text = rowText(name, next.value as Readonly<Record<string, Cell>>)
    batch.push({ text, record: ++count })
    chars += text.length
    if (batch.length < batchRows && chars < batchChars) continue
    yield batch
    batch = []
    chars = 0
  }
  if (batch.length > 0) yield batch
}

function rowText(table: string, row: Readonly<Record<string, Cell>>): string {
  let out = `{"table":${quote(table)},"row":{`
  let first = true
  for (const [name, value] of Object.entries(row)) {
    const text = cellText(value)
    if (text === "") continue
    out += `${first ? "" : ","}${quote(name)}:${text}`
    first = false
  }
  return `${out}}}`
}

/** What SQLite says of a damaged file becomes a problem, and what can be read before and behind it is. */
function attempt<T>(reporter: Reporter, what: string, read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    reporter.report(
      "malformed",
      0,
      `${what} cannot be read (${(error as Error).message}); repair a copy with \`sqlite3 FILE .recover\` and search that too`,
    )
    return undefined
  }
}
