// Which listed addresses may speak for the operator: judged probable or better, in real contact, not shared by many, not dismissed.
import { classes, type TriageClass } from "../triage/factor-table.js"
import type { TriagedGroup } from "../triage/triage.js"
import { standingOf, type Verdict } from "../triage/verdicts.js"

export interface SeedChoice {
  /** Canonical, sorted. */
  readonly seeds: readonly string[]
  readonly leftOut: readonly { readonly value: string; readonly reason: string }[]
}

export interface SeedOptions {
  /** The lowest class that may be a seed. */
  readonly from: TriageClass
  readonly verdicts: readonly Verdict[]
  /** RFC 3339: dismissals that have expired by then do not count. */
  readonly now: string
}

export function chooseSeeds(groups: readonly TriagedGroup[], options: SeedOptions): SeedChoice {
  const seeds = new Set<string>()
  const leftOut: { value: string; reason: string }[] = []
  for (const group of groups) {
    const reason = whyNot(group, options)
    if (reason === undefined) seeds.add(group.indicator.value)
    else leftOut.push({ value: group.indicator.value, reason })
  }
  // A lead that an analyst confirmed is a seed like any other.
  for (const { subject, decision } of options.verdicts) {
    if (decision !== "confirmed" || !isAddress(subject) || seeds.has(subject)) continue
    if (standingOf(options.verdicts, subject, { time: options.now }).state === "confirmed") seeds.add(subject)
  }
  return { seeds: [...seeds].sort(), leftOut }
}

function whyNot(group: TriagedGroup, { from, verdicts, now }: SeedOptions): string | undefined {
  const { indicator, triage } = group
  if ((indicator.type !== "ipv4-addr" && indicator.type !== "ipv6-addr") || /[/-]/.test(indicator.value)) return "not a single address"
  const standing = standingOf(verdicts, indicator.value, { time: now, triage })
  if (standing.state === "confirmed") return undefined
  if (standing.state === "dismissed") return `dismissed by ${standing.by.author}`
  if (group.example.echo !== null) return "only an echo of a list or a configuration"
  const points = (id: string) => triage.factors.find((factor) => factor.id === id)?.points ?? 0
  if (points("F8") < 0) return "on a warning list"
  if (points("F7") < 0) return "a shared address, or one with a long own history"
  if (points("F4") <= -20) return "far outside the validity"
  if (classes.indexOf(triage.class) > classes.indexOf(from)) return `judged ${triage.class} only`
  return undefined
}

function isAddress(value: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(value) || /^[0-9a-f:]*:[0-9a-f:]+$/.test(value)
}
