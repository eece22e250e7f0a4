// The judged hits as a tired responder reads them: the chance sentence, the 2×2, then one block per listed value, gravest class first.
import { classes, classTexts, quadrantTexts, type TriageClass } from "../../hits/triage/factor-table.js"
import type { Factor, TriagedGroup } from "../../hits/triage/triage.js"
import type { TriagedAnswer } from "../../hunt/triage-answer.js"
import type { Hit } from "../../model/hit.js"
import { safe } from "./safe-text.js"

/** Blocks of each class before the rest is counted; weak and background take one line each. */
const shownMax: Readonly<Record<TriageClass, number>> = { priority: 40, probable: 20, weak: 15, background: 5 }
const listMax = 4

export function renderTriage(triaged: TriagedAnswer, all: boolean): readonly string[] {
  if (triaged.groups.length === 0) return chance(triaged)
  return [
    "TRIAGE (times in UTC; points say what deserves a look first, never that something was compromised)",
    ...chance(triaged),
    "",
    ...matrix(triaged.groups),
    ...classes.flatMap((one) => ofClass(one, triaged.groups, all)),
  ]
}

/** "37 hits on 12 listed addresses; by chance 0.4", and what the figure rests on. */
function chance({ chance: sentence, decoys, decoyStep, followed, notFollowed }: TriagedAnswer): readonly string[] {
  const lines: string[] = []
  if (sentence && decoys) {
    const sample = decoyStep > 1 ? `, a sample: one listed address in ${decoyStep} has them` : ""
    lines.push(
      `  ${sentence} (${count(decoys.decoys)} unlisted addresses of the same networks, searched alike${sample}: ${count(decoys.decoyHits)} records, ${count(decoys.decoyAddresses)} addresses seen).`,
    )
  } else if (!decoys) lines.push("  How many hits chance gives is not known: no decoy addresses were searched.")
  if (followed.length > 0) {
    const more = notFollowed > 0 ? `; ${notFollowed} more accounts were NOT followed` : ""
    lines.push(`  Followed for 72 hours around each successful login: ${list(followed)}${more}.`)
  } else if (notFollowed > 0) lines.push(`  What ${notFollowed} accounts did after a successful login was NOT searched.`)
  return lines
}

function matrix(groups: readonly TriagedGroup[]): readonly string[] {
  const contacts = groups.filter((group) => group.example.echo === null)
  const cell = (quadrant: TriagedGroup["quadrant"]) => String(contacts.filter((group) => group.quadrant === quadrant).length).padStart(18)
  return [
    `  Listed values by     ${"little achieved".padStart(18)}${"much achieved".padStart(18)}`,
    `    likely them        ${cell("high-low")}${cell("high-high")}`,
    `    perhaps not them   ${cell("low-low")}${cell("low-high")}`,
  ]
}

function ofClass(one: TriageClass, groups: readonly TriagedGroup[], all: boolean): readonly string[] {
  const own = groups.filter((group) => group.triage.class === one)
  if (own.length === 0) return []
  const shown = all ? own : own.slice(0, shownMax[one])
  const brief = one === "weak" || one === "background"
  const rest = own.length - shown.length
  return [
    "",
    `${classTexts[one].en.title.toUpperCase()}: ${own.length} listed ${own.length === 1 ? "value" : "values"}`,
    ...classTexts[one].en.nextSteps.map((step) => `  → ${step}`),
    ...shown.flatMap((group) => (brief && !all ? briefly(group) : block(group))),
    ...(rest > 0 ? [`  … and ${rest} more: --all or --json shows them`] : []),
  ]
}

function briefly({ indicator, triage, hits, firstSeen, lastSeen }: TriagedGroup): readonly string[] {
  const top = [...triage.factors].filter((factor) => factor.points !== 0 && factor.id !== "F1").sort(byWeight)[0]
  const why = top ? `  ${signed(top.points)} ${safe(top.text, 90)}` : ""
  return [`  ${safe(indicator.value, 80)}  ${triage.points} points  ×${hits}  ${span(firstSeen, lastSeen)}${why}`]
}

/** One listed value with every factor. */
export function block(group: TriagedGroup): readonly string[] {
  const { indicator, triage, example } = group
  const telling = triage.factors.filter((factor) => factor.known && factor.points !== 0).sort(byWeight)
  const nothing = triage.factors.filter((factor) => factor.known && factor.points === 0 && factor.id !== "F10")
  const unknown = triage.factors.filter((factor) => !factor.known)
  const marks = indicator.marks.length > 0 ? `  [${safe(indicator.marks.join(", "), 100)}]` : ""
  return [
    `  ${safe(indicator.value, 120)}  ${triage.points} points: confidence ${triage.confidence}, consequence ${triage.consequence} (${quadrantTexts[group.quadrant].en})${marks}`,
    `    ×${group.hits}  ${span(group.firstSeen, group.lastSeen)}${assets(group)}${group.accounts.length > 0 ? `; accounts ${list(group.accounts)}` : ""}`,
    ...telling.map(factorLine),
    ...(nothing.length > 0 ? [`      0  ${nothing.map(short).join("; ")}`] : []),
    ...(unknown.length > 0 ? [`      ?  unknown: ${unknown.map(short).join("; ")}`] : []),
    ...triage.rules.map((rule) => `    rule: ${safe(rule, 160)}`),
    `    ${place(example)}  ${safe(example.record.trim(), 140)}`,
  ]
}

function factorLine(factor: Factor): string {
  return `    ${signed(factor.points).padStart(3)}  ${factor.id} ${safe(factor.text, 200)}`
}

function short(factor: Factor): string {
  return `${factor.id} ${safe(factor.text, 80)}`
}

function assets({ assets: touched, assetsLeftOut }: TriagedGroup): string {
  if (touched.length === 0) return ""
  const more = touched.length + assetsLeftOut - listMax
  return `; our side ${touched
    .slice(0, listMax)
    .map((asset) => safe(asset.value, 60))
    .join(", ")}${more > 0 ? ` and ${more} more` : ""}`
}

function place({ source }: Hit): string {
  const inside = source.member === undefined ? "" : `!/${safe(source.member, 200)}`
  return `${safe(source.path, 200)}${inside}${source.line === undefined ? (source.record === undefined ? "" : ` record ${source.record}`) : `:${source.line}`}`
}

function span(first: string | null, last: string | null): string {
  const day = (stamp: string) => `${stamp.slice(0, 16).replace("T", " ")}`
  if (!first && !last) return "undated"
  return first && last && day(first) !== day(last) ? `${day(first)} to ${day(last)}` : day((first ?? last) as string)
}

function list(values: readonly string[]): string {
  const more = values.length - listMax
  return `${values
    .slice(0, listMax)
    .map((value) => safe(value, 60))
    .join(", ")}${more > 0 ? ` and ${more} more` : ""}`
}

function byWeight(a: Factor, b: Factor): number {
  return Math.abs(b.points) - Math.abs(a.points) || b.points - a.points || Number(a.id.slice(1)) - Number(b.id.slice(1))
}

function signed(points: number): string {
  return points > 0 ? `+${points}` : String(points)
}

function count(value: number): string {
  return value.toLocaleString("en-US")
}
