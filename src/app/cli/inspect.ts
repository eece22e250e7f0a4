// `sillage inspect`: what each file of an archive was taken for, without hunting anything.
import { stat } from "node:fs/promises"
import { buildCommand } from "@stricli/core"
import { type FileView, inspect } from "../../hunt/inspect.js"
import { UsageError } from "../../model/problem.js"
import { parseZone } from "../../sources/time/resolve.js"
import { type CliContext, guarded, write } from "./context.js"
import { createProgress } from "./progress.js"
import { safe } from "./safe-text.js"

interface InspectFlags {
  readonly json?: boolean
  readonly tz?: string
  readonly quiet?: boolean
}

export const inspectCommand = buildCommand<InspectFlags, string[], CliContext>({
  docs: {
    brief: "Show what each log file was taken for: format, time range, sample fields",
    fullDescription: [
      "Reads every file and member and shows its format, its time range with what was assumed to tell it, days of silence, clocks that run",
      "backwards, the fields of a sample record, and what was not understood (it is still searched as text). Nothing is hunted.",
      "",
      "Examples:",
      "  sillage inspect /archive/logs",
      "  sillage inspect --tz Europe/Paris /var/log/messages.1",
      "  sillage inspect --json /archive/logs | jq -r 'select(.understood < .looked) | .path'",
    ].join("\n"),
  },
  parameters: {
    flags: {
      json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object a line" },
      tz: { kind: "parsed", parse: String, optional: true, brief: "Zone of stamps that state none", placeholder: "ZONE" },
      quiet: { kind: "boolean", optional: true, withNegated: false, brief: "No progress on stderr" },
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
      const progress = createProgress(process.stderr, flags.quiet ?? false)
      for await (const view of inspect(paths, tz, progress.show)) {
        progress.end()
        await write(flags.json ? `${JSON.stringify(view)}\n` : render(view))
      }
      progress.end()
      return 0
    })
  },
})

const fieldsShown = 12
const oddShown = 3

function render(view: FileView): string {
  const place = `${safe(view.path, 200)}${view.member === undefined ? "" : `!/${safe(view.member, 200)}`}`
  const lines = [
    place,
    `  ${view.format}: ${view.title}`,
    `  ${range(view)}; ${view.understood} of ${view.looked} records looked at were understood, ${view.records} in all`,
    ...mixture(view),
    ...sample(view),
    ...view.notUnderstood.map((line) => `  not understood, searched as text: ${safe(line, 120)}`),
    ...bounded(view.gaps.map(({ from, to }) => `  no records ${from.slice(0, 16)} to ${to.slice(0, 16)}`)),
    ...bounded(view.jumps.map(({ from, to }) => `  time runs back from ${from.slice(0, 19)} to ${to.slice(0, 19)}`)),
    ...bounded(view.problems.map((problem) => `  ${problem.code}: ${safe(problem.message, 200)} (${safe(problem.where, 200)})`)),
  ]
  return `${lines.join("\n")}\n`
}

function range({ first, last, assumption }: FileView): string {
  if (first === null || last === null) return "no record looked at has a time"
  return `${first} to ${last}${assumption.length > 0 ? ` (${assumption.join(", ")})` : ""}`
}

/** Of more than one kind of record, each with its count. */
function mixture({ formats }: FileView): readonly string[] {
  const kinds = Object.entries(formats)
  return kinds.length > 1 ? [`  mixed: ${kinds.map(([name, count]) => `${name} ${count}`).join(", ")}`] : []
}

function sample({ fields }: FileView): readonly string[] {
  const shown = Object.entries(fields).map(([name, value]) => `${safe(name, 80)}=${safe(String(value), 60)}`)
  const more = shown.length - fieldsShown
  return shown.length === 0 ? [] : [`  ${shown.slice(0, fieldsShown).join("  ")}${more > 0 ? `  … and ${more} more` : ""}`]
}

function bounded(lines: readonly string[]): readonly string[] {
  const more = lines.length - oddShown
  return more > 0 ? [...lines.slice(0, oddShown), `  … and ${more} more: --json shows all`] : lines
}
