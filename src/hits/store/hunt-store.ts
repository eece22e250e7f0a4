// The hunts of the workspace and their answers, so that an answer can be shown, reported and compared again.
import type { Bulletin } from "../../model/bulletin.js"
import type { Coverage } from "../../model/coverage.js"
import type { Hit } from "../../model/hit.js"
import type { Indicator } from "../../model/indicator.js"
import type { Problem } from "../../model/problem.js"
import { type Sighting, sightingsOf } from "../sightings.js"
import { openBulletins } from "./bulletin-store.js"
import type { Database, Row } from "./database.js"
import { packed, unpacked } from "./packed.js"

/** What was asked; plain values, as the command line had them. */
export interface HuntAsked {
  readonly paths: readonly string[]
  /** RFC 3339, UTC; null is open. */
  readonly since: string | null
  readonly until: string | null
  readonly tz: string | null
  readonly own: readonly string[]
  readonly trustedProxies: readonly string[]
  /** The folder that relative paths start from. */
  readonly cwd?: string
  /** Unlisted neighbours were searched too. */
  readonly decoys?: boolean
  /** The index was used and built. */
  readonly index?: boolean
  /** Every record is kept, however many there are of one kind. */
  readonly allRecords?: boolean
}

export interface HuntEntry {
  /** As `sillage hunts` shows it: a whole number from 1, as text. */
  readonly id: string
  /** `running` also stands for one that was cut off and not resumed. */
  readonly state: "running" | "interrupted" | "done"
  /** The process that hunts, or hunted last. */
  readonly process: string | null
  /** RFC 3339, UTC. */
  readonly startedAt: string
  readonly endedAt: string | null
  readonly asked: HuntAsked
  /** The `summary` object of the machine output; null until the hunt ended. */
  readonly summary: Readonly<Record<string, unknown>> | null
}

/** A hunt's answer, as it is kept. A hit may carry more than a `Hit` has, such as its triage. */
export interface HuntKept {
  readonly hits: Iterable<Hit>
  readonly coverage: Iterable<Coverage>
  readonly problems: Iterable<Problem>
  /** Of all hits, also of those that are not among `hits`; absent where these are all. */
  readonly sightings?: Iterable<Sighting>
  /** What else its readers need to show it again: a plain value. */
  readonly detail?: unknown
}

/** What a hunt searches for. */
export interface Hunted {
  readonly indicators: readonly Indicator[]
  readonly bulletins: readonly Bulletin[]
  /** What of the bulletins could not be read or hunted. */
  readonly problems?: readonly Problem[]
}

export interface HuntStore {
  /** Oldest first. */
  list(): readonly HuntEntry[]
  /** `latest` is the latest that ended. */
  get(id: string): HuntEntry | undefined
  /**
   * In the order of the machine output; of one indicator in one role only the first thousand, unless all were asked for. Those of an indicator
   * that was withdrawn since carry its mark.
   */
  hits(id: string): Iterable<Hit>
  /** Most telling first, with exact counts also where not every hit was kept in full. */
  sightings(id: string): readonly Sighting[]
  coverage(id: string): readonly Coverage[]
  problems(id: string): readonly Problem[]
  /** What was hunted, in the order of the bulletins. */
  indicators(id: string): readonly Indicator[]
  /** What could not be hunted; these are among `problems` too, once the hunt has ended. */
  intakeProblems(id: string): readonly Problem[]
  /** The bulletins hunted, as they were then. */
  bulletins(id: string): readonly Bulletin[]
  /** As `finish` was given it. */
  detail(id: string): unknown
  /** The latest hunt that was begun and neither ended nor removed; with what was asked, only one of the same request. */
  unfinished(asked?: HuntAsked): HuntEntry | undefined
  /** `process`: what tells the process that hunts from others, on this machine. */
  take(id: string, process: string): void
  begin(asked: HuntAsked, hunted: Hunted, at: string): string
  /** Stores the answer and ends the hunt, in one commit. An earlier answer of the same hunt is replaced. */
  finish(id: string, state: "interrupted" | "done", kept: HuntKept, summary: object, at: string): void
  remove(id: string): boolean
}

type PartKind = "hits" | "coverage" | "problems" | "indicators" | "bulletins" | "intake-problems" | "sightings" | "detail"

function* marked(hits: Iterable<Hit>, withdrawn: ReadonlySet<string>): Generator<Hit> {
  for (const hit of hits) {
    const { type, value, marks } = hit.indicator
    if (!withdrawn.has(`${type} ${value}`) || marks.includes("withdrawn")) yield hit
    else yield { ...hit, indicator: { ...hit.indicator, marks: [...marks, "withdrawn"] } }
  }
}

/** Values of one kind are stored so many together: compressed, they take a tenth, and a million of them is a thousand rows. */
const valuesPerPart = 1000

export function openHunts(db: Database): HuntStore {
  const find = (id: string): Row | undefined =>
    id === "latest"
      ? db.row("SELECT * FROM hunt WHERE ended_at IS NOT NULL ORDER BY id DESC")
      : /^\d+$/.test(id)
        ? db.row("SELECT * FROM hunt WHERE id = ?", Number(id))
        : undefined
  function* read<T>(id: string, kind: PartKind): Generator<T> {
    const hunt = find(id)
    if (!hunt) return
    for (const row of db.rows("SELECT body FROM hunt_part WHERE hunt = ? AND kind = ? ORDER BY seq", Number(hunt.id), kind)) {
      yield* unpacked(row.body as ArrayBuffer) as T[]
    }
  }
  const write = (id: string, kind: PartKind, values: Iterable<unknown>): void => {
    db.run("DELETE FROM hunt_part WHERE hunt = ? AND kind = ?", Number(id), kind)
    let seq = 0
    for (const part of parts(values)) {
      db.run("INSERT INTO hunt_part VALUES (?, ?, ?, ?, ?)", Number(id), kind, seq++, part.length, packed(part))
    }
  }
  return {
    list: () => Array.from(db.rows("SELECT * FROM hunt ORDER BY id"), entryOf),
    get: (id) => {
      const row = find(id)
      return row && entryOf(row)
    },
    hits: (id) => ({ [Symbol.iterator]: () => marked(read<Hit>(id, "hits"), openBulletins(db).withdrawn()) }),
    sightings: (id) => {
      const kept = [...read<Sighting>(id, "sightings")]
      return kept.length > 0 ? kept : sightingsOf(read<Hit>(id, "hits"))
    },
    coverage: (id) => [...read<Coverage>(id, "coverage")],
    problems: (id) => [...read<Problem>(id, "problems")],
    indicators: (id) => [...read<Indicator>(id, "indicators")],
    bulletins: (id) => [...read<Bulletin>(id, "bulletins")],
    intakeProblems: (id) => [...read<Problem>(id, "intake-problems")],
    detail: (id) => [...read(id, "detail")][0],
    unfinished: (asked) => {
      const rows = db.rows("SELECT * FROM hunt WHERE state <> 'done' ORDER BY id DESC")
      return Array.from(rows, entryOf).find((one) => asked === undefined || JSON.stringify(one.asked) === JSON.stringify(asked))
    },
    take: (id, process) => void db.run("UPDATE hunt SET state = 'running', process = ? WHERE id = ?", process, Number(id)),
    begin: (asked, { indicators, bulletins, problems = [] }, at) =>
      db.transaction(() => {
        const id = String(db.run("INSERT INTO hunt (state, started_at, request) VALUES ('running', ?, ?)", at, JSON.stringify(asked)).id)
        write(id, "indicators", indicators)
        write(id, "bulletins", bulletins)
        write(id, "intake-problems", problems)
        return id
      }),
    finish: (id, state, kept, summary, at) =>
      db.transaction(() => {
        for (const kind of ["hits", "coverage", "problems"] as const) write(id, kind, kept[kind])
        write(id, "sightings", kept.sightings ?? [])
        write(id, "detail", kept.detail === undefined ? [] : [kept.detail])
        db.run("UPDATE hunt SET state = ?, ended_at = ?, summary = ? WHERE id = ?", state, at, JSON.stringify(summary), Number(id))
      }),
    remove: (id) => db.transaction(() => /^\d+$/.test(id) && db.run("DELETE FROM hunt WHERE id = ?", Number(id)).changes > 0),
  }
}

function* parts(values: Iterable<unknown>): Generator<readonly unknown[]> {
  let part: unknown[] = []
  for (const value of values) {
    part.push(value)
    if (part.length < valuesPerPart) continue
    yield part
    part = []
  }
  if (part.length > 0) yield part
}

function entryOf(row: Row): HuntEntry {
  return {
    id: String(row.id),
    state: row.state as HuntEntry["state"],
    process: row.process === null ? null : String(row.process),
    startedAt: String(row.started_at),
    endedAt: row.ended_at === null ? null : String(row.ended_at),
    asked: JSON.parse(String(row.request)) as HuntAsked,
    summary: row.summary === null ? null : (JSON.parse(String(row.summary)) as Record<string, unknown>),
  }
}
