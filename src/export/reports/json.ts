// The report model itself as JSON: what every other form is made of.
import type { Report } from "./report.js"

/** Values are kept as they are; JSON escapes control characters, and direction overrides and `<` are escaped besides. */
export function renderJson(report: Report): string {
  return `${JSON.stringify({ type: "sillage-report", format: 1, ...report }, null, 2).replace(
    /[<\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )}\n`
}
