// Carries out one job of the watch: search, settle, and hand back hits. The judging is the hunt's own.
import type { WatchHit } from "../hits/alerts/alert.js"
import { openWorkspace } from "../hits/store/workspace.js"
import type { Matcher } from "../match/matcher.js"
import type { Indicator } from "../model/indicator.js"
import type { WorkUnit } from "../model/work-unit.js"
import { openText } from "../sources/files/files.js"
import { createRoleContext } from "../sources/roles.js"
import type { LeafResult } from "./finding.js"
import { decodePrints, encodePrints, printOf } from "./indicator-prints.js"
import { compileFor, matcherOf } from "./load-matcher.js"
import { rehearsals } from "./rehearsal.js"
import { type ScanContext, scanUnit } from "./scan-unit.js"
import { settleFile } from "./settle.js"
import { type Carry, noCarry, originOf, TailScan } from "./tail-scan.js"
import type { IndicatorSource, Loaded, WatchAnswer, WatchJob, WatchThreadSetup } from "./watch-job.js"

export interface WatchSearch {
  readonly loaded: Loaded
  readonly search: (job: WatchJob) => Promise<WatchAnswer>
  readonly rehearse: () => Promise<void>
}

/** Loads the indicators and builds their tables. */
export async function openWatchSearch(setup: WatchThreadSetup): Promise<WatchSearch> {
  const all = load(setup.source)
  const prints = all.map(printOf)
  const known = decodePrints(setup.known ?? "")
  const fresh = prints.filter((print) => !known.has(print))
  const loaded = { indicators: all.length, prints: encodePrints(prints), freshCount: fresh.length, fresh: encodePrints(fresh) }
  const wanted = setup.only === undefined ? undefined : decodePrints(setup.only)
  const indicators = wanted ? all.filter((_, at) => wanted.has(prints[at] as bigint)) : all
  return { loaded, ...createSearch(matcherOf(indicators, await compileFor(indicators)), setup) }
}

/** Each value once: what was given explicitly stands before what the workspace says of it. */
function load({ workspace: folder, given }: IndicatorSource): readonly Indicator[] {
  if (folder === undefined) return given
  // Read once from end to end: pages that are kept would only stay in the process's memory.
  const workspace = openWorkspace(folder, { cacheBytes: 2 * 1024 * 1024 })
  try {
    const kept = workspace.bulletins.indicators()
    if (given.length === 0) return kept
    const known = new Set(given.map(({ type, value }) => `${type} ${value}`))
    return [...given, ...kept.filter(({ type, value }) => !known.has(`${type} ${value}`))]
  } finally {
    workspace.close()
  }
}

function createSearch(matcher: Matcher, options: WatchThreadSetup): Pick<WatchSearch, "search" | "rehearse"> {
  const roles = createRoleContext({ own: options.own, trustedProxies: options.trustedProxies })
  const context: ScanContext = { matcher, scanner: matcher.scanner(), decoysFrom: Number.POSITIVE_INFINITY, roles }
  // The tables of the verifier are built now, and not when the first candidate line is met.
  matcher.verify({ text: "", format: "text", fields: {}, direction: "unknown", action: "unknown", outcome: "unknown" })
  const tail = new TailScan(context)
  const answer = (unit: WorkUnit, leaves: readonly LeafResult[]) => answerOf(unit, leaves, matcher, options.tz)
  const search: WatchSearch["search"] = async (job) => {
    const { unit } = job
    switch (job.kind) {
      case "lines": {
        const found = await tail.scan(unit, job.range, job.carry)
        if (found) return { ...answer(unit, [found.leaf]), carry: found.carry }
        const message = "is no longer a file of lines: it is looked at anew"
        return { ...nothing, problems: [{ code: "unreadable", where: unit.path, message }] }
      }
      case "identify": {
        const origin = await originOf(unit, job.contents)
        return { ...nothing, ...(origin ? { origin: origin.id } : {}) }
      }
      case "whole": {
        const origin = await originOf(unit, job.contents)
        const { leaves } = await scanUnit(unit, context)
        const kept = leaves.map((leaf) => between(leaf, origin?.textBytes ?? 0, Number.POSITIVE_INFINITY))
        return { ...answer(unit, kept), carry: carryOf(leaves), ...(origin ? { origin: origin.id } : {}) }
      }
      case "past": {
        const { leaves } = await scanUnit(unit, context)
        return answer(
          unit,
          leaves.map((leaf) => between(leaf, job.from, job.below)),
        )
      }
    }
  }
  const rehearse = async (): Promise<void> => {
    for (const { unit, text } of rehearsals(matcher.indicators)) {
      const found = await new TailScan(context, () => openText(text, unit)).scan(unit, { from: 0, to: text.length, open: false }, noCarry)
      if (found) answer(unit, [found.leaf])
    }
  }
  return { search, rehearse }
}

const nothing: WatchAnswer = { hits: [], problems: [], bytes: 0, records: 0 }

function between(leaf: LeafResult, from: number, below: number): LeafResult {
  return { ...leaf, findings: leaf.findings.filter(({ at }) => at >= from && at < below) }
}

/** Of a file of one text, so that what is appended to it later is known from what was there. */
function carryOf(leaves: readonly LeafResult[]): Carry {
  const [leaf] = leaves
  return { ...noCarry, textBytes: leaves.length === 1 ? (leaf?.decoded ?? 0) : 0 }
}

function answerOf(unit: WorkUnit, leaves: readonly LeafResult[], matcher: Matcher, tz: string | undefined): WatchAnswer {
  const { hits, problems } = settleFile(unit, [{ leaves }], matcher.indicators, {
    since: null,
    until: null,
    ...(tz === undefined ? {} : { tz }),
  })
  // Without a range nothing falls away: hits stand in the order of the occurrences.
  const marks = leaves.flatMap(({ findings }) =>
    findings.flatMap(({ occurrences }) => occurrences.map(({ indicator }) => matcher.indicators[indicator]?.tlp)),
  )
  const found = hits.map(({ hit }, at): WatchHit => {
    const tlp = marks[at]
    return tlp === undefined ? { hit } : { hit, tlp }
  })
  return {
    hits: found,
    problems,
    bytes: leaves.reduce((sum, leaf) => sum + leaf.searched, 0),
    records: leaves.reduce((sum, leaf) => sum + leaf.records, 0),
  }
}
