// The indicators that a command works with: bulletins as files, and values on the command line.
import { parseIndicator } from "../../intake/intake.js"
import type { Bulletin } from "../../model/bulletin.js"
import type { Indicator } from "../../model/indicator.js"
import { type Problem, UsageError } from "../../model/problem.js"
import { openBulletin } from "./open-bulletin.js"

export interface IndicatorFlags {
  readonly bulletin?: readonly string[]
  readonly indicator?: readonly string[]
}

export interface IndicatorIntake {
  readonly indicators: readonly Indicator[]
  readonly bulletins: readonly Bulletin[]
  readonly problems: readonly Problem[]
}

/** Reads bulletins (`--bulletin`) and values (`--indicator`); throws a UsageError where there is nothing to work with. */
export async function readIndicators(flags: IndicatorFlags): Promise<IndicatorIntake> {
  if (!flags.bulletin?.length && !flags.indicator?.length) throw new UsageError("no indicators: give --bulletin FILE or --indicator VALUE")
  let indicators: readonly Indicator[] = []
  let problems: readonly Problem[] = []
  const bulletins: Bulletin[] = []
  for (const file of flags.bulletin ?? []) {
    const { bulletin } = await openBulletin(file)
    bulletins.push(bulletin)
    // Lists of a million: spread as arguments they would overflow the stack.
    indicators = indicators.concat(bulletin.indicators)
    problems = problems.concat(bulletin.problems)
    if (
      bulletin.indicators.length === 0 &&
      bulletin.problems.every((problem) => !problem.code.startsWith("indicator-") || problem.code === "indicator-reference")
    ) {
      throw new UsageError(`no indicators found in ${file}: recognised as ${bulletin.format}; see sillage bulletin show ${file}`)
    }
  }
  for (const value of flags.indicator ?? []) {
    const read = parseIndicator(value)
    if ("indicator" in read) indicators = [...indicators, read.indicator]
    else problems = [...problems, read.problem]
  }
  // One bulletin names each value once.
  const sources = bulletins.length + (flags.indicator?.length ?? 0)
  return { indicators: sources > 1 ? distinct(indicators) : indicators, bulletins, problems }
}

/** The same value from two bulletins is hunted once, under the first. */
function distinct(indicators: readonly Indicator[]): readonly Indicator[] {
  const known = new Set<string>()
  return indicators.filter(({ type, value }) => {
    const key = `${type} ${value}`
    return !known.has(key) && known.add(key)
  })
}
