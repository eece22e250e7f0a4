// What a thread needs to search units: the matcher of these indicators and the reader's own networks.
import { openHarvestingScanner } from "../match/harvester.js"
import type { Compiled } from "../match/kernel.js"
import type { Scanner } from "../match/matcher.js"
import type { Indicator } from "../model/indicator.js"
import type { WorkUnit } from "../model/work-unit.js"
import { createRoleContext } from "../sources/roles.js"
import { withTimes } from "./covered-times.js"
import type { UnitResult } from "./finding.js"
import { IndexBuilder, type IndexTarget } from "./index-builder.js"
import { accountMatcherOf, matcherOf } from "./load-matcher.js"
import { type PartsRequest, type PartsResult, scanParts } from "./scan-part.js"
import { type ScanContext, scanUnit } from "./scan-unit.js"

export interface ScanSetup {
  readonly indicators: readonly Indicator[]
  readonly own: readonly string[]
  readonly trustedProxies: readonly string[]
  /** Unlisted neighbours of the listed addresses, searched in the same pass and only counted: what chance gives. */
  readonly decoys?: readonly Indicator[]
  /** The indicators are names of accounts: what is asked is where they acted, and no file's silences. */
  readonly accounts?: boolean
  /** Builds an index of what is searched. */
  readonly index?: IndexTarget
  /** The zone of stamps without one, as it was given. */
  readonly tz?: string
  /** Takes sums of the decoded text, by which a log is recognised after it was compressed. */
  readonly textSums?: boolean
}

const joined = new WeakMap<readonly Indicator[], { readonly indicators: readonly Indicator[]; readonly all: readonly Indicator[] }>()

/** What is compiled: the indicators, then the decoys. One and the same list each time. */
export function huntedBy({ indicators, decoys }: ScanSetup): readonly Indicator[] {
  if (!decoys?.length) return indicators
  const known = joined.get(decoys)
  if (known?.indicators === indicators) return known.all
  const all = [...indicators, ...decoys]
  joined.set(decoys, { indicators, all })
  return all
}

/** Crosses to a worker thread: the tables lie in memory that all threads share. */
export interface ThreadSetup extends ScanSetup {
  readonly compiled: Compiled
}

/** What a thread is asked. */
export type Job =
  | { readonly kind: "unit" | "again"; readonly unit: WorkUnit }
  | { readonly kind: "parts"; readonly unit: WorkUnit; readonly request: PartsRequest }
  | { readonly kind: "finish" }

/** What a thread says: how far it is in the unit at work, or what came of the job. */
export type ToPool = { readonly passed: number } | { readonly result: unknown }

/** What one thread can do, one thing after another. */
export interface Scan {
  unit(unit: WorkUnit): Promise<UnitResult>
  /** One that the index knows already. */
  again(unit: WorkUnit): Promise<UnitResult>
  parts(unit: WorkUnit, request: PartsRequest): Promise<PartsResult | undefined>
  /** Writes what is left of the index; why that was not possible, if it was not. */
  finish(): string | undefined
}

/** Told of the stored bytes of the unit at work that were read so far. */
export type Passed = (bytes: number) => void

export function createScan(setup: ThreadSetup, passed?: Passed): Scan {
  const matcher = (setup.accounts ? accountMatcherOf : matcherOf)(huntedBy(setup), setup.compiled)
  const { scanner, index } = setup.index ? gatheringScanner(setup.compiled, setup.index) : { scanner: matcher.scanner(), index: undefined }
  const context: ScanContext = {
    matcher,
    scanner,
    decoysFrom: setup.indicators.length,
    textSums: setup.textSums ?? false,
    silences: !setup.accounts,
    roles: createRoleContext({ own: setup.own, trustedProxies: setup.trustedProxies }),
    ...(passed && { passed }),
  }
  return {
    // Times are settled here, where several threads do it at once.
    unit: async (unit) => withTimes(await scanUnit(unit, index ? { ...context, index } : context), unit, setup.tz),
    again: async (unit) => withTimes(await scanUnit(unit, context), unit, setup.tz),
    parts: (unit, request) => scanParts(unit, request, context),
    finish() {
      index?.flush()
      return index?.failure
    },
  }
}

function gatheringScanner(compiled: Compiled, target: IndexTarget): { readonly scanner: Scanner; readonly index: IndexBuilder } {
  const { scanner, harvester } = openHarvestingScanner(compiled)
  harvester.gather(false)
  return { scanner, index: new IndexBuilder(harvester, target) }
}
