// `sillage hunt`: from a bulletin and an archive to the answer.
import { availableParallelism } from "node:os"
import { buildCommand } from "@stricli/core"
import { type HuntAnswer, type HuntRequest, hunt } from "../../hunt/hunt.js"
import { decoyIndicators, type TriagedAnswer, triageAnswer } from "../../hunt/triage-answer.js"
import type { Problem } from "../../model/problem.js"
import { createRoleContext } from "../../sources/roles.js"
import { mustExist, rangeOf, wholeNumber } from "./archive-flags.js"
import { type CliContext, guarded, write } from "./context.js"
import { renderAnswer } from "./hunt-text.js"
import { indexFolder } from "./index-folder.js"
import { createProgress } from "./progress.js"
import { readIndicators } from "./read-indicators.js"
import { type Summary, summarize } from "./summary.js"

interface HuntFlags {
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
  readonly workers?: number
  readonly index?: boolean
  readonly workspace?: string
}

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
        brief: "Bulletin to hunt: STIX, MISP, CSV, list, PDF, mail… (repeatable)",
        placeholder: "FILE",
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
      quiet: { kind: "boolean", optional: true, withNegated: false, brief: "No progress on stderr" },
      index: {
        kind: "boolean",
        optional: true,
        brief: "Read only what the workspace's index cannot rule out, and index what is new; --no-index never does",
      },
      workspace: {
        kind: "parsed",
        parse: text,
        optional: true,
        brief: "Folder of the workspace (default: .sillage up the tree, then the data folder)",
        placeholder: "DIR",
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
  const range = rangeOf(flags)
  await mustExist(paths)
  createRoleContext({ own: flags.own ?? [], trustedProxies: flags.trustedProxy ?? [] })
  const intake = await readIndicators(flags)
  const progress = createProgress(process.stderr, flags.quiet ?? false)
  const stop = new AbortController()
  const interrupt = (): void => stop.abort()
  process.once("SIGINT", interrupt)
  let answer: HuntAnswer
  let triage: TriagedAnswer
  try {
    const own = flags.own ?? []
    const request: HuntRequest = {
      ...range,
      paths,
      indicators: intake.indicators,
      ...(flags.decoys === false ? {} : { decoys: decoyIndicators(intake.indicators, own) }),
      own,
      trustedProxies: flags.trustedProxy ?? [],
      workers: flags.workers ?? availableParallelism(),
      ...(flags.index
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
      progress: progress.show,
      signal: stop.signal,
    }
    answer = await hunt(request)
    triage = await triageAnswer(answer, request, intake.bulletins)
  } finally {
    process.removeListener("SIGINT", interrupt)
    progress.end()
  }
  const problems = [...intake.problems, ...answer.problems]
  const summary = summarize({ version, range, answer, problems, indicators: intake.indicators })
  if (flags.json) await writeJson(answer, triage, problems, summary)
  else
    await write(
      renderAnswer({
        answer,
        triage,
        problems,
        summary,
        bulletins: intake.bulletins,
        indicators: intake.indicators,
        all: flags.all ?? false,
      }),
    )
  return answer.interrupted ? 130 : summary.exit
}

async function writeJson(answer: HuntAnswer, { triage }: TriagedAnswer, problems: readonly Problem[], summary: Summary): Promise<void> {
  const hits = answer.hits.map((hit, at) => ({ ...hit, triage: triage[at] }))
  const lines = [...hits, ...problems.map((problem) => ({ type: "problem", ...problem })), ...answer.coverage, summary]
  let batch = ""
  for (const line of lines) {
    batch += `${JSON.stringify(line)}\n`
    if (batch.length > 1 << 16) {
      await write(batch)
      batch = ""
    }
  }
  await write(batch)
}
