// Sentences that every human form of the report says alike: the headline, what an indicator did, what is due, how to handle the document.
import type { Direction } from "../../model/log-record.js"
import type { Pap, Tlp } from "../../model/tlp.js"
import type { Deadline } from "./deadlines.js"
import { type Finding, type GlanceCell, type LeadRow, type Report, type Result, results } from "./report.js"
import type { Speaker } from "./texts.js"
import { bytes, day, type Language, local, number, percent, span, utc } from "./wording.js"

export function tlpLabel(tlp: Tlp): string {
  return `TLP:${tlp.toUpperCase()}`
}

export function papLabel(pap: Pap | null, { say }: Speaker): string {
  return pap === null ? say("pap-none") : `PAP:${pap.toUpperCase()}`
}

export function handling(report: Report, voice: Speaker): string {
  return voice.say("restrictions-text", { tlp: tlpLabel(report.tlp), pap: papLabel(report.pap, voice) })
}

/** The one sentence that answers the question. */
export function headline(report: Report, { say, language }: Speaker): string {
  const hunted = number(report.request.indicators.hunted, language)
  if (report.answer !== "seen") return say(`verdict-${report.answer}`, { hunted })
  const { firstEventAt, lastEventAt } = report.times
  const values = { seen: number(report.counts.indicators, language), hunted, hits: number(report.counts.hits, language) }
  if (firstEventAt === null || lastEventAt === null) return say("verdict-seen-undated", values)
  return say("verdict-seen", { ...values, first: day(firstEventAt, language), last: day(lastEventAt, language) })
}

/** How much was searched, and how far the logs reach. */
export function searchedText(report: Report, { say, language }: Speaker): string {
  const { searched: done } = report
  const size = (count: number) => bytes(count, language)
  const amount = say("searched-text", {
    searched: size(done.bytes.searched),
    size: size(done.bytes.size),
    share: percent(done.bytes.searched, done.bytes.size, language),
    ruled: size(done.bytes.ruledOut),
    not: size(done.bytes.notSearched),
    files: number(done.files.searched, language),
    partly: number(done.files.partly, language),
    none: number(done.files.not, language),
  })
  const reach =
    done.first && done.last ? say("reach", { first: day(done.first, language), last: day(done.last, language) }) : say("reach-unknown")
  return [amount, reach, ...reachGaps(report, { say, language })].join(" ")
}

/** Where the logs do not span what was asked: a period without logs is not one without traces. */
function reachGaps({ searched, request }: Report, { say, language }: Pick<Speaker, "say" | "language">): readonly string[] {
  const { first, last } = searched
  const { since, until } = request
  const lastAsked = until === null ? null : new Date(Date.parse(until) - 1).toISOString()
  return [
    ...(first !== null && since !== null && first.slice(0, 10) > since.slice(0, 10)
      ? [say("reach-late", { first: day(first, language), since: day(since, language) })]
      : []),
    ...(last !== null && lastAsked !== null && last.slice(0, 10) < lastAsked.slice(0, 10)
      ? [say("reach-early", { last: day(last, language), until: day(lastAsked, language) })]
      : []),
  ]
}

/** What chance alone would give; null where nothing was seen and nothing is known of it. */
export function chanceText({ chance, answer }: Report, { say }: Speaker): string | null {
  if (chance !== null) return say("chance-text", { sentence: chance })
  return answer === "seen" ? say("chance-none") : null
}

/** "inbound, login succeeded; 12 records; 2021-03-02 to 2021-06-11" */
export function asStatement(finding: Finding, { say, language }: Speaker): string {
  const strongest = [...finding.glance].sort((a, b) => results.indexOf(a.result) - results.indexOf(b.result))[0]
  const role = strongest ? `${say(`dir-${strongest.direction}`)}, ${say(`res-${strongest.result}`)}` : ""
  const records = finding.hits === 1 ? say("record-count-one") : say("record-count", { count: number(finding.hits, language) })
  const [first, last] = [finding.firstSeen?.slice(0, 10), finding.lastSeen?.slice(0, 10)]
  const when = first === undefined ? "" : first === last || last === undefined ? first : `${first} ${say("to")} ${last}`
  return [role, records, when].filter((part) => part !== "").join(language === "fr" ? "\u202f; " : "; ")
}

/** "strong, 21.4 bits, q 0.01" */
export function leadLine(lead: LeadRow, { say, language }: Speaker): string {
  // Measured on samples and kept to four places: none found is not none.
  const q = lead.q === 0 ? `<${number(0.0001, language)}` : number(lead.q, language)
  return say("lead-line", { level: say(`lead-${lead.level}`), bits: number(lead.bits, language), q })
}

/** What would be left of a lead if its heaviest evidence had an innocent explanation; empty where that is not known. */
export function leadWithout({ without }: LeadRow, { say, language }: Speaker): string {
  if (without === null) return ""
  const level = without.level === "strong" || without.level === "possible" ? without.level : "hidden"
  return say("lead-without", { bits: number(without.bits, language), level: say(`lead-${level}`) })
}

/** "+8", "−1.62" */
export function signed(value: number, language: Language): string {
  return `${value > 0 ? "+" : value < 0 ? "−" : ""}${number(Math.abs(value), language)}`
}

/** What stands before the facts: zone, accounts, and what the numbers count where not every record is kept. */
export function factsIntro(report: Report, { say, language }: Speaker): string {
  const { hits, listed, exact } = report.counts
  return [
    say("facts-intro", { zone: localZone(report) }),
    say(report.accounts === "clear" ? "accounts-clear" : "accounts-pseudonyms"),
    ...(hits > listed
      ? [say(exact ? "listed-part" : "listed-part-only", { hits: number(hits, language), listed: number(listed, language) })]
      : []),
  ].join(" ")
}

export function deadlineText(deadline: Deadline, report: Report, { say, language }: Speaker): string {
  if (deadline.kind === "without-delay" || deadline.kind === "on-request") return say(deadline.kind)
  if (deadline.due === null) return say("not-started")
  const zone = localZone(report)
  const at = zone === "UTC" ? `${utc(deadline.due)} UTC` : `${utc(deadline.due)} UTC · ${local(deadline.due, zone)}`
  const left = span(Date.parse(report.generatedAt), Date.parse(deadline.due), language)
  return `${at} (${say(deadline.kind === "passed" ? "due-passed" : "due-in", { span: left })})`
}

/** The organisation's own zone, else that of the hunt where it is a named one. */
export function localZone(report: Report): string {
  const zone = report.profile.zone ?? report.request.zone
  return zone !== null && /^[A-Za-z]+\/[A-Za-z_/+-]+$/.test(zone) ? zone : "UTC"
}

const directionOrder: readonly Direction[] = ["outbound", "inbound", "internal", "external", "unknown"]

/** Directions against results, without empty rows and columns. */
export function glanceRows(cells: readonly GlanceCell[]): {
  readonly columns: readonly Result[]
  readonly rows: readonly { readonly direction: Direction; readonly hits: readonly number[] }[]
} {
  const columns = results.filter((result) => cells.some((cell) => cell.result === result))
  const rows = directionOrder
    .filter((direction) => cells.some((cell) => cell.direction === direction))
    .map((direction) => ({
      direction,
      hits: columns.map((result) => cells.find((cell) => cell.direction === direction && cell.result === result)?.hits ?? 0),
    }))
  return { columns, rows }
}
