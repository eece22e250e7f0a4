// The answer as a tired responder reads it: the verdict in the first lines, then sightings, then coverage, then what to do next.

import { logSourcesOf } from "../../hits/log-sources.js"
import type { Sighting } from "../../hits/sightings.js"
import type { HuntAnswer } from "../../hunt/hunt.js"
import type { TriagedAnswer } from "../../hunt/triage-answer.js"
import type { Bulletin } from "../../model/bulletin.js"
import type { Coverage } from "../../model/coverage.js"
import { foldedStrengths, type Hit } from "../../model/hit.js"
import type { Indicator } from "../../model/indicator.js"
import type { Problem } from "../../model/problem.js"
import { size } from "./progress.js"
import { safe } from "./safe-text.js"
import type { Summary } from "./summary.js"
import { renderTriage } from "./triage-text.js"

export interface AnswerView {
  readonly answer: HuntAnswer
  readonly triage: TriagedAnswer
  readonly problems: readonly Problem[]
  readonly summary: Summary
  readonly bulletins: readonly Bulletin[]
  readonly indicators: readonly Indicator[]
  readonly all: boolean
}

const sightingsShown = 40
const problemsShown = 20

export function renderAnswer(view: AnswerView): string {
  const listed = view.all ? sightings(view) : []
  const sections = [
    headline(view),
    renderTriage(view.triage, view.all),
    listed,
    folded(view),
    coverage(view),
    problems(view.problems),
    next(view),
    caveats(),
  ]
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join("\n"))
    .join("\n\n")}\n`
}

function headline({ answer, summary, indicators, bulletins }: AnswerView): readonly string[] {
  const plain = summary.hits.total - summary.hits.echo
  const values = new Set(answer.sightings.filter(({ echo }) => echo === null).map(({ indicator }) => indicator.value))
  const what = bulletins.length > 0 ? ` of ${safe(bulletins.map((one) => one.title ?? one.format).join(", "), 100)}` : ""
  const window = `${summary.since ?? "the beginning"} to ${summary.until ?? "the end"}`
  const verdict =
    plain > 0
      ? `FOUND: ${values.size} of ${indicators.length} indicators${what}, in ${plain} records, ${window}.`
      : summary.exit === 1
        ? `NOT FOUND: none of ${indicators.length} indicators${what}, ${window}; everything given was searched.`
        : `NOT FOUND in what could be searched: none of ${indicators.length} indicators${what}, ${window}; NOT everything was searched.`
  const files = summary.inputs
  const searched = `Searched ${size(summary.bytes.searched)} of ${size(summary.bytes.size)}: ${files.searched} files wholly, ${files.partly} in part, ${files.not} not.`
  const reach = reachLines(answer.coverage, summary)
  const cut = answer.interrupted ? "INTERRUPTED: this answer is incomplete; run the same command again for the rest." : undefined
  const outside = summary.hits.outsideWindow > 0 ? `${summary.hits.outsideWindow} more records lie outside the time asked for.` : undefined
  return [cut, verdict, searched, ...reach, outside].filter((line) => line !== undefined)
}

/** How far the logs reach, whether that is less than what was asked, and which of them fall short of it on their own. */
function reachLines(entries: readonly Coverage[], summary: Summary): readonly string[] {
  const sources = logSourcesOf(entries)
  const first = sources.map((source) => source.first).sort()[0]
  const last = sources
    .map((source) => source.last)
    .sort()
    .at(-1)
  if (first === undefined || last === undefined) return ["No record of these files has a time: how far back they reach is not known."]
  const since = summary.since?.slice(0, 10)
  const until = summary.until?.slice(0, 10)
  const late = since !== undefined && day(first) > since
  const early = until !== undefined && day(last) < dayBefore(until)
  const asked = [...(late ? [`from ${since}`] : []), ...(early ? [`until ${until}`] : [])]
  const reach = `Searched from ${day(first)} to ${day(last)}${asked.length > 0 ? `, ALTHOUGH ASKED ${asked.join(" ")}` : ""}.`
  const short = since === undefined ? [] : sources.filter((source) => day(source.first) > since && day(source.first) > day(first))
  const silent = sources.filter(({ gaps }) => gaps.length > 0)
  return [
    reach,
    ...(short.length > 0
      ? [
          `${short.length} of ${sources.length} logs begin later than asked: ${listed(short.map(({ name, first: from }) => `${safe(name, 80)} on ${day(from)}`))}.`,
        ]
      : []),
    ...(silent.length > 0
      ? [
          `${silent.length} of ${sources.length} logs have days without any record: ${listed(silent.map(({ name }) => safe(name, 80)))} (see COVERAGE).`,
        ]
      : []),
  ]
}

const sourcesListed = 3

function listed(names: readonly string[]): string {
  const more = names.length - sourcesListed
  return names.slice(0, sourcesListed).join(", ") + (more > 0 ? ` and ${more} more` : "")
}

function day(instant: string): string {
  return instant.slice(0, 10)
}

/** The end is excluded: a range until the 31st at 00:00 is whole with records of the 30th. */
function dayBefore(date: string): string {
  return new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10)
}

function sightings({ answer: { sightings: grouped }, all }: AnswerView): readonly string[] {
  if (grouped.length === 0) return []
  const more = grouped.length - sightingsShown
  const shownRows = all ? grouped : grouped.slice(0, sightingsShown)
  return [
    "SIGHTINGS (times in UTC)",
    ...shownRows.flatMap(sighting),
    ...(more > 0 && !all ? [`  … and ${more} more sightings: --all or --json shows them`] : []),
  ]
}

function sighting(one: Sighting): readonly string[] {
  const { source } = one.example
  const place = `${safe(source.path, 200)}${source.member === undefined ? "" : `!/${safe(source.member, 200)}`}`
  const at = source.line === undefined ? (source.record === undefined ? "" : ` record ${source.record}`) : `:${source.line}`
  const role = [one.direction, one.action, one.outcome].filter((word) => word !== "unknown").join(", ")
  const marks = one.indicator.marks.length > 0 ? `  [${safe(one.indicator.marks.join(", "), 100)}]` : ""
  return [
    `  ${safe(one.indicator.value, 120)}  ${one.strength}${one.where ? ` as ${safe(one.where, 80)}` : ""}${role ? `  ${role}` : ""}${one.echo ? `  echo: ${one.echo}` : ""}  ×${one.count}${marks}`,
    `    ${one.firstSeen ?? "unknown"}${one.lastSeen === one.firstSeen ? "" : ` to ${one.lastSeen ?? "unknown"}`}${assumed(one.example)}  ${place}${at}`,
    `    ${safe(one.example.record.trim(), 160)}`,
  ]
}

function assumed(hit: Hit): string {
  const codes = hit.time?.assumption ?? []
  return codes.length > 0 ? ` (${codes.join(", ")})` : ""
}

function folded({ answer, all }: AnswerView): readonly string[] {
  if (all) return []
  const counts = foldedStrengths.flatMap((strength) => {
    const count = answer.counts.byStrength[strength] ?? 0
    return count === 0 ? [] : [`  ${count} ${strength}: --all shows them`]
  })
  const echoes = answer.counts.echo
  if (echoes > 0) counts.push(`  ${echoes} echo (lists, configurations, other alerts that merely contain the value): --all shows them`)
  return counts.length > 0 ? ["FOLDED", ...counts] : []
}

function coverage({ answer }: AnswerView): readonly string[] {
  const files = answer.coverage.filter((entry) => entry.source.member === undefined)
  const missing = answer.coverage.filter((entry) => entry.state !== "searched")
  const byFormat = new Map<string, { files: number; bytes: number; first: string | null; last: string | null }>()
  for (const entry of files) {
    const known = byFormat.get(entry.format) ?? { files: 0, bytes: 0, first: null, last: null }
    known.files++
    known.bytes += entry.decoded
    if (entry.first && (!known.first || entry.first < known.first)) known.first = entry.first
    if (entry.last && (!known.last || entry.last > known.last)) known.last = entry.last
    byFormat.set(entry.format, known)
  }
  const rows = [...byFormat]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([format, one]) =>
        `  ${format.padEnd(16)} ${String(one.files).padStart(6)} files  ${size(one.bytes).padStart(10)}  ${one.first?.slice(0, 10) ?? "undated"} to ${one.last?.slice(0, 10) ?? "undated"}`,
    )
  const gaps = logSourcesOf(answer.coverage).flatMap(({ name, gaps }) =>
    gaps.map((gap) => `  no records ${gap.from.slice(0, 16)} to ${gap.to.slice(0, 16)} in ${safe(name, 160)}`),
  )
  const jumps = files.flatMap((entry) =>
    (entry.jumps ?? []).map(
      ({ from, to }) => `  time runs back from ${from.slice(0, 19)} to ${to.slice(0, 19)} in ${safe(entry.source.path, 160)}`,
    ),
  )
  const not = missing.map(
    (entry) =>
      `  ${entry.state === "not" ? "NOT SEARCHED" : "IN PART"}  ${safe(entry.source.path, 160)}${entry.source.member ? `!/${safe(entry.source.member, 160)}` : ""}: ${entry.reasons.join(", ")}`,
  )
  return ["COVERAGE", ...rows, ...bounded(not), ...bounded(gaps), ...bounded(jumps)]
}

function problems(all: readonly Problem[]): readonly string[] {
  if (all.length === 0) return []
  return [
    "PROBLEMS",
    ...bounded(
      all.map(
        (one) =>
          `  ${one.code}  ${safe(one.where, 160)}${one.value === undefined ? "" : ` ${JSON.stringify(safe(one.value, 80))}`}: ${safe(one.message, 200)}`,
      ),
    ),
  ]
}

function bounded(lines: readonly string[]): readonly string[] {
  const more = lines.length - problemsShown
  return more > 0 ? [...lines.slice(0, problemsShown), `  … and ${more} more: --json shows all`] : lines
}

function next({ summary, bulletins, answer }: AnswerView): readonly string[] {
  const contact = bulletins.map((one) => one.contact).find((one) => one !== null)
  const steps: string[] = []
  if (summary.hits.total - summary.hits.echo > 0) {
    const strongest = answer.hits.some((hit) => hit.grade === "authenticated" || (hit.grade === "contact" && hit.direction === "outbound"))
    steps.push("Keep the logs named above as they are (copy, hash, chain of custody).")
    steps.push(
      strongest
        ? "Look first at logins that succeeded and at outbound connections: sessions, accounts, ± 72 hours."
        : "Look at what each address did within ± 72 hours of its first sighting.",
    )
    steps.push(`Report the sightings to the CERT${contact ? ` (${safe(contact, 80)})` : ""}.`)
  }
  if (!summary.complete)
    steps.push("Repair or unpack what was not searched (above) and hunt it again: until then, nothing is proven about it.")
  if (summary.exit === 1) steps.push("Tell the CERT, if it asked, that you searched and found nothing, with the dates above.")
  return steps.length > 0 ? ["NEXT", ...steps.map((step, at) => `  ${at + 1}. ${step}`)] : []
}

function caveats(): readonly string[] {
  return [
    "A hit is not a compromise, and no hit is not safety: lists are partial, addresses change hands, and logs reach back only so far.",
  ]
}
