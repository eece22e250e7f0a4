// The indicators as CSV: for people's spreadsheets and for tools that take any column.
import type { Indicator } from "../../model/indicator.js"
import { everyType } from "./every-type.js"
import type { RuleExporter } from "./exporter.js"

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
      tame(one.bulletin),
      one.validFrom ?? "",
      one.validUntil ?? "",
      one.confidence === undefined ? "" : String(one.confidence),
      one.tlp === undefined ? "" : `TLP:${one.tlp.toUpperCase()}`,
      one.marks.join(" "),
      tame(one.comment ?? ""),
    ])
}

/** Text of the publisher, which is no value: a leading formula mark gets an apostrophe. */
function tame(text: string): string {
  return text.replace(/^[=+\-@\t\r]/, "'$&")
}

/** RFC 4180: quotes around what needs them, doubled inside. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")}\r\n`
}
