// `sillage bulletin list`: what the workspace keeps.
import { buildCommand } from "@stricli/core"
import type { BulletinEntry } from "../../hits/store/bulletin-store.js"
import { type CliContext, guarded, write } from "./context.js"
import { inWorkspace, type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"
import { safe } from "./safe-text.js"

interface ListFlags extends WorkspaceFlags {
  readonly json?: boolean
}

export const bulletinListCommand = buildCommand<ListFlags, [], CliContext>({
  docs: {
    brief: "List the bulletins of the workspace",
    fullDescription: ["Examples:", "  sillage bulletin list", "  sillage bulletin list --json | jq -r .id"].join("\n"),
  },
  parameters: {
    flags: {
      json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object on stdout for each bulletin" },
      workspace: workspaceFlag,
    },
  },
  func(this: CliContext, flags: ListFlags): Promise<void> {
    return guarded(this, async () => {
      const entries = await inWorkspace(flags, ({ bulletins }) => bulletins.list())
      await write(flags.json ? entries.map((entry) => `${JSON.stringify(entry)}\n`).join("") : renderList(entries))
      return 0
    })
  },
})

function renderList(entries: readonly BulletinEntry[]): string {
  if (entries.length === 0) return "The workspace keeps no bulletins. Add one with sillage bulletin add FILE.\n"
  const rows = entries.map(({ id, published, tlp, indicators, revision, title, name }) => [
    id,
    published?.slice(0, 10) ?? "-",
    tlp ? `TLP:${tlp.toUpperCase()}` : "unmarked",
    String(indicators),
    String(revision),
    safe(title ?? name, 60),
  ])
  return table([["ID", "PUBLISHED", "MARKING", "INDICATORS", "REVISION", "TITLE"], ...rows])
}

/** Columns as wide as their widest cell; the last one as it comes. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)))
  return rows.map((row) => `${row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at]!))).join("  ")}\n`).join("")
}
