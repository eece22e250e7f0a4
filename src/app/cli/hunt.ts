// `sillage hunt`: from a bulletin and an archive to the answer.
import { availableParallelism } from "node:os"
import { buildCommand } from "@stricli/core"
import { findWorkspace, type HuntAsked, initWorkspace, openWorkspace, type Workspace } from "../../hits/store/workspace.js"
import { type HuntAnswer, type HuntRequest, hunt } from "../../hunt/hunt.js"
import { decoyIndicators, type TriagedAnswer, triageAnswer } from "../../hunt/triage-answer.js"
import { formatInstant } from "../../model/time.js"
import { createRoleContext } from "../../sources/roles.js"
import { mustExist, rangeOf, wholeNumber } from "./archive-flags.js"
import { type CliContext, guarded } from "./context.js"
import { compileLess, keepYoungHeapSmall } from "./engine.js"
import { beginHunt, endHunt, type HuntTask, resumedTask } from "./hunt-record.js"
import { type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"
import { indexFolder } from "./index-folder.js"
import { createProgress } from "./progress.js"
import { readIndicators } from "./read-indicators.js"
import { summarize } from "./summary.js"
import { writeAnswer } from "./write-answer.js"

interface HuntFlags extends WorkspaceFlags {
  readonly bulletin?: readonly string[]
  readonly indicator?: readonly string[]
  readonly since?: string
  readonly until?: string
  readonly tz?: string
  readonly own?: readonly string[]
  readonly trustedProxy?: readonly string[]
  readonly json?: boolean
  readonly quiet?: boolean
  readonly all?: boolean
  readonly decoys?: boolean
  readonly follow?: boolean
  readonly workers?: number
  readonly index?: boolean
  readonly resume?: boolean
  readonly fresh?: boolean
  readonly record?: boolean
  readonly allRecords?: boolean
}

/** A million hits of one noisy indicator are as well understood by the first thousand in each role, and by their number. */
export const recordsPerGroup = 1000
/** From so many on, most of what is made lives on, and collecting it often costs more than the memory is worth. */
const manyIndicators = 100_000

const text = (input: string): string => input

export const huntCommand = buildCommand<HuntFlags, string[], CliContext>({
  docs: {
    brief: "Search logs for the indicators of a bulletin",
    fullDescription: [
      "Walks the archive in place, reads every log and container in it, and answers: which indicators were seen, where, when and in",
      "which direction, and what was not searched and why. Nothing is written to the archive and nothing is sent anywhere.",
      "",
      "Examples:",
      "  sillage hunt --bulletin CERTFR-2021-IOC-003-IOC.csv --since 2021-01-01 --until 2021-08-31 /archive/logs",
      "  sillage hunt --indicator 203.0.113.9 --indicator 'evil[.]example' --tz Europe/Paris --json /var/log | jq .",
      "  zcat old.log.gz | sillage hunt --bulletin list.txt -",
      "  sillage init && sillage bulletin add list.txt && sillage hunt /archive/logs    # recorded; cut off: sillage hunt --resume",
      "",
      "Exit codes: 0 hits, 1 everything searched and nothing found, 2 wrong invocation or fatal error,",
      "3 nothing found but not everything could be searched, 130 interrupted.",
    ].join("\n"),
  },
  parameters: {
    flags: {
      bulletin: {
        kind: "parsed",
        parse: text,
        variadic: true,
        optional: true,
        brief: "Bulletin to hunt: a file (STIX, MISP, CSV, list, PDF, mail…) or an id of the workspace (repeatable; default: all of it)",
        placeholder: "FILE|ID",
      },
      indicator: {
        kind: "parsed",
        parse: text,
        variadic: true,
        optional: true,
        brief: "A value, defanged or not, or TYPE=VALUE (repeatable)",
        placeholder: "VALUE",
      },
      since: {
        kind: "parsed",
        parse: text,
        optional: true,
        brief: "Only events from this instant on (date or RFC 3339)",
        placeholder: "INSTANT",
      },
      until: { kind: "parsed", parse: text, optional: true, brief: "Only events before this instant", placeholder: "INSTANT" },
      tz: {
        kind: "parsed",
        parse: text,
        optional: true,
        brief: "Zone of stamps that state none (Europe/Paris, +02:00); unknown if absent",
        placeholder: "ZONE",
      },
      own: {
        kind: "parsed",
        parse: text,
        variadic: true,
        optional: true,
        brief: "Own network beside the private ones (repeatable)",
        placeholder: "CIDR",
      },
      trustedProxy: {
        kind: "parsed",
        parse: text,
        variadic: true,
        optional: true,
        brief: "Proxy whose X-Forwarded-For is believed (repeatable)",
        placeholder: "CIDR",
      },
      json: { kind: "boolean", optional: true, withNegated: false, brief: "NDJSON on stdout: hits, problems, coverage, summary" },
      all: { kind: "boolean", optional: true, withNegated: false, brief: "Show folded sightings (host, overlap, weak) and echoes too" },
      decoys: {
        kind: "boolean",
        optional: true,
        brief: "Search unlisted neighbours of the listed addresses too, to say how many hits chance gives",
      },
      follow: {
        kind: "boolean",
        optional: true,
        brief: "Read what the accounts of successful logins did within 72 hours, in a second pass",
      },
      allRecords: {
        kind: "boolean",
        optional: true,
        withNegated: false,
        brief: `Keep and print every hit in full, not only the first ${recordsPerGroup} of each indicator in each role`,
      },
      workspace: workspaceFlag,
      resume: {
        kind: "boolean",
        optional: true,
        withNegated: false,
        brief: "Go on with the workspace's hunt that was cut off (no PATH needed)",
      },
      fresh: { kind: "boolean", optional: true, withNegated: false, brief: "Search everything again, whatever the workspace knows" },
      record: {
        kind: "boolean",
        optional: true,
        brief: "Record the hunt in the workspace, and use what it knows (default: if there is one)",
      },
      quiet: { kind: "boolean", optional: true, withNegated: false, brief: "No progress on stderr" },
      index: {
        kind: "boolean",
        optional: true,
        brief: "Read only what the workspace's index cannot rule out, and index what is new; --no-index never does",
      },
      workers: {
        kind: "parsed",
        parse: wholeNumber,
        optional: true,
        brief: "Threads that search at once (default: the cores)",
        placeholder: "N",
      },
    },
    positional: { kind: "array", parameter: { parse: text, brief: "Files, folders, or - for stdin", placeholder: "PATH" } },
  },
  func(this: CliContext, flags: HuntFlags, ...paths: string[]): Promise<void> {
    return guarded(this, () => runHunt(flags, paths, this.version))
  },
})

async function runHunt(flags: HuntFlags, paths: readonly string[], version: string): Promise<number> {
  const stop = new AbortController()
  const interrupt = (): void => stop.abort()
  process.once("SIGINT", interrupt)
  const folder = findWorkspace({ given: flags.workspace, cwd: process.cwd(), env: process.env })
  const open = flags.index ? initWorkspace : openWorkspace
  const workspace = folder === undefined || flags.record === false ? undefined : open(folder)
  try {
    const task = isBareResume(flags, paths) ? resumedTask(workspace) : await newTask(flags, paths, workspace)
    return await runTask(task, flags, { version, folder, workspace, signal: stop.signal })
  } finally {
    process.removeListener("SIGINT", interrupt)
    workspace?.close()
  }
}

/** `--resume` alone goes on with the request of the hunt that was cut off. */
function isBareResume(flags: HuntFlags, paths: readonly string[]): boolean {
  return flags.resume === true && paths.length === 0 && !flags.bulletin?.length && !flags.indicator?.length
}

async function newTask(flags: HuntFlags, paths: readonly string[], workspace: Workspace | undefined): Promise<HuntTask> {
  const range = rangeOf(flags)
  await mustExist(paths)
  const [own, trustedProxies] = [flags.own ?? [], flags.trustedProxy ?? []]
  createRoleContext({ own, trustedProxies })
  const intake = await readIndicators(flags, workspace?.bulletins)
  const asked: HuntAsked = {
    paths,
    since: range.since === null ? null : formatInstant(range.since),
    until: range.until === null ? null : formatInstant(range.until),
    tz: range.tz ?? null,
    own,
    trustedProxies,
    cwd: process.cwd(),
    decoys: flags.decoys !== false,
    ...(flags.index ? { index: true } : {}),
    ...(flags.allRecords ? { allRecords: true } : {}),
  }
  return { asked, range, intake }
}

/** With an index, what is known to it is not read anyway, and what is not is to be read, so that it gets to know it. */
function isFresh(flags: HuntFlags): boolean {
  return flags.fresh === true || (flags.index === true && !flags.resume)
}

interface Surroundings {
  readonly version: string
  /** Of the workspace, recorded in or not. */
  readonly folder: string | undefined
  readonly workspace: Workspace | undefined
  readonly signal: AbortSignal
}

async function runTask(task: HuntTask, flags: HuntFlags, surroundings: Surroundings): Promise<number> {
  const { asked, range, intake } = task
  const { version, folder, workspace, signal } = surroundings
  const id = workspace && beginHunt(workspace, task, flags.resume ?? false)
  const progress = createProgress(process.stderr, flags.quiet ?? false)
  const isSmall = intake.indicators.length < manyIndicators
  const young = isSmall ? keepYoungHeapSmall() : undefined
  if (isSmall) compileLess()
  let answer: HuntAnswer
  let triage: TriagedAnswer
  try {
    const { own, trustedProxies } = asked
    const request: HuntRequest = {
      ...range,
      paths: asked.paths,
      indicators: intake.indicators,
      ...(asked.decoys ? { decoys: decoyIndicators(intake.indicators, own) } : {}),
      own,
      trustedProxies,
      workers: flags.workers ?? availableParallelism(),
      ...(asked.index
        ? {
            index: {
              folder: indexFolder(flags.workspace, "keep"),
              program: version,
              build: true,
              ...(range.tz === undefined ? {} : { tz: range.tz }),
            },
          }
        : {}),
      alwaysThreads: flags.workers !== undefined,
      ...(asked.allRecords ? {} : { recordsPerGroup }),
      ...(workspace && {
        record: { units: workspace.units, version, fresh: isFresh(flags), now: () => new Date() },
      }),
      ...(folder === undefined ? {} : { exclude: folder }),
      progress: progress.show,
      signal,
    }
    answer = await hunt(request)
    triage = await triageAnswer(answer, request, intake.bulletins, { follow: flags.follow !== false })
  } finally {
    progress.end()
    young?.release()
  }
  const problems = [...intake.problems, ...answer.problems, ...triage.problems]
  const summary = summarize({ version, range, answer, problems, indicators: intake.indicators })
  const unkept = workspace && id !== undefined ? endHunt(workspace, id, { answer, triage, problems, summary }) : undefined
  if (unkept) problems.push(unkept)
  await writeAnswer({ answer, triage, problems, summary, bulletins: intake.bulletins, indicators: intake.indicators }, flags)
  return answer.interrupted ? 130 : summary.exit
}
