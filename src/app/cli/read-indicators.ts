// The indicators that a command works with: bulletins as files, and values on the command line.
import { existsSync } from "node:fs"
import { parseIndicator } from "../../intake/intake.js"
import type { Bulletin } from "../../model/bulletin.js"
import type { Indicator } from "../../model/indicator.js"
import { type Problem, UsageError } from "../../model/problem.js"
import { openBulletins } from "./open-bulletin.js"

export interface IndicatorFlags {
  readonly bulletin?: readonly string[]
  readonly indicator?: readonly string[]
}

export interface IndicatorIntake {
  readonly indicators: readonly Indicator[]
  readonly bulletins: readonly Bulletin[]
  readonly problems: readonly Problem[]
}

/** The bulletins of the workspace. */
export interface KeptBulletins {
  list(): readonly { readonly id: string }[]
  get(id: string): Bulletin | undefined
}

/**
 * Reads bulletins (`--bulletin`: a file, else an id of the workspace) and values (`--indicator`). Where neither is given, all bulletins of the
 * workspace are meant; throws a UsageError where there is nothing to work with.
 */
export async function readIndicators(flags: IndicatorFlags, kept?: KeptBulletins): Promise<IndicatorIntake> {
  if (!flags.bulletin?.length && !flags.indicator?.length) return allOf(kept)
  let indicators: readonly Indicator[] = []
  let problems: readonly Problem[] = []
  const bulletins: Bulletin[] = []
  for (const file of flags.bulletin ?? []) {
    const known = existsSync(file) ? undefined : kept?.get(file)
    const opened = known ? { files: [{ bulletin: known }], problems: [] } : await openBulletins(file)
    problems = problems.concat(opened.problems)
    for (const { bulletin } of opened.files) {
      bulletins.push(bulletin)
      // Lists of a million: spread as arguments they would overflow the stack.
      indicators = indicators.concat(bulletin.indicators)
      problems = problems.concat(bulletin.problems)
    }
    if (opened.files.every(({ bulletin }) => isEmpty(bulletin)))
      throw new UsageError(
        `no indicators found in ${file}: recognised as ${opened.files[0]!.bulletin.format}; see sillage bulletin show ${file}`,
      )
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

function allOf(kept: KeptBulletins | undefined): IndicatorIntake {
  const bulletins = (kept?.list() ?? []).flatMap(({ id }) => kept?.get(id) ?? [])
  if (bulletins.length === 0) {
    const more = kept ? ", or keep a bulletin in the workspace with sillage bulletin add FILE" : ""
    throw new UsageError(`no indicators: give --bulletin FILE or --indicator VALUE${more}`)
  }
  const indicators = distinct(bulletins.flatMap((bulletin) => bulletin.indicators))
  return { indicators, bulletins, problems: bulletins.flatMap((bulletin) => bulletin.problems) }
}

/** The same value from two bulletins is hunted once, under the first that has not withdrawn it. */
function distinct(indicators: readonly Indicator[]): readonly Indicator[] {
  const kept = new Map<string, Indicator>()
  for (const one of indicators) {
    const key = `${one.type} ${one.value}`
    const known = kept.get(key)
    if (!known || (known.marks.includes("withdrawn") && !one.marks.includes("withdrawn"))) kept.set(key, one)
  }
  return [...kept.values()]
}

/** Nothing in it is an indicator, not even one that cannot be hunted. */
function isEmpty({ indicators, problems }: Bulletin): boolean {
  return indicators.length === 0 && problems.every(({ code }) => !code.startsWith("indicator-") || code === "indicator-reference")
}
