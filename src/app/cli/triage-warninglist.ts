// `sillage triage warninglist`: the standing dismissals as a file of the MISP warninglist form, to share with other tools and teams.
import { buildCommand } from "@stricli/core"
import { dismissalsAsWarninglist } from "../../hits/triage/verdicts.js"
import { type CliContext, guarded, write } from "./context.js"
import { inWorkspace, type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"

export const triageWarninglistCommand = buildCommand<WorkspaceFlags, [], CliContext>({
  docs: {
    brief: "Print the standing dismissals as a MISP warninglist",
    fullDescription: [
      "Only dismissals of a whole value that have not expired; those of a single asset stay inside.",
      "",
      "Examples:",
      "  sillage triage warninglist > dismissed.json",
    ].join("\n"),
  },
  parameters: { flags: { workspace: workspaceFlag } },
  func(this: CliContext, flags: WorkspaceFlags): Promise<void> {
    return guarded(this, async () => {
      const verdicts = await inWorkspace(flags, (workspace) => workspace.verdicts.list())
      await write(`${JSON.stringify(dismissalsAsWarninglist(verdicts, new Date().toISOString()), null, 2)}\n`)
      return 0
    })
  },
})
