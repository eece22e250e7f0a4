// Judges the hits of a hunt that the workspace keeps, and says where each stands with the analysts.
import type { Workspace } from "../hits/store/workspace.js"
import { withExactCounts } from "../hits/triage/exact-counts.js"
import type { TriagedGroup } from "../hits/triage/triage.js"
import { type Standing, standingOf, type Verdict } from "../hits/triage/verdicts.js"
import { UsageError } from "../model/problem.js"
import { parseInstant } from "../model/time.js"
import { type KeptFindings, triageKept } from "./triage-answer.js"

export interface StandingGroup {
  readonly group: TriagedGroup
  readonly standing: Standing
  /** Every verdict about it, oldest first. */
  readonly verdicts: readonly Verdict[]
  /** Own addresses, hosts and sites that were decided about apart, with their hits in this hunt. */
  readonly assets: readonly { readonly asset: string; readonly standing: Standing; readonly hits: number }[]
}

/** Gravest first. `hunt` is an id or `latest`, `now` RFC 3339. */
export function keptTriage(
  workspace: Workspace,
  hunt: string,
  now: string,
): { readonly hunt: string; readonly groups: readonly StandingGroup[] } {
  const entry = workspace.hunts.get(hunt)
  if (!entry) {
    throw new UsageError(
      hunt === "latest"
        ? "the workspace keeps no hunt that ended: run sillage hunt in it first"
        : `there is no hunt ${hunt} in this workspace`,
    )
  }
  const indicators = workspace.hunts.indicators(entry.id)
  const bulletins = workspace.hunts.bulletins(entry.id).map((bulletin) => ({ ...bulletin, indicators }))
  const instant = (text: string | null) => (text === null ? null : (parseInstant(text) ?? null))
  const asked = { since: instant(entry.asked.since), until: instant(entry.asked.until) }
  const judged = triageKept([...workspace.hunts.hits(entry.id)], bulletins, asked, keptFindings(workspace, entry.id))
  const groups = withExactCounts(judged.groups, workspace.hunts.sightings(entry.id))
  const all = workspace.verdicts.list()
  return {
    hunt: entry.id,
    groups: groups.map((group) => ({
      group,
      standing: standingOf(all, group.indicator.value, { time: now, triage: group.triage }),
      verdicts: all.filter((verdict) => verdict.subject === group.indicator.value),
      assets: assetsDecided(group, all, now),
    })),
  }
}

/** What the hunt found out beside its hits: its decoys, and what the accounts did. */
export function keptFindings(workspace: Workspace, hunt: string): KeptFindings {
  const detail = workspace.hunts.detail(hunt) as { readonly triage?: KeptFindings } | undefined
  return detail?.triage ?? {}
}

/** A decision about one asset leaves the value open on all others; something graver there, or the expiry, opens it again. */
function assetsDecided({ indicator, assets }: TriagedGroup, verdicts: readonly Verdict[], now: string): StandingGroup["assets"] {
  const decided = new Set(verdicts.flatMap(({ subject, asset }) => (subject === indicator.value && asset !== undefined ? [asset] : [])))
  return [...decided].sort().flatMap((asset) => {
    const touched = assets.find((one) => one.value === asset)
    const standing = standingOf(verdicts, indicator.value, { time: now, asset, ...(touched && { triage: touched }) })
    return standing.state === "open" ? [] : [{ asset, standing, hits: touched?.hits ?? 0 }]
  })
}
