// Values that would break out of a form if a writer let them, and a report full of one of them.
import { buildReport } from "../../../src/export/reports/build-report.js"
import type { Report } from "../../../src/export/reports/report.js"
import type { Hit } from "../../../src/model/hit.js"
import { bulletin, coverage, hits, lead, reportInput } from "./example.js"

export const attacks = {
  html: `"><script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)> </style></svg></td></table>`,
  markdown: "[x](javascript:alert(1)) ![y](http://evil.example/z.png) `a` **b** | c | <b> # h\n# heading\n- item\n| row |",
  formula: `=cmd|' /C calc'!A0`,
  plus: "+1+cmd|' /C calc'!A0",
  at: "@SUM(1+1)*cmd|' /C calc'!A0",
  tab: "\t=1+1",
  header: "x\r\nBcc: victim@evil.example\r\n\r\nbody",
  pdf: ") Tj ET (evil) /JS (app.alert(1)) /OpenAction << /S /URI >> endstream endobj",
  xml: `]]></Description><Incident purpose="traceback"/><!-- <![CDATA[ &xxe; <!DOCTYPE a [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>`,
  latex: "\\input{/etc/passwd} $x^2$ \\write18{id}",
  bidi: "evil\u202Egpj.exe\u2066\u200b\u00ad",
  terminal: "\x1b[2J\x1b]0;title\x07\x00\x9b31m",
  surrogate: "\ud800x\udfff",
  lines: "a\nb\rc\u2028d\u2029e\u0085f",
  template: "{first} {hits} ${7*7} {{7*7}} %s",
} as const

/** A report in which this value stands wherever an attacker, a bulletin or a person may write. */
export function attacked(value: string): Report {
  const dirty = hits.map(
    (hit): Hit => ({
      ...hit,
      observed: value,
      record: `GET / ${value}`,
      format: value,
      source: { ...hit.source, path: `logs/${value}` },
      indicator: { ...hit.indicator, bulletin: value, marks: [`warninglist:${value}`] },
      fields: {
        ...hit.fields,
        "user.name": value,
        "host.name": value,
        "destination.ip": value,
        "url.path": value,
        "user_agent.original": value,
      },
    }),
  )
  return buildReport(
    reportInput({
      hits: dirty,
      problems: [{ code: "malformed", where: value, value, message: value }],
      coverage: coverage.map((one) => ({ ...one, source: { path: value }, format: value })),
      bulletins: [
        {
          ...bulletin,
          title: value,
          publisher: value,
          request: value,
          contact: value,
          actors: [{ name: value, canonical: null, source: "x" }],
        },
      ],
      pivot: {
        ...lead,
        candidates: lead.candidates.map((one) => ({ ...one, evidence: one.evidence.map((line) => ({ ...line, text: value })) })),
      },
      facts: { ...reportInput().facts, title: value, impact: value, measures: [{ at: null, text: value }] },
    }),
  )
}
