// A hunt in the workspace: begun before anything is searched, taken up again after a cut, ended with its answer.
import { hostname } from "node:os"
import { chdir, cwd, kill, pid } from "node:process"
import { type HuntAsked, type HuntEntry, StoreError, type Workspace } from "../../hits/store/workspace.js"
import type { HuntAnswer } from "../../hunt/hunt.js"
import type { HuntRange } from "../../hunt/settle.js"
import type { TriagedAnswer } from "../../hunt/triage-answer.js"
import { type Problem, UsageError } from "../../model/problem.js"
import { parseInstant } from "../../model/time.js"
import type { IndicatorIntake } from "./read-indicators.js"
import type { Summary } from "./summary.js"

export interface HuntTask {
  readonly asked: HuntAsked
  readonly range: HuntRange
  readonly intake: IndicatorIntake
  /** The hunt that this one goes on with. */
  readonly id?: string
}

/** What a hunt of the workspace needs to be shown again, beside its hits, coverage and problems. */
export interface HuntDetail {
  readonly answer: Omit<HuntAnswer, "hits" | "sightings" | "coverage" | "problems">
  readonly triage: Omit<TriagedAnswer, "triage" | "problems">
}

/** The request of the latest hunt that was cut off, as it was given then. */
export function resumedTask(workspace: Workspace | undefined): HuntTask {
  if (!workspace) throw new UsageError("there is no workspace here, so no hunt to resume: name one with --workspace DIR")
  const entry = workspace.hunts.unfinished()
  if (!entry) throw new UsageError(`nothing to resume in ${workspace.dir}: every hunt there has ended`)
  mustBeOver(entry)
  const { asked, id } = entry
  const since = asked.since === null ? null : (parseInstant(asked.since) ?? null)
  const until = asked.until === null ? null : (parseInstant(asked.until) ?? null)
  enter(asked.cwd)
  return {
    asked,
    id,
    range: { since, until, ...(asked.tz === null ? {} : { tz: asked.tz }) },
    intake: {
      indicators: workspace.hunts.indicators(id),
      bulletins: workspace.hunts.bulletins(id),
      problems: workspace.hunts.intakeProblems(id),
    },
  }
}

/** The id of the hunt in the workspace. With `resume`, one of the same request that was cut off is replaced: what it searched is known anyway. */
export function beginHunt(workspace: Workspace, { asked, intake, id }: HuntTask, resume: boolean): string {
  const { hunts, state } = workspace
  return state.transaction(() => {
    const old = id === undefined && resume ? hunts.unfinished(asked) : undefined
    if (old) {
      mustBeOver(old)
      hunts.remove(old.id)
    }
    const mine = id ?? hunts.begin(asked, intake, new Date().toISOString())
    hunts.take(mine, `${hostname()} ${pid}`)
    return mine
  })
}

/** Keeps the answer; the problem, if the workspace could not take it. */
export function endHunt(
  workspace: Workspace,
  id: string,
  kept: {
    readonly answer: HuntAnswer
    readonly triage: TriagedAnswer
    readonly problems: readonly Problem[]
    readonly summary: Summary
  },
): Problem | undefined {
  const { answer, triage, problems, summary } = kept
  const { hits, sightings, coverage, problems: _, ...rest } = answer
  const { triage: judged, problems: __, ...others } = triage
  const detail: HuntDetail = { answer: rest, triage: others }
  const withTriage = hits.map((hit, at) => ({ ...hit, triage: judged[at] }))
  const state = answer.interrupted ? "interrupted" : "done"
  try {
    workspace.hunts.finish(id, state, { hits: withTriage, sightings, coverage, problems, detail }, summary, new Date().toISOString())
    return undefined
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    return { code: "limit", where: workspace.dir, message: `the answer is not kept: ${error.message}` }
  }
}

/** Two processes must not go on with one hunt. */
function mustBeOver(entry: HuntEntry): void {
  if (isOver(entry)) return
  throw new UsageError(`hunt ${entry.id} is still running (${entry.process}): wait for it, or stop it first`)
}

/** Whether no process works on it any more. Of another machine's process that cannot be told: it is taken for ended. */
export function isOver({ state, process }: HuntEntry): boolean {
  const [host, number] = (process ?? "").split(" ")
  return state !== "running" || host !== hostname() || Number(number) === pid || !isAlive(Number(number))
}

function isAlive(process: number): boolean {
  try {
    return kill(process, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" // it runs, under another user
  }
}

function enter(folder: string | undefined): void {
  if (folder === undefined || folder === cwd()) return
  try {
    chdir(folder)
  } catch (error) {
    throw new UsageError(`the hunt was begun in ${folder}, which cannot be entered: ${(error as Error).message}`)
  }
}
