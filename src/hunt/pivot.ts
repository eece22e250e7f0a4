// From confirmed hits to leads over a whole archive: walks the same files as the hunt, profiles every foreign address, ranks them.
import { type Lead, type PivotResult, pivot } from "../hits/relays/pivot.js"
import { reasons } from "../hits/relays/sentences.js"
import { type Views, viewsOf } from "../hits/relays/views.js"
import { say } from "../hits/sentences.js"
import { canonicalAddress } from "../model/canonical.js"
import type { Problem } from "../model/problem.js"
import type { HuntProgress, StepProgress } from "./hunt.js"
import { type ProfileRequest, profileArchive } from "./profile-archive.js"

export interface PivotRequest extends Omit<ProfileRequest, "progress"> {
  /** Confirmed relays, canonical. */
  readonly seeds: readonly string[]
  /** Addresses and networks that are never a lead: partners, monitors, scanners of ours. */
  readonly excluded: readonly string[]
  readonly leadsMax?: number
  readonly progress?: (state: HuntProgress | StepProgress) => void
}

export interface PivotAnswer extends PivotResult {
  /** What no single address shows, of all foreign addresses; null where nothing was read. */
  readonly views: Views | null
  readonly records: number
  readonly addresses: number
  readonly files: number
  readonly problems: readonly Problem[]
  readonly complete: boolean
}

export async function pivotArchive(request: PivotRequest): Promise<PivotAnswer> {
  if (request.seeds.length === 0) return nothingToStartFrom
  const archive = await profileArchive(request)
  const { profiles, placeOf } = archive
  const result = pivot(profiles, {
    seeds: request.seeds,
    excluded: isIn(request.excluded),
    ...(request.leadsMax === undefined ? {} : { candidatesMax: request.leadsMax }),
    ...(request.progress && {
      progress: (part, steps, stepsTotal) => request.progress?.({ steps, stepsTotal, pass: `comparing (${part})` }),
    }),
  })
  const placed = (lead: Lead): Lead => ({ ...lead, records: lead.records.map(placeOf) })
  return {
    ...result,
    candidates: result.candidates.map(placed),
    views: viewsOf(profiles.loginEvents, profiles.flowEvents),
    records: archive.records,
    addresses: profiles.sources.length,
    files: archive.files,
    problems: [...archive.problems, ...limits(profiles.leftOut)],
    complete: archive.complete && profiles.leftOut.records === 0,
  }
}

/** Nothing needs to be read for this answer. */
const nothingToStartFrom: PivotAnswer = {
  abstained: true,
  reason: say(reasons["no-seed"]),
  seeds: [],
  selfTest: null,
  candidates: [],
  compared: 0,
  hidden: 0,
  views: null,
  records: 0,
  addresses: 0,
  files: 0,
  problems: [],
  complete: true,
}

function isIn(networks: readonly string[]): (address: string) => boolean {
  const ranges = networks.flatMap((network) => canonicalAddress(network)?.range ?? [])
  if (ranges.length === 0) return () => false
  return (address) => {
    const own = canonicalAddress(address)?.range
    return own !== undefined && ranges.some((range) => range.version === own.version && range.first <= own.first && own.last <= range.last)
  }
}

/** What found no room is said, not passed over. */
function limits(leftOut: { readonly records: number; readonly tokens: number; readonly events: number }): readonly Problem[] {
  const problems: Problem[] = []
  if (leftOut.records > 0)
    problems.push({
      code: "limit",
      where: "pivot",
      message: `${leftOut.records} records of addresses beyond the limit were not profiled: narrow --since and --until`,
    })
  if (leftOut.tokens > 0)
    problems.push({
      code: "limit",
      where: "pivot",
      message: `${leftOut.tokens} traits beyond the limit were not compared: narrow --since and --until`,
    })
  if (leftOut.events > 0)
    problems.push({
      code: "limit",
      where: "pivot",
      message: `${leftOut.events} logins and connections beyond the limit are not in the aggregate views: narrow --since and --until`,
    })
  return problems
}
