// `sillage index status` and `sillage index verify`: what the index speaks for, and whether it can be believed.
import { resolve, sep } from "node:path"
import { buildCommand } from "@stricli/core"
import type { Problem } from "../../model/problem.js"
import { type IndexStatus, Sketches } from "../../sources/files/sketches.js"
import { type CliContext, guarded, write } from "./context.js"
import { indexFolder } from "./index-folder.js"
import { size } from "./progress.js"
import { safe } from "./safe-text.js"

interface StatusFlags {
  readonly json?: boolean
  readonly workspace?: string
}

export interface StatusView extends IndexStatus {
  readonly type: "index"
  readonly folder: string
  readonly problems: readonly Problem[]
}

const parameters = {
  flags: {
    json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object: blocks, keys, bytes, rawBytes, files, stale" },
    workspace: { kind: "parsed", parse: String, optional: true, brief: "Folder of the workspace that holds the index", placeholder: "DIR" },
  },
  positional: { kind: "array", parameter: { parse: String, brief: "Only what lies there (default: all)", placeholder: "PATH" } },
} as const

export const indexStatusCommand = buildCommand<StatusFlags, string[], CliContext>({
  docs: {
    brief: "Show what the index speaks for and what of it is stale",
    fullDescription: [
      "Stale files were changed or removed since they were read; a hunt reads them again.",
      "",
      "Example:",
      "  sillage index status",
    ].join("\n"),
  },
  parameters,
  func(this: CliContext, flags: StatusFlags, ...paths: string[]): Promise<void> {
    return guarded(this, async () => {
      const view = statusOf(indexFolder(flags.workspace, "look"), this.version, paths)
      await write(flags.json ? `${JSON.stringify(view)}\n` : renderStatus(view))
      return 0
    })
  },
})

export const indexVerifyCommand = buildCommand<StatusFlags, string[], CliContext>({
  docs: {
    brief: "Read every byte of the index against its checksums",
    fullDescription: [
      "What is damaged is named; hunts never believe it, they read its files instead. sillage index update builds it anew.",
      "Exit codes: 0 all is well, 3 something is damaged or stale.",
      "",
      "Example:",
      "  sillage index verify",
    ].join("\n"),
  },
  parameters,
  func(this: CliContext, flags: StatusFlags, ...paths: string[]): Promise<void> {
    return guarded(this, async () => {
      const view = viewOf(indexFolder(flags.workspace, "look"), this.version, paths, (sketches) => sketches.verify())
      await write(flags.json ? `${JSON.stringify(view)}\n` : renderStatus(view))
      return view.problems.length > 0 || view.stale > 0 ? 3 : 0
    })
  },
})

export function statusOf(folder: string, version: string, paths: readonly string[]): StatusView {
  return viewOf(folder, version, paths, () => {})
}

function viewOf(folder: string, version: string, paths: readonly string[], look: (sketches: Sketches) => void): StatusView {
  const sketches = new Sketches(folder, version)
  try {
    look(sketches)
    const roots = paths.map((path) => resolve(path))
    const isBelow = (file: string): boolean =>
      roots.length === 0 || roots.some((root) => file === root || file.startsWith(root.endsWith(sep) ? root : root + sep))
    return { type: "index", folder, ...sketches.status(isBelow), problems: sketches.problems }
  } finally {
    sketches.close()
  }
}

export function renderStatus(view: StatusView): string {
  const share = view.rawBytes > 0 ? ` (${size((view.bytes / view.rawBytes) * 1e9)} for each GB of text)` : ""
  return [
    `Index of ${view.files} files: ${size(view.rawBytes)} of text in ${view.blocks} blocks, ${view.keys} keys, ${size(view.bytes)}${share}\n`,
    ...(view.stale > 0 ? [`${view.stale} files were changed or are gone since: sillage index update\n`] : []),
    ...view.problems.map(({ code, where, message }) => `${code}: ${safe(where, 200)}: ${safe(message, 300)}\n`),
  ].join("")
}
