// The report as a STIX 2.1 bundle: indicators, sightings with count and times, observed data, notes for triage and leads, TLP 2.0 markings.
// A lead is never an indicator here and never attributed: it is an observable with a note.

import { uuidOf } from "../rules/stable-id.js"
import { markingDefinition, markings, patternOf } from "../rules/stix.js"
import { visible } from "./plain-text.js"
import type { Finding, ObservableRow, Report } from "./report.js"
import { type Sco, sco, scoOf } from "./sco.js"
import { sectorName } from "./sector.js"
import { headline, leadLine, leadWithout, signed } from "./statements.js"
import { caveatKeys, speaker } from "./texts.js"

type StixObject = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string }

export interface StixOptions {
  /** Adds an incident object with the (draft) incident core extension. */
  readonly incident?: boolean
}

/** The draft of 10 October 2023, OASIS common object repository. */
const incidentCore = "extension-definition--ef765651-680c-498d-9894-99799f2fa126"
const contentMax = 4_000

export function renderStix(report: Report, options: StixOptions = {}): string {
  const objects = stixObjects(report, options)
  return `{"type":"bundle","id":"bundle--${uuidOf("report bundle", report.id, report.generatedAt)}","objects":[\n${objects.map((one) => JSON.stringify(one)).join(",\n")}\n]}\n`
}

/** In the order: markings, identity, report, then what it refers to. */
export function stixObjects(report: Report, options: StixOptions = {}): readonly StixObject[] {
  const at = millis(report.generatedAt)
  const pap = report.pap === null ? undefined : statementMarking(report, at)
  const refs = [markings[report.tlp], ...(pap ? [pap.id] : [])]
  const identity = identityOf(report, at, refs)
  const common = { spec_version: "2.1", created_by_ref: identity.id, created: at, modified: at, object_marking_refs: refs }
  const findings = report.findings.flatMap((finding) => findingObjects(finding, report, common, identity.id))
  const unseen =
    report.answer === "not-seen-incomplete" || !report.searched.complete
      ? []
      : report.notSeen.flatMap((one) => unseenObjects(one, report, common, identity.id))
  const leads = report.leads.flatMap((lead) => leadObjects(lead, report, common))
  const coverage = note("coverage", coverageText(report), [identity.id], report, common)
  const content = distinct([
    ...findings,
    ...unseen,
    ...leads,
    coverage,
    ...(options.incident && report.answer === "seen" ? [incidentOf(report, common)] : []),
  ])
  const whole: StixObject = {
    type: "report",
    id: `report--${uuidOf("report", report.id)}`,
    ...common,
    name: visible(`${report.id}: ${headline(report, speaker(report.language))}`, 250),
    description: visible(caveatKeys.map((key) => speaker(report.language).say(key)).join(" "), contentMax),
    report_types: ["observed-data"],
    published: at,
    lang: report.language,
    object_refs: [identity.id, ...content.map((one) => one.id)],
  }
  return [markingDefinition(report.tlp) as StixObject, ...(pap ? [pap] : []), identity, whole, ...content]
}

function findingObjects(finding: Finding, report: Report, common: object, identity: string): readonly StixObject[] {
  const indicator = indicatorOf(finding.indicator, report, common)
  const observed = observedOf(finding, report, common)
  const sighting: StixObject = {
    type: "sighting",
    id: `sighting--${uuidOf("report sighting", report.id, finding.indicator.type, finding.indicator.value)}`,
    ...common,
    ...(finding.firstSeen === null ? {} : { first_seen: millis(finding.firstSeen) }),
    ...(finding.lastSeen === null ? {} : { last_seen: later(finding.firstSeen, finding.lastSeen) }),
    count: Math.min(finding.hits, 999_999_999),
    sighting_of_ref: indicator.id,
    where_sighted_refs: [identity],
    ...(observed.length > 0 ? { observed_data_refs: observed.filter((one) => one.type === "observed-data").map((one) => one.id) } : {}),
    summary: false,
    ...(finding.standing.state === "dismissed" ? { confidence: 0 } : {}),
  }
  const text = [
    `class: ${finding.class} (${finding.triage.points} points; confidence ${finding.triage.confidence}, consequence ${finding.triage.consequence})`,
    ...finding.triage.factors.map((factor) => `${factor.id} ${factor.known ? factor.points : "?"} ${factor.text}`),
    ...finding.triage.rules,
    finding.standing.state === "open" ? "" : `analyst: ${finding.standing.state}`,
  ]
  return [
    indicator,
    ...observed,
    sighting,
    note("triage", text.filter((line) => line !== "").join("\n"), [sighting.id], report, common, finding.indicator.value),
  ]
}

function indicatorOf(one: ObservableRow, report: Report, common: object): StixObject {
  const bulletin = report.request.bulletins.find((known) => known.title === one.bulletin)
  return {
    type: "indicator",
    id: `indicator--${uuidOf("indicator", one.type, one.value)}`,
    ...common,
    name: visible(one.value, 200),
    description: visible(`Published in ${one.bulletin}`, 400),
    indicator_types: ["unknown"],
    pattern: patternOf(one),
    pattern_type: "stix",
    pattern_version: "2.1",
    valid_from: millis(bulletin?.from ?? bulletin?.published ?? report.request.since ?? report.generatedAt),
    external_references: [{ source_name: visible(one.bulletin, 200), description: "Bulletin that publishes this value" }],
  }
}

/** One observed-data per indicator; our side of the contact stands in it only where the report is not redacted. */
function observedOf(finding: Finding, report: Report, common: object): readonly StixObject[] {
  const value = scoOf(finding.indicator.type, finding.indicator.value)
  if (!value || finding.firstSeen === null || finding.lastSeen === null) return []
  const observables: Sco[] = [value]
  if (!report.redacted && value.type.endsWith("-addr") && value.type !== "email-addr") observables.push(...traffic(finding, value))
  for (const account of finding.accounts) observables.push(sco("user-account", { user_id: visible(account, 200) }))
  const unique = distinct(observables)
  return [
    ...unique,
    {
      type: "observed-data",
      id: `observed-data--${uuidOf("report observed", report.id, finding.indicator.type, finding.indicator.value)}`,
      ...common,
      first_observed: millis(finding.firstSeen),
      last_observed: later(finding.firstSeen, finding.lastSeen),
      number_observed: Math.min(finding.hits, 999_999_999),
      object_refs: unique.map((one) => one.id),
    },
  ]
}

function traffic(finding: Finding, value: Sco): readonly Sco[] {
  const outbound = finding.glance.every((cell) => cell.direction === "outbound")
  return finding.hosts.flatMap((host) => {
    const ours = scoOf(host.value.includes(":") ? "ipv6-addr" : "ipv4-addr", host.value)
    if (!ours || !/^[0-9a-f.:]+$/i.test(host.value)) return []
    const [src, dst] = outbound ? [ours, value] : [value, ours]
    return [ours, sco("network-traffic", { src_ref: src.id, dst_ref: dst.id, protocols: [value.type === "ipv6-addr" ? "ipv6" : "ipv4"] })]
  })
}

/** Searched and not seen: a sighting with count 0 over the period searched (STIX 2.1, 5.2). */
function unseenObjects(one: ObservableRow, report: Report, common: object, identity: string): readonly StixObject[] {
  const indicator = indicatorOf(one, report, common)
  const [first, last] = [report.searched.first, report.searched.last]
  return [
    indicator,
    {
      type: "sighting",
      id: `sighting--${uuidOf("report sighting", report.id, one.type, one.value)}`,
      ...common,
      ...(first && last ? { first_seen: millis(first), last_seen: later(first, last) } : {}),
      count: 0,
      sighting_of_ref: indicator.id,
      where_sighted_refs: [identity],
      summary: true,
    },
  ]
}

function leadObjects(lead: Report["leads"][number], report: Report, common: object): readonly StixObject[] {
  const value = scoOf(lead.value.includes(":") ? "ipv6-addr" : "ipv4-addr", lead.value)
  if (!value) return []
  const voice = speaker(report.language)
  const text = [
    voice.say("leads-intro"),
    leadLine(lead, voice),
    ...[...lead.evidence, ...lead.counterEvidence].map((one) => `${signed(one.bits, report.language)} ${one.text}`),
    leadWithout(lead, voice),
  ]
    .filter((line) => line !== "")
    .join("\n")
  return [value, note("lead", text, [value.id], report, common, lead.value)]
}

function incidentOf(report: Report, common: object): StixObject {
  return {
    type: "incident",
    id: `incident--${uuidOf("report incident", report.id)}`,
    ...common,
    name: visible(report.title ?? report.id, 250),
    extensions: {
      [incidentCore]: {
        extension_type: "property-extension",
        // Never more than this: a hit is not a compromise, and only an analyst could say otherwise.
        determination: "suspected",
        investigation_status: report.facts.state === "closed" ? "closed" : "open",
      },
    },
  }
}

function note(kind: string, content: string, refs: readonly string[], report: Report, common: object, about = ""): StixObject {
  return {
    type: "note",
    id: `note--${uuidOf("report note", report.id, kind, about)}`,
    ...common,
    abstract: `Sillage: ${kind}`,
    content: content
      .split("\n")
      .map((line) => visible(line, contentMax))
      .join("\n"),
    object_refs: refs,
  }
}

function coverageText(report: Report): string {
  const { searched, request } = report
  return [
    headline(report, speaker(report.language)),
    `window: ${request.since ?? "open"} to ${request.until ?? "open"}`,
    `files: ${searched.files.searched} searched, ${searched.files.partly} partly, ${searched.files.not} not`,
    `stored bytes: ${searched.bytes.size}, searched ${searched.bytes.searched}, ruled out ${searched.bytes.ruledOut}, not searched ${searched.bytes.notSearched}`,
    `logs reach from ${searched.first ?? "unknown"} to ${searched.last ?? "unknown"}`,
    `indicators hunted: ${request.indicators.hunted}, not hunted: ${request.indicators.notHunted}`,
    request.digest === null ? "" : `digest of the list: SHA-256 ${request.digest}`,
  ]
    .filter((line) => line !== "")
    .join("\n")
}

function identityOf(report: Report, at: string, refs: readonly string[]): StixObject {
  const { organisation, contact } = report.profile
  const named = !report.redacted && organisation.name !== ""
  const sector = sectorName(organisation.sector)
  const details = [contact.name, contact.role, contact.email, contact.phone].filter(Boolean).join(", ")
  return {
    type: "identity",
    spec_version: "2.1",
    id: `identity--${named ? uuidOf("organisation", organisation.name) : uuidOf("undisclosed organisation", report.id)}`,
    created: at,
    modified: at,
    name: named ? visible(organisation.name, 200) : "Undisclosed organisation",
    identity_class: "organization",
    ...(sector === undefined ? {} : { sectors: [sector] }),
    ...(named && details !== "" ? { contact_information: visible(details, 500) } : {}),
    object_marking_refs: refs,
  }
}

function statementMarking(report: Report, at: string): StixObject {
  const statement = `PAP:${(report.pap as string).toUpperCase()}`
  return {
    type: "marking-definition",
    spec_version: "2.1",
    id: `marking-definition--${uuidOf("pap", statement)}`,
    created: at,
    definition_type: "statement",
    definition: { statement },
  }
}

function distinct<T extends { readonly id: string }>(objects: readonly T[]): readonly T[] {
  const known = new Set<string>()
  return objects.filter(({ id }) => !known.has(id) && known.add(id))
}

/** STIX takes milliseconds at least; what is finer is cut at both ends alike. */
function millis(instant: string): string {
  return new Date(Date.parse(instant)).toISOString()
}

function later(first: string | null, last: string): string {
  return first !== null && Date.parse(last) < Date.parse(first) ? millis(first) : millis(last)
}
