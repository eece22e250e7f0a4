// An alert as a syslog message: RFC 5424 with structured data, or CEF. Values are hostile and escaped as each format has it.
import { hostname } from "node:os"
import type { Alert } from "../../hits/alerts/alert.js"
import { safe } from "../cli/safe-text.js"
import { sentenceOf, severityOf } from "./alert-text.js"

export type SyslogStyle = "rfc5424" | "cef"

/** The enterprise number that RFC 5612 sets aside for examples; Sillage has none of its own. */
const structuredId = "sillage@32473"
/** Facility 13, log audit. */
const facility = 13
const valueCharsMax = 1024

export function syslogLine(alert: Alert, style: SyslogStyle, version: string): string {
  const head = `<${facility * 8 + levelOf(severityOf(alert))}>1 ${alert.raisedAt} ${hostname() || "-"} sillage ${process.pid} alert`
  // RFC 5424, 6.4: a message in UTF-8 begins with its mark; CEF readers look for their own name at once.
  return style === "cef" ? `${head} - ${cef(alert, version)}` : `${head} ${structured(alert)} \ufeff${sentenceOf(alert)}`
}

export function cef(alert: Alert, version: string): string {
  const { indicator, example } = alert
  const header = ["Sillage", "sillage", version, `indicator-${indicator.type}`, sentenceOf(alert), String(severityOf(alert))]
  return `CEF:0|${header.map(headerValue).join("|")}|${pairs(extension(alert, example))}`
}

function extension(alert: Alert, example: Alert["example"]): readonly (readonly [string, string | number | undefined])[] {
  const { fields } = example
  return [
    ["externalId", alert.id],
    ["rt", Date.parse(alert.raisedAt)],
    ["start", alert.firstSeen === null ? undefined : Date.parse(alert.firstSeen)],
    ["end", alert.lastSeen === null ? undefined : Date.parse(alert.lastSeen)],
    ["cnt", alert.count],
    ["src", one(fields["source.ip"])],
    ["spt", one(fields["source.port"])],
    ["dst", one(fields["destination.ip"])],
    ["dpt", one(fields["destination.port"])],
    ["dhost", one(fields["url.domain"])],
    ["request", one(fields["url.full"])],
    ["suser", one(fields["user.name"])],
    ["act", example.action],
    ["outcome", example.outcome],
    ["deviceDirection", example.direction === "inbound" ? 0 : example.direction === "outbound" ? 1 : undefined],
    ["filePath", example.source.path],
    ["cs1Label", "indicator"],
    ["cs1", alert.indicator.value],
    ["cs2Label", "bulletin"],
    ["cs2", alert.indicator.bulletin],
    ["cs3Label", "tlp"],
    ["cs3", alert.tlp ?? "unmarked"],
    ["cs4Label", "asset"],
    ["cs4", alert.asset],
    ["cs5Label", "grade"],
    ["cs5", `${alert.grade} ${alert.strength}`],
    ["cs6Label", "found"],
    ["cs6", alert.found],
    ["cn1Label", "revision"],
    ["cn1", alert.revision],
    ["msg", example.record],
  ]
}

function pairs(entries: readonly (readonly [string, string | number | undefined])[]): string {
  return entries
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([key, value]) => `${key}=${extensionValue(String(value))}`)
    .join(" ")
}

/** In the header `|` and `\` are escaped, and there are no line ends. */
function headerValue(text: string): string {
  return safe(text, valueCharsMax).replace(/[\\|]/g, "\\$&")
}

/** In the extension `=` and `\` are escaped; line ends are spaces by then. */
function extensionValue(text: string): string {
  return safe(text, valueCharsMax).replace(/[\\=]/g, "\\$&")
}

function structured(alert: Alert): string {
  const { example } = alert
  const values: readonly (readonly [string, string])[] = [
    ["id", alert.id],
    ["revision", String(alert.revision)],
    ["found", alert.found],
    ["indicator", alert.indicator.value],
    ["type", alert.indicator.type],
    ["bulletin", alert.indicator.bulletin],
    ["tlp", alert.tlp ?? "unmarked"],
    ["asset", alert.asset],
    ["grade", alert.grade],
    ["strength", alert.strength],
    ["count", String(alert.count)],
    ["firstSeen", alert.firstSeen ?? ""],
    ["lastSeen", alert.lastSeen ?? ""],
    ["path", example.source.path],
  ]
  return `[${structuredId} ${values.map(([name, value]) => `${name}="${parameterValue(value)}"`).join(" ")}]`
}

/** RFC 5424, 6.3.3: `"`, `\` and `]` are escaped. */
function parameterValue(text: string): string {
  return safe(text, valueCharsMax).replace(/["\\\]]/g, "\\$&")
}

function levelOf(severity: number): number {
  return severity >= 10 ? 1 : severity >= 8 ? 2 : severity >= 5 ? 4 : 5
}

function one(value: unknown): string | undefined {
  const first = Array.isArray(value) ? value[0] : value
  return first === undefined ? undefined : String(first)
}
