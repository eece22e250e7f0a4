// The bulletins of the workspace, each in its latest revision, with what it withdrew kept and marked.
import type { Bulletin } from "../../model/bulletin.js"
import { type BulletinDiff, diffBulletins, reviseBulletin } from "../../model/bulletin-diff.js"
import type { Indicator } from "../../model/indicator.js"
import type { Database, Row } from "./database.js"

export interface BulletinContent {
  /** File name or the feed's name of it; with the title it tells a revision from another bulletin. */
  readonly name: string
  /** Hex, of the document's bytes. */
  readonly sha256: string
  /** Where the source has ids of its own: equal ids are revisions of one bulletin, whatever name and title say. */
  readonly id?: string
}

export interface BulletinEntry {
  readonly id: string
  readonly name: string
  readonly title: string | null
  readonly publisher: string | null
  readonly published: string | null
  readonly tlp: Bulletin["tlp"]
  readonly format: string
  readonly sha256: string
  /** RFC 3339, UTC, as the caller gave it. */
  readonly addedAt: string
  readonly revisedAt: string | null
  /** From 1. */
  readonly revision: number
  /** Withdrawn ones included. */
  readonly indicators: number
}

/** For a new bulletin everything is `added`; for an unchanged one the lists are empty. */
export interface BulletinAdded extends BulletinDiff {
  readonly id: string
  readonly status: "added" | "unchanged" | "revised"
}

export interface BulletinStore {
  /** `at`: RFC 3339, UTC. */
  add(bulletin: Bulletin, content: BulletinContent, at: string): BulletinAdded
  /** The bulletin of which `add` would make this a revision; undefined if it would be a new one. */
  revised(bulletin: Bulletin, content: BulletinContent): string | undefined
  list(): readonly BulletinEntry[]
  /** Differs whenever a bulletin was added, revised or removed; cheap enough to be asked every second. */
  revision(): string
  get(id: string): Bulletin | undefined
  /** False if there is none of this id. Hunts that used it stay. */
  remove(id: string): boolean
  /** Of all bulletins, each value once: the first that is not withdrawn, else the first. Withdrawn ones carry the mark. */
  indicators(): readonly Indicator[]
  /** Values that no bulletin stands by any more, each as `TYPE VALUE`. */
  withdrawn(): ReadonlySet<string>
}

const idCharsMax = 60

export function openBulletins(db: Database): BulletinStore {
  const get = (id: string): Bulletin | undefined => {
    const row = db.row("SELECT body FROM bulletin WHERE id = ?", id)
    if (!row) return undefined
    const rows = db.rows("SELECT body FROM bulletin_indicator WHERE bulletin = ? ORDER BY seq", id)
    const indicators = Array.from(rows, (one) => JSON.parse(String(one.body)) as Indicator)
    return { ...JSON.parse(String(row.body)), indicators }
  }
  const write = (id: string, bulletin: Bulletin): void => {
    const { indicators, ...rest } = bulletin
    db.run("UPDATE bulletin SET body = ?, title = ? WHERE id = ?", JSON.stringify(rest), bulletin.title, id)
    db.run("DELETE FROM bulletin_indicator WHERE bulletin = ?", id)
    for (const [seq, one] of indicators.entries()) db.run("INSERT INTO bulletin_indicator VALUES (?, ?, ?)", id, seq, JSON.stringify(one))
  }
  const indicators = (): readonly Indicator[] => {
    const rows = db.rows("SELECT i.body FROM bulletin_indicator i JOIN bulletin b ON b.id = i.bulletin ORDER BY b.added_at, b.id, i.seq")
    return inForce(Array.from(rows, (row) => JSON.parse(String(row.body)) as Indicator))
  }
  return {
    add: (bulletin, content, at) =>
      db.transaction(() => {
        const same = db.row("SELECT id FROM bulletin WHERE sha256 = ?", content.sha256)
        if (same) return { id: String(same.id), status: "unchanged", added: [], changed: [], withdrawn: [] }
        const known = knownAs(db, bulletin, content)
        if (known !== undefined) {
          const old = get(known) as Bulletin
          db.run("UPDATE bulletin SET sha256 = ?, revised_at = ?, revision = revision + 1 WHERE id = ?", content.sha256, at, known)
          write(known, reviseBulletin(old, bulletin))
          return { id: known, status: "revised", ...diffBulletins(old, bulletin) }
        }
        const id = freeId(db, content.id ?? slug(bulletin.title ?? content.name))
        db.run("INSERT INTO bulletin VALUES (?, ?, ?, ?, ?, NULL, 1, '')", id, content.name, bulletin.title, content.sha256, at)
        write(id, bulletin)
        return { id, status: "added", added: bulletin.indicators, changed: [], withdrawn: [] }
      }),
    revised: (bulletin, content) => knownAs(db, bulletin, content),
    list: () => {
      const counted = "SELECT b.*, (SELECT COUNT(*) FROM bulletin_indicator i WHERE i.bulletin = b.id) AS indicators FROM bulletin b"
      return Array.from(db.rows(`${counted} ORDER BY added_at, id`), entryOf)
    },
    revision: () =>
      Array.from(db.rows("SELECT id, sha256, revision FROM bulletin ORDER BY id"), (row) => Object.values(row).join(" ")).join("\n"),
    get,
    remove: (id) => db.transaction(() => db.run("DELETE FROM bulletin WHERE id = ?", id).changes > 0),
    indicators,
    withdrawn: () => {
      // Most workspaces have none, and are not read through for it.
      if (!db.row("SELECT 1 FROM bulletin_indicator WHERE body LIKE '%\"withdrawn\"%' LIMIT 1")) return new Set()
      return new Set(indicators().flatMap(({ type, value, marks }) => (marks.includes("withdrawn") ? [`${type} ${value}`] : [])))
    },
  }
}

/** Of two entries with one value the first, unless only the other still stands. */
function inForce(indicators: readonly Indicator[]): readonly Indicator[] {
  const kept = new Map<string, Indicator>()
  for (const one of indicators) {
    const key = `${one.type} ${one.value}`
    const known = kept.get(key)
    if (!known || (known.marks.includes("withdrawn") && !one.marks.includes("withdrawn"))) kept.set(key, one)
  }
  return [...kept.values()]
}

/**
 * The bulletin that this one revises. Equal names alone do not do where both have a title and the titles differ: to take another bulletin for a
 * revision would mark everything in the first as withdrawn, while to miss a revision only keeps more in force.
 */
function knownAs(db: Database, bulletin: Bulletin, content: BulletinContent): string | undefined {
  if (content.id !== undefined) return idOf(db.row("SELECT id FROM bulletin WHERE id = ?", content.id))
  const { title } = bulletin
  return idOf(
    db.row(
      "SELECT id FROM bulletin WHERE name = ? AND (title IS ? OR title IS NULL OR ? IS NULL) ORDER BY added_at",
      content.name,
      title,
      title,
    ),
  )
}

function idOf(row: Row | undefined): string | undefined {
  return row && String(row.id)
}

/** Letters, digits and hyphens: safe in a URL, a file name and a shell. */
function slug(text: string): string {
  const plain = text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, idCharsMax)
    .replace(/^-+|-+$/g, "")
  return plain || "bulletin"
}

function freeId(db: Database, wanted: string): string {
  for (let at = 1; ; at++) {
    const id = at === 1 ? wanted : `${wanted}-${at}`
    if (!db.row("SELECT 1 FROM bulletin WHERE id = ?", id)) return id
  }
}

function entryOf(row: Row): BulletinEntry {
  const body = JSON.parse(String(row.body)) as Bulletin
  return {
    id: String(row.id),
    name: String(row.name),
    title: body.title,
    publisher: body.publisher,
    published: body.published,
    tlp: body.tlp,
    format: body.format,
    sha256: String(row.sha256),
    addedAt: String(row.added_at),
    revisedAt: row.revised_at === null ? null : String(row.revised_at),
    revision: Number(row.revision),
    indicators: Number(row.indicators),
  }
}
