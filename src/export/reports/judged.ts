// The triage of the report: the hunt's own where the answer carries it, made here where it does not.
import { corroborationOf } from "../../hits/triage/corroboration.js"
import type { DecoyCount } from "../../hits/triage/decoys.js"
import { classes, findings, type TriageClass } from "../../hits/triage/factor-table.js"
import { publisherQualities } from "../../hits/triage/publisher.js"
import {
  assetOf,
  type Factor,
  type HitTriage,
  quadrantOf,
  type TriagedAsset,
  type TriagedGroup,
  type TriageResult,
  triageHits,
  type ValidityWindow,
} from "../../hits/triage/triage.js"
import type { Bulletin } from "../../model/bulletin.js"
import type { Hit } from "../../model/hit.js"
import type { Language } from "./wording.js"

/** As `sillage hunt --json` writes it: the hunt read the 72 hours around, which a report cannot. */
export type JudgedHit = Hit & { readonly triage?: HitTriage }

export interface JudgeInput {
  readonly hits: readonly JudgedHit[]
  readonly bulletins: readonly Bulletin[]
  readonly since: string | null
  readonly until: string | null
  readonly decoys?: DecoyCount
}

export function judge(input: JudgeInput): TriageResult {
  const made = triageHits({
    hits: input.hits,
    publishers: publisherQualities(input.bulletins),
    windows: windowsOf(input),
    corroboration: corroborationOf(input.hits),
    ...(input.decoys ? { decoys: input.decoys } : {}),
  })
  if (input.hits.every((hit) => hit.triage === undefined)) return made
  const triage = input.hits.map((hit, at) => hit.triage ?? (made.triage[at] as HitTriage))
  const byIndicator = new Map<string, number[]>()
  for (const [at, { indicator }] of input.hits.entries()) {
    const key = `${indicator.type} ${indicator.value}`
    const known = byIndicator.get(key)
    if (known) known.push(at)
    else byIndicator.set(key, [at])
  }
  const groups = made.groups.map((group) => {
    const members = byIndicator.get(`${group.indicator.type} ${group.indicator.value}`) ?? []
    return regrouped(group, members, input.hits, triage)
  })
  return { groups: groups.sort(graver), triage, chance: made.chance ?? chanceOf(input.hits) }
}

/** The bulletin's own window where it states one, else the one asked for, as the hunt reckons. */
function windowsOf({ bulletins, since, until }: JudgeInput): ReadonlyMap<string, ValidityWindow> {
  const windows = new Map<string, ValidityWindow>()
  if (since || until) windows.set("", { from: since, until })
  for (const { window, indicators } of bulletins) {
    for (const one of indicators) {
      const from = one.validFrom ?? window.from
      const to = one.validUntil ?? window.to
      if (from || to) windows.set(one.value, { from, until: to })
    }
  }
  return windows
}

/** What the factor table says of such points, with nothing of the evidence. */
export function tableText({ id, points, known }: Pick<Factor, "id" | "points" | "known">, language: Language): string {
  const finding = Object.values(findings).find((one) => one.factor === id && one.points === points && one.known === known)
  return (finding?.[language] ?? "")
    .replace(/,? ?(?:puis|then)[^{]*\{[^}]*\}/g, "")
    .replace(/\s*[(:,]*\s*\{[^}]*\}\)?/g, "")
    .replace(/\s*:\s*$/, "")
    .trim()
}

function regrouped(
  group: TriagedGroup,
  members: readonly number[],
  hits: readonly JudgedHit[],
  triage: readonly HitTriage[],
): TriagedGroup {
  const byClass: Record<TriageClass, number> = { priority: 0, probable: 0, weak: 0, background: 0 }
  const worst = new Map<string, HitTriage>()
  let deciding = members[0] as number
  for (const at of members) {
    const judged = triage[at] as HitTriage
    byClass[judged.class]++
    if (heavier(judged, triage[deciding] as HitTriage) < 0) deciding = at
    const asset = assetOf(hits[at] as Hit)
    if (asset !== undefined && (!worst.has(asset) || heavier(judged, worst.get(asset) as HitTriage) < 0)) worst.set(asset, judged)
  }
  const judged = triage[deciding] as HitTriage
  return {
    ...group,
    triage: judged,
    quadrant: quadrantOf(judged),
    example: hits[deciding] as Hit,
    byClass,
    assets: group.assets.map((asset): TriagedAsset => {
      const own = worst.get(asset.value)
      return own ? { ...asset, class: own.class, points: own.points } : asset
    }),
  }
}

/** The decoy sentence stands in the hunt's factor F10. */
function chanceOf(hits: readonly JudgedHit[]): string | null {
  return hits.flatMap((hit) => hit.triage?.factors.find((factor) => factor.id === "F10" && factor.known)?.text ?? [])[0] ?? null
}

function heavier(a: HitTriage, b: HitTriage): number {
  return classes.indexOf(a.class) - classes.indexOf(b.class) || b.points - a.points || b.consequence - a.consequence
}

function graver(a: TriagedGroup, b: TriagedGroup): number {
  return (
    heavier(a.triage, b.triage) ||
    b.hits - a.hits ||
    (a.indicator.value < b.indicator.value ? -1 : a.indicator.value > b.indicator.value ? 1 : 0)
  )
}
