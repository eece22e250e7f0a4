// The index of the workspace in force: where it lies, and which folders it is of.
import { join, resolve } from "node:path"
import { findWorkspace, initWorkspace, isWorkspace, openWorkspace } from "../../hits/store/workspace.js"
import { UsageError } from "../../model/problem.js"

/** State of this kind: what was asked to be indexed, by its absolute path. */
const rootKind = "index-root"

/** `<workspace>/index`. A workspace that is named and not there yet is made if something is to be kept in it. */
export function indexFolder(given: string | undefined, use: "keep" | "look"): string {
  const workspace = workspaceFor(given)
  if (use === "keep" && !isWorkspace(workspace)) initWorkspace(workspace).close()
  return join(workspace, "index")
}

/** What is indexed, as absolute paths; those given are added. */
export function indexRoots(given: string | undefined, added: readonly string[] = []): readonly string[] {
  const workspace = openWorkspace(workspaceFor(given))
  try {
    for (const path of added) workspace.state.set(rootKind, resolve(path), { path })
    return workspace.state.entries(rootKind).map(({ key }) => key)
  } finally {
    workspace.close()
  }
}

function workspaceFor(given: string | undefined): string {
  const workspace = findWorkspace({ given, cwd: process.cwd(), env: process.env })
  if (workspace === undefined)
    throw new UsageError("no workspace for the index: make one with sillage init, or name one with --workspace DIR")
  return workspace
}
