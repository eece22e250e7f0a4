// The report as a MISP event: what was seen with its sightings, what was searched and not seen, leads without the flag for detection.
import { types } from "../rules/misp.js"
import { uuidOf } from "../rules/stable-id.js"
import { visible } from "./plain-text.js"
import type { Finding, LeadRow, ObservableRow, Report } from "./report.js"
import { sectorName } from "./sector.js"
import { asStatement, headline, leadLine } from "./statements.js"
import { speaker } from "./texts.js"

/** MISP counts sightings one by one; more than this say nothing new. */
const sightingsMax = 200

interface MispSighting {
  readonly uuid: string
  /** 0 seen, 1 false positive, 2 expired. */
  readonly type: "0" | "1" | "2"
  readonly date_sighting: string
  readonly source: string
}

export function renderMisp(report: Report): string {
  const organisation = report.profile.organisation.name
  const named = !report.redacted && organisation !== ""
  const sector = sectorName(report.profile.organisation.sector)
  const event = {
    uuid: uuidOf("report misp event", report.id),
    info: visible(`${report.id}: ${headline(report, speaker(report.language))}`, 500),
    date: report.generatedAt.slice(0, 10),
    timestamp: seconds(report.generatedAt),
    analysis: report.facts.state === "closed" ? "2" : "1",
    threat_level_id: report.classes.priority > 0 ? "2" : report.classes.probable > 0 ? "3" : "4",
    published: false,
    distribution: "0",
    Orgc: {
      name: named ? visible(organisation, 200) : "Undisclosed organisation",
      uuid: named ? uuidOf("organisation", organisation) : uuidOf("undisclosed organisation", report.id),
    },
    Tag: [
      { name: `tlp:${report.tlp}` },
      ...(report.pap === null ? [] : [{ name: `PAP:${report.pap.toUpperCase()}` }]),
      ...(sector === undefined ? [] : [{ name: `misp-galaxy:sector="${sector}"` }]),
      { name: `sillage:coverage="${report.searched.complete ? "complete" : "partial"}"` },
    ],
    Attribute: [
      ...report.findings.map((one) => seen(one, report)),
      ...report.notSeen.map((one) => notSeen(one, report)),
      ...report.leads.map((one) => lead(one, report)),
      coverage(report),
    ],
  }
  return `${JSON.stringify({ Event: event }, null, 1)}\n`
}

function seen(finding: Finding, report: Report): object {
  const voice = speaker(report.language)
  const one = finding.indicator
  return {
    ...base(one, report, "seen"),
    to_ids: false,
    comment: visible(`${voice.say(finding.class)}; ${asStatement(finding, voice)}`, 500),
    ...(finding.firstSeen === null ? {} : { first_seen: finding.firstSeen }),
    ...(finding.lastSeen === null ? {} : { last_seen: finding.lastSeen }),
    Tag: [{ name: `sillage:class="${finding.class}"` }],
    Sighting: sightings(finding, report),
  }
}

/** A withdrawn value is a sighting of its expiration, a dismissed one a false positive. */
function sightings(finding: Finding, report: Report): readonly MispSighting[] {
  const one = finding.indicator
  const source =
    report.redacted || report.profile.organisation.name === "" ? "Sillage" : `Sillage, ${visible(report.profile.organisation.name, 100)}`
  const make = (type: MispSighting["type"], at: string, number: number): MispSighting => ({
    uuid: uuidOf("report misp sighting", report.id, one.type, one.value, type, at, String(number)),
    type,
    date_sighting: seconds(at),
    source,
  })
  const dismissed = finding.standing.state === "dismissed"
  const instants = finding.instants.slice(0, sightingsMax).map((at, number) => make(dismissed ? "1" : "0", at, number))
  return one.marks.includes("withdrawn") ? [...instants, make("2", report.generatedAt, 0)] : instants
}

function notSeen(one: ObservableRow, report: Report): object {
  return {
    ...base(one, report, "not seen"),
    to_ids: false,
    comment: `searched, not seen; logs from ${report.searched.first ?? "unknown"} to ${report.searched.last ?? "unknown"}, ${report.searched.complete ? "complete" : "not complete"}`,
    Tag: [{ name: 'sillage:result="not-seen"' }],
  }
}

function lead(one: LeadRow, report: Report): object {
  const voice = speaker(report.language)
  const row: ObservableRow = { type: one.value.includes(":") ? "ipv6-addr" : "ipv4-addr", value: one.value, bulletin: "" }
  return {
    ...base(row, report, "lead"),
    // A lead is similar behaviour: it must reach no detection by this way.
    to_ids: false,
    comment: visible(
      [voice.say("lead-whole", { value: one.value, line: leadLine(one, voice) }), ...one.evidence.map((line) => line.text)]
        .filter((part) => part !== "")
        .join("; "),
      1_000,
    ),
    Tag: [{ name: 'sillage:result="lead"' }],
  }
}

function coverage(report: Report): object {
  const { searched, request } = report
  return {
    uuid: uuidOf("report misp attribute", report.id, "coverage"),
    type: "comment",
    category: "Internal reference",
    value: `files ${searched.files.searched}/${searched.files.partly}/${searched.files.not} (searched/partly/not); bytes ${searched.bytes.searched} of ${searched.bytes.size}; window ${request.since ?? "open"} to ${request.until ?? "open"}; logs ${searched.first ?? "unknown"} to ${searched.last ?? "unknown"}; indicators hunted ${request.indicators.hunted}`,
    to_ids: false,
    timestamp: seconds(report.generatedAt),
    distribution: "5",
    disable_correlation: true,
    comment: "coverage",
  }
}

function base(one: ObservableRow, report: Report, kind: string): object {
  const [type, category] = types[one.type]
  return {
    uuid: uuidOf("report misp attribute", report.id, kind, one.type, one.value),
    type,
    category,
    value: visible(one.value, 2_000),
    timestamp: seconds(report.generatedAt),
    distribution: "5",
    disable_correlation: false,
  }
}

function seconds(instant: string): string {
  return String(Math.floor(Date.parse(instant) / 1000))
}
