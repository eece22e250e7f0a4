// `sillage feed remove`: follows a feed no more; its bulletins stay.
import { buildCommand } from "@stricli/core"
import { UsageError } from "../../model/problem.js"
import { removeFeed } from "../pull-feeds.js"
import { type CliContext, guarded, write } from "./context.js"
import { inWorkspace, type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"

export const feedRemoveCommand = buildCommand<WorkspaceFlags, string[], CliContext>({
  docs: {
    brief: "Stop following feeds; their bulletins stay",
    fullDescription: ["Examples:", "  sillage feed remove partners"].join("\n"),
  },
  parameters: {
    flags: { workspace: workspaceFlag },
    positional: { kind: "array", minimum: 1, parameter: { parse: String, brief: "As sillage feed list shows it", placeholder: "ID" } },
  },
  func(this: CliContext, flags: WorkspaceFlags, ...ids: string[]): Promise<void> {
    return guarded(this, async () => {
      await inWorkspace(flags, async (workspace) => {
        workspace.state.transaction(() => {
          for (const id of ids)
            if (!removeFeed(workspace, id)) throw new UsageError(`there is no feed ${id} in the workspace; nothing was removed`)
        })
        await write(ids.map((id) => `Removed ${id}; its bulletins stay.\n`).join(""))
      })
      return 0
    })
  },
})
