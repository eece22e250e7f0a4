// `sillage index build` and `sillage index update`: read what the index does not know yet, without hunting anything.
import { stat } from "node:fs/promises"
import { availableParallelism } from "node:os"
import { buildCommand } from "@stricli/core"
import { type HuntAnswer, hunt } from "../../hunt/hunt.js"
import { UsageError } from "../../model/problem.js"
import { parseZone } from "../../sources/time/resolve.js"
import { type CliContext, guarded, write } from "./context.js"
import { indexFolder, indexRoots } from "./index-folder.js"
import { renderStatus, type StatusView, statusOf } from "./index-status.js"
import { createProgress, size } from "./progress.js"
import { safe } from "./safe-text.js"

interface BuildFlags {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly tz?: string
  readonly workers?: number
  readonly workspace?: string
}

const flags = {
  json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object on stdout" },
  quiet: { kind: "boolean", optional: true, withNegated: false, brief: "No progress on stderr" },
  tz: {
    kind: "parsed",
    parse: String,
    optional: true,
    brief: "Zone of stamps that state none, as hunts will be given it",
    placeholder: "ZONE",
  },
  workers: { kind: "parsed", parse: workers, optional: true, brief: "Threads that read at once (default: the cores)", placeholder: "N" },
  workspace: { kind: "parsed", parse: String, optional: true, brief: "Folder of the workspace that holds the index", placeholder: "DIR" },
} as const

export const indexBuildCommand = buildCommand<BuildFlags, string[], CliContext>({
  docs: {
    brief: "Read an archive once, so that every later bulletin is answered in seconds",
    fullDescription: [
      "Reads every file below the paths that the index does not know yet, and keeps in the workspace which addresses, names, digests,",
      "mailboxes and URLs stand in which part of which file. Nothing is written to the archive. Cut off, it goes on where it was.",
      "A hunt with --index builds the same index in the same pass.",
      "",
      "Examples:",
      "  sillage index build /archive/logs",
      "  sillage hunt --index --bulletin CERTFR-2021-IOC-003-IOC.csv /archive/logs",
    ].join("\n"),
  },
  parameters: {
    flags,
    positional: { kind: "array", minimum: 1, parameter: { parse: String, brief: "Files and folders", placeholder: "PATH" } },
  },
  func(this: CliContext, flags: BuildFlags, ...paths: string[]): Promise<void> {
    return guarded(this, () => build(flags, paths, this.version))
  },
})

export const indexUpdateCommand = buildCommand<BuildFlags, string[], CliContext>({
  docs: {
    brief: "Bring the index up to date: read what is new or changed, forget what is gone",
    fullDescription: [
      "Does the same as index build for everything that was ever given to it (or for the paths given), and removes what the index knows of",
      "files that are gone or changed.",
      "",
      "Example:",
      "  sillage index update",
    ].join("\n"),
  },
  parameters: {
    flags,
    positional: {
      kind: "array",
      parameter: { parse: String, brief: "Files and folders (default: all that were ever indexed)", placeholder: "PATH" },
    },
  },
  func(this: CliContext, flags: BuildFlags, ...paths: string[]): Promise<void> {
    return guarded(this, () => build(flags, paths, this.version))
  },
})

async function build(flags: BuildFlags, paths: readonly string[], version: string): Promise<number> {
  const folder = indexFolder(flags.workspace, "keep")
  for (const path of paths) {
    await stat(path).catch((error: Error) => {
      throw new UsageError(`cannot index ${path}: ${error.message}`)
    })
  }
  const known = indexRoots(flags.workspace, paths)
  const roots = paths.length > 0 ? paths : known
  if (roots.length === 0) throw new UsageError("nothing is indexed yet: sillage index build PATH")
  const tz = flags.tz === undefined ? undefined : parseZone(flags.tz)
  if (flags.tz !== undefined && tz === undefined) throw new UsageError(`--tz ${flags.tz} is no time zone`)
  const answer = await readAll(flags, roots, { folder, program: version, build: true, ...(tz === undefined ? {} : { tz }) })
  const view = statusOf(folder, version, roots)
  const notRead = answer.coverage.filter((entry) => entry.source.member === undefined && entry.state !== "searched").length
  if (flags.json) await write(`${JSON.stringify({ ...view, notRead, problems: answer.problems, complete: notRead === 0 })}\n`)
  else await write(render(answer, view, notRead))
  return answer.interrupted ? 130 : notRead === 0 ? 0 : 3
}

async function readAll(
  flags: BuildFlags,
  paths: readonly string[],
  index: { folder: string; program: string; build: true },
): Promise<HuntAnswer> {
  const progress = createProgress(process.stderr, flags.quiet ?? false)
  const stop = new AbortController()
  const interrupt = (): void => stop.abort()
  process.once("SIGINT", interrupt)
  try {
    return await hunt({
      paths,
      since: null,
      until: null,
      indicators: [],
      own: [],
      trustedProxies: [],
      workers: flags.workers ?? availableParallelism(),
      index,
      progress: progress.show,
      signal: stop.signal,
    })
  } finally {
    process.removeListener("SIGINT", interrupt)
    progress.end()
  }
}

function render(answer: HuntAnswer, view: StatusView, notRead: number): string {
  const read = answer.coverage.reduce((sum, { source, bytes }) => sum + (source.member === undefined ? bytes.searched : 0), 0)
  const shown = answer.problems.slice(0, 20).map(({ code, where, message }) => `  ${code}: ${safe(where, 200)}: ${safe(message, 200)}\n`)
  const more = answer.problems.length > 20 ? `  and ${answer.problems.length - 20} more (--json lists all)\n` : ""
  return [
    answer.interrupted
      ? "Interrupted: what was read is indexed; the same command goes on.\n"
      : `Read ${size(read)} that the index did not know.\n`,
    renderStatus(view),
    ...(notRead > 0 ? [`${notRead} files could not be read wholly:\n`] : []),
    ...shown,
    more,
  ].join("")
}

function workers(input: string): number {
  const value = Number(input)
  if (!Number.isInteger(value) || value < 1 || value > 256) throw new Error(`${input} is no whole number from 1 to 256`)
  return value
}
