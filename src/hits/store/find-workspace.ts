// Where the workspace is: what was named, `.sillage` up the tree, or the user's data folder.
import { existsSync } from "node:fs"
import { homedir } from "node:os"
import { dirname, join, resolve } from "node:path"

export const workspaceFolder = ".sillage"
export const databaseName = "workspace.db"

/** The folder of a workspace in which a watch keeps its positions, open alerts and outbox: a store of its own, for another process may hold the large one for seconds. */
export function watchFolder(dir: string): string {
  return join(dir, "watch")
}

export interface WorkspaceSearch {
  /** `--workspace DIR`: taken as it is, there or not. */
  readonly given?: string | undefined
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * The folder of the workspace in force: `--workspace`, then `SILLAGE_WORKSPACE`, then the nearest `.sillage` at or above the current folder,
 * then `sillage` in the XDG data folder. The last two count only where a workspace lies there; undefined if there is none.
 */
export function findWorkspace({ given, cwd, env }: WorkspaceSearch): string | undefined {
  const named = given ?? (env.SILLAGE_WORKSPACE || undefined)
  if (named !== undefined) return asFolder(resolve(cwd, named))
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (isWorkspace(join(folder, workspaceFolder))) return join(folder, workspaceFolder)
    if (dirname(folder) === folder) break
  }
  const own = dataFolder(env)
  return isWorkspace(own) ? own : undefined
}

/** `$XDG_DATA_HOME/sillage`, by default `~/.local/share/sillage`. */
export function dataFolder(env: WorkspaceSearch["env"]): string {
  return join(env.XDG_DATA_HOME || join(env.HOME || homedir(), ".local/share"), "sillage")
}

export function isWorkspace(folder: string): boolean {
  return existsSync(join(folder, databaseName))
}

/** A project folder stands for the workspace in it. */
function asFolder(path: string): string {
  return !isWorkspace(path) && isWorkspace(join(path, workspaceFolder)) ? join(path, workspaceFolder) : path
}
