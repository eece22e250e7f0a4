// The leads of the pivot for people: what was compared, whether the hits resemble each other, then each lead with its evidence.

import type { Evidence, Lead } from "../../hits/relays/pivot.js"
import type { SeedChoice } from "../../hits/relays/seeds.js"
import type { Views } from "../../hits/relays/views.js"
import type { PivotAnswer } from "../../hunt/pivot.js"
import type { Problem } from "../../model/problem.js"
import { safe } from "./safe-text.js"

export interface PivotView {
  readonly answer: PivotAnswer
  readonly choice: SeedChoice
  readonly problems: readonly Problem[]
}

const leadsShown = 20
const listShown = 6
const problemsShown = 20

export function renderPivot({ answer, choice, problems }: PivotView): string {
  const sections = [headline(answer, choice), leads(answer.candidates), alsoSeen(answer.views), problemLines(problems), caveats(answer)]
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join("\n"))
    .join("\n\n")}\n`
}

function headline(answer: PivotAnswer, choice: SeedChoice): readonly string[] {
  const { seeds, selfTest, candidates, abstained, reason } = answer
  const strong = candidates.filter((lead) => lead.level === "strong").length
  const verdict = abstained
    ? `NO LEADS GIVEN: ${reason}.`
    : `LEADS: ${candidates.length} unlisted ${candidates.length === 1 ? "address behaves" : "addresses behave"} like the confirmed relays, ${strong} of them strong.`
  return [
    verdict,
    ...(reason !== null && !abstained ? [`  ${sentence(reason)}.`] : []),
    `  Started from ${seeds.length} confirmed ${seeds.length === 1 ? "relay" : "relays"}${seeds.length > 0 ? `: ${list(seeds)}` : ""}.`,
    ...leftOut(choice),
    `  Compared ${count(answer.compared)} other foreign addresses in ${count(answer.records)} records of ${count(answer.files)} files.`,
    ...(selfTest
      ? [
          `  Self-test: ${percent(selfTest.refound)} of the confirmed relays are found again from the others; of random addresses ${percent(selfTest.expectedByChance)} (p ${selfTest.p}).`,
        ]
      : []),
    ...(answer.complete ? [] : ["  NOT everything was read: see below."]),
  ]
}

function leftOut({ leftOut: values }: SeedChoice): readonly string[] {
  if (values.length === 0) return []
  const reasons = new Map<string, number>()
  for (const { reason } of values) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  return [`  Not started from: ${[...reasons].map(([reason, times]) => `${times} ${safe(reason, 80)}`).join(", ")}.`]
}

function leads(candidates: readonly Lead[]): readonly string[] {
  if (candidates.length === 0) return []
  const more = candidates.length - leadsShown
  return [
    "LEADS (times in UTC; q is the expected share of chance among the leads down to this one)",
    ...candidates.slice(0, leadsShown).flatMap(block),
    ...(more > 0 ? [`  … and ${more} more: --json lists them`] : []),
  ]
}

function block(lead: Lead): readonly string[] {
  const families = [...new Set(lead.evidence.filter((line) => line.bits > 0).map((line) => line.family))]
  const { counterfactual } = lead
  return [
    "",
    `  ${safe(lead.value, 60)}  ${lead.level.toUpperCase()}  ${lead.bits.toFixed(1)} bits  q=${lead.q.toFixed(2)}  ${families.join(", ")}`,
    `    ${lead.firstSeen?.slice(0, 16).replace("T", " ") ?? "undated"}${lead.lastSeen && lead.lastSeen.slice(0, 16) !== lead.firstSeen?.slice(0, 16) ? ` to ${lead.lastSeen.slice(0, 16).replace("T", " ")}` : ""}  ${lead.records.map((record) => `${safe(record.path, 120)}:${record.line}`).join("  ")}`,
    ...lead.evidence.filter((line) => line.bits > 0).map(evidence),
    ...lead.counterEvidence.map(evidence),
    `    Without the first line: ${counterfactual.bits.toFixed(1)} bits, ${counterfactual.level === "hidden" ? "no lead any more" : counterfactual.level}.`,
    ...supporting(lead.evidence),
  ]
}

function evidence(line: Evidence): string {
  const capped = line.uncapped > line.bits ? ` (of ${line.uncapped.toFixed(1)}, capped)` : ""
  return `    ${line.bits >= 0 ? "+" : "−"}${Math.abs(line.bits).toFixed(1).padStart(4)}  ${safe(line.text, 200)}${capped}`
}

/** What was seen and counts nothing more. */
function supporting(lines: readonly Evidence[]): readonly string[] {
  const silent = lines.filter((line) => line.bits === 0)
  if (silent.length === 0) return []
  return [
    `    Not counted, its family being full: ${silent
      .slice(0, 2)
      .map((line) => safe(line.text, 100))
      .join("; ")}${silent.length > 2 ? ` and ${silent.length - 2} more` : ""}.`,
  ]
}

/** What no single address shows; of all foreign addresses, whether or not they are leads. */
function alsoSeen(views: Views | null): readonly string[] {
  if (!views) return []
  const shifts = views.failureShift.map(
    ({ from, to, failures, expected, participants, participantsTotal }) =>
      `  ${from}${to === from ? "" : ` to ${to}`}: ${count(failures)} failed logins where the days before make ${expected} likely; ${count(participantsTotal)} addresses not seen failing before${participantsTotal > 0 ? `: ${list(participants)}` : ""}`,
  )
  const names = views.spray?.sharedNames ?? []
  const spray =
    views.spray && names.length > 0
      ? [
          `  Names that never logged in here, tried by unrelated addresses: ${names
            .slice(0, listShown)
            .map((one) => `${safe(one.account, 40)} (${one.addresses})`)
            .join(", ")}; ${percent(views.spray.quietShare)} of all account-days with failures have at most two.`,
        ]
      : []
  const seen = views.firstSeen
    .slice(0, listShown)
    .map(
      (one) =>
        `  ${safe(one.account, 40)} logged in from ${safe(one.address, 60)} on ${one.time.slice(0, 16).replace("T", " ")}, its first time from ${one.network}, after ${one.triedBy} ${one.triedBy === 1 ? "address" : "addresses"} had tried it in vain`,
    )
  const relays = views.ownRelays
    .slice(0, listShown)
    .map(
      (one) =>
        `  ${safe(one.host, 60)} passed on what it received ${one.pairs} times, within seconds and in nearly equal size: from ${list(one.inboundFrom)} to ${list(one.outboundTo)}`,
    )
  const lines = [...shifts.slice(0, listShown), ...spray, ...seen, ...relays]
  return lines.length > 0 ? ["ALSO SEEN (of all foreign addresses; each may have a plain reason)", ...lines] : []
}

function problemLines(problems: readonly Problem[]): readonly string[] {
  if (problems.length === 0) return []
  const more = problems.length - problemsShown
  return [
    "PROBLEMS",
    ...problems.slice(0, problemsShown).map((one) => `  ${one.code}  ${safe(one.where, 160)}: ${safe(one.message, 200)}`),
    ...(more > 0 ? [`  … and ${more} more: --json shows all`] : []),
  ]
}

function caveats({ candidates }: PivotAnswer): readonly string[] {
  const general =
    "Leads show similar behaviour, not who was behind it, nor that access succeeded. They are no block list: the owners of relays are victims."
  if (candidates.length === 0) return ["No lead is not safety: a careful operator can remove every trait that is compared here."]
  return [
    general,
    "Look at each lead; sillage triage confirm VALUE makes it a seed of the next pivot, sillage triage dismiss VALUE keeps it out.",
  ]
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function list(values: readonly string[]): string {
  const more = values.length - listShown
  return `${values
    .slice(0, listShown)
    .map((value) => safe(value, 60))
    .join(", ")}${more > 0 ? ` and ${more} more` : ""}`
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}

function count(value: number): string {
  return value.toLocaleString("en-US")
}
