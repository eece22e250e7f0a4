// Where a report's answer comes from: a saved `sillage hunt --json`, or a hunt that the workspace keeps.
import { createReadStream } from "node:fs"
import { createInterface } from "node:readline"
import type { HuntFacts } from "../../export/reports/build-report.js"
import type { JudgedHit } from "../../export/reports/judged.js"
import type { Sighting } from "../../hits/sightings.js"
import type { Workspace } from "../../hits/store/workspace.js"
import type { DecoyCount } from "../../hits/triage/decoys.js"
import type { Bulletin } from "../../model/bulletin.js"
import type { Coverage } from "../../model/coverage.js"
import type { Indicator } from "../../model/indicator.js"
import { type Problem, problemCodes, UsageError } from "../../model/problem.js"

export interface Answer {
  readonly hits: readonly JudgedHit[]
  /** Exact numbers; absent where the answer does not tell them. */
  readonly sightings?: readonly Sighting[]
  /** What the decoys of the hunt gave; absent where the answer does not tell. */
  readonly decoys?: DecoyCount
  readonly coverage: readonly Coverage[]
  readonly problems: readonly Problem[]
  readonly hunt: HuntFacts
  readonly bulletins: readonly Bulletin[]
  /** What the hunt was asked, for the evidence bundle. */
  readonly asked: Readonly<Record<string, unknown>>
}

/** More than this is no report any more. */
const linesMax = 20_000_000
const lineCharactersMax = 16 * 1024 * 1024

/** Reads NDJSON of the machine output; a line that is none of it, or a missing summary, is a wrong invocation. */
export async function savedAnswer(file: string): Promise<Answer> {
  const hits: JudgedHit[] = []
  const coverage: Coverage[] = []
  const problems: Problem[] = []
  let summary: (HuntFacts & Record<string, unknown>) | undefined
  let at = 0
  const input = createReadStream(file, { encoding: "utf8" })
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (++at > linesMax) throw new UsageError(`${file}: more than ${linesMax} lines`)
      if (line.trim() === "") continue
      const value = parsed(file, at, line)
      if (value.type === "hit") hits.push(hitOf(file, at, value))
      else if (value.type === "coverage") coverage.push(coverageOf(file, at, value))
      else if (value.type === "problem") problems.push(problemOf(value))
      else if (value.type === "summary") summary = summaryOf(file, at, value)
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`cannot read ${file}: ${(error as Error).message}`)
  }
  if (!summary) throw new UsageError(`${file} holds no summary: give the whole output of sillage hunt --json`)
  return { hits, coverage, problems, hunt: summary, bulletins: [], asked: { since: summary.since, until: summary.until, tz: summary.tz } }
}

/** `id` is a number of `sillage hunts`, or `latest`. */
export function storedAnswer(workspace: Workspace, id: string): Answer {
  const entry = workspace.hunts.get(id)
  if (!entry) throw new UsageError(`the workspace has no hunt ${id}: hunt first, or give --input FILE`)
  if (entry.summary === null) throw new UsageError(`hunt ${entry.id} has not ended: let it finish, or give another`)
  const indicators = workspace.hunts.indicators(entry.id)
  const bulletins = workspace.hunts.bulletins(entry.id)
  return {
    hits: [...workspace.hunts.hits(entry.id)],
    sightings: workspace.hunts.sightings(entry.id),
    coverage: workspace.hunts.coverage(entry.id),
    problems: workspace.hunts.problems(entry.id),
    hunt: summaryOf(`hunt ${entry.id}`, 1, entry.summary as Record<string, unknown>),
    bulletins: bulletins.map((bulletin, at) => ({ ...bulletin, indicators: indicatorsOf(bulletin, bulletins, at, indicators) })),
    asked: { ...entry.asked },
  }
}

/** The store keeps the indicators beside the bulletins; each names its bulletin by title. A value from the command line belongs to none. */
function indicatorsOf(bulletin: Bulletin, all: readonly Bulletin[], at: number, indicators: readonly Indicator[]): readonly Indicator[] {
  if (all.length === 1) return indicators.filter((one) => one.bulletin !== "command line")
  const own = indicators.filter((one) => one.bulletin === bulletin.title)
  const named = new Set(all.map((one) => one.title))
  // What names no known title goes with the first, so that no indicator is lost from the digest.
  return at === 0 ? [...own, ...indicators.filter((one) => !named.has(one.bulletin) && one.bulletin !== "command line")] : own
}

function parsed(file: string, at: number, line: string): Record<string, unknown> {
  if (line.length > lineCharactersMax) throw new UsageError(`${file}:${at} is longer than ${lineCharactersMax} characters`)
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>
  } catch {
    throw new UsageError(`${file}:${at} is not JSON: give the whole output of sillage hunt --json`)
  }
  throw new UsageError(`${file}:${at} is no object of sillage hunt --json`)
}

function hitOf(file: string, at: number, value: Record<string, unknown>): JudgedHit {
  const hit = value as unknown as JudgedHit
  const sound =
    typeof hit.id === "string" &&
    typeof hit.indicator?.value === "string" &&
    typeof hit.indicator.type === "string" &&
    Array.isArray(hit.indicator.marks) &&
    typeof hit.source?.path === "string" &&
    typeof hit.record === "string" &&
    typeof hit.fields === "object" &&
    hit.fields !== null &&
    Array.isArray(hit.also) &&
    Array.isArray(hit.notes)
  if (!sound) throw new UsageError(`${file}:${at} is no hit of sillage hunt --json`)
  return hit
}

function coverageOf(file: string, at: number, value: Record<string, unknown>): Coverage {
  const entry = value as unknown as Coverage
  if (
    typeof entry.source?.path !== "string" ||
    typeof entry.bytes?.size !== "number" ||
    !Array.isArray(entry.gaps) ||
    !Array.isArray(entry.reasons)
  )
    throw new UsageError(`${file}:${at} is no coverage of sillage hunt --json`)
  return entry
}

function problemOf(value: Record<string, unknown>): Problem {
  const code = problemCodes.find((one) => one === value.code) ?? "unsupported"
  return {
    code,
    where: String(value.where ?? ""),
    ...(value.value === undefined ? {} : { value: String(value.value) }),
    message: String(value.message ?? ""),
  }
}

function summaryOf(file: string, at: number, value: Record<string, unknown>): HuntFacts & Record<string, unknown> {
  const summary = value as unknown as HuntFacts & Record<string, unknown>
  if (typeof summary.indicators?.hunted !== "number" || typeof summary.complete !== "boolean" || typeof summary.hits !== "object")
    throw new UsageError(`${file}:${at} is no summary of sillage hunt --json`)
  return summary
}
