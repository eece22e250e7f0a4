// Feeds of the workspace: what is known of each, and pulling what is new into its bulletins. Nothing here runs by itself.
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import type { Workspace } from "../hits/store/workspace.js"
import type { FeedAccess, FeedCursor, FeedDocument } from "../intake/feeds/feed.js"
import { pullFeed } from "../intake/feeds/index.js"
import { readBulletin } from "../intake/intake.js"
import type { Bulletin } from "../model/bulletin.js"
import { type Problem, UsageError } from "../model/problem.js"
import { type KeptBulletin, keepBulletin } from "./keep-bulletin.js"

/** Where the secrets of a feed lie. The workspace keeps the paths, never what is in them. */
export interface FeedSecrets {
  /** For basic authentication, together with the file of the password. */
  readonly user?: string
  readonly passwordFile?: string
  /** A bearer token. */
  readonly tokenFile?: string
  /** PEM: the client's certificate and key, and an authority to trust beside the system's. */
  readonly certFile?: string
  readonly keyFile?: string
  readonly caFile?: string
}

/** As the workspace keeps it, under its id. */
export interface FeedRecord {
  /** URL, or absolute path of a file or folder. */
  readonly location: string
  /** Name in the registry of feeds. */
  readonly kind: string
  readonly secrets: FeedSecrets
  /** RFC 3339, UTC. */
  readonly addedAt: string
  /** When it was last pulled without a fault; null if never. */
  readonly pulledAt: string | null
  readonly cursor: FeedCursor
  /** Name of a document to the id of its bulletin. */
  readonly documents: Readonly<Record<string, string>>
}

export interface FeedEntry extends FeedRecord {
  readonly id: string
}

export interface FeedReport {
  readonly id: string
  readonly location: string
  /** New and revised ones; what did not change is counted. */
  readonly bulletins: readonly KeptBulletin[]
  readonly unchanged: number
  /** Ids of bulletins that the feed no longer has; their indicators are withdrawn. */
  readonly withdrawn: readonly string[]
  readonly problems: readonly Problem[]
}

export interface PullOptions {
  /** The clock: RFC 3339, UTC. */
  readonly now: () => string
  /** Believes a document without indicators, and a feed without documents. */
  readonly allowEmpty?: boolean
  readonly timeoutMs?: number
}

const kind = "feed"

export function listFeeds(workspace: Workspace): readonly FeedEntry[] {
  return workspace.state.entries<FeedRecord>(kind).map(({ key, value }) => ({ id: key, ...value }))
}

export function setFeed(workspace: Workspace, id: string, record: FeedRecord): void {
  workspace.state.set(kind, id, record)
}

/** False if there is none of this id. Its bulletins stay. */
export function removeFeed(workspace: Workspace, id: string): boolean {
  if (workspace.state.get(kind, id) === undefined) return false
  workspace.state.delete(kind, id)
  return true
}

/** Pulls one feed to its end. Each batch is one commit with the place reached, so that a pull cut off goes on where it stopped. */
export async function pullInto(workspace: Workspace, id: string, options: PullOptions): Promise<FeedReport> {
  const bulletins: KeptBulletin[] = []
  const withdrawn: string[] = []
  const problems = new Map<string, Problem>()
  let unchanged = 0
  for (;;) {
    const record = workspace.state.get<FeedRecord>(kind, id)
    if (!record) throw new UsageError(`there is no feed ${id} in the workspace; see sillage feed list`)
    const { location, cursor } = record
    const source = { location, cursor, access: await accessOf(id, record.secrets), timeoutMs: options.timeoutMs }
    const pulled = await pullFeed(source, record.kind)
    const read = await Promise.all(pulled.documents.map(readDocument))
    const stored = workspace.state.transaction(() => {
      const stored = storeBatch(workspace, id, record, read, pulled.withdrawn, options)
      for (const problem of [...pulled.problems, ...stored.problems]) problems.set(`${problem.where} ${problem.message}`, problem)
      const done = problems.size === 0 && !pulled.more
      const next = { ...record, documents: stored.documents, cursor: stored.gone ? cursor : pulled.cursor }
      setFeed(workspace, id, done ? { ...next, pulledAt: options.now() } : next)
      return stored
    })
    for (const kept of stored.kept) kept.status === "unchanged" ? unchanged++ : bulletins.push(kept)
    withdrawn.push(...stored.withdrawn)
    if (!pulled.more) return { id, location: record.location, bulletins, unchanged, withdrawn, problems: [...problems.values()] }
  }
}

interface ReadDocument extends Pick<FeedDocument, "name" | "incremental"> {
  readonly bulletin: Bulletin
  readonly sha256: string
}

async function readDocument({ name, bytes, incremental }: FeedDocument): Promise<ReadDocument> {
  const bulletin = await readBulletin(name, bytes)
  return { name, bulletin, sha256: createHash("sha256").update(bytes).digest("hex"), ...(incremental ? { incremental } : {}) }
}

interface StoredBatch {
  readonly kept: readonly KeptBulletin[]
  readonly withdrawn: readonly string[]
  readonly documents: Readonly<Record<string, string>>
  readonly problems: readonly Problem[]
  /** Everything seems gone, which was not believed: the place reached stays where it was. */
  readonly gone: boolean
}

function storeBatch(
  workspace: Workspace,
  id: string,
  record: FeedRecord,
  read: readonly ReadDocument[],
  missing: readonly string[],
  options: PullOptions,
): StoredBatch {
  const documents: Record<string, string> = { ...record.documents }
  const kept: KeptBulletin[] = []
  const problems: Problem[] = []
  for (const document of read) {
    const { name, bulletin } = document
    const where = `${id} ${name}`
    if (bulletin.format === "unknown") {
      problems.push({ code: "unsupported", where, message: "no bulletin format recognises this document; it was not kept" })
      continue
    }
    const one = keepBulletin(workspace, bulletin, contentOf(id, document, documents[name]), { ...options, ...document, at: options.now() })
    documents[name] = one.id
    kept.push(one)
    if (one.partial !== undefined && !document.incremental)
      problems.push({ code: "truncated", where, message: `what it no longer names still stands, since ${one.partial}` })
  }
  // A folder that is not mounted looks like an empty one.
  const gone = missing.length > 0 && read.length === 0 && missing.length >= Object.keys(documents).length && !options.allowEmpty
  if (gone) problems.push({ code: "unreadable", where: id, message: "the feed has no document any more; nothing was withdrawn" })
  const withdrawn = gone ? [] : missing.flatMap((name) => withdraw(workspace, name, documents, options.now()))
  return { kept, withdrawn, documents, problems, gone }
}

function contentOf(id: string, { name, sha256 }: ReadDocument, known: string | undefined) {
  return { name: `${id}/${name}`, sha256, ...(known === undefined ? {} : { id: known }) }
}

/** Marks everything in the bulletin of a document as withdrawn, unless another document of the feed brings it too. */
function withdraw(workspace: Workspace, name: string, documents: Record<string, string>, at: string): readonly string[] {
  const bulletin = documents[name]
  delete documents[name]
  if (bulletin === undefined || Object.values(documents).includes(bulletin)) return []
  const old = workspace.bulletins.get(bulletin)
  if (!old) return []
  const sha256 = createHash("sha256").update(`withdrawn ${bulletin} ${at}`).digest("hex")
  workspace.bulletins.add({ ...old, indicators: [] }, { id: bulletin, name, sha256 }, at)
  return [bulletin]
}

async function accessOf(id: string, secrets: FeedSecrets): Promise<FeedAccess> {
  const text = async (path: string): Promise<string> => {
    try {
      return await readFile(path, "utf8")
    } catch (error) {
      throw new UsageError(`feed ${id}: cannot read ${path}: ${(error as Error).message}`)
    }
  }
  const { user, passwordFile, tokenFile, certFile, keyFile, caFile } = secrets
  return {
    ...(tokenFile === undefined ? {} : { bearer: (await text(tokenFile)).trim() }),
    ...(user === undefined ? {} : { basic: { user, password: passwordFile === undefined ? "" : (await text(passwordFile)).trim() } }),
    ...(certFile === undefined && keyFile === undefined && caFile === undefined
      ? {}
      : {
          certificate: {
            ...(certFile === undefined ? {} : { cert: await text(certFile) }),
            ...(keyFile === undefined ? {} : { key: await text(keyFile) }),
            ...(caFile === undefined ? {} : { ca: await text(caFile) }),
          },
        }),
  }
}
