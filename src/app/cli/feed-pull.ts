// `sillage feed pull`: fetches what is new from the feeds of the workspace and says what it changed.
import { buildCommand } from "@stricli/core"
import { UsageError } from "../../model/problem.js"
import { type FeedReport, listFeeds, pullInto } from "../pull-feeds.js"
import { changesToJson, renderChanges } from "./bulletin-changes.js"
import { type CliContext, guarded, write } from "./context.js"
import { inWorkspace, type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"
import { safe } from "./safe-text.js"

interface PullFlags extends WorkspaceFlags {
  readonly json?: boolean
  readonly allowEmpty?: boolean
}

export const feedPullCommand = buildCommand<PullFlags, string[], CliContext>({
  docs: {
    brief: "Fetch what is new from feeds into the workspace",
    fullDescription: [
      "Fetches what is new since the last pull, from the feeds named or from all, and keeps it as bulletins of the workspace. What a feed",
      "no longer has is withdrawn. What could not be fetched or read whole withdraws nothing and is asked for again.",
      "",
      "Examples:",
      "  sillage feed pull",
      "  sillage feed pull --json partners | jq '.bulletins[].added[].value'",
      "",
      "Exit codes: 0 everything fetched, 2 wrong invocation or fatal error, 3 something could not be fetched or read.",
    ].join("\n"),
  },
  parameters: {
    flags: {
      json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object on stdout for each feed" },
      allowEmpty: {
        kind: "boolean",
        optional: true,
        withNegated: false,
        brief: "Believe a document without indicators and a feed without documents: all of it is withdrawn",
      },
      workspace: workspaceFlag,
    },
    positional: { kind: "array", minimum: 0, parameter: { parse: String, brief: "Feeds to pull [default: all]", placeholder: "ID" } },
  },
  func(this: CliContext, flags: PullFlags, ...named: string[]): Promise<void> {
    return guarded(this, async () => {
      let whole = true
      await inWorkspace(flags, async (workspace) => {
        const known = listFeeds(workspace).map(({ id }) => id)
        if (known.length === 0) throw new UsageError("the workspace follows no feeds: add one with sillage feed add URL|DIR")
        for (const id of named)
          if (!known.includes(id)) throw new UsageError(`there is no feed ${id} in the workspace; see sillage feed list`)
        for (const id of named.length > 0 ? named : known) {
          const allow = flags.allowEmpty ? { allowEmpty: true } : {}
          const report = await pullInto(workspace, id, { now: () => new Date().toISOString(), ...allow })
          if (report.problems.length > 0) whole = false
          await write(flags.json ? `${JSON.stringify(reportToJson(report))}\n` : renderReport(report))
        }
      })
      return whole ? 0 : 3
    })
  },
})

function reportToJson({ id, location, bulletins, unchanged, withdrawn, problems }: FeedReport) {
  return { type: "feed", id, location, bulletins: bulletins.map(changesToJson), unchanged, withdrawn, problems }
}

function renderReport({ id, bulletins, unchanged, withdrawn, problems }: FeedReport): string {
  const added = bulletins.filter(({ status }) => status === "added")
  const revised = bulletins.filter(({ status }) => status === "revised")
  const quiet = bulletins.length === 0 && withdrawn.length === 0 && problems.length === 0
  const lines = [
    quiet
      ? `${id}: nothing new.`
      : `${id}: ${added.length} new, ${revised.length} revised, ${withdrawn.length} withdrawn, ${unchanged} unchanged.`,
    ...added.map(({ id: bulletin, bulletin: { indicators } }) => `  New ${bulletin}: ${indicators.length} indicators.`),
    ...revised.flatMap((kept) => [`  Revised ${kept.id}:`, indented(renderChanges(kept))]),
    ...withdrawn.map((bulletin) => `  Withdrawn ${bulletin}: the feed no longer has it; its indicators raise no alert any more.`),
    ...problems.map(({ code, where, message }) => `  ${code}: ${safe(where, 200)}: ${safe(message, 300)}`),
  ]
  return `${lines.join("\n")}\n`
}

function indented(text: string): string {
  return text.trimEnd().replace(/^/gm, "  ")
}
