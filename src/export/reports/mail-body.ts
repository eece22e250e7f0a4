// What a notification says in the mail itself: the summary as text and as HTML; the whole report is attached.
import { html, raw } from "./html-text.js"
import { defanged, visible } from "./plain-text.js"
import type { Report } from "./report.js"
import { asStatement, handling, headline, localZone, tlpLabel } from "./statements.js"
import { caveatKeys, speaker } from "./texts.js"
import { bytes, colon, day, local, percent, utc } from "./wording.js"

export interface MailFile {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

export interface MailBody {
  readonly subject: string
  readonly text: string
  readonly html: string
}

const shownMax = 10

export function mailBody(
  report: Report,
  to: { readonly name: string },
  attached: readonly MailFile[],
  kept: readonly MailFile[],
): MailBody {
  const { say, language } = speaker(report.language)
  const titles = visible(report.request.bulletins.map((one) => one.title).join(", "), 120) || "–"
  const what = say(report.answer === "seen" ? "mail-subject-seen" : "mail-subject-not-seen", { bulletin: titles })
  const subject = `[${tlpLabel(report.tlp)}] ${say("mail-subject", { id: visible(report.id, 80), what })}`
  const organisation = report.redacted ? say("undisclosed") : report.profile.organisation.name || say("unnamed")
  const { contact } = report.profile
  const grave = report.findings.filter((one) => one.class === "priority" || one.class === "probable")
  const done = report.searched
  const zone = localZone(report)
  const at = (instant: string | null) =>
    instant === null ? say("unknown") : zone === "UTC" ? `${utc(instant)} UTC` : `${utc(instant)} UTC · ${local(instant, zone)}`
  const facts: readonly (readonly [string, string])[] = [
    [say("organisation"), organisation],
    ...(report.redacted
      ? []
      : [
          [
            say("contact"),
            [contact.name, contact.role, contact.email, contact.phone].filter(Boolean).join(" · ") || say("unknown"),
          ] as const,
        ]),
    [say("bulletin"), titles],
    [
      say("window"),
      `${report.request.since ? utc(report.request.since) : say("from-start")} – ${report.request.until ? utc(report.request.until) : say("to-end")} UTC`,
    ],
    [
      say("searched-how"),
      `${bytes(done.bytes.searched, language)} / ${bytes(done.bytes.size, language)} (${percent(done.bytes.searched, done.bytes.size, language)})${done.first && done.last ? `, ${day(done.first, language)} – ${day(done.last, language)}` : ""}`,
    ],
    [say("first-event"), at(report.times.firstEventAt)],
    [say("last-event"), at(report.times.lastEventAt)],
    [say("detected"), at(report.times.detectedAt)],
    [say("aware"), at(report.times.awareAt)],
    [say("clock-accuracy"), report.profile.clock ?? say("unknown")],
    [say("state"), report.facts.state === null ? say("unknown") : say(`state-${report.facts.state}`)],
    [say("impact"), report.facts.impact ?? say("unknown")],
    [say("restrictions"), handling(report, { language, say })],
  ]
  const files = (list: readonly MailFile[]) => list.map((one) => `${one.name}  ${bytes(one.bytes, language)}  ${one.sha256}`)
  const text = [
    tlpLabel(report.tlp),
    "",
    say("mail-greeting", { name: visible(to.name, 120) }),
    "",
    headline(report, { language, say }),
    say(report.answer === "seen" ? "means-seen" : "means-not-seen"),
    ...(report.redacted ? ["", say("redacted")] : []),
    "",
    ...facts.map(([name, value]) => `${name}${colon(language)}${visible(value, 500)}`),
    ...(grave.length > 0
      ? [
          "",
          `${say("attention")}${colon(language).trimEnd()}`,
          ...grave
            .slice(0, shownMax)
            .map(
              (one) =>
                `- ${say(one.class)}  ${visible(defanged(one.indicator.type, one.indicator.value), 200)}  ${asStatement(one, { language, say })}`,
            ),
        ]
      : []),
    "",
    say("mail-attachments"),
    ...files(attached),
    ...(kept.length > 0 ? ["", say("mail-too-large"), ...files(kept)] : []),
    "",
    `${say("caveats")}${colon(language).trimEnd()}`,
    ...caveatKeys.map((key, index) => `${index + 1}. ${say(key)}`),
    "",
    tlpLabel(report.tlp),
    "",
  ].join("\n")
  const page = html`<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><title>${subject}</title></head>
<body style="font:15px/1.5 Arial,sans-serif;color:#1b2530;max-width:46rem">
<p><b style="background:#000;color:#ffc000;padding:0 .4rem">${tlpLabel(report.tlp)}</b></p>
<p>${say("mail-greeting", { name: to.name })}</p>
<p style="font-size:1.15rem"><b>${headline(report, { language, say })}</b></p>
<p>${say(report.answer === "seen" ? "means-seen" : "means-not-seen")}</p>
${report.redacted && html`<p>${say("redacted")}</p>`}
<table style="border-collapse:collapse">${facts.map(([name, value]) => html`<tr><td style="padding:.15rem .8rem .15rem 0;color:#5a6673;vertical-align:top">${name}</td><td>${value}</td></tr>`)}</table>
${grave.length > 0 && html`<p><b>${say("attention")}</b></p><ul>${grave.slice(0, shownMax).map((one) => html`<li>${say(one.class)} ${raw(defanged(one.indicator.type, one.indicator.value), 200)} — ${asStatement(one, { language, say })}</li>`)}</ul>`}
<p>${say("mail-attachments")}</p><ul>${files(attached).map((line) => html`<li><code>${line}</code></li>`)}</ul>
${kept.length > 0 && html`<p>${say("mail-too-large")}</p><ul>${files(kept).map((line) => html`<li><code>${line}</code></li>`)}</ul>`}
<p><b>${say("caveats")}</b></p><ol>${caveatKeys.map((key) => html`<li>${say(key)}</li>`)}</ol>
</body></html>
`
  return { subject, text, html: page.text }
}
