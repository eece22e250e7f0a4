// The files of a report: which forms are asked for, and how they are named.
import { type ReportForm, reportForms } from "../../export/reports/index.js"
import type { Report } from "../../export/reports/report.js"
import { UsageError } from "../../model/problem.js"

export const formNames = reportForms.map((form) => form.name)

/** By comma; the empty text is none. */
export function formsOf(given: string): readonly ReportForm[] {
  if (given === "") return []
  return given.split(",").map((name) => {
    const form = reportForms.find((one) => one.name === name.trim())
    if (!form) throw new UsageError(`--format ${name.trim()} is none of ${formNames.join(", ")}`)
    return form
  })
}

/** The id may come from a person: what a file system or a shell could misread becomes a hyphen. */
export function fileName(report: Report, form: Pick<ReportForm, "suffix" | "spoken">): string {
  const stem =
    report.id
      .replace(/[^\p{L}\p{N}._-]+/gu, "-")
      .replace(/^[.-]+/, "")
      .slice(0, 80) || "report"
  return `${stem}${report.redacted ? ".redacted" : ""}${form.spoken ? `.${report.language}` : ""}${form.suffix}`
}
