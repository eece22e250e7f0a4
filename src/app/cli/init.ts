// `sillage init`: makes a workspace, in which hunts are recorded and bulletins kept.
import { existsSync } from "node:fs"
import { join, resolve } from "node:path"
import { buildCommand } from "@stricli/core"
import { initWorkspace, isWorkspace, workspaceFolder } from "../../hits/store/workspace.js"
import { UsageError } from "../../model/problem.js"
import { type CliContext, guarded, write } from "./context.js"
import { type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"

export const initCommand = buildCommand<WorkspaceFlags, [folder?: string], CliContext>({
  docs: {
    brief: "Make a workspace: hunts are recorded in it and can be resumed, bulletins are kept",
    fullDescription: [
      "Makes .sillage in the folder given (default: the current one). From then on, hunts begun in this folder or below it are recorded:",
      "one that is cut off goes on where it stopped, and a later bulletin is searched only for what is new in it. The workspace holds what was",
      "found, so only its owner may read it. An existing workspace is left as it is.",
      "",
      "Examples:",
      "  sillage init",
      "  sillage init /cases/2021-apt31",
      "  sillage init --workspace ~/.local/share/sillage    # the user's own, in force wherever no other is nearer",
    ].join("\n"),
  },
  parameters: {
    flags: { workspace: workspaceFlag },
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, optional: true, brief: "Folder to make .sillage in", placeholder: "FOLDER" }],
    },
  },
  func(this: CliContext, flags: WorkspaceFlags, folder?: string): Promise<void> {
    return guarded(this, async () => {
      if (flags.workspace !== undefined && folder !== undefined) throw new UsageError("give FOLDER or --workspace DIR, not both")
      if (folder !== undefined && !existsSync(folder)) throw new UsageError(`there is no folder ${folder}: make it first`)
      const dir = resolve(flags.workspace ?? join(folder ?? ".", workspaceFolder))
      const known = isWorkspace(dir)
      initWorkspace(dir).close()
      await write(known ? `There is a workspace already: ${dir}\n` : `Made the workspace ${dir}\n`)
      return 0
    })
  },
})
