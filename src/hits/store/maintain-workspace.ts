// Keeping a workspace small and safe: what is old is removed, and the whole is copied to one file and back.
import { chmodSync, closeSync, copyFileSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { UsageError } from "../../model/problem.js"
import { type Database, openDatabase, StoreError } from "./database.js"
import { databaseName, isWorkspace, watchFolder } from "./find-workspace.js"
import { applicationId, migrate, schemaVersion, versionOf } from "./schema.js"

export interface Collected {
  readonly hunts: number
  /** Done-marks: such units are searched again when they are next asked for. */
  readonly units: number
  /** Alerts of a watch that no receiver took. */
  readonly alerts: number
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/**
 * Removes the answers of hunts that were begun before an instant, what was searched before it, and alerts that were raised before it and that no
 * receiver took. The latest hunt stays; bulletins, verdicts and other state are never removed. With `dryRun` nothing changes, and `bytesAfter` is `bytesBefore`.
 */
export function collectGarbage(dir: string, before: string, options: { readonly dryRun: boolean }): Collected {
  const own = collectHunts(dir, before, options)
  const watch = watchFolder(dir)
  if (!isWorkspace(watch)) return { ...own, alerts: 0 }
  const ofWatch = collectAlerts(watch, before, options)
  return {
    ...own,
    alerts: ofWatch.alerts,
    bytesBefore: own.bytesBefore + ofWatch.bytesBefore,
    bytesAfter: own.bytesAfter + ofWatch.bytesAfter,
  }
}

function collectAlerts(
  dir: string,
  before: string,
  options: { readonly dryRun: boolean },
): Pick<Collected, "alerts" | "bytesBefore" | "bytesAfter"> {
  const db = openDatabase(join(dir, databaseName), "existing")
  try {
    const bytesBefore = sizeOf(dir)
    // What waits in the outbox, and what was put aside. A queue passes over what is no longer there.
    const old =
      "(kind LIKE 'outbox %' OR kind = 'outbox-refused') AND COALESCE(json_extract(body, '$.raisedAt'), json_extract(body, '$.since')) < ?"
    if (options.dryRun) {
      const alerts = Number(db.row(`SELECT COUNT(*) AS n FROM state WHERE ${old}`, before)?.n)
      return { alerts, bytesBefore, bytesAfter: bytesBefore }
    }
    const alerts = db.run(`DELETE FROM state WHERE ${old}`, before).changes
    shrink(db)
    return { alerts, bytesBefore, bytesAfter: sizeOf(dir) }
  } finally {
    db.close()
  }
}

function shrink(db: Database): void {
  db.exec("VACUUM")
  db.row("PRAGMA wal_checkpoint(TRUNCATE)")
}

function collectHunts(dir: string, before: string, options: { readonly dryRun: boolean }): Omit<Collected, "alerts"> {
  const db = openDatabase(join(dir, databaseName), "existing")
  try {
    const bytesBefore = sizeOf(dir)
    const old = "started_at < ? AND id < (SELECT MAX(id) FROM hunt)"
    if (options.dryRun) {
      const hunts = Number(db.row(`SELECT COUNT(*) AS n FROM hunt WHERE ${old}`, before)?.n)
      const units = Number(db.row("SELECT COUNT(*) AS n FROM unit WHERE at < ?", before)?.n)
      return { hunts, units, bytesBefore, bytesAfter: bytesBefore }
    }
    const { hunts, units } = db.transaction(() => {
      const removed = {
        hunts: db.run(`DELETE FROM hunt WHERE ${old}`, before).changes,
        units: db.run("DELETE FROM unit WHERE at < ?", before).changes,
      }
      db.exec("DELETE FROM file WHERE id NOT IN (SELECT file FROM unit)")
      db.exec("DELETE FROM pattern_set WHERE id NOT IN (SELECT patterns FROM unit)")
      return removed
    })
    shrink(db)
    return { hunts, units, bytesBefore, bytesAfter: sizeOf(dir) }
  } finally {
    db.close()
  }
}

/** Bytes of the database and its log. */
function sizeOf(dir: string): number {
  return ["", "-wal"].reduce((sum, suffix) => {
    const file = join(dir, databaseName + suffix)
    return sum + (existsSync(file) ? statSync(file).size : 0)
  }, 0)
}

/**
 * One consistent copy, while others go on writing; positions, open alerts and the outbox of a watch are in it, as they stand a moment later. It has
 * its name only once it is whole. A file that is there already is never overwritten. Gives its size in bytes.
 */
export function backupWorkspace(dir: string, file: string): number {
  if (existsSync(file)) throw new UsageError(`${file} exists: it is not overwritten; give another name`)
  if (!isWorkspace(dir)) throw new StoreError(`there is no workspace at ${dir}: make one with sillage init`, "ABSENT")
  const half = `${file}.half`
  reserve(half)
  try {
    copyOwn(dir, half)
    copyWatch(watchFolder(dir), half)
    synced(half)
    // It took a while: somebody else may have made it meanwhile.
    if (existsSync(file)) throw new UsageError(`${file} exists: it is not overwritten; give another name`)
    renameSync(half, file)
  } catch (error) {
    for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(half + suffix, { force: true })
    throw error
  }
  if (process.platform !== "win32") synced(dirname(file))
  return statSync(file).size
}

/** An empty file that nobody else may read, before anything is in it. */
function reserve(half: string): void {
  try {
    closeSync(openSync(half, "wx", 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      throw new UsageError(`${half} exists, as a backup leaves it that was cut off: remove it, or give another name`)
    }
    throw new UsageError(`${half} cannot be written: ${(error as Error).message}`)
  }
}

function copyOwn(dir: string, half: string): void {
  const db = openDatabase(join(dir, databaseName), "existing")
  try {
    db.exec(`VACUUM INTO '${half.replaceAll("'", "''")}'`)
  } finally {
    db.close()
  }
}

/** Makes a workspace out of a copy. One that is there already is never overwritten. */
export function restoreWorkspace(file: string, dir: string): void {
  if (isWorkspace(dir))
    throw new UsageError(`there is a workspace at ${dir}: it is not overwritten; name another folder with --workspace DIR`)
  mustBeBackup(file)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const target = join(dir, databaseName)
  const half = `${target}.restoring`
  copyFileSync(file, half)
  chmodSync(half, 0o600)
  synced(half)
  restoreWatch(half, watchFolder(dir))
  renameSync(half, target)
  if (process.platform !== "win32") synced(dirname(target))
}

/** In a backup, kinds of the watch's state stand behind this. */
const watchPrefix = "of-watch "
/** Says which process watches now. */
const lockKind = "watch-lock"

function copyWatch(watch: string, file: string): void {
  if (!isWorkspace(watch)) return
  const rows = stateOf(join(watch, databaseName), "kind <> ?", lockKind)
  intoState(file, "existing", rows, (kind) => watchPrefix + kind)
}

function restoreWatch(file: string, watch: string): void {
  const rows = stateOf(file, "kind LIKE ?", `${watchPrefix}%`)
  if (rows.length === 0) return
  mkdirSync(watch, { recursive: true, mode: 0o700 })
  intoState(join(watch, databaseName), "create", rows, (kind) => kind.slice(watchPrefix.length))
  const db = openDatabase(file, "existing")
  try {
    db.run("DELETE FROM state WHERE kind LIKE ?", `${watchPrefix}%`)
  } finally {
    settled(db)
  }
}

type StateRow = readonly [kind: string, key: string, body: string]

function stateOf(file: string, where: string, value: string): readonly StateRow[] {
  const db = openDatabase(file, "look")
  try {
    return Array.from(
      db.rows(`SELECT kind, key, body FROM state WHERE ${where}`, value),
      (row): StateRow => [String(row.kind), String(row.key), String(row.body)],
    )
  } finally {
    db.close()
  }
}

function intoState(file: string, mode: "create" | "existing", rows: readonly StateRow[], kindOf: (kind: string) => string): void {
  const db = openDatabase(file, mode)
  try {
    migrate(db)
    db.transaction(() => {
      for (const [kind, key, body] of rows) db.run("INSERT OR REPLACE INTO state VALUES (?, ?, ?)", kindOf(kind), key, body)
    })
  } finally {
    settled(db)
  }
}

/** Closed as one file that holds everything. */
function settled(db: Database): void {
  db.row("PRAGMA journal_mode = DELETE")
  db.close()
}

function mustBeBackup(file: string): void {
  if (!existsSync(file)) throw new UsageError(`there is no file ${file}`)
  const db = openDatabase(file, "look")
  try {
    const application = Number(Object.values(db.row("PRAGMA application_id") ?? {})[0])
    if (application !== applicationId) throw new UsageError(`${file} is no backup of a Sillage workspace`)
    if (versionOf(db) > schemaVersion) throw new UsageError(`${file} is of a newer Sillage (schema ${versionOf(db)})`)
    const said = Array.from(db.rows("PRAGMA integrity_check"), (row) => String(Object.values(row)[0]))
    if (said.join() !== "ok") throw new UsageError(`${file} is damaged (${said[0]}): nothing was restored`)
  } finally {
    db.close()
  }
}

function synced(path: string): void {
  const fd = openSync(path, "r")
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
