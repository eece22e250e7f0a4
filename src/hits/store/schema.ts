// The workspace's tables, version by version. A version that was released is never edited: what changes comes as the next one.
import { type Database, StoreError } from "./database.js"
import { headBytes, isOfOldForm } from "./packed.js"

export type Migration = string | ((db: Database) => void)

/** Each takes a database of the version before it one further; the first makes an empty one. */
export const migrations: readonly Migration[] = [
  `CREATE TABLE bulletin (
     id TEXT PRIMARY KEY, name TEXT NOT NULL, title TEXT, sha256 TEXT NOT NULL, added_at TEXT NOT NULL, revised_at TEXT,
     revision INTEGER NOT NULL, body TEXT NOT NULL
   );
   CREATE TABLE bulletin_indicator (
     bulletin TEXT NOT NULL REFERENCES bulletin(id) ON DELETE CASCADE, seq INTEGER NOT NULL, body TEXT NOT NULL,
     PRIMARY KEY (bulletin, seq)
   ) WITHOUT ROWID;
   CREATE TABLE hunt (
     id INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT, request TEXT NOT NULL, summary TEXT
   );
   CREATE TABLE hunt_part (
     hunt INTEGER NOT NULL REFERENCES hunt(id) ON DELETE CASCADE, kind TEXT NOT NULL, seq INTEGER NOT NULL, count INTEGER NOT NULL,
     body BLOB NOT NULL, PRIMARY KEY (hunt, kind, seq)
   );
   CREATE TABLE verdict (id INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL);
   CREATE INDEX verdict_subject ON verdict(subject);
   CREATE TABLE state (kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;`,
  `CREATE TABLE exchange_object (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, collection TEXT NOT NULL, id TEXT NOT NULL, version TEXT NOT NULL, spec TEXT NOT NULL,
     type TEXT NOT NULL, added TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (collection, id, version)
   );
   CREATE INDEX exchange_order ON exchange_object(collection, seq);`,
  `CREATE TABLE file (
     id INTEGER PRIMARY KEY, path TEXT NOT NULL, size INTEGER NOT NULL, mtime TEXT NOT NULL, changed TEXT NOT NULL, inode TEXT NOT NULL,
     sample TEXT NOT NULL, text_bytes INTEGER, text_sum INTEGER
   );
   CREATE UNIQUE INDEX file_identity ON file (path, size, mtime, changed, inode);
   CREATE INDEX file_mtime ON file (mtime);
   CREATE TABLE pattern_set (id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, body BLOB NOT NULL);
   CREATE TABLE unit (
     id INTEGER PRIMARY KEY, file INTEGER NOT NULL REFERENCES file(id) ON DELETE CASCADE, part TEXT NOT NULL, setup TEXT NOT NULL,
     patterns INTEGER NOT NULL REFERENCES pattern_set(id), at TEXT NOT NULL, body BLOB NOT NULL
   );
   CREATE UNIQUE INDEX unit_identity ON unit (file, part, setup, patterns);
   ALTER TABLE hunt ADD COLUMN process TEXT;`,
  forgetOldForm,
]

export const schemaVersion = migrations.length

/** From this version on, every packed value is JSON. */
export const jsonSince = 4

/** Marks a file as a Sillage workspace: "SILG". */
export const applicationId = 0x53494c47

/** Brings the database to the present version, in one commit. One of a newer Sillage is refused, untouched. */
export function migrate(db: Database): { readonly from: number; readonly to: number } {
  const found = versionOf(db)
  if (found > 0 && number(db, "PRAGMA application_id") !== applicationId) {
    throw new StoreError(`${db.file} is a database of another program`, "SQLITE_NOTADB")
  }
  if (found > schemaVersion) {
    throw new StoreError(`the workspace ${db.file} is of a newer Sillage (schema ${found}, this one knows ${schemaVersion})`, "NEWER")
  }
  if (found === schemaVersion) return { from: found, to: found }
  return db.transaction(() => {
    // Another process may have done it while this one waited.
    const from = versionOf(db)
    for (const step of migrations.slice(from)) applyMigration(db, step)
    db.exec(`PRAGMA application_id = ${applicationId}`)
    db.exec(`PRAGMA user_version = ${schemaVersion}`)
    return { from, to: schemaVersion }
  })
}

export function applyMigration(db: Database, step: Migration): void {
  if (typeof step === "string") db.exec(step)
  else step(db)
}

/** Tables of a database of that version. One whose version cannot be right may have had all of them. */
export function tablesIn(version: number): ReadonlySet<string> {
  const steps = version > 0 && version < schemaVersion ? migrations.slice(0, version) : migrations
  const made = steps.flatMap((step) => (typeof step === "string" ? [...step.matchAll(/\bCREATE TABLE (\w+)/g)] : []))
  return new Set(made.map((match) => match[1] as string))
}

export function versionOf(db: Database): number {
  return number(db, "PRAGMA user_version")
}

function number(db: Database, pragma: string): number {
  return Number(Object.values(db.row(pragma) ?? {})[0] ?? 0)
}

/** What was searched and stored in a form that is not read any longer: such units are searched again. Nothing else refers to them. */
function forgetOldForm(db: Database): void {
  for (const id of ofOldForm(db, "pattern_set")) {
    db.run("DELETE FROM unit WHERE patterns = ?", id)
    db.run("DELETE FROM pattern_set WHERE id = ?", id)
  }
  for (const id of ofOldForm(db, "unit")) db.run("DELETE FROM unit WHERE id = ?", id)
}

function ofOldForm(db: Database, table: "pattern_set" | "unit"): readonly number[] {
  const heads = db.rows(`SELECT id, substr(body, 1, ${headBytes}) AS head FROM ${table}`)
  const old: number[] = []
  for (const { id, head } of heads) if (isOfOldForm(head as ArrayBuffer)) old.push(Number(id))
  return old
}
