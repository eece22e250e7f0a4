// `sillage bulletin add`: keeps a bulletin in the workspace; a revision says what it added, changed and withdrew.
import { buildCommand } from "@stricli/core"
import type { Workspace } from "../../hits/store/workspace.js"
import type { BulletinFile } from "../../intake/bulletin-file.js"
import { restWindow } from "../../intake/rest-window.js"
import type { Bulletin } from "../../model/bulletin.js"
import { UsageError } from "../../model/problem.js"
import { formatInstant, parseInstant } from "../../model/time.js"
import { type KeptBulletin, keepBulletin } from "../keep-bulletin.js"
import { changesToJson, renderChanges } from "./bulletin-changes.js"
import { countsByType } from "./bulletin-view.js"
import { type CliContext, guarded, write } from "./context.js"
import { inWorkspace, type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"
import { openBulletins } from "./open-bulletin.js"
import { safe } from "./safe-text.js"

interface AddFlags extends WorkspaceFlags {
  readonly json?: boolean
  readonly revises?: string
  readonly since?: string
  readonly until?: string
  readonly allowEmpty?: boolean
}

const text = (input: string): string => input

export const bulletinAddCommand = buildCommand<AddFlags, string[], CliContext>({
  docs: {
    brief: "Keep bulletins in the workspace; the same one again changes nothing",
    fullDescription: [
      "Reads each bulletin and keeps it in the workspace. The same content again changes nothing. A file of the same name and title is a",
      "revision: what it added, changed and withdrew is shown. What a revision no longer names is withdrawn: it raises no alert any more,",
      "is still hunted, and its old hits stay, marked. A file that could not be read whole withdraws nothing.",
      "",
      "Examples:",
      "  sillage bulletin add CERTFR-2021-IOC-003-IOC.csv",
      "  sillage bulletin add --revises certfr-2021-ioc-003-ioc-csv update.csv",
      "  sillage bulletin add --since 2021-01-01 relays.txt",
    ].join("\n"),
  },
  parameters: {
    flags: {
      json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object on stdout for each bulletin" },
      revises: {
        kind: "parsed",
        parse: text,
        optional: true,
        brief: "The bulletin of the workspace that this file revises, whatever its name and title",
        placeholder: "ID",
      },
      since: {
        kind: "parsed",
        parse: text,
        optional: true,
        brief: "From when on its indicators hold, where the bulletin does not say",
        placeholder: "INSTANT",
      },
      until: { kind: "parsed", parse: text, optional: true, brief: "Until when they hold", placeholder: "INSTANT" },
      allowEmpty: {
        kind: "boolean",
        optional: true,
        withNegated: false,
        brief: "A revision without any indicator withdraws all of them",
      },
      workspace: workspaceFlag,
    },
    positional: { kind: "array", minimum: 1, parameter: { parse: String, brief: "Bulletins to keep", placeholder: "FILE" } },
  },
  func(this: CliContext, flags: AddFlags, ...files: string[]): Promise<void> {
    return guarded(this, async () => {
      if (flags.revises !== undefined && files.length > 1) throw new UsageError("--revises goes with one file")
      const window = { from: instantOf("--since", flags.since), to: instantOf("--until", flags.until) }
      await inWorkspace(flags, async (workspace) => {
        const { revises } = flags
        if (revises !== undefined && !workspace.bulletins.get(revises))
          throw new UsageError(`there is no bulletin ${revises} in the workspace; see sillage bulletin list`)
        for (const file of files) {
          const { files: found, problems } = await openBulletins(file)
          for (const one of found) {
            const kept = keepFile(workspace, one, window, flags)
            await write(flags.json ? `${JSON.stringify({ type: "bulletin", ...changesToJson(kept) })}\n` : renderKept(kept))
          }
          for (const { where, message } of problems) this.process.stderr.write(`sillage: ${safe(where, 200)}: ${safe(message, 300)}\n`)
        }
      })
      return 0
    })
  },
})

function keepFile(
  workspace: Workspace,
  { bulletin, name, sha256 }: BulletinFile,
  window: Bulletin["window"],
  flags: AddFlags,
): KeptBulletin {
  if (bulletin.format === "unknown") throw new UsageError(`${name} was not kept: no bulletin format recognises its content`)
  const content = flags.revises === undefined ? { name, sha256 } : { name, sha256, id: flags.revises }
  const options = { at: new Date().toISOString(), ...(flags.allowEmpty ? { allowEmpty: true } : {}) }
  return keepBulletin(workspace, restWindow(bulletin, window), content, options)
}

function instantOf(flag: string, given: string | undefined): string | null {
  if (given === undefined) return null
  const instant = parseInstant(given)
  if (instant === undefined) throw new UsageError(`${flag} ${given} is no date or RFC 3339 instant`)
  return formatInstant(instant)
}

function renderKept(kept: KeptBulletin): string {
  const { id, status, bulletin } = kept
  const title = bulletin.title === null ? "" : `  ${safe(bulletin.title, 100)}\n`
  if (status === "unchanged") return `Unchanged ${id}: the workspace has this content already.\n`
  if (status === "revised") return `Revised ${id}:\n${renderChanges(kept)}`
  const counts = bulletin.indicators.length === 0 ? "no indicators" : countsByType(bulletin.indicators)
  return `Added ${id}: ${counts}.\n${title}${leftOutLine(bulletin)}`
}

function leftOutLine({ leftOut }: Bulletin): string {
  return leftOut.length === 0 ? "" : `  ${leftOut.length} left out; sillage bulletin show says why.\n`
}
