// Keeping a workspace small and safe: what is old is removed, and the whole is copied to one file and back.
import { chmodSync, closeSync, copyFileSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { UsageError } from "../../model/problem.js"
import { openDatabase, StoreError } from "./database.js"
import { databaseName, isWorkspace } from "./find-workspace.js"
import { applicationId, schemaVersion, versionOf } from "./schema.js"

export interface Collected {
  readonly hunts: number
  /** Done-marks: such units are searched again when they are next asked for. */
  readonly units: number
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/**
 * Removes the answers of hunts that were begun before an instant, and what was searched before it. The latest hunt stays; bulletins, verdicts and
 * state are never removed. With `dryRun` nothing changes, and `bytesAfter` is `bytesBefore`.
 */
export function collectGarbage(dir: string, before: string, options: { readonly dryRun: boolean }): Collected {
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
    db.exec("VACUUM")
    db.row("PRAGMA wal_checkpoint(TRUNCATE)")
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

/** One consistent copy, while others go on writing. A file that is there already is never overwritten. Gives its size in bytes. */
export function backupWorkspace(dir: string, file: string): number {
  if (existsSync(file)) throw new UsageError(`${file} exists: it is not overwritten; give another name`)
  if (!isWorkspace(dir)) throw new StoreError(`there is no workspace at ${dir}: make one with sillage init`, "ABSENT")
  const db = openDatabase(join(dir, databaseName), "existing")
  try {
    db.exec(`VACUUM INTO '${file.replaceAll("'", "''")}'`)
  } finally {
    db.close()
  }
  chmodSync(file, 0o600)
  synced(file)
  return statSync(file).size
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
  renameSync(half, target)
  if (process.platform !== "win32") synced(dirname(target))
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
