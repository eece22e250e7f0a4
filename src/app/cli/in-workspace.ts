// What commands that work on the workspace share: the flag that names it, and opening and closing it around their work.
import { findWorkspace, openWorkspace, type Workspace } from "../../hits/store/workspace.js"
import { UsageError } from "../../model/problem.js"

export interface WorkspaceFlags {
  readonly workspace?: string
}

export const workspaceFlag = {
  kind: "parsed",
  parse: (input: string): string => input,
  optional: true,
  brief: "Workspace folder [default: SILLAGE_WORKSPACE, .sillage here or above, or the user's own]",
  placeholder: "DIR",
} as const

/** Opens the workspace in force; a UsageError where there is none. */
export async function inWorkspace<Result>(
  flags: WorkspaceFlags,
  body: (workspace: Workspace) => Result | Promise<Result>,
  options?: Parameters<typeof openWorkspace>[1],
): Promise<Result> {
  const folder = findWorkspace({ given: flags.workspace, cwd: process.cwd(), env: process.env })
  if (folder === undefined) throw new UsageError("there is no workspace here: make one with sillage init, or name one with --workspace DIR")
  const workspace = openWorkspace(folder, options)
  try {
    return await body(workspace)
  } finally {
    workspace.close()
  }
}
