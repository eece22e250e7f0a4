// Judges the hits of a hunt that the workspace keeps, and says where each stands with the analysts.
import type { Workspace } from "../hits/store/workspace.js"
import { withExactCounts } from "../hits/triage/exact-counts.js"
import type { TriagedGroup } from "../hits/triage/triage.js"
import { type Standing, standingOf, type Verdict } from "../hits/triage/verdicts.js"
import { UsageError } from "../model/problem.js"
import { parseInstant } from "../model/time.js"
import { triageKept } from "./triage-answer.js"

export interface StandingGroup {
  readonly group: TriagedGroup
  readonly standing: Standing
  /** Every verdict about it, oldest first. */
  readonly verdicts: readonly Verdict[]
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
  const judged = triageKept([...workspace.hunts.hits(entry.id)], bulletins, asked)
  const groups = withExactCounts(judged.groups, workspace.hunts.sightings(entry.id))
  const all = workspace.verdicts.list()
  return {
    hunt: entry.id,
    groups: groups.map((group) => ({
      group,
      standing: standingOf(all, group.indicator.value, { time: now, triage: group.triage }),
      verdicts: all.filter((verdict) => verdict.subject === group.indicator.value),
    })),
  }
}
