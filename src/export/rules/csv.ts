// The indicators as CSV: for people's spreadsheets and for tools that take any column.
import type { Indicator } from "../../model/indicator.js"
import { everyType } from "./every-type.js"
import type { RuleExporter } from "./exporter.js"
import { plainText } from "./header.js"
import { isTame } from "./tame.js"

export const csv: RuleExporter = {
  name: "csv",
  title: "CSV",
  actions: ["alert"],
  capabilities: everyType("what the reader makes of it"),
  // A cell that begins so is run as a formula by spreadsheets, and a mark before it would make it another value.
  inexpressible: ({ value }) =>
    /^[=+\-@\t\r]/.test(value) ? "would run as a formula in a spreadsheet: use --to list or --to stix" : undefined,
  render: ({ indicators }) => [{ name: "sillage-indicators.csv", content: lines(indicators) }],
  checkers: [],
}

function* lines(indicators: readonly Indicator[]): Iterable<string> {
  yield csvLine(["type", "value", "bulletin", "valid_from", "valid_until", "confidence", "tlp", "marks", "comment"])
  for (const one of indicators)
    yield csvLine([
      one.type,
      one.value,
      csvText(one.bulletin),
      one.validFrom ?? "",
      one.validUntil ?? "",
      one.confidence === undefined ? "" : String(one.confidence),
      one.tlp === undefined ? "" : `TLP:${one.tlp.toUpperCase()}`,
      one.marks.join(" "),
      csvText(one.comment ?? ""),
    ])
}

/** A cell of the publisher's text, which is no value: one line, and a leading formula mark gets an apostrophe. */
export function csvText(text: string): string {
  return plainText(text, 500).replace(/^[=+\-@]/, "'$&")
}

/** RFC 4180: quotes around what needs them, doubled inside. */
export function csvLine(cells: readonly string[]): string {
  let line = ""
  for (const [at, cell] of cells.entries()) line += `${at === 0 ? "" : ","}${needsQuotes(cell) ? `"${cell.replaceAll('"', '""')}"` : cell}`
  return `${line}\r\n`
}

function needsQuotes(cell: string): boolean {
  return (!isTame(cell) && /["\r\n]/.test(cell)) || cell.includes(",") || cell.trim() !== cell
}
