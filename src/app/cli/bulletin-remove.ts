// `sillage bulletin remove`: takes bulletins out of the workspace; hunts that used them stay.
import { buildCommand } from "@stricli/core"
import { UsageError } from "../../model/problem.js"
import { type CliContext, guarded, write } from "./context.js"
import { inWorkspace, type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"

export const bulletinRemoveCommand = buildCommand<WorkspaceFlags, string[], CliContext>({
  docs: {
    brief: "Remove bulletins from the workspace",
    fullDescription: [
      "Removes bulletins and their indicators from the workspace. Hunts that used them keep their answers.",
      "",
      "Examples:",
      "  sillage bulletin remove certfr-2021-ioc-003-ioc-csv",
    ].join("\n"),
  },
  parameters: {
    flags: { workspace: workspaceFlag },
    positional: { kind: "array", minimum: 1, parameter: { parse: String, brief: "As sillage bulletin list shows it", placeholder: "ID" } },
  },
  func(this: CliContext, flags: WorkspaceFlags, ...ids: string[]): Promise<void> {
    return guarded(this, async () => {
      await inWorkspace(flags, async ({ bulletins, state }) => {
        // All of them or none: a slip in the third id must not leave the first two removed.
        state.transaction(() => {
          for (const id of ids)
            if (!bulletins.remove(id)) throw new UsageError(`there is no bulletin ${id} in the workspace; nothing was removed`)
        })
        await write(ids.map((id) => `Removed ${id}.\n`).join(""))
      })
      return 0
    })
  },
})
