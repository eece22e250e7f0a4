// The workspace: one folder with one embedded database, which the command line, the watch and the server may hold open at the same time.
import { existsSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { type BulletinStore, openBulletins } from "./bulletin-store.js"
import { type DatabaseOptions, openDatabase, StoreError } from "./database.js"
import { type ExchangeStore, openExchange } from "./exchange-store.js"
import { databaseName, isWorkspace } from "./find-workspace.js"
import { type HuntStore, openHunts } from "./hunt-store.js"
import { migrate } from "./schema.js"
import { openState, type StateStore } from "./state-store.js"
import { openUnits, type UnitStore } from "./unit-store.js"
import { openVerdicts, type VerdictStore } from "./verdict-store.js"

export type { BulletinAdded, BulletinContent, BulletinEntry, BulletinStore } from "./bulletin-store.js"
export { StoreError } from "./database.js"
export { dataFolder, findWorkspace, isWorkspace, watchFolder, workspaceFolder } from "./find-workspace.js"
export type { HuntAsked, HuntEntry, HuntStore } from "./hunt-store.js"
export type { StateStore } from "./state-store.js"
export type { UnitStore } from "./unit-store.js"
export type { VerdictStore } from "./verdict-store.js"

/**
 * How to use it:
 *
 * ```ts
 * const folder = findWorkspace({ given: flags.workspace, cwd: process.cwd(), env: process.env })
 * if (folder === undefined) …                       // works without one, or says: `sillage init` makes one
 * const workspace = openWorkspace(folder)
 * try {
 *   workspace.bulletins.add(bulletin, { name: "feed.json", sha256 }, new Date().toISOString())
 *   workspace.state.transaction(() => {             // one commit, kept through a power loss once it returns
 *     workspace.state.set("checkpoint", path, position)
 *     workspace.state.set("outbox", id, message)
 *   })
 *   for (const hit of workspace.hunts.hits("latest")) …
 * } finally {
 *   workspace.close()
 * }
 * ```
 *
 * Plain values of `model` go in and out. Calls are synchronous and short; one that writes waits up to half a minute for another process. The
 * clock is the caller's: times are given, never taken. Faults of the disk and the file are `StoreError`s, which a command's `guarded` prints as
 * one sentence with exit code 2. A workspace belongs to one thread; open another in each worker.
 */
export interface Workspace {
  readonly dir: string
  readonly bulletins: BulletinStore
  readonly hunts: HuntStore
  readonly units: UnitStore
  readonly verdicts: VerdictStore
  readonly state: StateStore
  /** STIX objects in collections: what the TAXII server holds. */
  readonly exchange: ExchangeStore
  close(): void
}

/** Opens an existing workspace, and brings an older one up to the present version. */
export function openWorkspace(dir: string, options?: DatabaseOptions): Workspace {
  if (!isWorkspace(dir)) throw new StoreError(`there is no workspace at ${dir}: make one with sillage init`, "ABSENT")
  return opened(dir, "existing", options)
}

/** Makes the folder and an empty workspace in it; one that is there already is opened as it is. */
export function initWorkspace(dir: string, options?: DatabaseOptions): Workspace {
  if (!existsSync(dir)) {
    try {
      // Evidence and bulletins may be confidential: nobody else reads them.
      mkdirSync(dir, { recursive: true, mode: 0o700 })
    } catch (error) {
      throw new StoreError(`cannot make the workspace ${dir}: ${(error as Error).message}`, "CANTMAKE")
    }
  }
  return opened(dir, "create", options)
}

function opened(dir: string, mode: "create" | "existing", options: DatabaseOptions | undefined): Workspace {
  const db = openDatabase(join(dir, databaseName), mode, options)
  try {
    migrate(db)
  } catch (error) {
    db.close()
    throw error
  }
  return {
    dir,
    bulletins: openBulletins(db),
    hunts: openHunts(db),
    units: openUnits(db),
    verdicts: openVerdicts(db),
    state: openState(db),
    exchange: openExchange(db),
    close: () => db.close(),
  }
}
