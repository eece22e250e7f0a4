// What a thread needs to search units: the matcher of these indicators and the reader's own networks.
import type { Indicator } from "../model/indicator.js"
import type { WorkUnit } from "../model/work-unit.js"
import { createRoleContext } from "../sources/roles.js"
import type { UnitResult } from "./finding.js"
import { loadMatcher } from "./load-matcher.js"
import { scanUnit } from "./scan-unit.js"

export interface ScanSetup {
  readonly indicators: readonly Indicator[]
  readonly own: readonly string[]
  readonly trustedProxies: readonly string[]
}

export async function createScan(setup: ScanSetup): Promise<(unit: WorkUnit) => Promise<UnitResult>> {
  const matcher = await loadMatcher(setup.indicators)
  const context = {
    matcher,
    scanner: matcher.scanner(),
    roles: createRoleContext({ own: setup.own, trustedProxies: setup.trustedProxies }),
  }
  return (unit) => scanUnit(unit, context)
}
