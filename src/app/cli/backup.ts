// `sillage backup` and `sillage restore`: the workspace as one file, and back.
import { resolve } from "node:path"
import { buildCommand } from "@stricli/core"
import { backupWorkspace, restoreWorkspace } from "../../hits/store/maintain-workspace.js"
import { openWorkspace, workspaceFolder } from "../../hits/store/workspace.js"
import { type CliContext, guarded, write } from "./context.js"
import { inWorkspace, type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"
import { size } from "./progress.js"

export const backupCommand = buildCommand<WorkspaceFlags, [file: string], CliContext>({
  docs: {
    brief: "Copy the workspace to one file, while others use it",
    fullDescription: [
      "Copies bulletins, hunts and their answers, done-marks, verdicts, feeds, cases and the positions and alerts of a watch to one file, even while",
      "other processes write. The index is left out: it can be built again. An existing file is never overwritten.",
      "",
      "Examples:",
      "  sillage backup /backup/case-2021.sillage",
      "  sillage restore /backup/case-2021.sillage --workspace /cases/2021/.sillage",
    ].join("\n"),
  },
  parameters: {
    flags: { workspace: workspaceFlag },
    positional: { kind: "tuple", parameters: [{ parse: String, brief: "File to write", placeholder: "FILE" }] },
  },
  func(this: CliContext, flags: WorkspaceFlags, file: string): Promise<void> {
    return guarded(this, async () => {
      const bytes = await inWorkspace(flags, (workspace) => backupWorkspace(workspace.dir, resolve(file)))
      await write(`Wrote ${file}, ${size(bytes)}: keep it as confidential as the workspace.\n`)
      return 0
    })
  },
})

export const restoreCommand = buildCommand<WorkspaceFlags, [file: string], CliContext>({
  docs: {
    brief: "Make a workspace out of a backup",
    fullDescription: [
      "Checks the backup and makes a workspace out of it, by default .sillage in the current folder. An existing workspace is never overwritten.",
      "",
      "Examples:",
      "  sillage restore /backup/case-2021.sillage",
    ].join("\n"),
  },
  parameters: {
    flags: { workspace: workspaceFlag },
    positional: { kind: "tuple", parameters: [{ parse: String, brief: "Backup to read", placeholder: "FILE" }] },
  },
  func(this: CliContext, flags: WorkspaceFlags, file: string): Promise<void> {
    return guarded(this, async () => {
      const dir = resolve(flags.workspace ?? workspaceFolder)
      restoreWorkspace(file, dir)
      const workspace = openWorkspace(dir)
      const counts = `${workspace.bulletins.list().length} bulletins, ${workspace.hunts.list().length} hunts`
      workspace.close()
      await write(`Made the workspace ${dir} of ${file}: ${counts}\n`)
      return 0
    })
  },
})
