// `sillage feed list`: the feeds of the workspace, and when each was last pulled.
import { buildCommand } from "@stricli/core"
import { type FeedEntry, listFeeds } from "../pull-feeds.js"
import { table } from "./bulletin-list.js"
import { type CliContext, guarded, write } from "./context.js"
import { inWorkspace, type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"
import { safe } from "./safe-text.js"

interface ListFlags extends WorkspaceFlags {
  readonly json?: boolean
}

export const feedListCommand = buildCommand<ListFlags, [], CliContext>({
  docs: {
    brief: "List the feeds of the workspace",
    fullDescription: ["Examples:", "  sillage feed list", "  sillage feed list --json | jq -r .location"].join("\n"),
  },
  parameters: {
    flags: {
      json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object on stdout for each feed" },
      workspace: workspaceFlag,
    },
  },
  func(this: CliContext, flags: ListFlags): Promise<void> {
    return guarded(this, async () => {
      const entries = await inWorkspace(flags, listFeeds)
      await write(flags.json ? entries.map((entry) => `${JSON.stringify(feedToJson(entry))}\n`).join("") : renderFeeds(entries))
      return 0
    })
  },
})

function feedToJson({ id, location, kind, addedAt, pulledAt, documents }: FeedEntry) {
  return { id, location, kind, addedAt, pulledAt, bulletins: [...new Set(Object.values(documents))] }
}

function renderFeeds(entries: readonly FeedEntry[]): string {
  if (entries.length === 0) return "The workspace follows no feeds. Add one with sillage feed add URL|DIR.\n"
  const rows = entries.map(({ id, kind, pulledAt, documents, location }) => [
    id,
    kind,
    pulledAt?.slice(0, 16).replace("T", " ") ?? "never",
    String(new Set(Object.values(documents)).size),
    safe(location, 200),
  ])
  return table([["ID", "KIND", "PULLED (UTC)", "BULLETINS", "ADDRESS"], ...rows])
}
