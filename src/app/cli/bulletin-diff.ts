// `sillage bulletin diff`: what one bulletin has that another has not.
import { buildCommand } from "@stricli/core"
import { diffBulletins } from "../../model/bulletin-diff.js"
import { diffToJson, renderChanges } from "./bulletin-changes.js"
import { fileOrKept } from "./bulletin-show.js"
import { type CliContext, guarded, write } from "./context.js"
import { type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"

interface DiffFlags extends WorkspaceFlags {
  readonly json?: boolean
}

export const bulletinDiffCommand = buildCommand<DiffFlags, [string, string], CliContext>({
  docs: {
    brief: "Show what a revision of a bulletin adds, changes and withdraws",
    fullDescription: [
      "Compares two bulletins, files or ids of the workspace, by the type and value of their indicators. Order and spelling do not count.",
      "",
      "Examples:",
      "  sillage bulletin diff certfr-2021-ioc-003-ioc-csv CERTFR-2021-IOC-003-IOC.csv",
      "  sillage bulletin diff --json old.json new.json",
    ].join("\n"),
  },
  parameters: {
    flags: {
      json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object on stdout" },
      workspace: workspaceFlag,
    },
    positional: {
      kind: "tuple",
      parameters: [
        { parse: String, brief: "The earlier bulletin", placeholder: "OLD" },
        { parse: String, brief: "The later one", placeholder: "NEW" },
      ],
    },
  },
  func(this: CliContext, flags: DiffFlags, old: string, revision: string): Promise<void> {
    return guarded(this, async () => {
      const diff = diffBulletins(await fileOrKept(old, flags), await fileOrKept(revision, flags))
      await write(flags.json ? `${JSON.stringify({ type: "diff", ...diffToJson(diff) })}\n` : renderChanges(diff))
      return 0
    })
  },
})
