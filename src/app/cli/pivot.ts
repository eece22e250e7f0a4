// `sillage pivot`: from confirmed hits to unlisted addresses that behave like them, or the reason why nothing can be said.
import { availableParallelism } from "node:os"
import { buildCommand } from "@stricli/core"
import { chooseSeeds, type SeedChoice } from "../../hits/relays/seeds.js"
import { findWorkspace, openWorkspace, type Workspace } from "../../hits/store/workspace.js"
import { classes, type TriageClass } from "../../hits/triage/factor-table.js"
import type { TriageResult } from "../../hits/triage/triage.js"
import { standingOf, type Verdict } from "../../hits/triage/verdicts.js"
import { type HuntProgress, hunt } from "../../hunt/hunt.js"
import { type PivotAnswer, pivotArchive } from "../../hunt/pivot.js"
import type { HuntRange } from "../../hunt/settle.js"
import { triageAnswer, triageKept } from "../../hunt/triage-answer.js"
import { keptFindings } from "../../hunt/triage-kept.js"
import { canonicalAddress } from "../../model/canonical.js"
import { type Problem, UsageError } from "../../model/problem.js"
import { parseInstant } from "../../model/time.js"
import { createRoleContext } from "../../sources/roles.js"
import { mustExist, type RangeFlags, rangeOf, wholeNumber } from "./archive-flags.js"
import { type CliContext, guarded, write } from "./context.js"
import { renderPivot } from "./pivot-text.js"
import { createProgress } from "./progress.js"
import { readIndicators } from "./read-indicators.js"

interface PivotFlags extends RangeFlags {
  readonly hunt?: string
  readonly bulletin?: readonly string[]
  readonly indicator?: readonly string[]
  readonly seed?: readonly string[]
  readonly seeds?: TriageClass
  readonly exclude?: readonly string[]
  readonly own?: readonly string[]
  readonly trustedProxy?: readonly string[]
  readonly workspace?: string
  readonly max?: number
  readonly workers?: number
  readonly json?: boolean
  readonly quiet?: boolean
}

const text = (input: string): string => input
const many = (brief: string, placeholder: string) =>
  ({ kind: "parsed", parse: text, variadic: true, optional: true, brief, placeholder }) as const
const one = (brief: string, placeholder: string) => ({ kind: "parsed", parse: text, optional: true, brief, placeholder }) as const

export const pivotCommand = buildCommand<PivotFlags, string[], CliContext>({
  docs: {
    brief: "Rank unlisted addresses that behave like the confirmed hits",
    fullDescription: [
      "Takes the listed addresses that were seen (judged probable or better), profiles every foreign address of the archive, and ranks the",
      "others by evidence of the same operator, in bits, each line with its counter-evidence. A lead says that behaviour is similar, never who",
      "was behind it; it is no block list. Where the hits do not resemble each other, or nothing stands out from chance, no list is given.",
      "",
      "Examples:",
      "  sillage pivot --bulletin CERTFR-2021-IOC-003-IOC.csv --since 2021-01-01 --until 2021-08-31 /archive/logs",
      "  sillage pivot --hunt latest --json",
      "  sillage pivot --seed 198.51.100.7 --seed 198.51.100.40 --seed 203.0.113.9 /archive/logs",
      "",
      "Exit codes: 0 leads, 1 everything read and no lead, 2 wrong invocation or fatal error, 3 no lead but not everything was read,",
      "130 interrupted.",
    ].join("\n"),
  },
  parameters: {
    flags: {
      hunt: one("A hunt of the workspace (its number, or latest) in place of a bulletin", "ID"),
      bulletin: many("Bulletin whose hits are the seeds (repeatable)", "FILE"),
      indicator: many("A value whose hits are seeds (repeatable)", "VALUE"),
      seed: many("An address that is known to be a relay: taken without a hunt (repeatable)", "ADDRESS"),
      seeds: {
        kind: "enum",
        values: classes,
        optional: true,
        brief: "The lowest class whose hits become seeds (default: probable)",
      },
      exclude: many("Address or network that is never a lead: partner, monitor, scanner of yours (repeatable)", "CIDR"),
      since: one("Only events from this instant on (date or RFC 3339)", "INSTANT"),
      until: one("Only events before this instant", "INSTANT"),
      tz: one("Zone of stamps that state none (Europe/Paris, +02:00)", "ZONE"),
      own: many("Own network beside the private ones (repeatable)", "CIDR"),
      trustedProxy: many("Proxy whose X-Forwarded-For is believed (repeatable)", "CIDR"),
      workspace: one("Folder of the workspace, for --hunt and the verdicts", "DIR"),
      max: { kind: "parsed", parse: leadCount, optional: true, brief: "The most leads that are listed (default: 1000)", placeholder: "N" },
      workers: {
        kind: "parsed",
        parse: wholeNumber,
        optional: true,
        brief: "Threads that read at once (default: the cores)",
        placeholder: "N",
      },
      json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object on stdout" },
      quiet: { kind: "boolean", optional: true, withNegated: false, brief: "No progress on stderr" },
    },
    positional: { kind: "array", parameter: { parse: text, brief: "Files or folders", placeholder: "PATH" } },
  },
  func(this: CliContext, flags: PivotFlags, ...paths: string[]): Promise<void> {
    return guarded(this, () => runPivot(flags, paths))
  },
})

/** What is walked and how: from the command line, or as a kept hunt had it. */
interface Asked {
  readonly paths: readonly string[]
  readonly range: HuntRange
  readonly own: readonly string[]
  readonly trustedProxies: readonly string[]
}

interface Judged {
  readonly groups: TriageResult["groups"]
  readonly problems: readonly Problem[]
  /** Nothing stood in the way of finding the hits. */
  readonly complete: boolean
}

async function runPivot(flags: PivotFlags, paths: readonly string[]): Promise<number> {
  const named = (flags.seed ?? []).map(seedAddress)
  for (const network of flags.exclude ?? [])
    if (!canonicalAddress(network)) throw new UsageError(`--exclude takes an address or a network such as 192.0.2.0/24, not "${network}"`)
  const workspace = workspaceFor(flags)
  const stop = new AbortController()
  const interrupt = (): void => stop.abort()
  process.once("SIGINT", interrupt)
  const progress = createProgress(process.stderr, flags.quiet ?? false)
  try {
    const asked = askedOf(flags, paths, workspace)
    await mustExist(asked.paths)
    if (asked.paths.includes("-")) throw new UsageError("the archive is read twice: give files or folders, not -")
    const judged = await judge(flags, asked, workspace, named.length > 0, progress.show, stop.signal)
    const choice = withNamed(chosen(judged, flags, workspace?.verdicts.list() ?? []), named)
    const found = await pivotArchive({
      ...asked.range,
      paths: asked.paths,
      own: asked.own,
      trustedProxies: asked.trustedProxies,
      seeds: choice.seeds,
      excluded: [...(flags.exclude ?? []), ...listedAside(choice), ...dismissedOf(workspace?.verdicts.list() ?? [])],
      workers: flags.workers ?? availableParallelism(),
      ...(flags.max === undefined ? {} : { leadsMax: flags.max }),
      progress: progress.show,
      signal: stop.signal,
    })
    progress.end()
    const answer = { ...found, complete: found.complete && judged.complete }
    const problems = distinct([...judged.problems, ...answer.problems])
    await write(flags.json ? `${JSON.stringify(machineForm(answer, choice, problems))}\n` : renderPivot({ answer, choice, problems }))
    if (stop.signal.aborted) return 130
    return answer.candidates.length > 0 ? 0 : answer.complete ? 1 : 3
  } finally {
    process.removeListener("SIGINT", interrupt)
    progress.end()
    workspace?.close()
  }
}

function workspaceFor(flags: PivotFlags): Workspace | undefined {
  const folder = findWorkspace({ given: flags.workspace, cwd: process.cwd(), env: process.env })
  if (folder === undefined && flags.hunt !== undefined)
    throw new UsageError("--hunt needs a workspace, and there is none here: sillage init makes one, or name it with --workspace")
  return folder === undefined ? undefined : openWorkspace(folder)
}

function askedOf(flags: PivotFlags, paths: readonly string[], workspace: Workspace | undefined): Asked {
  const range = rangeOf(flags)
  const [own, trustedProxies] = [flags.own ?? [], flags.trustedProxy ?? []]
  createRoleContext({ own, trustedProxies })
  if (flags.hunt === undefined) return { paths, range, own, trustedProxies }
  const kept = workspace?.hunts.get(flags.hunt)
  if (!kept) throw new UsageError(`there is no hunt ${flags.hunt} in this workspace: sillage hunts lists them`)
  const { asked } = kept
  const tz = flags.tz ?? asked.tz ?? undefined
  return {
    paths: paths.length > 0 ? paths : asked.paths,
    range: {
      since: range.since ?? (asked.since === null ? null : (parseInstant(asked.since) ?? null)),
      until: range.until ?? (asked.until === null ? null : (parseInstant(asked.until) ?? null)),
      ...(tz === undefined ? {} : { tz }),
    },
    own: own.length > 0 ? own : asked.own,
    trustedProxies: trustedProxies.length > 0 ? trustedProxies : asked.trustedProxies,
  }
}

/** The hits and their weight: of a kept hunt, or of one that is made now. */
async function judge(
  flags: PivotFlags,
  asked: Asked,
  workspace: Workspace | undefined,
  seedsNamed: boolean,
  progress: (state: HuntProgress) => void,
  signal: AbortSignal,
): Promise<Judged> {
  if (flags.hunt !== undefined && workspace) {
    const hits = [...workspace.hunts.hits(flags.hunt)]
    const indicators = workspace.hunts.indicators(flags.hunt)
    const bulletins = workspace.hunts.bulletins(flags.hunt).map((bulletin) => ({ ...bulletin, indicators }))
    return { groups: triageKept(hits, bulletins, asked.range, keptFindings(workspace, flags.hunt)).groups, problems: [], complete: true }
  }
  if (!flags.bulletin?.length && !flags.indicator?.length) {
    if (seedsNamed) return { groups: [], problems: [], complete: true }
    throw new UsageError("no hits to start from: give --hunt ID, --bulletin FILE, --indicator VALUE or --seed ADDRESS")
  }
  const intake = await readIndicators(flags)
  const request = {
    ...asked.range,
    paths: asked.paths,
    indicators: intake.indicators,
    own: asked.own,
    trustedProxies: asked.trustedProxies,
    workers: flags.workers ?? availableParallelism(),
    progress,
    signal,
  }
  const answer = await hunt(request)
  const triage = await triageAnswer(answer, request, intake.bulletins)
  return {
    groups: triage.groups,
    problems: [...intake.problems, ...answer.problems, ...triage.problems],
    complete: !answer.interrupted && answer.coverage.every(({ source, state }) => source.member !== undefined || state === "searched"),
  }
}

/** The archive is read twice: what neither pass could read is told once. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((one) => [JSON.stringify([one.code, one.where, one.message]), one])).values()]
}

function chosen({ groups }: Judged, flags: PivotFlags, verdicts: readonly Verdict[]): SeedChoice {
  return chooseSeeds(groups, { from: flags.seeds ?? "probable", verdicts, now: new Date().toISOString() })
}

/** What is listed is no unlisted lead, whether or not it is a seed. */
function listedAside({ leftOut }: SeedChoice): readonly string[] {
  return leftOut.map(({ value }) => value).filter((value) => canonicalAddress(value) !== undefined)
}

function dismissedOf(verdicts: readonly Verdict[]): readonly string[] {
  const now = new Date().toISOString()
  const subjects = [...new Set(verdicts.map(({ subject }) => subject))].filter((subject) => canonicalAddress(subject) !== undefined)
  return subjects.filter((subject) => standingOf(verdicts, subject, { time: now }).state === "dismissed")
}

function withNamed(choice: SeedChoice, named: readonly string[]): SeedChoice {
  const seeds = [...new Set([...choice.seeds, ...named])].sort()
  return { seeds, leftOut: choice.leftOut.filter(({ value }) => !seeds.includes(value)) }
}

function seedAddress(given: string): string {
  const address = canonicalAddress(given)
  if (!address || address.range.first !== address.range.last)
    throw new UsageError(`--seed takes one address such as 203.0.113.9, not "${given}"`)
  return address.value
}

function leadCount(input: string): number {
  const value = Number(input)
  if (!Number.isInteger(value) || value < 1 || value > 100_000) throw new Error(`${input} is no whole number from 1 to 100000`)
  return value
}

/** The contract: fields are added, never renamed. */
function machineForm(answer: PivotAnswer, choice: SeedChoice, problems: readonly Problem[]): Readonly<Record<string, unknown>> {
  const { abstained, reason, seeds, selfTest, candidates, views, compared, hidden, records, addresses, files, complete } = answer
  return {
    abstained,
    reason,
    seeds,
    selfTest,
    candidates,
    views,
    compared,
    hidden,
    records,
    addresses,
    files,
    complete,
    seedsLeftOut: choice.leftOut,
    problems,
  }
}
