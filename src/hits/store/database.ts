// One connection to the workspace's database: how it is opened, what makes a commit last, and how its faults are told to people.
import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import type Libsql from "libsql"
import { UsageError } from "../../model/problem.js"

/** How long a write waits for another process before it gives up. */
const busyTimeoutMs = 30_000

const writing = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON"
const cacheBytesDefault = 64 * 1024 * 1024

export interface DatabaseOptions {
  /** Memory for pages, at most. */
  readonly cacheBytes?: number
}

export type Value = string | number | null | Uint8Array
export type Row = Readonly<Record<string, unknown>>

export interface Database {
  readonly file: string
  /** Runs statements without values. */
  exec(sql: string): void
  run(sql: string, ...values: readonly Value[]): { readonly changes: number; readonly id: number }
  row(sql: string, ...values: readonly Value[]): Row | undefined
  /** Reads lazily: the row is the caller's. */
  rows(sql: string, ...values: readonly Value[]): IterableIterator<Row>
  /** All of it or nothing, kept through a power loss once it returns. Within another transaction it is a part of that one. */
  transaction<T>(body: () => T): T
  close(): void
}

/** The database is damaged, locked, full or not writable: one sentence for people, with exit code 2. */
export class StoreError extends UsageError {
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message)
  }
}

/**
 * Several processes may hold the same file open: the log is written ahead (WAL), a writer waits for another, and a commit is synced to the disk
 * before it counts. `look` changes nothing in the file. Throws a `StoreError` where the file cannot be used.
 */
export function openDatabase(file: string, mode: "create" | "existing" | "look", options: DatabaseOptions = {}): Database {
  if (mode !== "create" && !existsSync(file)) throw new StoreError(`${file} does not exist`, "SQLITE_CANTOPEN")
  // Loaded when a workspace is opened: most commands work without one.
  const Database: typeof Libsql = createRequire(import.meta.url)("libsql")
  const db = told(file, () => new Database(file, { timeout: busyTimeoutMs }))
  try {
    const cacheKib = Math.ceil((options.cacheBytes ?? cacheBytesDefault) / 1024)
    told(file, () => db.exec(mode === "look" ? "PRAGMA query_only = ON" : `${writing}; PRAGMA cache_size = -${cacheKib}`))
  } catch (error) {
    db.close()
    throw error
  }
  const prepared = new Map<string, Libsql.Statement>()
  const statement = (sql: string): Libsql.Statement => {
    const known = prepared.get(sql)
    if (known) return known
    const fresh = db.prepare(sql)
    prepared.set(sql, fresh)
    return fresh
  }
  return {
    file,
    exec: (sql) => told(file, () => void db.exec(sql)),
    run: (sql, ...values) =>
      told(file, () => {
        const done = statement(sql).run(values)
        return { changes: done.changes, id: Number(done.lastInsertRowid) }
      }),
    row: (sql, ...values) => told(file, () => statement(sql).get(values) as Row | undefined),
    // A statement of its own: two readers of the same text must not share a cursor.
    *rows(sql, ...values) {
      const cursor = told(file, () => db.prepare(sql).iterate(values))
      for (let next = told(file, () => cursor.next()); !next.done; next = told(file, () => cursor.next())) yield next.value as Row
    },
    transaction(body) {
      if (db.inTransaction) return body()
      told(file, () => db.exec("BEGIN IMMEDIATE"))
      try {
        const result = body()
        told(file, () => db.exec("COMMIT"))
        return result
      } catch (error) {
        // A full disk may have rolled it back already.
        if (db.inTransaction) db.exec("ROLLBACK")
        throw error
      }
    },
    close() {
      prepared.clear()
      db.close()
    },
  }
}

function told<T>(file: string, body: () => T): T {
  try {
    return body()
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string }
    const kind = code ?? (/: (\d+)"\)$/.test(message) ? "SQLITE_CANTOPEN" : undefined)
    if (kind === undefined) throw error
    throw new StoreError(sentence(file, kind, message), kind)
  }
}

function sentence(file: string, code: string, message: string): string {
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return `the workspace ${file} is damaged (${message}): run sillage doctor`
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return `the workspace ${file} is held by another process: wait for it, then run this again`
  if (/^SQLITE_FULL/.test(code)) return `the disk of the workspace ${file} is full: make room, then run this again with --resume`
  if (/^SQLITE_(READONLY|PERM|CANTOPEN|AUTH)/.test(code))
    return `the workspace ${file} cannot be written (${message}): check its rights and its disk, or hunt without it (--no-record)`
  if (/^SQLITE_IOERR/.test(code)) return `the disk of the workspace ${file} failed (${message}): check it, then run sillage doctor`
  return `the workspace ${file}: ${message} (${code})`
}
