// The triage of the report: the hunt's own where the answer carries it, made here where it does not, worded in the report's language.
import { corroborationOf } from "../../hits/triage/corroboration.js"
import { type DecoyCount, decoySentence } from "../../hits/triage/decoys.js"
import { classes, classTexts, findings, quadrantTexts, ruleTexts, type TriageClass } from "../../hits/triage/factor-table.js"
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
  readonly language: Language
  readonly decoys?: DecoyCount
}

export function judge(input: JudgeInput): TriageResult {
  const made = triageHits({
    hits: input.hits,
    publishers: publisherQualities(input.bulletins),
    windows: windowsOf(input),
    corroboration: corroborationOf(input.hits),
    language: input.language,
    ...(input.decoys ? { decoys: input.decoys } : {}),
  })
  if (input.hits.every((hit) => hit.triage === undefined)) return made
  const said = made.chance ?? chanceOf(input)
  const triage = input.hits.map((hit, at) => {
    const own = made.triage[at] as HitTriage
    return hit.triage === undefined ? own : worded(hit.triage, own, input.language, said)
  })
  const byIndicator = new Map<string, number[]>()
  for (const [at, { indicator }] of input.hits.entries()) {
    const key = `${indicator.type} ${indicator.value}`
    const known = byIndicator.get(key)
    if (known) known.push(at)
    else byIndicator.set(key, [at])
  }
  const groups = made.groups.map((group) => {
    const members = byIndicator.get(`${group.indicator.type} ${group.indicator.value}`) ?? []
    return regrouped(group, members, input.hits, triage, input.language)
  })
  return { groups: groups.sort(graver), triage, chance: said }
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

/** Class and points of the hunt. Its words are English: in French those made here, where they say the same, else those of the table. */
function worded(saved: HitTriage, made: HitTriage, language: Language, chance: string | null): HitTriage {
  if (language === "en") return saved
  const same = saved.class === made.class && saved.points === made.points
  return {
    ...saved,
    factors: saved.factors.map((factor) => {
      const twin = made.factors.find((one) => one.id === factor.id && one.points === factor.points && one.known === factor.known)
      const text = twin?.text ?? (factor.id === "F10" && factor.known ? chance : null) ?? tableText(factor, language)
      return { ...factor, text }
    }),
    rules: same ? made.rules : saved.rules.map((rule) => Object.values(ruleTexts).find(({ en }) => en === rule)?.[language] ?? rule),
  }
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
  language: Language,
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
  const quadrant = quadrantOf(judged)
  return {
    ...group,
    triage: judged,
    quadrant,
    quadrantText: quadrantTexts[quadrant][language],
    example: hits[deciding] as Hit,
    byClass,
    assets: group.assets.map((asset): TriagedAsset => {
      const own = worst.get(asset.value)
      return own ? { ...asset, class: own.class, points: own.points } : asset
    }),
    nextSteps: classTexts[judged.class][language].nextSteps,
  }
}

/** The sentence stands in the hunt's factor F10; its numbers are read back so that it can be said in the other language. */
function chanceOf({ hits, language }: JudgeInput): string | null {
  for (const hit of hits) {
    const said = hit.triage?.factors.find((factor) => factor.id === "F10" && factor.known)?.text
    const numbers = said === undefined ? null : /^(\d+) hits? on (\d+) listed address(?:es)?; by chance (<?[\d.]+)$/.exec(said)
    if (!numbers) continue
    if (language === "en") return said as string
    // The sentence knows only the expected number: counts that give it again are put in its place.
    const sentence = decoySentence(
      { hits: Number(numbers[1]), addresses: Number(numbers[2]), decoyHits: 0, decoyAddresses: 0, listed: 0, decoys: 0 },
      language,
    )
    return sentence.replace(/\S+$/, (numbers[3] as string).replace(".", ","))
  }
  return null
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
