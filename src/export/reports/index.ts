// The forms of a report, in the order in which help and documentation show them. Adding one is one file, one line and one fixture folder.
import { renderCsv, renderTimeline } from "./csv.js"
import { renderHtml } from "./html.js"
import { renderIodef } from "./iodef.js"
import { renderJson } from "./json.js"
import { renderMarkdown } from "./markdown.js"
import { renderMisp } from "./misp.js"
import { renderPdf } from "./pdf.js"
import type { Report } from "./report.js"
import { renderStix, type StixOptions } from "./stix.js"

export interface ReportForm {
  readonly name: string
  readonly title: string
  /** What follows the stem of the file's name. */
  readonly suffix: string
  readonly mediaType: string
  /** Read by people, so written in a language; the others are the same in all. */
  readonly spoken: boolean
  readonly render: (report: Report, options?: StixOptions) => string | Promise<Uint8Array>
}

export const reportForms: readonly ReportForm[] = [
  { name: "html", title: "one HTML file, for screen and print", suffix: ".html", mediaType: "text/html", spoken: true, render: renderHtml },
  { name: "pdf", title: "PDF", suffix: ".pdf", mediaType: "application/pdf", spoken: true, render: renderPdf },
  { name: "md", title: "Markdown", suffix: ".md", mediaType: "text/markdown", spoken: true, render: renderMarkdown },
  { name: "csv", title: "records as CSV", suffix: ".csv", mediaType: "text/csv", spoken: false, render: renderCsv },
  { name: "json", title: "the report model as JSON", suffix: ".json", mediaType: "application/json", spoken: true, render: renderJson },
  { name: "stix", title: "STIX 2.1 bundle", suffix: ".stix.json", mediaType: "application/stix+json", spoken: true, render: renderStix },
  { name: "misp", title: "MISP event", suffix: ".misp.json", mediaType: "application/json", spoken: true, render: renderMisp },
  { name: "iodef", title: "IODEF 2 (RFC 7970)", suffix: ".iodef.xml", mediaType: "application/xml", spoken: true, render: renderIodef },
  {
    name: "timeline",
    title: "CSV timeline for Timesketch, in the columns of plaso",
    suffix: ".timeline.csv",
    mediaType: "text/csv",
    spoken: false,
    render: renderTimeline,
  },
]
