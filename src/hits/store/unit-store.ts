// Which units were searched for what, and what they yielded: a unit's result and its done-mark are one row, so they are one commit.
import { createHash } from "node:crypto"
import type { Database, Row } from "./database.js"
import { packed, readable } from "./packed.js"

/** How a file looked when it was listed. */
export interface FileIdentity {
  /** Absolute. */
  readonly path: string
  readonly size: number
  /** Nanoseconds, as text: more digits than a number holds. */
  readonly mtimeNs: string
  /** The inode's change time, which no program can set back. */
  readonly changedNs: string
  /** Device and number. */
  readonly inode: string
}

/** The decoded text of a file that is one text, plain or compressed: equal for a log and its compressed form. */
export interface TextSum {
  readonly bytes: number
  /** CRC-32, as gzip has it. */
  readonly crc: number
}

/** Looks into the file; asked only where the identity alone does not tell. */
export interface ContentProbe {
  /** Digest of the head, the end and points between; undefined if the file cannot be read. */
  readonly sample: () => string | undefined
  /** How long its text may be: as it is, and as the trailer of a gzip file says. */
  readonly lengths: () => readonly number[]
  /** The text's length and sum, if they can be had for less than a search; of the length that is asked for. */
  readonly text: (bytes: number) => TextSum | undefined
}

export interface StoredUnit {
  readonly id: number
  /** See `patterns`. */
  readonly patternSet: number
}

export interface UnitCommit {
  readonly file: FileIdentity
  readonly sample: string
  /** Empty for a whole file, else `from-to`. */
  readonly part: string
  /** Digest of everything but the patterns that shapes a result. */
  readonly setup: string
  readonly patterns: readonly string[]
  /** Comes back as JSON has it. */
  readonly value: unknown
}

export interface UnitStore {
  /**
   * The file's number, if its content is one that was searched: the same file; or one that was moved, rotated, copied with its times or
   * (de)compressed. A file whose content is not proven the same is another one, and is read again.
   */
  find(file: FileIdentity, probe: ContentProbe): number | undefined
  results(file: number, part: string, setup: string): readonly StoredUnit[]
  /** The parts in which the file was searched, each once. */
  parts(file: number, setup: string): readonly string[]
  /** Undefined if they do not read back whole, and then no unit of that set is done. */
  patterns(set: number): readonly string[] | undefined
  /** The value that was committed; undefined if it does not read back whole, and then the unit is not done. */
  load(unit: number): unknown
  /** All in one commit, kept through a power loss once it returns. */
  commit(units: readonly UnitCommit[], at: string): void
  /** Notes what the text of committed files is known by. */
  describe(files: readonly { readonly file: FileIdentity; readonly text: TextSum }[]): void
}

export function openUnits(db: Database): UnitStore {
  const sets = new Map<string, number>()
  const digests = new WeakMap<readonly string[], string>()
  const setOf = (patterns: readonly string[]): number => {
    // The same list comes with every unit.
    const digest = digests.get(patterns) ?? createHash("sha256").update(JSON.stringify(patterns)).digest("hex")
    digests.set(patterns, digest)
    const id = sets.get(digest) ?? stored(digest, patterns)
    sets.set(digest, id)
    return id
  }
  // One that does not read back would leave the units of every later hunt undone: it is written anew. Looked at once.
  const sound = new Set<string>()
  const stored = (digest: string, patterns: readonly string[]): number => {
    const id = idOf(db.row("SELECT id FROM pattern_set WHERE digest = ?", digest))
    if (id === undefined) return db.run("INSERT INTO pattern_set (digest, body) VALUES (?, ?)", digest, packed(patterns)).id
    if (sound.has(digest)) return id
    sound.add(digest)
    const row = db.row("SELECT body FROM pattern_set WHERE id = ?", id)
    if (!row || !namesIn(row.body)) db.run("UPDATE pattern_set SET body = ? WHERE id = ?", packed(patterns), id)
    return id
  }
  const fileOf = ({ file, sample }: UnitCommit): number => {
    const { path, size, mtimeNs, changedNs, inode } = file
    const known = exact(db, file)
    if (known !== undefined) return known
    const columns = "(path, size, mtime, changed, inode, sample)"
    return db.run(`INSERT INTO file ${columns} VALUES (?, ?, ?, ?, ?, ?)`, path, size, mtimeNs, changedNs, inode, sample).id
  }
  return {
    find: (file, probe) => exact(db, file) ?? sameContent(db, file, probe),
    results: (file, part, setup) =>
      Array.from(
        db.rows("SELECT id, patterns FROM unit WHERE file = ? AND part = ? AND setup = ? ORDER BY id", file, part, setup),
        ({ id, patterns }) => ({ id: Number(id), patternSet: Number(patterns) }),
      ),
    parts: (file, setup) =>
      Array.from(db.rows("SELECT DISTINCT part FROM unit WHERE file = ? AND setup = ?", file, setup), ({ part }) => String(part)),
    patterns: (set) => {
      const row = db.row("SELECT body FROM pattern_set WHERE id = ?", set)
      return row && namesIn(row.body)
    },
    load: (unit) => {
      const row = db.row("SELECT body FROM unit WHERE id = ?", unit)
      return row && readable(row.body as ArrayBuffer)
    },
    commit: (units, at) =>
      db.transaction(() => {
        // What another process rolled back or removed must not be believed.
        sets.clear()
        for (const unit of units) {
          const file = fileOf(unit)
          db.run(
            "INSERT OR REPLACE INTO unit (file, part, setup, patterns, at, body) VALUES (?, ?, ?, ?, ?, ?)",
            file,
            unit.part,
            unit.setup,
            setOf(unit.patterns),
            at,
            packed(unit.value),
          )
        }
      }),
    describe: (files) =>
      db.transaction(() => {
        for (const { file, text } of files) {
          const id = exact(db, file)
          if (id !== undefined) db.run("UPDATE file SET text_bytes = ?, text_sum = ? WHERE id = ?", text.bytes, text.crc, id)
        }
      }),
  }
}

function exact(db: Database, { path, size, mtimeNs, changedNs, inode }: FileIdentity): number | undefined {
  const where = "path = ? AND size = ? AND mtime = ? AND changed = ? AND inode = ?"
  return idOf(db.row(`SELECT id FROM file WHERE ${where}`, path, size, mtimeNs, changedNs, inode))
}

/** Of files of one time and length, so many are compared. */
const candidatesMax = 16

/** Only where the modification time is equal to the nanosecond: renaming, `cp -p` and gzip keep it, a new log does not have it. */
function sameContent(db: Database, file: FileIdentity, probe: ContentProbe): number | undefined {
  const [plain = -1, unpacked = plain] = probe.lengths()
  const alike = "mtime = ? AND (size = ? OR text_bytes IN (?, ?)) ORDER BY id LIMIT ?"
  for (const row of db.rows(`SELECT * FROM file WHERE ${alike}`, file.mtimeNs, file.size, plain, unpacked, candidatesMax)) {
    const moved = row.path !== file.path && row.size === file.size && row.inode === file.inode
    const proven = row.text_sum === null ? moved && row.sample === probe.sample() : isText(row, probe.text(Number(row.text_bytes)))
    if (proven) return Number(row.id)
  }
  return undefined
}

function isText(row: Row, text: TextSum | undefined): boolean {
  return text !== undefined && text.bytes === row.text_bytes && text.crc === row.text_sum
}

function idOf(row: Row | undefined): number | undefined {
  return row && Number(row.id)
}

/** A list of texts, and nothing else. */
function namesIn(body: unknown): readonly string[] | undefined {
  const names = readable(body as ArrayBuffer)
  return Array.isArray(names) && names.every((name) => typeof name === "string") ? names : undefined
}
