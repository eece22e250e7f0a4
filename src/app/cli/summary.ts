// The last line of the machine output, and the exit code it foretells (a contract).
import { logSourcesOf } from "../../hits/log-sources.js"
import type { HuntAnswer } from "../../hunt/hunt.js"
import type { HuntRange } from "../../hunt/settle.js"
import type { Coverage, CoverageBytes, CoverageState } from "../../model/coverage.js"
import { strengths } from "../../model/hit.js"
import type { Indicator } from "../../model/indicator.js"
import type { Problem } from "../../model/problem.js"
import { formatInstant } from "../../model/time.js"

export interface Summary {
  readonly type: "summary"
  readonly version: string
  readonly since: string | null
  readonly until: string | null
  readonly tz: string | null
  readonly indicators: { readonly read: number; readonly hunted: number; readonly notHunted: number; readonly references: number }
  readonly inputs: Readonly<Record<CoverageState, number>>
  readonly bytes: CoverageBytes
  readonly hits: {
    readonly total: number
    /** Printed in full; the others are counted. */
    readonly listed: number
    readonly echo: number
    readonly outsideWindow: number
    readonly byStrength: Readonly<Record<string, number>>
  }
  /** Whole days for which a log has no record in any of its files, by log source. */
  readonly gaps: readonly { readonly source: string; readonly from: string; readonly to: string }[]
  /** Files or segments searched in this run, and those of which an earlier run had the result. */
  readonly units: { readonly done: number; readonly resumed: number }
  /** Everything searched. */
  readonly complete: boolean
  readonly exit: number
}

export function summarize(of: {
  readonly version: string
  readonly range: HuntRange
  readonly answer: HuntAnswer
  readonly problems: readonly Problem[]
  readonly indicators: readonly Indicator[]
}): Summary {
  const { answer, range } = of
  const files = answer.coverage.filter((entry) => entry.source.member === undefined)
  const references = of.problems.filter((problem) => problem.code === "indicator-reference").length
  const notHunted = of.problems.filter((problem) => problem.code.startsWith("indicator-")).length - references
  const { counts } = answer
  const plain = counts.total - counts.echo
  const complete = files.every((entry) => entry.state === "searched") && !answer.interrupted
  return {
    type: "summary",
    version: of.version,
    since: range.since === null ? null : formatInstant(range.since),
    until: range.until === null ? null : formatInstant(range.until),
    tz: range.tz ?? null,
    indicators: { read: of.indicators.length + notHunted + references, hunted: of.indicators.length, notHunted, references },
    inputs: { searched: inState(files, "searched"), partly: inState(files, "partly"), not: inState(files, "not") },
    bytes: {
      size: sum(files, "size"),
      searched: sum(files, "searched"),
      ruledOut: sum(files, "ruledOut"),
      notSearched: sum(files, "notSearched"),
    },
    hits: {
      total: counts.total,
      listed: answer.hits.length,
      echo: counts.echo,
      outsideWindow: answer.outsideWindow,
      byStrength: Object.fromEntries(
        strengths.flatMap((strength) => {
          const count = counts.byStrength[strength] ?? 0
          return count === 0 ? [] : [[strength, count]]
        }),
      ),
    },
    gaps: logSourcesOf(answer.coverage).flatMap(({ name, gaps }) => gaps.map((gap) => ({ source: name, ...gap }))),
    units: answer.units,
    complete,
    exit: plain > 0 ? 0 : complete && notHunted === 0 ? 1 : 3,
  }
}

function inState(files: readonly Coverage[], state: CoverageState): number {
  return files.filter((entry) => entry.state === state).length
}

function sum(files: readonly Coverage[], name: keyof CoverageBytes): number {
  return files.reduce((total, entry) => total + entry.bytes[name], 0)
}
