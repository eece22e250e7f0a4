// The report as one HTML file: no network, no script; a page for management first, then the technical annex.
import { classes } from "../../hits/triage/factor-table.js"
import { regimesAsOf } from "./data/regimes.js"
import { matrixTable, resultLegend, timelineSvg } from "./html-charts.js"
import { pageStyle, style, tlpColours } from "./html-style.js"
import { html, type Markup, type Piece, quoted, raw } from "./html-text.js"
import { defanged, readsAs } from "./plain-text.js"
import type { Finding, ObservableRow, RecordRow, Report } from "./report.js"
import {
  asStatement,
  chanceText,
  deadlineText,
  factsIntro,
  glanceRows,
  handling,
  headline,
  leadLine,
  leadWithout,
  localZone,
  papLabel,
  searchedText,
  signed,
  tlpLabel,
} from "./statements.js"
import { caveatKeys, type Speaker, speaker } from "./texts.js"
import { bytes, colon, day, local, number, percent, utc } from "./wording.js"

/** Beyond this the annex says how many it leaves to the CSV and JSON forms. */
const recordsShown = 200
const recordCharacters = 480
const gapsShown = 20
const detailedProbable = 12
const notSeenShown = 400
const problemsShown = 200
const firstShown = 5
const hostsNamed = 2

export function renderHtml(report: Report): string {
  const voice = speaker(report.language)
  const { say } = voice
  const title = `${say(report.answer === "seen" ? "report" : "report-not-seen")} · ${report.id}`
  const page = html`<!doctype html>
<html lang="${report.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${tlpLabel(report.tlp)} · ${title}</title>
`
  const body = html`</head>
<body>
<div class="tlp ${tlpClass(report)}"><span><b>${tlpLabel(report.tlp)}</b> ${papLabel(report.pap, voice)}</span><span>${report.id}</span></div>
<main>
${summary(report, voice)}
<div class="annex">
<h2>${say("annex")}</h2>
${who(report, voice)}
${asked(report, voice)}
${searched(report, voice)}
${facts(report, voice)}
${matrix(report, voice)}
${chance(report, voice)}
${leads(report, voice)}
${measures(report, voice)}
${deadlines(report, voice)}
${caveats(voice)}
${records(report, voice)}
${problems(report, voice)}
${notSeen(report, voice)}
${method(report, voice)}
</div>
<footer><span class="tag ${tlpClass(report)}">${tlpLabel(report.tlp)}</span> ${papLabel(report.pap, voice)} · ${say("made", { day: day(report.generatedAt, report.language), version: report.version })} · ${report.id}</footer>
</main>
</body>
</html>
`
  const paged = pageStyle(tlpLabel(report.tlp), tlpColours[report.tlp], report.id, say("page"))
  return `${page.text}<style>${style}${paged}</style>\n${body.text}`
}

function summary(report: Report, voice: Speaker): Markup {
  const { say, language } = voice
  const { searched: done, counts } = report
  const organisation = report.profile.organisation
  return html`<header>
<h1>${say(report.answer === "seen" ? "report" : "report-not-seen")}</h1>
<p class="meta">${report.redacted ? say("undisclosed") : organisation.name || say("unnamed")}${report.title ? html` · ${report.title}` : ""}<br>${say("reference")} ${report.id} · ${say("made", { day: day(report.generatedAt, language), version: report.version })}</p>
${report.redacted && html`<p class="note">${say("redacted")}</p>`}
</header>
<p class="verdict">${headline(report, voice)}</p>
<p>${say(report.answer === "seen" ? "means-seen" : "means-not-seen")}</p>
<div class="figures">
${figure(number(counts.indicators, language), say("figure-indicators"), say("of", { count: number(report.request.indicators.hunted, language) }))}
${figure(number(counts.hits, language), say("figure-records"))}
${figure(number(counts.hosts, language), say("figure-hosts"))}
${figure(percent(done.bytes.searched + done.bytes.ruledOut, done.bytes.size, language), say("figure-searched"))}
</div>
${attention(report, voice)}
${report.answer !== "seen" && html`<p>${searchedText(report, voice)}</p>`}
${timeline(report, voice)}
${
  report.answer === "seen" &&
  html`<div class="keep"><h3>${say("glance")}</h3>
${glance(report, voice)}</div>`
}
${keyTimes(report, voice)}`
}

function figure(value: string, label: string, beside?: string): Markup {
  return html`<div><b>${value}${beside ? html` <small>${beside}</small>` : ""}</b><span>${label}</span></div>`
}

function attention(report: Report, voice: Speaker): Markup | "" {
  if (report.answer !== "seen") return ""
  const { say } = voice
  const grave = report.findings.filter((one) => one.class === "priority" || one.class === "probable")
  return html`<h3>${say("attention")}${grave.length > firstShown && html` <small>(${number(firstShown, voice.language)} / ${number(grave.length, voice.language)})</small>`}</h3>
${
  grave.length === 0
    ? html`<p>${say("attention-none")}</p>`
    : html`<ol class="first">${grave.slice(0, firstShown).map((one) => html`<li>${badge(one.class, voice)} ${value(one.indicator)} — ${asStatement(one, voice)}${hostWords(one)}</li>`)}</ol>`
}`
}

function hostWords(finding: Finding): Piece {
  if (finding.hosts.length === 0) return ""
  return html` <small>(${finding.hosts.slice(0, hostsNamed).map((host, at) => html`${at > 0 ? ", " : ""}${host.name ? html`${host.name} ` : ""}${raw(host.value, 60)}`)}${finding.hosts.length > hostsNamed || finding.hostsLeftOut > 0 ? ", …" : ""})</small>`
}

function timeline(report: Report, voice: Speaker): Markup | "" {
  const picture = timelineSvg(report, voice)
  if (picture === "") return ""
  return html`<figure class="keep" style="margin:0"><h3>${voice.say("timeline")}</h3>
${report.answer === "seen" && resultLegend(voice)}${picture}
<figcaption class="soft"><small>${voice.say("timeline-caption")}</small></figcaption></figure>`
}

function glance(report: Report, voice: Speaker): Markup {
  const { say, language } = voice
  const { columns, rows } = glanceRows(report.glance)
  if (rows.length === 0) return html`<p>${say("none")}</p>`
  return html`<table><thead><tr><th></th>${columns.map((result) => html`<th class="n"><i class="key ${result}"></i>${say(`res-${result}`)}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr><td>${say(`dir-${row.direction}`)}</td>${row.hits.map((hits) => html`<td class="n">${hits === 0 ? "–" : number(hits, language)}</td>`)}</tr>`)}</tbody></table>`
}

function keyTimes(report: Report, voice: Speaker): Markup {
  const { say } = voice
  const next = report.deadlines.filter((one) => one.kind === "due").sort((a, b) => ((a.due ?? "") < (b.due ?? "") ? -1 : 1))[0]
  const columns = (
    [
      ["first-event", report.times.firstEventAt],
      ["last-event", report.times.lastEventAt],
      ["detected", report.times.detectedAt],
      ["aware", report.times.awareAt],
    ] as const
  ).filter(([key]) => report.answer === "seen" || !key.endsWith("-event"))
  return html`<div class="keep"><h3>${say("times")}</h3>
<table class="times"><thead><tr>${columns.map(([key]) => html`<th>${say(key)}</th>`)}</tr></thead><tbody><tr>${columns.map(([, at]) => html`<td>${at ? stampLines(at, report) : say("unknown")}</td>`)}</tr></tbody></table>
${report.answer === "seen" && next && html`<p>${say("due-next")} ${next.name}, ${next.step.toLowerCase()}, ${deadlineText(next, report, voice)}.</p>`}</div>`
}

function who(report: Report, voice: Speaker): Markup {
  const { say } = voice
  const { organisation, contact } = report.profile
  return html`<h3>1. ${say("who")}</h3>
${pairs([
  [say("organisation"), report.redacted ? say("undisclosed") : organisation.name || say("unnamed")],
  [say("sector"), organisation.sector],
  [say("country"), organisation.country],
  [say("identifier"), organisation.identifier],
  [
    say("contact"),
    report.redacted ? undefined : [contact.name, contact.role, contact.email, contact.phone].filter(Boolean).join(" · ") || say("unknown"),
  ],
  [say("zone"), report.request.zone ?? say("unknown")],
  [say("clock-accuracy"), report.profile.clock ?? say("unknown")],
  [say("restrictions"), handling(report, voice)],
])}`
}

function asked(report: Report, voice: Speaker): Markup {
  const { say, language } = voice
  const { request } = report
  const window = `${request.since ? utc(request.since) : say("from-start")} – ${request.until ? utc(request.until) : say("to-end")} UTC`
  return html`<h3>2. ${say("asked")}</h3>
${request.bulletins.length === 0 && html`<p>${say("no-bulletin")}</p>`}
${request.bulletins.map((one) =>
  pairs([
    [say("bulletin"), quoted(one.title, 300)],
    [say("publisher"), one.publisher === null ? undefined : quoted(one.publisher, 200)],
    [say("published"), one.published === null ? undefined : day(one.published, language)],
    ["TLP", one.tlp === null ? undefined : tlpLabel(one.tlp)],
    [say("named-set"), one.actors.length === 0 ? undefined : quoted(one.actors.join(", "), 300)],
    [
      say("window-bulletin"),
      one.from === null && one.to === null ? undefined : `${one.from?.slice(0, 10) ?? "…"} – ${one.to?.slice(0, 10) ?? "…"}`,
    ],
    [say("request"), one.request === null ? undefined : quoted(one.request, 1000)],
    [say("bulletin-contact"), one.contact === null ? undefined : quoted(one.contact, 200)],
  ]),
)}
${pairs([
  [say("window"), window],
  [
    say("indicators-hunted"),
    say("indicators-text", {
      read: number(request.indicators.read, language),
      hunted: number(request.indicators.hunted, language),
      not: number(request.indicators.notHunted, language),
      references: number(request.indicators.references, language),
    }),
  ],
  [say("digest"), request.digest === null ? undefined : html`<span class="raw">SHA-256 ${request.digest}</span>`],
])}`
}

function searched(report: Report, voice: Speaker): Markup {
  const { say, language } = voice
  const { searched: done } = report
  const size = (count: number) => bytes(count, language)
  return html`<h3>3. ${say("searched")}</h3>
<p>${searchedText(report, voice)} ${report.counts.outsideWindow > 0 && say("outside-window", { count: number(report.counts.outsideWindow, language) })} ${report.echoes > 0 && say("echoes", { count: number(report.echoes, language) })}</p>
<table><thead><tr><th>${say("format")}</th><th class="n">${say("files")}</th><th class="n">${say("volume")}</th><th class="n">${say("records")}</th><th>${say("first")}</th><th>${say("last")}</th></tr></thead>
<tbody>${done.formats.map((one) => html`<tr><td>${raw(one.format, 60)}</td><td class="n">${number(one.files, language)}</td><td class="n">${size(one.decoded)}</td><td class="n">${number(one.records, language)}</td><td>${one.first?.slice(0, 10) ?? "–"}</td><td>${one.last?.slice(0, 10) ?? "–"}</td></tr>`)}</tbody></table>
<h4>${say("not-searched")}</h4>
${
  done.missing.length === 0
    ? html`<p>${say("not-searched-none")}</p>`
    : html`<table><thead><tr><th>${say("place")}</th><th>${say("searched-how")}</th><th>${say("reason")}</th></tr></thead><tbody>${done.missing.map((one) => html`<tr><td>${raw(one.place, 240)}</td><td>${say(`state-${one.state}`)}</td><td>${one.reasons.join(", ")}</td></tr>`)}</tbody></table>`
}
${leftOut(done.missingLeftOut, voice)}
${
  done.gaps.length > 0 &&
  html`<h4>${say("gaps")}</h4><p>${say("gaps-text")}</p><table><thead><tr><th>${say("place")}</th><th>${say("from")}</th><th>${say("until")}</th></tr></thead><tbody>${done.gaps.slice(0, gapsShown).map((one) => html`<tr><td>${raw(one.place, 240)}</td><td>${utc(one.from)}</td><td>${utc(one.to)}</td></tr>`)}</tbody></table>${leftOut(Math.max(0, done.gaps.length - gapsShown) + done.gapsLeftOut, voice)}`
}`
}

function facts(report: Report, voice: Speaker): Markup {
  const { say, language } = voice
  if (report.findings.length === 0) return html`<h3>4. ${say("facts")}</h3><p>${headline(report, voice)}</p>`
  const priority = report.findings.filter((one) => one.class === "priority")
  const detailed = [...priority, ...report.findings.filter((one) => one.class === "probable").slice(0, detailedProbable)]
  return html`<h3>4. ${say("facts")}</h3>
<p>${factsIntro(report, voice)}</p>
<table><thead><tr><th class="n">#</th><th>${say("indicator")}</th><th>${say("class")}</th><th class="n">${say("points")}</th><th>${say("direction")}, ${say("outcome").toLowerCase()}</th><th class="n">${say("records-short")}</th><th>${say("first-seen")}</th><th>${say("last-seen")}</th></tr></thead>
<tbody>${report.findings.map(
    (one, at) =>
      html`<tr><td class="n">${at + 1}</td><td>${value(one.indicator)}</td><td>${badge(one.class, voice)}</td><td class="n">${one.triage.points}</td><td>${one.glance.map((cell, index) => html`${index > 0 ? "; " : ""}${say(`dir-${cell.direction}`)}, ${say(`res-${cell.result}`)}${one.glance.length > 1 ? ` (${number(cell.hits, language)})` : ""}`)}</td><td class="n">${number(one.hits, language)}</td><td class="t">${twoLines(one.firstSeen)}</td><td class="t">${twoLines(one.lastSeen)}</td></tr>`,
  )}</tbody></table>
${detailed.map((one) => finding(one, report.findings.indexOf(one) + 1, report, voice))}
${classes
  .filter((name) => name !== "priority")
  .map((name) => {
    const own = report.findings.filter((one) => one.class === name && !detailed.includes(one))
    if (own.length === 0) return ""
    return html`<h4>${say("factors")}${colon(language)}${say(name)}</h4><table class="factors"><tbody>${own.map((one) => html`<tr><td class="n">${report.findings.indexOf(one) + 1}</td><td class="value">${value(one.indicator)}</td><td>${one.triage.factors.filter((factor) => factor.points !== 0).map((factor, index) => html`${index > 0 ? " · " : ""}${signed(factor.points, language)} ${quoted(factor.text, 160)}`)}${one.triage.rules.map((rule) => html` · <em>${quoted(rule, 200)}</em>`)}</td></tr>`)}</tbody></table>`
  })}`
}

function finding(one: Finding, at: number, report: Report, voice: Speaker): Markup {
  const { say, language } = voice
  return html`<section class="finding ${one.class}">
<h3>${at}. ${value(one.indicator)} ${badge(one.class, voice)}</h3>
<p>${asStatement(one, voice)}. <span class="soft">${say("confidence")} ${one.triage.confidence}, ${say("consequence")} ${one.triage.consequence}${colon(voice.language)}${one.quadrantText}.</span></p>
${pairs([
  [say("first-seen"), one.firstSeen ? stamp(one.firstSeen, report) : undefined],
  [say("last-seen"), one.lastSeen && one.lastSeen !== one.firstSeen ? stamp(one.lastSeen, report) : undefined],
  [
    say("hosts"),
    one.hosts.length === 0
      ? undefined
      : html`${one.hosts.map((host, index) => html`${index > 0 ? ", " : ""}${host.name ? html`${host.name} ` : ""}${raw(host.value, 80)}${host.role ? ` (${host.role})` : ""}${one.hosts.length > 1 ? ` ×${number(host.hits, language)}` : ""}`)}${one.hostsLeftOut > 0 ? html`, ${say("and-more", { count: number(one.hostsLeftOut, language) })}` : ""}`,
  ],
  [
    say("accounts"),
    one.accounts.length === 0
      ? undefined
      : html`${one.accounts.map((account, index) => html`${index > 0 ? ", " : ""}${raw(account, 80)}`)}`,
  ],
  [say("strength"), one.strengths.join(", ")],
  [say("validity"), one.validity.map((name) => say(`val-${name}`)).join(", ")],
  [say("marks"), one.indicator.marks.length === 0 ? undefined : raw(one.indicator.marks.join(", "), 200)],
  [say("techniques"), one.indicator.technique.length === 0 ? undefined : raw(one.indicator.technique.join(", "), 200)],
  [
    say("standing"),
    one.standing.state === "open"
      ? undefined
      : html`${say(`standing-${one.standing.state}`)}${one.standing.by ? `, ${one.standing.by}` : ""}${one.standing.at ? `, ${utc(one.standing.at)}` : ""}${one.standing.reason ? html`: ${one.standing.reason}` : ""}`,
  ],
])}
<table class="factors"><thead><tr><th></th><th class="n">${say("points")}</th><th>${say("factors")}</th></tr></thead><tbody>${one.triage.factors.map((factor) => html`<tr class="${factor.known ? "" : "unknown"}"><td>${factor.id}</td><td class="n">${factor.known ? signed(factor.points, language) : "?"}</td><td>${quoted(factor.text, 400)}</td></tr>`)}</tbody></table>
${one.triage.rules.length > 0 && html`<p><small>${say("rules")}${colon(voice.language)}${one.triage.rules.join("; ")}.</small></p>`}
<p><small>${say("steps")}${colon(voice.language)}${one.nextSteps.join("; ")}.</small></p>
</section>`
}

function matrix(report: Report, voice: Speaker): Markup | "" {
  const { say, language } = voice
  const table = matrixTable(report, voice)
  if (table === "") return ""
  const { hostsLeftOut, indicatorsLeftOut } = report.matrix
  return html`<h3>5. ${say("matrix")}</h3><p>${say("matrix-caption")}</p>${resultLegend(voice)}<div class="wide">${table}</div>
${hostsLeftOut + indicatorsLeftOut > 0 && html`<p class="soft">${say("matrix-left-out", { hosts: number(hostsLeftOut, language), indicators: number(indicatorsLeftOut, language) })}</p>`}`
}

function chance(report: Report, voice: Speaker): Markup | "" {
  const text = chanceText(report, voice)
  return text === null ? "" : html`<h3>6. ${voice.say("chance")}</h3><p>${text}</p>`
}

function leads(report: Report, voice: Speaker): Markup {
  const { say, language } = voice
  if (report.leads.length === 0) {
    return html`<h3>7. ${say("leads")}</h3><p>${report.leadsReason ? say("leads-abstained", { reason: report.leadsReason }) : say("leads-none")}</p>`
  }
  return html`<h3>7. ${say("leads")}</h3><div class="leads"><p>${say("leads-intro")}</p>
${report.leads.map(
  (lead) => html`<h4>${raw(defanged("ipv4-addr", lead.value), 80)} — ${leadLine(lead, voice)}</h4>
<ul>${lead.evidence.map((one) => html`<li>${signed(one.bits, language)} ${quoted(one.text, 300)}</li>`)}${lead.counterEvidence.map((one) => html`<li>${signed(one.bits, language)} ${quoted(one.text, 300)}</li>`)}</ul>
${lead.without && html`<p><small>${leadWithout(lead, voice)}</small></p>`}`,
)}</div>`
}

function measures(report: Report, voice: Speaker): Markup {
  const { say } = voice
  const { facts } = report
  const notes = (list: typeof facts.measures) =>
    html`<ul>${list.map((one) => html`<li>${one.at ? html`<small>${utc(one.at)}</small> ` : ""}${one.text}</li>`)}</ul>`
  return html`<h3>8. ${say("measures")}</h3>
${pairs([
  [say("state"), facts.state === null ? say("unknown") : say(`state-${facts.state}`)],
  [say("impact"), facts.impact ?? say("unknown")],
  [say("urgency"), facts.urgency ?? say("unknown")],
  [say("personal-data"), facts.personalData === null ? say("unknown") : say(facts.personalData ? "yes" : "no")],
])}
${facts.measures.length > 0 ? notes(facts.measures) : html`<p>${say("measures-none")}</p>`}
${facts.nextSteps.length > 0 && html`<h4>${say("steps")}</h4><ul>${facts.nextSteps.map((one) => html`<li>${one}</li>`)}</ul>`}
${facts.diary.length > 0 && html`<h4>${say("diary")}</h4>${notes(facts.diary)}`}`
}

function deadlines(report: Report, voice: Speaker): Markup | "" {
  const { say, language } = voice
  if (report.deadlines.length === 0) return ""
  return html`<h3>9. ${say("deadlines")}</h3><p>${say("deadlines-text", { asOf: day(regimesAsOf, language) })} ${report.deadlines.some((one) => !one.stated) && say("deadlines-undecided")}</p>
<table><thead><tr><th>${say("duty")}</th><th>${say("due")}</th><th>${say("basis")}</th></tr></thead>
<tbody>${report.deadlines.map((one) => html`<tr><td>${one.name}<br><strong>${one.step}</strong>${colon(voice.language)}${one.content}</td><td>${deadlineText(one, report, voice)}</td><td>${one.basis}<br><small>${one.status}</small></td></tr>`)}</tbody></table>`
}

function caveats({ say }: Speaker): Markup {
  return html`<h3>10. ${say("caveats")}</h3><ol>${caveatKeys.map((key) => html`<li>${say(key)}</li>`)}</ol>`
}

function records(report: Report, voice: Speaker): Markup | "" {
  const { say } = voice
  if (report.records.length === 0) return ""
  const more = report.records.length + report.recordsLeftOut - recordsShown
  const assumed = [...new Set(report.records.slice(0, recordsShown).flatMap((one) => one.assumption))].sort()
  return html`<h3>A. ${say("record-list")}</h3><p>${say(report.redacted ? "record-redacted" : "record-intro")}</p>
<table class="records"><tbody>${report.records.slice(0, recordsShown).map((one, at) => record(one, at, voice))}</tbody></table>
${leftOut(Math.max(0, more), voice)}
${assumed.length > 0 && html`<p><small>${say("assumptions")}${colon(voice.language)}${assumed.map((code, at) => html`${at > 0 ? "; " : ""}${code}: ${say(`assume-${code}` as "assume-undated")}`)}.</small></p>`}`
}

function record(one: RecordRow, at: number, { say }: Speaker): Markup {
  const time =
    one.earliest === null ? "–" : `${utc(one.earliest)}${one.latest !== null && one.latest !== one.earliest ? ` – ${utc(one.latest)}` : ""}`
  const line = one.line === null ? "" : `${say("line")} ${one.line}`
  return html`<tr><td class="n">${at + 1}</td><td class="t">${time}</td><td>${value(one.indicator)}</td><td>${say(`dir-${one.direction}`)}, ${say(`res-${one.result}`)}</td></tr>
<tr class="text"><td></td><td colspan="3"><small>${raw(one.place, 240)} ${line}${one.also > 0 ? ` (+${one.also})` : ""}${one.assumption.length > 0 && html` · ${one.assumption.join(", ")}`}</small>${one.text === null ? "" : html`<span class="record raw" dir="ltr" translate="no">${raw(one.text, recordCharacters)}</span>`}</td></tr>`
}

function problems(report: Report, voice: Speaker): Markup | "" {
  const { say } = voice
  if (report.problems.length === 0) return ""
  return html`<h3>B. ${say("problems")}</h3>
<table><tbody>${report.problems.slice(0, problemsShown).map((one) => html`<tr><td>${one.code}</td><td>${raw(one.where, 200)}${one.value === null ? "" : html` ${raw(one.value, 120)}`}</td><td>${quoted(one.message, 300)}</td></tr>`)}</tbody></table>
${leftOut(Math.max(0, report.problems.length - problemsShown) + report.problemsLeftOut, voice)}`
}

function notSeen(report: Report, voice: Speaker): Markup | "" {
  const { say } = voice
  if (report.notSeen.length === 0) return ""
  const shown = report.notSeen.slice(0, notSeenShown)
  return html`<h3>C. ${say("not-seen-list")} (${number(report.notSeen.length + report.notSeenLeftOut, voice.language)})</h3>
<p><small>${shown.map((one, at) => html`${at > 0 ? ", " : ""}${raw(defanged(one.type, one.value), 200)}`)}</small></p>
${leftOut(Math.max(0, report.notSeen.length - notSeenShown) + report.notSeenLeftOut, voice)}`
}

function method(report: Report, { say }: Speaker): Markup {
  return html`<h3>D. ${say("method")}</h3><p>${say("method-text")} Sillage ${report.version}.</p>`
}

function leftOut(count: number, { say, language }: Speaker): Markup | "" {
  return count > 0 ? html`<p class="soft">${say("left-out", { count: number(count, language) })}</p>` : ""
}

function pairs(rows: readonly (readonly [string, Piece])[]): Markup {
  return html`<table class="kv"><tbody>${rows.filter(([, shown]) => shown !== undefined && shown !== "").map(([name, shown]) => html`<tr><th>${name}</th><td>${shown}</td></tr>`)}</tbody></table>`
}

function value(one: ObservableRow): Markup {
  const reads = readsAs(one.value)
  return html`<span class="value">${raw(defanged(one.type, one.value), 200)}</span>${reads ? html` <small>(${raw(reads)})</small>` : ""}`
}

function badge(name: Finding["class"], { say }: Speaker): Markup {
  return html`<span class="badge ${name}">${say(name)}</span>`
}

function stamp(at: string, report: Report): string {
  const zone = localZone(report)
  return zone === "UTC" ? `${utc(at)} UTC` : `${utc(at)} UTC · ${local(at, zone)} (${zone})`
}

function twoLines(at: string | null): Markup {
  return at === null ? html`–` : html`${at.slice(0, 10)}<br>${at.slice(11, 19)}`
}

function stampLines(at: string, report: Report): Markup {
  const zone = localZone(report)
  return zone === "UTC" ? html`${utc(at)} UTC` : html`${utc(at)} UTC<br><small>${local(at, zone)}</small>`
}

function tlpClass(report: Report): string {
  return `tlp-${report.tlp.replace("+", "-")}`
}
