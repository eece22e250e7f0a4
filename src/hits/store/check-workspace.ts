// Looks for damage in a workspace, and saves what can be saved. Evidence is never touched: the damaged file is kept aside, under another name.
import { existsSync, renameSync, statfsSync, statSync } from "node:fs"
import { join } from "node:path"
import { type Database, openDatabase, StoreError, type Value } from "./database.js"
import { databaseName, isWorkspace, watchFolder } from "./find-workspace.js"
import { isOfOldForm, readable } from "./packed.js"
import { jsonSince, migrate, schemaVersion, tablesIn, versionOf } from "./schema.js"

export interface WorkspaceFault {
  /** `repairable`: `repairWorkspace` mends it; `advice`: nothing is broken, but something will be. */
  readonly kind: "repairable" | "advice"
  /** What, where, what to do. */
  readonly message: string
}

export interface StoreRepair {
  /** Where the damaged file lies now; undefined if it could be mended in place. */
  readonly aside?: string
  /** Rows saved of each table, and whether some were lost. */
  readonly saved: readonly { readonly table: string; readonly rows: number; readonly whole: boolean }[]
  /** Values that could not be read and were removed: their units are searched again. */
  readonly removed: number
}

export interface WorkspaceRepair extends StoreRepair {
  /** Of the store of the watch, where there is one. */
  readonly watch?: StoreRepair
}

const roomMin = 100 * 1000 * 1000

/** `now` tells whether the workspace was written at a time that has not come yet. */
export function checkWorkspace(dir: string, now: Date): readonly WorkspaceFault[] {
  const faults = [...surroundings(dir), ...databaseFaults(join(dir, databaseName), now)]
  const watch = watchFolder(dir)
  if (!isWorkspace(watch)) return faults
  const ofWatch = databaseFaults(join(watch, databaseName), now)
  return [...faults, ...ofWatch.map(({ kind, message }) => ({ kind, message: `the store of the watch: ${message}` }))]
}

function surroundings(dir: string): readonly WorkspaceFault[] {
  const faults: WorkspaceFault[] = []
  if (process.platform !== "win32" && (statSync(dir).mode & 0o077) !== 0) {
    faults.push({ kind: "advice", message: `others may read ${dir}, which holds what was found: chmod 700 ${dir}` })
  }
  const { bavail, bsize } = statfsSync(dir)
  if (bavail * bsize < roomMin) faults.push({ kind: "advice", message: `less than 100 MB are left on the disk of ${dir}: make room` })
  return faults
}

function databaseFaults(file: string, now: Date): readonly WorkspaceFault[] {
  let db: Database
  try {
    db = openDatabase(file, "existing")
  } catch (error) {
    return [damage(error)]
  }
  try {
    return [...structureFaults(db), ...contentFaults(db), ...clockFaults(db, now)]
  } catch (error) {
    return [damage(error)]
  } finally {
    db.close()
  }
}

/** A database that cannot be looked at is not known to be damaged. */
function damage(error: unknown): WorkspaceFault {
  if (!(error instanceof StoreError) || /^SQLITE_(READONLY|PERM|CANTOPEN|AUTH|BUSY|LOCKED)/.test(error.code)) throw error
  return { kind: "repairable", message: error.message.replace(/: run sillage doctor$/, "") }
}

function structureFaults(db: Database): readonly WorkspaceFault[] {
  const version = versionOf(db)
  if (version > schemaVersion) return [{ kind: "advice", message: `it is of a newer Sillage (schema ${version}): use that one` }]
  const said = Array.from(db.rows("PRAGMA integrity_check"), (row) => String(Object.values(row)[0]))
  const broken = said
    .filter((line) => line !== "ok")
    .map((line): WorkspaceFault => ({ kind: "repairable", message: `the database is damaged: ${line}` }))
  const dangling = Array.from(db.rows("PRAGMA foreign_key_check")).length
  return dangling > 0 ? [...broken, { kind: "repairable", message: `${dangling} rows refer to rows that are gone` }] : broken
}

/** What is stored packed. */
const packedIn = [
  { table: "hunt_part", key: "rowid", title: "part of a hunt's answer" },
  { table: "unit", key: "rowid", title: "result of a searched unit" },
  { table: "pattern_set", key: "rowid", title: "set of indicators" },
] as const

function contentFaults(db: Database): readonly WorkspaceFault[] {
  return packedIn.flatMap(({ table, title }) => {
    const bad = unreadable(db, table).length
    return bad === 0 ? [] : [{ kind: "repairable" as const, message: `${bad} × a ${title} does not read back whole` }]
  })
}

function unreadable(db: Database, table: string): readonly number[] {
  if (!db.row("SELECT 1 FROM sqlite_master WHERE name = ?", table)) return []
  const bad: number[] = []
  // What the next command that opens the workspace migrates is not damaged.
  const isMigrated = versionOf(db) < jsonSince
  for (const { id, body } of db.rows(`SELECT rowid AS id, body FROM ${table}`)) {
    if (readable(body as ArrayBuffer) !== undefined || (isMigrated && isOfOldForm(body as ArrayBuffer))) continue
    bad.push(Number(id))
  }
  return bad
}

function clockFaults(db: Database, now: Date): readonly WorkspaceFault[] {
  const latest = String(db.row("SELECT MAX(started_at) AS at FROM hunt")?.at ?? "")
  if (latest === "" || Date.parse(latest) <= now.getTime() + 60_000) return []
  return [
    {
      kind: "advice",
      message: `a hunt was begun at ${latest}, which has not come yet: the clock of this machine was set back, or was wrong then`,
    },
  ]
}

/** Mends what `checkWorkspace` found. The caller sees to it that nobody else has the workspace open. */
export function repairWorkspace(dir: string): WorkspaceRepair {
  const own = repairDatabase(join(dir, databaseName))
  const watch = watchFolder(dir)
  return isWorkspace(watch) ? { ...own, watch: repairDatabase(join(watch, databaseName)) } : own
}

function repairDatabase(file: string): StoreRepair {
  if (!needsCopy(file)) return { saved: [], removed: removeUnreadable(file) }
  const aside = freeName(file)
  for (const suffix of ["", "-wal", "-shm"]) if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix)
  const saved = salvage(aside, file)
  return { aside, saved, removed: removeUnreadable(file) }
}

function needsCopy(file: string): boolean {
  try {
    const db = openDatabase(file, "existing")
    try {
      return structureFaults(db).some((fault) => fault.kind === "repairable")
    } finally {
      db.close()
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    return true
  }
}

function freeName(file: string): string {
  for (let at = 1; ; at++) if (!existsSync(`${file}.damaged-${at}`)) return `${file}.damaged-${at}`
}

function removeUnreadable(file: string): number {
  const db = openDatabase(file, "existing")
  try {
    migrate(db)
    return db.transaction(() => {
      let removed = 0
      for (const { table } of packedIn) {
        for (const id of unreadable(db, table)) {
          // The units of a set of indicators that cannot be read are of no use without it.
          if (table === "pattern_set") removed += db.run("DELETE FROM unit WHERE patterns = ?", id).changes
          removed += db.run(`DELETE FROM ${table} WHERE rowid = ?`, id).changes
        }
      }
      return removed
    })
  } finally {
    db.close()
  }
}

/** Parents before the tables that refer to them, which come last. */
function tablesOf(db: Database): readonly string[] {
  const names = Array.from(
    db.rows("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"),
    (row) => ({
      name: String(row.name),
      refers: /\bREFERENCES\b/.test(String(row.sql)),
    }),
  )
  return [...names.filter(({ refers }) => !refers), ...names.filter(({ refers }) => refers)].map(({ name }) => name)
}

/** Copies every row that can still be read into a new database. */
function salvage(from: string, to: string): WorkspaceRepair["saved"] {
  const db = openDatabase(to, "create")
  try {
    migrate(db)
    const tables = tablesOf(db)
    let old: Database
    try {
      old = openDatabase(from, "existing")
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      return tables.map((table) => ({ table, rows: 0, whole: false }))
    }
    try {
      const had = tablesIn(versionIfTold(old))
      return tables.map((table) => ({ table, ...copyTable(old, db, table, had.has(table)) }))
    } finally {
      old.close()
    }
  } finally {
    db.close()
  }
}

/** 0 where even that is damaged. */
function versionIfTold(old: Database): number {
  try {
    return versionOf(old)
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    return 0
  }
}

/** From the front up to the damage, then from the back down to it. `expected`: a database of that version has such a table. */
function copyTable(old: Database, db: Database, table: string, expected: boolean): { readonly rows: number; readonly whole: boolean } {
  const { rows, end, rejected } = copyRows(old, db, table, "")
  if (end === "reached") return { rows, whole: rejected === 0 }
  if (end === "absent") return { rows, whole: !expected }
  const backward = copyRows(old, db, table, " ORDER BY rowid DESC")
  return { rows: rows + backward.rows, whole: false }
}

interface Copied {
  readonly rows: number
  /** Rows that were read, and that the new database did not take. */
  readonly rejected: number
  /** `absent`: there is no such table, or none with that order, as it has no row numbers. */
  readonly end: "reached" | "damage" | "absent"
}

function copyRows(old: Database, db: Database, table: string, order: string): Copied {
  return db.transaction(() => {
    let rows = 0
    let rejected = 0
    try {
      for (const row of old.rows(`SELECT * FROM ${table}${order}`)) {
        const names = Object.keys(row).filter((name) => name !== "_metadata")
        const values = names.map((name) => bindable(row[name]))
        const into = `INSERT OR IGNORE INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`
        if (isKept(db, into, values)) rows++
        else rejected++
      }
      return { rows, rejected, end: "reached" }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      return { rows, rejected, end: error.code === "SQLITE_ERROR" ? "absent" : "damage" }
    }
  })
}

/** A row whose parent was lost is lost with it, and so is one that has the key of another, lacks a value or has a column that is not known. */
function isKept(db: Database, into: string, values: readonly Value[]): boolean {
  try {
    return db.run(into, ...values).changes > 0
  } catch (error) {
    if (error instanceof StoreError && /^SQLITE_(CONSTRAINT|MISMATCH|ERROR)/.test(error.code)) return false
    throw error
  }
}

function bindable(value: unknown): Value {
  return value instanceof ArrayBuffer ? new Uint8Array(value) : (value as Value)
}
