// The workspace's tables, version by version. A version that was released is never edited: what changes comes as the next one.
import { type Database, StoreError } from "./database.js"

/** Each takes a database of the version before it one further; the first makes an empty one. */
export const migrations: readonly string[] = [
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
]

export const schemaVersion = migrations.length

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
    for (const step of migrations.slice(from)) db.exec(step)
    db.exec(`PRAGMA application_id = ${applicationId}`)
    db.exec(`PRAGMA user_version = ${schemaVersion}`)
    return { from, to: schemaVersion }
  })
}

export function versionOf(db: Database): number {
  return number(db, "PRAGMA user_version")
}

function number(db: Database, pragma: string): number {
  return Number(Object.values(db.row(pragma) ?? {})[0] ?? 0)
}
