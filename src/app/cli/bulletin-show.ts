// `sillage bulletin show`: what a bulletin says, before anything is hunted; or what the workspace keeps of it.
import { existsSync } from "node:fs"
import { buildCommand } from "@stricli/core"
import { findWorkspace } from "../../hits/store/workspace.js"
import type { Bulletin } from "../../model/bulletin.js"
import { type Problem, UsageError } from "../../model/problem.js"
import { bulletinToJson, renderBulletin } from "./bulletin-view.js"
import { type CliContext, guarded, write } from "./context.js"
import { inWorkspace, type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"
import { openBulletins } from "./open-bulletin.js"
import { safe } from "./safe-text.js"

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
      "  sillage bulletin show misp-feed/",
      "  xclip -o | sillage bulletin show -",
    ].join("\n"),
  },
  parameters: {
    flags: {
      json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object on stdout for each bulletin" },
      workspace: workspaceFlag,
    },
    positional: {
      kind: "array",
      minimum: 1,
      parameter: { parse: String, brief: "Bulletins to show: files, folders, ids, - for stdin", placeholder: "FILE|ID" },
    },
  },
  func(this: CliContext, flags: ShowFlags, ...named: string[]): Promise<void> {
    return guarded(this, async () => {
      for (const one of named) {
        const { bulletins, problems } = await filesOrKept(one, flags)
        for (const { name, bulletin } of bulletins)
          await write(flags.json ? `${JSON.stringify(bulletinToJson(bulletin))}\n` : renderBulletin(bulletin, name))
        for (const { where, message } of problems) this.process.stderr.write(`sillage: ${safe(where, 200)}: ${safe(message, 300)}\n`)
      }
      return 0
    })
  },
})

interface Named {
  readonly bulletins: readonly { readonly name: string; readonly bulletin: Bulletin }[]
  readonly problems: readonly Problem[]
}

/** The bulletins in a file or folder, or the one that the workspace keeps under this id. A file of that name comes first. */
async function filesOrKept(named: string, flags: WorkspaceFlags): Promise<Named> {
  if (named === "-" || existsSync(named)) {
    const { files, problems } = await openBulletins(named)
    return { bulletins: files, problems }
  }
  const folder = findWorkspace({ given: flags.workspace, cwd: process.cwd(), env: process.env })
  if (folder === undefined) throw new UsageError(`there is no file ${named}, and no workspace that could keep a bulletin of this id`)
  const kept = await inWorkspace(flags, ({ bulletins }) => bulletins.get(named))
  if (!kept) throw new UsageError(`there is no file ${named}, and no bulletin of this id in the workspace; see sillage bulletin list`)
  return { bulletins: [{ name: named, bulletin: kept }], problems: [] }
}

/** As above, where one is wanted. */
export async function fileOrKept(named: string, flags: WorkspaceFlags): Promise<Bulletin> {
  const { bulletins } = await filesOrKept(named, flags)
  if (bulletins.length > 1) throw new UsageError(`${named} holds ${bulletins.length} bulletins: name one of them`)
  return bulletins[0]!.bulletin
}
