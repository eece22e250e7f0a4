// The report as PDF: the same parts as the HTML form, the same bytes for the same report.
import { regimesAsOf } from "./data/regimes.js"
import { resultColours } from "./html-charts.js"
import { tlpColours } from "./html-style.js"
import { type Cell, printed, Sheet } from "./pdf-sheet.js"
import { defanged, readsAs } from "./plain-text.js"
import { type Finding, type ObservableRow, type Report, results } from "./report.js"
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
  searchedText,
  signed,
  tlpLabel,
} from "./statements.js"
import { caveatKeys, type Speaker, speaker } from "./texts.js"
import { bytes, colon, day, local, month, number, percent, utc } from "./wording.js"

const recordsShown = 200
const recordCharacters = 480
const rowsShown = 60
const classColours: Readonly<Record<Finding["class"], string>> = {
  priority: "#6b1414",
  probable: "#a2420c",
  weak: "#4d6580",
  background: "#77828d",
}

export function renderPdf(report: Report): Promise<Uint8Array> {
  const voice = speaker(report.language)
  const { say } = voice
  const title = say(report.answer === "seen" ? "report" : "report-not-seen")
  const sheet = new Sheet({
    title: `${tlpLabel(report.tlp)} · ${title} · ${report.id}`,
    author: report.redacted ? say("undisclosed") : report.profile.organisation.name || say("unnamed"),
    language: report.language,
    at: report.generatedAt,
    label: tlpLabel(report.tlp),
    labelColour: tlpColours[report.tlp],
    reference: printed(report.id, 80),
    page: say("page"),
  })
  summary(sheet, report, voice, title)
  sheet.newPage()
  sheet.heading(say("annex"))
  who(sheet, report, voice)
  asked(sheet, report, voice)
  searched(sheet, report, voice)
  facts(sheet, report, voice)
  matrix(sheet, report, voice)
  const chance = chanceText(report, voice)
  if (chance !== null) {
    sheet.subheading(`6. ${say("chance")}`)
    sheet.paragraph(printed(chance))
  }
  leads(sheet, report, voice)
  measures(sheet, report, voice)
  deadlines(sheet, report, voice)
  sheet.subheading(`10. ${say("caveats")}`)
  for (const [at, key] of caveatKeys.entries()) sheet.paragraph(`${at + 1}. ${say(key)}`, { indent: 8 })
  records(sheet, report, voice)
  problems(sheet, report, voice)
  sheet.subheading(`C. ${say("method")}`)
  sheet.paragraph(`${say("method-text")} Sillage ${report.version}.`)
  return sheet.end()
}

function summary(sheet: Sheet, report: Report, voice: Speaker, title: string): void {
  const { say, language } = voice
  sheet.title(title)
  const organisation = report.redacted ? say("undisclosed") : report.profile.organisation.name || say("unnamed")
  sheet.paragraph(printed(report.title ? `${organisation} · ${report.title}` : organisation), { soft: true })
  sheet.paragraph(
    printed(`${say("reference")} ${report.id} · ${say("made", { day: day(report.generatedAt, language), version: report.version })}`),
    { soft: true },
  )
  if (report.redacted) sheet.paragraph(say("redacted"))
  sheet.gap(4)
  sheet.verdict(headline(report, voice))
  sheet.paragraph(say(report.answer === "seen" ? "means-seen" : "means-not-seen"))
  const done = report.searched.bytes
  sheet.figures([
    {
      value: number(report.counts.indicators, language),
      label: `${say("figure-indicators")} (${say("of", { count: number(report.request.indicators.hunted, language) })})`,
    },
    { value: number(report.counts.hits, language), label: say("figure-records") },
    { value: number(report.counts.hosts, language), label: say("figure-hosts") },
    { value: percent(done.searched + done.ruledOut, done.size, language), label: say("figure-searched") },
  ])
  if (report.answer !== "seen") sheet.paragraph(searchedText(report, voice))
  attention(sheet, report, voice)
  timeline(sheet, report, voice)
  glance(sheet, report, voice)
  times(sheet, report, voice)
}

function attention(sheet: Sheet, report: Report, voice: Speaker): void {
  if (report.answer !== "seen") return
  const { say, language } = voice
  const grave = report.findings.filter((one) => one.class === "priority" || one.class === "probable")
  sheet.subheading(`${say("attention")}${grave.length > 5 ? ` (5 / ${number(grave.length, language)})` : ""}`)
  if (grave.length === 0) sheet.paragraph(say("attention-none"))
  else
    sheet.table(
      [2.1, 4.6, 7.2, 5.2],
      undefined,
      grave
        .slice(0, 5)
        .map((one) => [
          classCell(one.class, voice),
          value(one.indicator),
          asStatement(one, voice),
          { text: hostWords(one, 2), face: "mono" },
        ]),
    )
}

function timeline(sheet: Sheet, report: Report, { say, language }: Speaker): void {
  if (report.months.length === 0) return
  sheet.subheading(say("timeline"))
  if (report.answer === "seen") sheet.legend(results.map((result) => ({ text: say(`res-${result}`), colour: resultColours[result] })))
  sheet.bars(
    report.months.map((one) => ({
      label: month(one.month, language),
      parts: [...results].reverse().map((result) => ({ value: one.hits[result], colour: resultColours[result] })),
      covered: one.files > 0,
    })),
    say("logs"),
  )
  sheet.paragraph(say("timeline-caption"), { size: 7.5, soft: true })
}

function glance(sheet: Sheet, report: Report, { say, language }: Speaker): void {
  const { columns, rows } = glanceRows(report.glance)
  if (rows.length === 0) return
  sheet.subheading(say("glance"))
  sheet.table(
    [4, ...columns.map(() => 3)],
    ["", ...columns.map((result) => say(`res-${result}`))],
    rows.map((row) => [say(`dir-${row.direction}`), ...row.hits.map((hits) => (hits === 0 ? "–" : number(hits, language)))]),
  )
}

function times(sheet: Sheet, report: Report, voice: Speaker): void {
  const { say } = voice
  const columns = (
    [
      ["first-event", report.times.firstEventAt],
      ["last-event", report.times.lastEventAt],
      ["detected", report.times.detectedAt],
      ["aware", report.times.awareAt],
    ] as const
  ).filter(([key]) => report.answer === "seen" || !key.endsWith("-event"))
  sheet.subheading(say("times"))
  const zone = localZone(report)
  sheet.table(
    columns.map(() => 1),
    columns.map(([key]) => say(key)),
    [columns.map(([, at]) => (at === null ? say("unknown") : zone === "UTC" ? `${utc(at)} UTC` : `${utc(at)} UTC\n${local(at, zone)}`))],
  )
  const next = report.deadlines.filter((one) => one.kind === "due").sort((a, b) => ((a.due ?? "") < (b.due ?? "") ? -1 : 1))[0]
  if (next && report.answer === "seen")
    sheet.paragraph(printed(`${say("due-next")} ${next.name}, ${next.step.toLowerCase()}, ${deadlineText(next, report, voice)}.`))
}

function who(sheet: Sheet, report: Report, voice: Speaker): void {
  const { say } = voice
  const { organisation, contact } = report.profile
  sheet.subheading(`1. ${say("who")}`)
  pairs(sheet, [
    [say("organisation"), report.redacted ? say("undisclosed") : organisation.name || say("unnamed")],
    [say("sector"), organisation.sector],
    [say("country"), organisation.country],
    [say("identifier"), organisation.identifier],
    [
      say("contact"),
      report.redacted
        ? undefined
        : [contact.name, contact.role, contact.email, contact.phone].filter(Boolean).join(" · ") || say("unknown"),
    ],
    [say("zone"), report.request.zone ?? say("unknown")],
    [say("clock-accuracy"), report.profile.clock ?? say("unknown")],
    [say("restrictions"), handling(report, voice)],
  ])
}

function asked(sheet: Sheet, report: Report, voice: Speaker): void {
  const { say, language } = voice
  const { request } = report
  sheet.subheading(`2. ${say("asked")}`)
  if (request.bulletins.length === 0) sheet.paragraph(say("no-bulletin"))
  for (const one of request.bulletins) {
    pairs(sheet, [
      [say("bulletin"), one.title],
      [say("publisher"), one.publisher ?? undefined],
      [say("published"), one.published ? day(one.published, language) : undefined],
      ["TLP", one.tlp ? tlpLabel(one.tlp) : undefined],
      [say("named-set"), one.actors.join(", ") || undefined],
      [
        say("window-bulletin"),
        one.from === null && one.to === null ? undefined : `${one.from?.slice(0, 10) ?? "…"} – ${one.to?.slice(0, 10) ?? "…"}`,
      ],
      [say("request"), one.request ?? undefined],
      [say("bulletin-contact"), one.contact ?? undefined],
    ])
  }
  pairs(sheet, [
    [
      say("window"),
      `${request.since ? utc(request.since) : say("from-start")} – ${request.until ? utc(request.until) : say("to-end")} UTC`,
    ],
    [
      say("indicators-hunted"),
      say("indicators-text", {
        read: number(request.indicators.read, language),
        hunted: number(request.indicators.hunted, language),
        not: number(request.indicators.notHunted, language),
        references: number(request.indicators.references, language),
      }),
    ],
    [say("digest"), request.digest ? `SHA-256 ${request.digest}` : undefined],
  ])
}

function searched(sheet: Sheet, report: Report, voice: Speaker): void {
  const { say, language } = voice
  const { searched: done } = report
  const size = (count: number) => bytes(count, language)
  sheet.subheading(`3. ${say("searched")}`)
  sheet.paragraph(
    [
      searchedText(report, voice),
      report.counts.outsideWindow > 0 ? say("outside-window", { count: number(report.counts.outsideWindow, language) }) : "",
      report.echoes > 0 ? say("echoes", { count: number(report.echoes, language) }) : "",
    ].join(" "),
  )
  sheet.table(
    [4, 2, 2.5, 3, 3, 3],
    [say("format"), say("files"), say("volume"), say("records"), say("first"), say("last")],
    done.formats.map((one) => [
      printed(one.format, 60),
      number(one.files, language),
      size(one.decoded),
      number(one.records, language),
      one.first?.slice(0, 10) ?? "–",
      one.last?.slice(0, 10) ?? "–",
    ]),
  )
  sheet.subheading(say("not-searched"))
  if (done.missing.length === 0) sheet.paragraph(say("not-searched-none"))
  else
    sheet.table(
      [11, 3, 4],
      [say("place"), say("searched-how"), say("reason")],
      done.missing
        .slice(0, rowsShown)
        .map((one) => [{ text: printed(one.place, 240), face: "mono" }, say(`state-${one.state}`), one.reasons.join(", ")]),
    )
  leftOut(sheet, Math.max(0, done.missing.length - rowsShown) + done.missingLeftOut, voice)
  if (done.gaps.length === 0) return
  sheet.subheading(say("gaps"))
  sheet.paragraph(say("gaps-text"))
  sheet.table(
    [10, 4, 4],
    [say("place"), say("from"), say("until")],
    done.gaps.slice(0, 20).map((one) => [{ text: printed(one.place, 240), face: "mono" }, utc(one.from), utc(one.to)]),
  )
  leftOut(sheet, Math.max(0, done.gaps.length - 20) + done.gapsLeftOut, voice)
}

function facts(sheet: Sheet, report: Report, voice: Speaker): void {
  const { say, language } = voice
  sheet.subheading(`4. ${say("facts")}`)
  if (report.findings.length === 0) {
    sheet.paragraph(headline(report, voice))
    return
  }
  sheet.paragraph(factsIntro(report, voice))
  sheet.table(
    [0.9, 5.2, 2.4, 1.4, 5.4, 1.3, 2.5, 2.5],
    [
      "#",
      say("indicator"),
      say("class"),
      say("points"),
      `${say("direction")}, ${say("outcome").toLowerCase()}`,
      say("records-short"),
      say("first-seen"),
      say("last-seen"),
    ],
    report.findings.map((one, at) => [
      String(at + 1),
      value(one.indicator),
      classCell(one.class, voice),
      String(one.triage.points),
      one.glance
        .map(
          (cell) =>
            `${say(`dir-${cell.direction}`)}, ${say(`res-${cell.result}`)}${one.glance.length > 1 ? ` (${number(cell.hits, language)})` : ""}`,
        )
        .join("; "),
      number(one.hits, language),
      twoLines(one.firstSeen),
      twoLines(one.lastSeen),
    ]),
    7.6,
  )
  const detailed = [
    ...report.findings.filter((one) => one.class === "priority"),
    ...report.findings.filter((one) => one.class === "probable").slice(0, 12),
  ]
  for (const one of detailed) finding(sheet, one, report, voice)
}

function finding(sheet: Sheet, one: Finding, report: Report, voice: Speaker): void {
  const { say } = voice
  sheet.need(220)
  sheet.subheading(
    `${report.findings.indexOf(one) + 1}. ${printed(defanged(one.indicator.type, one.indicator.value), 160)} — ${say(one.class)}`,
  )
  sheet.paragraph(
    `${asStatement(one, voice)}. ${say("confidence")} ${one.triage.confidence}, ${say("consequence")} ${one.triage.consequence}${colon(voice.language)}${one.quadrantText}.`,
  )
  pairs(sheet, [
    [say("hosts"), hostWords(one, 8) || undefined],
    [say("accounts"), one.accounts.slice(0, 12).join(", ") || undefined],
    [
      say("strength"),
      `${one.strengths.join(", ")} · ${say("validity")}${colon(voice.language)}${one.validity.map((name) => say(`val-${name}`)).join(", ")}`,
    ],
    [say("marks"), one.indicator.marks.join(", ") || undefined],
    [
      say("standing"),
      one.standing.state === "open"
        ? undefined
        : [say(`standing-${one.standing.state}`), one.standing.by, one.standing.reason].filter(Boolean).join(", "),
    ],
  ])
  sheet.table(
    [1, 1.4, 15],
    ["", say("points"), say("factors")],
    one.triage.factors.map((factor) => [
      factor.id,
      { text: factor.known ? signed(factor.points, voice.language) : "?" },
      { text: printed(factor.text, 400), ...(factor.known ? {} : { colour: "#5a6673" }) },
    ]),
    7.6,
  )
  for (const rule of one.triage.rules)
    sheet.paragraph(printed(`${say("rules")}${colon(voice.language)}${rule}`, 300), { size: 7.6, soft: true })
  sheet.paragraph(`${say("steps")}${colon(voice.language)}${one.nextSteps.join("; ")}.`, { size: 7.6, soft: true })
}

function matrix(sheet: Sheet, report: Report, { say, language }: Speaker): void {
  const { hosts, indicators, cells, hostsLeftOut, indicatorsLeftOut } = report.matrix
  if (hosts.length === 0 || indicators.length === 0) return
  const numbers = new Map(report.findings.map((one, at) => [`${one.indicator.type} ${one.indicator.value}`, String(at + 1)]))
  const shown = indicators.slice(0, 26)
  sheet.subheading(`5. ${say("matrix")}`)
  sheet.paragraph(say("matrix-caption"))
  sheet.table(
    [7, ...shown.map(() => 1)],
    ["", ...shown.map((one) => numbers.get(`${one.type} ${one.value}`) ?? "")],
    hosts.map((host, row) => [
      { text: printed(host.name ? `${host.value} ${host.name}` : host.value, 60), face: "mono" as const },
      ...shown.map((_, column): Cell => {
        const cell = cells[row]?.[column]
        return cell?.result ? { text: number(cell.hits, language), face: "bold", colour: resultColours[cell.result] } : { text: "" }
      }),
    ]),
    6.6,
  )
  const more = indicatorsLeftOut + indicators.length - shown.length
  if (hostsLeftOut + more > 0) {
    sheet.paragraph(say("matrix-left-out", { hosts: number(hostsLeftOut, language), indicators: number(more, language) }), { soft: true })
  }
}

function leads(sheet: Sheet, report: Report, voice: Speaker): void {
  const { say } = voice
  sheet.subheading(`7. ${say("leads")}`)
  if (report.leads.length === 0) {
    sheet.paragraph(printed(report.leadsReason ? say("leads-abstained", { reason: report.leadsReason }) : say("leads-none")))
    return
  }
  sheet.paragraph(say("leads-intro"))
  for (const lead of report.leads.slice(0, rowsShown)) {
    sheet.paragraph(`${printed(defanged("ipv4-addr", lead.value), 80)} — ${leadLine(lead, voice)}`, { face: "bold" })
    for (const one of [...lead.evidence, ...lead.counterEvidence])
      sheet.paragraph(printed(`${signed(one.bits, voice.language)} ${one.text}`, 300), { indent: 12, size: 8 })
    if (lead.without) sheet.paragraph(leadWithout(lead, voice), { indent: 12, size: 8, soft: true })
  }
}

function measures(sheet: Sheet, report: Report, { say }: Speaker): void {
  const { facts } = report
  sheet.subheading(`8. ${say("measures")}`)
  pairs(sheet, [
    [say("state"), facts.state ? say(`state-${facts.state}`) : say("unknown")],
    [say("impact"), facts.impact ?? say("unknown")],
    [say("urgency"), facts.urgency ?? say("unknown")],
    [say("personal-data"), facts.personalData === null ? say("unknown") : say(facts.personalData ? "yes" : "no")],
  ])
  const notes = [...facts.measures, ...facts.diary]
  if (notes.length === 0) sheet.paragraph(say("measures-none"))
  for (const one of notes) sheet.paragraph(printed(`– ${one.at ? `${utc(one.at)}  ` : ""}${one.text}`), { indent: 8 })
  if (facts.nextSteps.length === 0) return
  sheet.subheading(say("steps"))
  for (const one of facts.nextSteps) sheet.paragraph(printed(`– ${one}`), { indent: 8 })
}

function deadlines(sheet: Sheet, report: Report, voice: Speaker): void {
  const { say, language } = voice
  if (report.deadlines.length === 0) return
  sheet.subheading(`9. ${say("deadlines")}`)
  sheet.paragraph(
    `${say("deadlines-text", { asOf: day(regimesAsOf, language) })}${report.deadlines.some((one) => !one.stated) ? ` ${say("deadlines-undecided")}` : ""}`,
  )
  sheet.table(
    [7, 5, 6],
    [say("duty"), say("due"), say("basis")],
    report.deadlines.map((one) => [
      `${one.name}\n${one.step}${colon(voice.language)}${one.content}`,
      deadlineText(one, report, voice),
      `${one.basis}\n${one.status}`,
    ]),
    7.6,
  )
}

function records(sheet: Sheet, report: Report, voice: Speaker): void {
  const { say } = voice
  if (report.records.length === 0) return
  sheet.newPage()
  sheet.subheading(`A. ${say("record-list")}`)
  sheet.paragraph(say(report.redacted ? "record-redacted" : "record-intro"))
  for (const [at, one] of report.records.slice(0, recordsShown).entries()) {
    sheet.need(40)
    const time = one.earliest === null ? "–" : utc(one.earliest)
    sheet.paragraph(
      printed(
        `${at + 1}. ${time}  ${defanged(one.indicator.type, one.indicator.value)}  ${say(`dir-${one.direction}`)}, ${say(`res-${one.result}`)}  ${one.place}${one.line === null ? "" : `:${one.line}`}`,
        500,
      ),
      { size: 7.6 },
    )
    if (one.text !== null) sheet.paragraph(printed(one.text, recordCharacters), { size: 6.8, face: "mono", indent: 10 })
  }
  leftOut(sheet, Math.max(0, report.records.length - recordsShown) + report.recordsLeftOut, voice)
}

function problems(sheet: Sheet, report: Report, voice: Speaker): void {
  if (report.problems.length === 0) return
  sheet.subheading(`B. ${voice.say("problems")}`)
  sheet.table(
    [3.4, 7, 8],
    undefined,
    report.problems
      .slice(0, rowsShown)
      .map((one) => [
        one.code,
        { text: printed(`${one.where}${one.value === null ? "" : ` ${one.value}`}`, 240), face: "mono" },
        printed(one.message, 300),
      ]),
    7.4,
  )
  leftOut(sheet, Math.max(0, report.problems.length - rowsShown) + report.problemsLeftOut, voice)
}

function leftOut(sheet: Sheet, count: number, { say, language }: Speaker): void {
  if (count > 0) sheet.paragraph(say("left-out", { count: number(count, language) }), { soft: true })
}

function pairs(sheet: Sheet, rows: readonly (readonly [string, string | undefined])[]): void {
  sheet.table(
    [4, 14],
    undefined,
    rows
      .filter(([, shown]) => shown !== undefined && shown !== "")
      .map(([name, shown]) => [{ text: name, colour: "#5a6673" }, printed(shown as string, 1_000)]),
  )
}

function value(one: ObservableRow): Cell {
  const reads = readsAs(one.value)
  return { text: printed(defanged(one.type, one.value), 200) + (reads ? ` (${printed(reads)})` : ""), face: "mono" }
}

function hostWords(one: Finding, most: number): string {
  const shown = one.hosts.slice(0, most).map((host) => printed(host.name ? `${host.name} ${host.value}` : host.value, 80))
  return shown.join(", ") + (one.hosts.length > most || one.hostsLeftOut > 0 ? ", …" : "")
}

function classCell(name: Finding["class"], { say }: Speaker): Cell {
  return { text: say(name), face: "bold", colour: classColours[name] }
}

function twoLines(at: string | null): string {
  return at === null ? "–" : `${at.slice(0, 10)}\n${at.slice(11, 19)}`
}
