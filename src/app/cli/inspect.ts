// `sillage inspect`: what each file of an archive was taken for, without hunting anything.
import { stat } from "node:fs/promises"
import { buildCommand } from "@stricli/core"
import { type FileView, inspect } from "../../hunt/inspect.js"
import { UsageError } from "../../model/problem.js"
import { parseZone } from "../../sources/time/resolve.js"
import { type CliContext, guarded, write } from "./context.js"
import { safe } from "./safe-text.js"

interface InspectFlags {
  readonly json?: boolean
  readonly tz?: string
}

export const inspectCommand = buildCommand<InspectFlags, string[], CliContext>({
  docs: {
    brief: "Show what each log file was taken for: format, time range, sample fields",
    fullDescription: [
      "Reads the first records of every file and member and shows its format, the first time in it, the fields of a sample record, and",
      "how many of the first lines were not understood (they are still searched as text).",
      "",
      "Example:",
      "  sillage inspect /archive/logs",
    ].join("\n"),
  },
  parameters: {
    flags: {
      json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object a line" },
      tz: { kind: "parsed", parse: String, optional: true, brief: "Zone of stamps that state none", placeholder: "ZONE" },
    },
    positional: { kind: "array", minimum: 1, parameter: { parse: String, brief: "Files, folders, or - for stdin", placeholder: "PATH" } },
  },
  func(this: CliContext, flags: InspectFlags, ...paths: string[]): Promise<void> {
    return guarded(this, async () => {
      const tz = flags.tz === undefined ? undefined : parseZone(flags.tz)
      if (flags.tz !== undefined && tz === undefined) throw new UsageError(`--tz ${flags.tz} is no time zone`)
      for (const path of paths) {
        if (path !== "-") {
          await stat(path).catch((error: Error) => {
            throw new UsageError(`cannot inspect ${path}: ${error.message}`)
          })
        }
      }
      for await (const view of inspect(paths, tz)) await write(flags.json ? `${JSON.stringify(view)}\n` : render(view))
      return 0
    })
  },
})

function render(view: FileView): string {
  const place = `${safe(view.path, 200)}${view.member === undefined ? "" : `!/${safe(view.member, 200)}`}`
  const fields = Object.entries(view.fields)
    .slice(0, 12)
    .map(([name, value]) => `${safe(name, 80)}=${safe(String(value), 60)}`)
  return [
    `${place}\n  ${view.format}: ${view.title}; first time ${view.first ?? "none"}; ${view.understood} of the first ${view.looked} records understood\n`,
    ...(fields.length > 0 ? [`  ${fields.join("  ")}\n`] : []),
    ...view.problems.map((problem) => `  ${problem.code}: ${safe(problem.message, 200)}\n`),
  ].join("")
}
