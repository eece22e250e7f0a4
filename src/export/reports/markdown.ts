// The report as Markdown (CommonMark with tables): every value of logs, bulletins and people is escaped, so that it is only ever text.
import { regimesAsOf } from "./data/regimes.js"
import { defanged, readsAs, visible } from "./plain-text.js"
import type { Finding, ObservableRow, Report } from "./report.js"
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
import { bytes, colon, day, local, month, number, utc } from "./wording.js"

const recordsShown = 200
const rowsShown = 100

/** CommonMark lets every ASCII punctuation be escaped; a break of line would end a table row, and `visible` leaves none. */
export function escapeMarkdown(value: string, max?: number): string {
  return visible(value, max).replace(/[!-/:-@[-`{-~]/g, "\\$&")
}

const md = escapeMarkdown

export function renderMarkdown(report: Report): string {
  const voice = speaker(report.language)
  const { say } = voice
  const chanceSaid = chanceText(report, voice)
  const mark = `**${tlpLabel(report.tlp).replace("+", "\\+")}**`
  return `${[
    `${mark}\n\n# ${md(say(report.answer === "seen" ? "report" : "report-not-seen"))}`,
    [
      md(report.redacted ? say("undisclosed") : report.profile.organisation.name || say("unnamed")) +
        (report.title ? ` · ${md(report.title)}` : ""),
      `${say("reference")} ${md(report.id)} · ${md(say("made", { day: day(report.generatedAt, report.language), version: report.version }))}`,
      handling(report, voice).replace("+", "\\+"),
    ].join("  \n"),
    report.redacted ? md(say("redacted")) : "",
    `**${md(headline(report, voice))}**`,
    md(say(report.answer === "seen" ? "means-seen" : "means-not-seen")),
    ...attention(report, voice),
    ...glance(report, voice),
    ...timeline(report, voice),
    ...times(report, voice),
    `## ${say("annex")}`,
    ...who(report, voice),
    ...asked(report, voice),
    ...searched(report, voice),
    ...facts(report, voice),
    ...(chanceSaid === null ? [] : [`### ${say("chance")}\n\n${md(chanceSaid)}`]),
    ...leads(report, voice),
    ...measures(report, voice),
    ...deadlines(report, voice),
    `### ${say("caveats")}\n\n${caveatKeys.map((key, at) => `${at + 1}. ${md(say(key))}`).join("\n")}`,
    ...records(report, voice),
    ...problems(report, voice),
    `### ${say("method")}\n\n${md(say("method-text"))} Sillage ${md(report.version)}`,
    `---\n\n${mark} · ${md(report.id)}`,
  ]
    .filter((part) => part !== "")
    .join("\n\n")}\n`
}

function attention(report: Report, voice: Speaker): readonly string[] {
  const grave = report.findings.filter((one) => one.class === "priority" || one.class === "probable")
  if (report.answer !== "seen") return []
  if (grave.length === 0) return [`### ${voice.say("attention")}\n\n${md(voice.say("attention-none"))}`]
  const rows = grave
    .slice(0, 10)
    .map((one, at) => `${at + 1}. **${voice.say(one.class)}** ${value(one.indicator)} — ${md(asStatement(one, voice))}`)
  const more = grave.length > 10 ? `\n\n${voice.say("and-more", { count: number(grave.length - 10, voice.language) })}` : ""
  return [`### ${voice.say("attention")}\n\n${rows.join("\n")}${more}`]
}

function glance(report: Report, { say, language }: Speaker): readonly string[] {
  const { columns, rows } = glanceRows(report.glance)
  if (rows.length === 0) return []
  return [
    `### ${md(say("glance"))}\n\n${table(
      ["", ...columns.map((result) => say(`res-${result}`))],
      rows.map((row) => [say(`dir-${row.direction}`), ...row.hits.map((hits) => number(hits, language))]),
    )}`,
  ]
}

function timeline(report: Report, { say, language }: Speaker): readonly string[] {
  if (report.months.length === 0) return []
  const most = Math.max(1, ...report.months.map((one) => sum(one.hits)))
  const rows = report.months.map((one) => [
    month(one.month, language),
    number(sum(one.hits), language),
    "█".repeat(Math.ceil((20 * sum(one.hits)) / most)),
    number(one.files, language),
  ])
  return [`### ${say("timeline")}\n\n${table(["", say("records"), "", say("logs")], rows)}\n\n${md(say("timeline-caption"))}`]
}

function times(report: Report, { say }: Speaker): readonly string[] {
  return [
    `### ${say("times")}\n\n${table(
      ["", "UTC", localZone(report)],
      (
        [
          ["first-event", report.times.firstEventAt],
          ["last-event", report.times.lastEventAt],
          ["detected", report.times.detectedAt],
          ["aware", report.times.awareAt],
        ] as const
      ).map(([key, at]) => [say(key), at ? utc(at) : say("unknown"), at ? local(at, localZone(report)) : ""]),
    )}`,
  ]
}

function who(report: Report, voice: Speaker): readonly string[] {
  const { say } = voice
  const { organisation, contact } = report.profile
  return [
    `### ${say("who")}\n\n${pairs([
      [say("organisation"), report.redacted ? say("undisclosed") : organisation.name || say("unnamed")],
      [say("sector"), organisation.sector],
      [say("country"), organisation.country],
      [say("identifier"), organisation.identifier],
      [
        say("contact"),
        report.redacted ? undefined : [contact.name, contact.role, contact.email, contact.phone].filter(Boolean).join(" · "),
      ],
      [say("zone"), report.request.zone ?? say("unknown")],
      [say("clock-accuracy"), report.profile.clock ?? say("unknown")],
    ])}`,
  ]
}

function asked(report: Report, voice: Speaker): readonly string[] {
  const { say, language } = voice
  const { request } = report
  const bulletins = request.bulletins.flatMap((one): [string, string | undefined][] => [
    [say("bulletin"), one.title],
    [say("publisher"), one.publisher ?? undefined],
    [say("published"), one.published ? day(one.published, language) : undefined],
    [say("named-set"), one.actors.join(", ") || undefined],
    [say("request"), one.request ?? undefined],
    [say("bulletin-contact"), one.contact ?? undefined],
  ])
  return [
    `### ${say("asked")}\n\n${request.bulletins.length === 0 ? `${md(say("no-bulletin"))}\n\n` : ""}${pairs([
      ...bulletins,
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
    ])}`,
  ]
}

function searched(report: Report, voice: Speaker): readonly string[] {
  const { say, language } = voice
  const { searched: done } = report
  return [
    `### ${say("searched")}\n\n${md(searchedText(report, voice))}${report.echoes > 0 ? ` ${md(say("echoes", { count: number(report.echoes, language) }))}` : ""}`,
    table(
      [say("format"), say("files"), say("volume"), say("records"), say("first"), say("last")],
      done.formats.map((one) => [
        one.format,
        number(one.files, language),
        bytes(one.decoded, language),
        number(one.records, language),
        one.first?.slice(0, 10) ?? "–",
        one.last?.slice(0, 10) ?? "–",
      ]),
    ),
    `#### ${say("not-searched")}\n\n${
      done.missing.length === 0
        ? md(say("not-searched-none"))
        : table(
            [say("place"), say("searched-how"), say("reason")],
            done.missing.slice(0, rowsShown).map((one) => [one.place, say(`state-${one.state}`), one.reasons.join(", ")]),
          )
    }`,
    leftOut(Math.max(0, done.missing.length - rowsShown) + done.missingLeftOut, voice),
    done.gaps.length === 0
      ? ""
      : `#### ${say("gaps")}\n\n${md(say("gaps-text"))}\n\n${table(
          [say("place"), say("from"), say("until")],
          done.gaps.slice(0, 20).map((one) => [one.place, utc(one.from), utc(one.to)]),
        )}`,
    leftOut(Math.max(0, done.gaps.length - 20) + done.gapsLeftOut, voice),
  ]
}

function facts(report: Report, voice: Speaker): readonly string[] {
  const { say, language } = voice
  if (report.findings.length === 0) return [`### ${say("facts")}\n\n${md(headline(report, voice))}`]
  return [
    `### ${say("facts")}\n\n${md(factsIntro(report, voice))}`,
    tableOf(
      [
        "#",
        say("indicator"),
        say("class"),
        say("points"),
        `${say("direction")}, ${say("outcome").toLowerCase()}`,
        say("records"),
        say("first-seen"),
        say("last-seen"),
        say("hosts"),
      ].map((one) => md(one)),
      report.findings.map((one, at) => [
        String(at + 1),
        value(one.indicator),
        say(one.class),
        String(one.triage.points),
        md(one.glance.map((cell) => `${say(`dir-${cell.direction}`)}, ${say(`res-${cell.result}`)}`).join("; ")),
        number(one.hits, language),
        one.firstSeen ? md(utc(one.firstSeen)) : "–",
        one.lastSeen ? md(utc(one.lastSeen)) : "–",
        md(
          one.hosts
            .slice(0, 5)
            .map((host) => (host.name ? `${host.name} ${host.value}` : host.value))
            .join(", "),
          200,
        ),
      ]),
    ),
    ...report.findings
      .filter((one) => one.class === "priority" || one.class === "probable")
      .slice(0, rowsShown)
      .map((one) => reasons(one, report.findings.indexOf(one) + 1, voice)),
  ]
}

function reasons(one: Finding, at: number, voice: Speaker): string {
  const { say } = voice
  const rows = one.triage.factors.map((factor) => [factor.id, factor.known ? String(factor.points) : "?", factor.text])
  return `#### ${at}\\. ${value(one.indicator)} — ${say(one.class)}\n\n${table(["", say("points"), say("factors")], rows)}\n\n${md(`${say("steps")}${colon(voice.language)}${one.nextSteps.join("; ")}`)}`
}

function leads(report: Report, voice: Speaker): readonly string[] {
  const { say, language } = voice
  const head = `### ${say("leads")}`
  if (report.leads.length === 0)
    return [`${head}\n\n${md(report.leadsReason ? say("leads-abstained", { reason: report.leadsReason }) : say("leads-none"))}`]
  const rows = report.leads.map(
    (lead) =>
      `- ${md(defanged("ipv4-addr", lead.value))} — ${md(leadLine(lead, voice))}\n${[
        ...[...lead.evidence, ...lead.counterEvidence].map((one) => `${signed(one.bits, language)} ${one.text}`),
        leadWithout(lead, voice),
      ]
        .filter((one) => one !== "")
        .map((one) => `  - ${md(one, 300)}`)
        .join("\n")}`,
  )
  return [`${head}\n\n${md(say("leads-intro"))}\n\n${rows.join("\n")}`]
}

function measures(report: Report, { say }: Speaker): readonly string[] {
  const { facts } = report
  const notes = [...facts.measures, ...facts.diary].map((one) => `- ${one.at ? `${md(utc(one.at))} ` : ""}${md(one.text)}`)
  return [
    `### ${say("measures")}\n\n${pairs([
      [say("state"), facts.state ? say(`state-${facts.state}`) : say("unknown")],
      [say("impact"), facts.impact ?? say("unknown")],
      [say("urgency"), facts.urgency ?? say("unknown")],
      [say("personal-data"), facts.personalData === null ? say("unknown") : say(facts.personalData ? "yes" : "no")],
    ])}\n\n${notes.length > 0 ? notes.join("\n") : md(say("measures-none"))}`,
    facts.nextSteps.length > 0 ? `#### ${say("steps")}\n\n${facts.nextSteps.map((one) => `- ${md(one)}`).join("\n")}` : "",
  ]
}

function deadlines(report: Report, voice: Speaker): readonly string[] {
  const { say, language } = voice
  if (report.deadlines.length === 0) return []
  return [
    `### ${say("deadlines")}\n\n${md(say("deadlines-text", { asOf: day(regimesAsOf, language) }))}\n\n${table(
      [say("duty"), say("due"), say("basis")],
      report.deadlines.map((one) => [
        `${one.name}, ${one.step}${colon(voice.language)}${one.content}`,
        deadlineText(one, report, voice),
        `${one.basis} (${one.status})`,
      ]),
    )}`,
  ]
}

function records(report: Report, voice: Speaker): readonly string[] {
  const { say } = voice
  if (report.records.length === 0) return []
  return [
    `### ${say("record-list")}\n\n${md(say(report.redacted ? "record-redacted" : "record-intro"))}`,
    tableOf(
      [
        "#",
        md(say("time")),
        say("indicator"),
        md(`${say("direction")}, ${say("outcome").toLowerCase()}`),
        say("place"),
        ...(report.redacted ? [] : [say("record")]),
      ],
      report.records
        .slice(0, recordsShown)
        .map((one, at) => [
          String(at + 1),
          one.earliest ? md(utc(one.earliest)) : "–",
          value(one.indicator),
          `${say(`dir-${one.direction}`)}, ${say(`res-${one.result}`)}`,
          md(`${one.place}${one.line === null ? "" : `:${one.line}`}`, 240),
          ...(report.redacted ? [] : [md(one.text ?? "", 480)]),
        ]),
    ),
    leftOut(Math.max(0, report.records.length - recordsShown) + report.recordsLeftOut, voice),
  ]
}

function problems(report: Report, voice: Speaker): readonly string[] {
  if (report.problems.length === 0) return []
  return [
    `### ${voice.say("problems")}\n\n${table(
      ["", voice.say("place"), voice.say("reason")],
      report.problems.slice(0, rowsShown).map((one) => [one.code, `${one.where}${one.value === null ? "" : ` ${one.value}`}`, one.message]),
    )}`,
    leftOut(Math.max(0, report.problems.length - rowsShown) + report.problemsLeftOut, voice),
  ]
}

function leftOut(count: number, { say, language }: Speaker): string {
  return count > 0 ? md(say("left-out", { count: number(count, language) })) : ""
}

function value(one: ObservableRow): string {
  const reads = readsAs(one.value)
  return md(defanged(one.type, one.value), 200) + (reads ? ` (${md(reads)})` : "")
}

function pairs(rows: readonly (readonly [string, string | undefined])[]): string {
  return table(
    ["", ""],
    rows.filter(([, shown]) => shown !== undefined && shown !== "").map(([name, shown]) => [name, shown as string]),
  )
}

/** Plain cells, escaped here. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return tableOf(
    head.map((one) => md(one)),
    rows.map((row) => row.map((one) => md(one, 400))),
  )
}

/** Cells that are Markdown already. */
function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n")
}

function sum(hits: Readonly<Record<string, number>>): number {
  return Object.values(hits).reduce((total, one) => total + one, 0)
}
