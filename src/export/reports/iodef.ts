// The report as IODEF version 2 (RFC 7970): one incident, one event for each indicator seen, leads as related activity.
import { axisFloor } from "../../hits/triage/factor-table.js"
import { uuidOf } from "../rules/stable-id.js"
import { visible } from "./plain-text.js"
import type { Finding, LeadRow, ObservableRow, Report } from "./report.js"
import { asStatement, headline, leadLine } from "./statements.js"
import { caveatKeys, type Speaker, speaker } from "./texts.js"
import { colon } from "./wording.js"

/** Text and attributes are escaped on the way in; children come as finished elements. */
type Attributes = Readonly<Record<string, string | undefined>>

export function renderIodef(report: Report): string {
  const voice = speaker(report.language)
  const { say } = voice
  const { times, facts } = report
  const incident = element(
    "Incident",
    {
      purpose: "reporting",
      status: facts.state === "closed" ? "resolved" : "in-progress",
      "xml:lang": report.language,
      ...restriction(report),
    },
    [
      text("IncidentID", report.id, { name: csirtName(report) }),
      ...report.leads.map((lead) => related(lead, voice)),
      ...time("DetectTime", times.detectedAt),
      ...time("StartTime", times.firstEventAt),
      ...time("EndTime", times.lastEventAt),
      ...time("ReportTime", times.awareAt),
      ...time("GenerationTime", report.generatedAt),
      text("Description", headline(report, voice)),
      ...caveatKeys.map((key) => text("Description", say(key))),
      element("Discovery", { source: report.request.bulletins.length > 0 ? "external-notification" : "investigation" }, [
        text("Description", report.request.bulletins.map((one) => one.title).join("; ") || say("no-bulletin")),
      ]),
      assessment(report),
      contact(report),
      ...report.findings.map((finding) => eventData(finding, report, voice)),
      ...indicatorData(report),
      ...history(report),
      additional(
        "sillage:coverage",
        JSON.stringify({
          ...report.searched,
          formats: undefined,
          missing: report.searched.missing.length,
          gaps: report.searched.gaps.length,
        }),
      ),
      ...(report.pap === null ? [] : [additional("PAP", report.pap.toUpperCase())]),
    ],
  )
  const attributes = { version: "2.00", "xml:lang": report.language, xmlns: "urn:ietf:params:xml:ns:iodef-2.0" }
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element("IODEF-Document", attributes, [incident])}\n`
}

/** TLP 2.0 has one level more than the enumeration of 2016. */
function restriction(report: Report): Attributes {
  if (report.tlp === "amber+strict") return { restriction: "ext-value", "ext-restriction": "amber+strict" }
  return { restriction: report.tlp === "clear" ? "white" : report.tlp }
}

/** RFC 7970, 3.4: the name under which the ids are unique, a domain name where one is known. */
function csirtName(report: Report): string {
  if (report.redacted) return "undisclosed.invalid"
  const domain = report.profile.internalNames.find((name) => name.includes(".")) ?? report.profile.contact.email?.split("@")[1]
  return domain ?? "unknown.invalid"
}

function assessment(report: Report): string {
  const gravest = report.classes.priority > 0 ? "high" : report.classes.probable > 0 ? "medium" : "low"
  const impact = element("SystemImpact", { severity: gravest, type: "unknown" }, [
    text("Description", report.facts.impact ?? speaker(report.language).say("unknown")),
  ])
  return element("Assessment", { occurrence: report.answer === "seen" ? "actual" : "potential" }, [impact, confidence("unknown")])
}

function contact(report: Report): string {
  const { organisation, contact: person } = report.profile
  const role = "reporter"
  const name = report.redacted ? "Undisclosed organisation" : organisation.name || "unknown"
  const reachable = report.redacted
    ? []
    : [
        ...(person.email ? [element("Email", {}, [text("EmailTo", person.email)])] : []),
        ...(person.phone ? [element("Telephone", {}, [text("TelephoneNumber", person.phone)])] : []),
      ]
  const inner =
    !report.redacted && person.name
      ? [
          element("Contact", { role, type: "person" }, [
            text("ContactName", person.name),
            ...(person.role ? [text("ContactTitle", person.role)] : []),
          ]),
        ]
      : []
  return element("Contact", { role, type: "organization" }, [text("ContactName", name), ...reachable, ...inner])
}

function eventData(finding: Finding, report: Report, voice: Speaker): string {
  const flow = flowOf(finding, report)
  return element("EventData", {}, [
    text("Description", `${finding.indicator.value}${colon(voice.language)}${voice.say(finding.class)}; ${asStatement(finding, voice)}`),
    ...time("StartTime", finding.firstSeen),
    ...time("EndTime", finding.lastSeen),
    element("Assessment", { occurrence: "actual" }, [
      element(
        "SystemImpact",
        { completion: finding.glance.every((cell) => cell.result === "attempt") ? "failed" : undefined, type: "unknown" },
        [
          text(
            "Description",
            finding.triage.factors.map((factor) => `${factor.id} ${factor.known ? factor.points : "?"} ${factor.text}`).join("; "),
          ),
        ],
      ),
      confidence(finding.triage.confidence >= axisFloor.confidence ? "high" : "low"),
    ]),
    ...flow,
    additional("sillage:class", finding.class),
    additional("sillage:points", String(finding.triage.points)),
    additional("sillage:records", String(finding.hits)),
    ...finding.accounts.map((account) => additional("sillage:account", account)),
  ])
}

/** Foreign side and own systems; only addresses and names have a place in a node. */
function flowOf(finding: Finding, report: Report): readonly string[] {
  const foreign = nodeOf(finding.indicator)
  if (foreign === undefined) return []
  const outbound = finding.glance.every((cell) => cell.direction === "outbound")
  const theirs = element("System", { category: outbound ? "target" : "source", ownership: "unknown" }, [
    foreign,
    element("Counter", { type: "counter", unit: "event" }, [], String(finding.hits)),
  ])
  const ours = report.redacted
    ? []
    : finding.hosts.map((host) =>
        element("System", { category: outbound ? "source" : "target", ownership: "organization" }, [
          element("Node", {}, [addressOrName(host.value)]),
          ...[host.name, host.role].filter((one) => one !== null).map((one) => text("Description", one)),
        ]),
      )
  return [element("Flow", {}, [theirs, ...ours])]
}

function nodeOf(one: ObservableRow): string | undefined {
  if (one.type === "ipv4-addr" || one.type === "ipv6-addr") return element("Node", {}, [addressOrName(one.value)])
  if (one.type === "domain-name") return element("Node", {}, [addressOrName(one.value)])
  if (one.type === "url") return element("Node", {}, [text("Address", one.value, { category: "site-uri" })])
  if (one.type === "email-addr") return element("Node", {}, [text("Address", one.value, { category: "e-mail" })])
  return undefined
}

function addressOrName(value: string): string {
  if (/^[0-9.]+(?:\/\d+)?$/.test(value)) return text("Address", value, { category: value.includes("/") ? "ipv4-net" : "ipv4-addr" })
  if (/^[0-9a-f:.]*:[0-9a-f:.]*(?:\/\d+)?$/i.test(value))
    return text("Address", value, { category: value.includes("/") ? "ipv6-net" : "ipv6-addr" })
  return element("DomainData", {}, [text("Name", value)])
}

/** The indicators seen, as the bulletin has them. */
function indicatorData(report: Report): readonly string[] {
  if (report.findings.length === 0) return []
  return [
    element(
      "IndicatorData",
      {},
      report.findings.map(({ indicator }) =>
        element("Indicator", {}, [
          text("IndicatorID", `i-${uuidOf("indicator", indicator.type, indicator.value)}`, { name: csirtName(report), version: "1" }),
          text("Description", `${indicator.type} ${indicator.value} (${indicator.bulletin})`),
          element("Observable", {}, [observableOf(indicator)]),
        ]),
      ),
    ),
  ]
}

function observableOf(one: ObservableRow): string {
  if (one.type === "ipv4-addr" || one.type === "ipv6-addr") return addressOrName(one.value)
  if (one.type === "domain-name") return element("DomainData", {}, [text("Name", one.value)])
  if (one.type === "url") return text("Address", one.value, { category: "site-uri" })
  if (one.type === "email-addr") return text("Address", one.value, { category: "e-mail" })
  return additional(one.type, one.value)
}

function related(lead: LeadRow, voice: Speaker): string {
  return element("RelatedActivity", {}, [
    confidence(lead.level === "strong" ? "medium" : "low"),
    text(
      "Description",
      [voice.say("lead-whole", { value: lead.value, line: leadLine(lead, voice) }), ...lead.evidence.map((one) => one.text)]
        .filter((one) => one !== "")
        .join("; "),
    ),
  ])
}

/** RFC 7970, 3.12.5 gives a numeric rating its number as content, which the schema of section 8 refuses: a word satisfies both. */
function confidence(rating: "high" | "medium" | "low" | "unknown"): string {
  return element("Confidence", { rating }, [])
}

function history(report: Report): readonly string[] {
  const dated = [...report.facts.measures, ...report.facts.diary].flatMap((one) =>
    one.at === null ? [] : [{ at: one.at, text: one.text }],
  )
  if (dated.length === 0) return []
  return [
    element(
      "History",
      {},
      dated.map((one) => element("HistoryItem", { action: "other" }, [...time("DateTime", one.at), text("Description", one.text)])),
    ),
  ]
}

function additional(name: string, value: string): string {
  return text("AdditionalData", value, { name, dtype: "string" })
}

function time(name: string, at: string | null): readonly string[] {
  return at === null ? [] : [text(name, at)]
}

function text(name: string, value: string, attributes: Attributes = {}): string {
  return element(name, attributes, [], value)
}

function element(name: string, attributes: Attributes, children: readonly string[], value = ""): string {
  const opened = Object.entries(attributes)
    .flatMap(([key, shown]) => (shown === undefined ? [] : [` ${key}="${escapeXml(shown)}"`]))
    .join("")
  return children.length > 0 ? `<${name}${opened}>\n${children.join("\n")}\n</${name}>` : `<${name}${opened}>${escapeXml(value)}</${name}>`
}

/** `visible` leaves no character that XML 1.0 forbids. */
function escapeXml(value: string): string {
  return visible(value, 8_000).replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)
}
