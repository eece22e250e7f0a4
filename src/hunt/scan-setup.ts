// What a thread needs to search units: the matcher of these indicators and the reader's own networks.
import type { Compiled } from "../match/kernel.js"
import type { Indicator } from "../model/indicator.js"
import type { WorkUnit } from "../model/work-unit.js"
import { createRoleContext } from "../sources/roles.js"
import type { UnitResult } from "./finding.js"
import { matcherOf } from "./load-matcher.js"
import { scanUnit } from "./scan-unit.js"

export interface ScanSetup {
  readonly indicators: readonly Indicator[]
  readonly own: readonly string[]
  readonly trustedProxies: readonly string[]
  /** Unlisted neighbours of the listed addresses, searched in the same pass and only counted: what chance gives. */
  readonly decoys?: readonly Indicator[]
}

/** What is compiled: the indicators, then the decoys. */
export function huntedBy(setup: ScanSetup): readonly Indicator[] {
  return setup.decoys ? [...setup.indicators, ...setup.decoys] : setup.indicators
}

/** Crosses to a worker thread: the tables lie in memory that all threads share. */
export interface ThreadSetup extends ScanSetup {
  readonly compiled: Compiled
}

export function createScan(setup: ThreadSetup): (unit: WorkUnit) => Promise<UnitResult> {
  const matcher = matcherOf(huntedBy(setup), setup.compiled)
  const context = {
    matcher,
    scanner: matcher.scanner(),
    decoysFrom: setup.indicators.length,
    roles: createRoleContext({ own: setup.own, trustedProxies: setup.trustedProxies }),
  }
  return (unit) => scanUnit(unit, context)
}
