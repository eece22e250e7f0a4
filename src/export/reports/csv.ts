// Records as CSV (RFC 4180): one table for people's spreadsheets, one timeline for Timesketch.
import { visible } from "./plain-text.js"
import type { RecordRow, Report } from "./report.js"
import { tlpLabel } from "./statements.js"

/** Always quoted, one line each, and never a formula: what a spreadsheet would compute gets an apostrophe in front. */
export function csvCell(value: string | number | null): string {
  if (value === null) return '""'
  const text = visible(String(value), cellCharactersMax)
  // A leading blank or quote does not stop every spreadsheet from reading a formula behind it.
  const guarded = typeof value === "string" && /^[\s"']*[=+\-@|%]/u.test(text) ? `'${text}` : text
  return `"${guarded.replaceAll('"', '""')}"`
}

/** What common spreadsheets take in one cell. */
const cellCharactersMax = 32_000

export function renderCsv(report: Report): string {
  const head = [
    "tlp",
    "id",
    "class",
    "indicator_type",
    "indicator",
    "bulletin",
    "strength",
    "direction",
    "action",
    "outcome",
    "grade",
    "observed",
    "field",
    "earliest_utc",
    "latest_utc",
    "time_assumptions",
    "host",
    "account",
    "source_ip",
    "destination_ip",
    "destination_port",
    "format",
    "place",
    "line",
    "offset",
    "copies",
    "record",
  ]
  const rows = report.records.map((one) => [
    tlpLabel(report.tlp),
    one.id,
    one.class,
    one.indicator.type,
    one.indicator.value,
    one.indicator.bulletin,
    one.strength,
    one.direction,
    one.action,
    one.outcome,
    one.grade,
    one.observed,
    one.where,
    one.earliest,
    one.latest,
    one.assumption.join(" "),
    one.host,
    one.account,
    one.sourceAddress,
    one.destinationAddress,
    one.destinationPort,
    one.format,
    one.place,
    one.line,
    one.offset,
    one.also,
    one.text,
  ])
  return lines([head, ...rows])
}

/**
 * The columns of plaso's `dynamic` output, which Timesketch requires in part (`message`, `datetime`, `timestamp_desc`) and whose tags it
 * splits at commas; ours follow. Plaso writes such tables and reads none.
 * Records without a time cannot stand on a timeline and are left to the other table.
 */
export function renderTimeline(report: Report): string {
  const head = [
    "datetime",
    "timestamp_desc",
    "source",
    "source_long",
    "message",
    "parser",
    "display_name",
    "tag",
    "timestamp",
    "indicator",
    "indicator_type",
    "class",
    "direction",
    "outcome",
    "host",
    "account",
    "source_ip",
    "destination_ip",
    "tlp",
  ]
  const dated = report.records.flatMap((one) => events(one))
  const rows = dated
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.one.id < b.one.id ? -1 : 1))
    .map(({ at, what, one }) => [
      micros(at),
      what,
      "LOG",
      one.format,
      `${one.indicator.value} ${one.direction} ${one.grade}: ${one.text ?? one.observed}`,
      `sillage/${one.format}`,
      one.line === null ? one.place : `${one.place}:${one.line}`,
      `sillage,${one.class}`,
      String(BigInt(Date.parse(at)) * 1000n + BigInt(Number(/\.\d{3}(\d{3})/.exec(at)?.[1] ?? 0))),
      one.indicator.value,
      one.indicator.type,
      one.class,
      one.direction,
      one.outcome,
      one.host,
      one.account,
      one.sourceAddress,
      one.destinationAddress,
      tlpLabel(report.tlp),
    ])
  return lines([head, ...rows])
}

/** An uncertain time is two rows, its earliest and its latest: one alone would claim to be the event. */
function events(one: RecordRow): readonly { readonly at: string; readonly what: string; readonly one: RecordRow }[] {
  if (one.earliest !== null && one.earliest === one.latest) return [{ at: one.earliest, what: "Event Time", one }]
  return [
    ...(one.earliest === null ? [] : [{ at: one.earliest, what: "Event Time (earliest)", one }]),
    ...(one.latest === null ? [] : [{ at: one.latest, what: "Event Time (latest)", one }]),
  ]
}

/** ISO 8601 with microseconds and a numeric offset, as plaso writes it. */
function micros(at: string): string {
  const fraction = /\.(\d+)Z$/.exec(at)?.[1] ?? ""
  return `${at.slice(0, 19)}.${fraction.padEnd(6, "0").slice(0, 6)}+00:00`
}

function lines(rows: readonly (readonly (string | number | null)[])[]): string {
  return rows.map((row) => `${row.map(csvCell).join(",")}\r\n`).join("")
}
