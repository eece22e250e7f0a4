// `sillage bulletin show`: what a bulletin says, before anything is hunted; or what the workspace keeps of it.
import { existsSync } from "node:fs"
import { basename } from "node:path"
import { buildCommand } from "@stricli/core"
import { findWorkspace } from "../../hits/store/workspace.js"
import type { Bulletin } from "../../model/bulletin.js"
import { UsageError } from "../../model/problem.js"
import { bulletinToJson, renderBulletin } from "./bulletin-view.js"
import { type CliContext, guarded, write } from "./context.js"
import { inWorkspace, type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"
import { openBulletin } from "./open-bulletin.js"

interface ShowFlags extends WorkspaceFlags {
  readonly json?: boolean
}

export const bulletinShowCommand = buildCommand<ShowFlags, string[], CliContext>({
  docs: {
    brief: "Show what a bulletin says: indicators, what was left out and why, marking, dates, actors",
    fullDescription: [
      "Reads a bulletin in any format, or takes one from the workspace by its id, and shows what would be hunted, what was left out and",
      "why, its marking, dates and actors. Text copied from a web page will do.",
      "",
      "Examples:",
      "  sillage bulletin show CERTFR-2021-IOC-003-IOC.csv",
      "  sillage bulletin show --json report.pdf | jq '.indicators[].value'",
      "  xclip -o | sillage bulletin show -",
    ].join("\n"),
  },
  parameters: {
    flags: {
      json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object on stdout for each bulletin" },
      workspace: workspaceFlag,
    },
    positional: { kind: "array", minimum: 1, parameter: { parse: String, brief: "Bulletins to show", placeholder: "FILE|ID" } },
  },
  func(this: CliContext, flags: ShowFlags, ...named: string[]): Promise<void> {
    return guarded(this, async () => {
      for (const one of named) {
        const bulletin = await fileOrKept(one, flags)
        await write(flags.json ? `${JSON.stringify(bulletinToJson(bulletin))}\n` : renderBulletin(bulletin, basename(one)))
      }
      return 0
    })
  },
})

/** The bulletin in a file, or the one that the workspace keeps under this id. A file of that name comes first. */
export async function fileOrKept(named: string, flags: WorkspaceFlags): Promise<Bulletin> {
  if (named === "-" || existsSync(named)) return (await openBulletin(named)).bulletin
  const folder = findWorkspace({ given: flags.workspace, cwd: process.cwd(), env: process.env })
  if (folder === undefined) throw new UsageError(`there is no file ${named}, and no workspace that could keep a bulletin of this id`)
  const kept = await inWorkspace(flags, ({ bulletins }) => bulletins.get(named))
  if (!kept) throw new UsageError(`there is no file ${named}, and no bulletin of this id in the workspace; see sillage bulletin list`)
  return kept
}
