// The workspace in force for commands that work with or without one.
import { findWorkspace, openWorkspace, type Workspace } from "../../hits/store/workspace.js"

export function workspaceOf(flags: { readonly workspace?: string }): Workspace | undefined {
  const dir = findWorkspace({ given: flags.workspace, cwd: process.cwd(), env: process.env })
  return dir === undefined ? undefined : openWorkspace(dir)
}
