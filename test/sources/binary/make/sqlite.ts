// Writes small SQLite databases with the library that reads them: through a folder of its own, removed at once.
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import sqlite from "node-sqlite3-wasm"

export function makeSqlite(sql: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "sillage-made-"))
  try {
    const path = join(folder, "made.db")
    const database = new sqlite.Database(path)
    database.exec(sql)
    database.close()
    return readFileSync(path)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
