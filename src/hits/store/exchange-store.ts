// STIX objects in collections, as a TAXII server holds them: every version once, in the order in which they came.
import type { Database, Row, Value } from "./database.js"

/** Any STIX object; only what TAXII filters by is looked at. */
export interface StixObject {
  readonly id: string
  readonly type: string
  readonly spec_version?: string
  readonly created?: string
  readonly modified?: string
}

export interface ExchangeRow {
  /** Where the page goes on. */
  readonly seq: number
  readonly id: string
  /** `modified`, else `created`, else when it was added (TAXII 2.1 section 3.4). */
  readonly version: string
  readonly specVersion: string
  /** RFC 3339 with microseconds, another one for each object: a reader that goes on behind it misses none. */
  readonly added: string
  /** The object as JSON, as it was received. */
  readonly body: string
}

export interface ExchangeFilter {
  readonly addedAfter?: string
  /** Goes on behind this row. */
  readonly afterSeq?: number
  readonly ids?: readonly string[]
  readonly types?: readonly string[]
  readonly specVersions?: readonly string[]
  /** `last` where absent; keywords and stated versions together give all of them. */
  readonly versions?: readonly string[]
}

export interface ExchangeStore {
  /** Those that the collection has in this version already stay as they are. Returns the version of each, in order. `at`: RFC 3339. */
  add(collection: string, objects: readonly StixObject[], at: string): readonly string[]
  /** At most `limit` rows, oldest first, and whether there are more. */
  page(collection: string, filter: ExchangeFilter, limit: number): { readonly rows: readonly ExchangeRow[]; readonly more: boolean }
  has(collection: string, id: string): boolean
  /** How many versions went. */
  remove(collection: string, id: string, filter: Pick<ExchangeFilter, "versions" | "specVersions">): number
  removeAll(collection: string): void
  count(collection: string): number
}

export function openExchange(db: Database): ExchangeStore {
  return {
    add: (collection, objects, at) => db.transaction(() => addAll(db, collection, objects, at)),
    page: (collection, filter, limit) => {
      const { where, values } = conditions(collection, filter)
      const sql = `SELECT seq, id, version, spec, added, body FROM exchange_object o WHERE ${where} ORDER BY seq LIMIT ?`
      const rows = Array.from(db.rows(sql, ...values, limit + 1), rowOf)
      return { rows: rows.slice(0, limit), more: rows.length > limit }
    },
    has: (collection, id) => db.row("SELECT 1 FROM exchange_object WHERE collection = ? AND id = ?", collection, id) !== undefined,
    remove: (collection, id, filter) =>
      db.transaction(() => {
        const { where, values } = conditions(collection, { ...filter, versions: filter.versions ?? ["all"], ids: [id] })
        const seqs = Array.from(db.rows(`SELECT seq FROM exchange_object o WHERE ${where}`, ...values), (row) => Number(row.seq))
        for (const seq of seqs) db.run("DELETE FROM exchange_object WHERE seq = ?", seq)
        return seqs.length
      }),
    removeAll: (collection) => void db.run("DELETE FROM exchange_object WHERE collection = ?", collection),
    count: (collection) => Number(db.row("SELECT count(*) AS n FROM exchange_object WHERE collection = ?", collection)?.n ?? 0),
  }
}

function addAll(db: Database, collection: string, objects: readonly StixObject[], at: string): readonly string[] {
  const last = db.row("SELECT added FROM exchange_object WHERE collection = ? ORDER BY seq DESC LIMIT 1", collection)
  let micros = Math.max(Date.parse(at) * 1000, last ? microsOf(String(last.added)) + 1 : 0)
  return objects.map((object) => {
    const added = instantOf(micros)
    // An object without a version of its own is the same object whenever it comes again.
    const known =
      object.modified ??
      object.created ??
      db.row("SELECT version FROM exchange_object WHERE collection = ? AND id = ?", collection, object.id)?.version
    const version = String(known ?? added)
    const done = db.run(
      "INSERT INTO exchange_object (collection, id, version, spec, type, added, body) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
      collection,
      object.id,
      version,
      object.spec_version ?? "2.1",
      object.type,
      added,
      JSON.stringify(object),
    )
    micros += done.changes
    return version
  })
}

function microsOf(instant: string): number {
  return Date.parse(`${instant.slice(0, 23)}Z`) * 1000 + Number(instant.slice(23, 26))
}

function instantOf(micros: number): string {
  return `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, 23)}${String(micros % 1000).padStart(3, "0")}Z`
}

function conditions(collection: string, filter: ExchangeFilter): { readonly where: string; readonly values: readonly Value[] } {
  const parts: string[] = ["collection = ?"]
  const values: Value[] = [collection]
  const add = (sql: string, ...more: readonly Value[]): void => {
    parts.push(sql)
    values.push(...more)
  }
  const oneOf = (column: string, list: readonly string[] | undefined): void => {
    if (list) add(`${column} IN (${list.map(() => "?").join(", ")})`, ...list)
  }
  if (filter.addedAfter !== undefined) add("added > ?", instantOf(microsOf(normal(filter.addedAfter))))
  if (filter.afterSeq !== undefined) add("seq > ?", filter.afterSeq)
  oneOf("id", filter.ids)
  oneOf("type", filter.types)
  oneOf("spec", filter.specVersions)
  versionCondition(filter.versions ?? ["last"], add)
  return { where: parts.join(" AND "), values }
}

function versionCondition(versions: readonly string[], add: (sql: string, ...values: readonly Value[]) => void): void {
  if (versions.includes("all")) return
  const of = (which: "max" | "min"): string =>
    `version = (SELECT ${which}(version) FROM exchange_object v WHERE v.collection = o.collection AND v.id = o.id)`
  const stated = versions.filter((version) => version !== "last" && version !== "first")
  const any = [
    ...(versions.includes("last") ? [of("max")] : []),
    ...(versions.includes("first") ? [of("min")] : []),
    ...(stated.length > 0 ? [`version IN (${stated.map(() => "?").join(", ")})`] : []),
  ]
  add(`(${any.join(" OR ")})`, ...stated)
}

/** Any RFC 3339 instant in UTC with exactly six digits behind the second. */
function normal(instant: string): string {
  const digits = /\.(\d+)/.exec(instant)?.[1] ?? ""
  return `${new Date(instant).toISOString().slice(0, 19)}.${digits.padEnd(6, "0").slice(0, 6)}Z`
}

function rowOf(row: Row): ExchangeRow {
  return {
    seq: Number(row.seq),
    id: String(row.id),
    version: String(row.version),
    specVersion: String(row.spec),
    added: String(row.added),
    body: String(row.body),
  }
}
