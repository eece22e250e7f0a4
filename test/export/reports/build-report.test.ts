// The report model: what is counted, marked, kept apart, pseudonymised and left out.
import { describe, expect, test } from "vitest"
import { buildReport } from "../../../src/export/reports/build-report.js"
import { renderHtml } from "../../../src/export/reports/html.js"
import { renderMarkdown } from "../../../src/export/reports/markdown.js"
import { emptyProfile } from "../../../src/export/reports/profile.js"
import { factsIntro } from "../../../src/export/reports/statements.js"
import { speaker } from "../../../src/export/reports/texts.js"
import { sightingsOf } from "../../../src/hits/sightings.js"
import { bulletin, hits, inbound, lead, profile, reportInput } from "./example.js"

describe("the answer", () => {
  test("is seen, with exact counts and echoes apart", () => {
    const report = buildReport(reportInput())
    expect(report.answer).toBe("seen")
    expect(report.counts).toEqual({ hits: 4, listed: 4, exact: true, indicators: 2, hosts: 2, outsideWindow: 2 })
    expect(report.echoes).toBe(1)
    expect(report.times).toEqual({
      awareAt: "2021-07-22T08:00:00Z",
      detectedAt: "2021-07-21T15:30:00Z",
      firstEventAt: "2021-03-02T05:10:09Z",
      lastEventAt: "2021-05-31T00:00:00Z",
    })
    expect(report.notSeen.map((one) => one.value)).toEqual(["192.0.2.30", "xn--pple-43d.example"])
  })

  test("is not seen only where everything was searched", () => {
    const none = { hits: [], hunt: { ...reportInput().hunt, complete: true } }
    expect(buildReport(reportInput(none)).answer).toBe("not-seen")
    expect(buildReport(reportInput({ hits: [] })).answer).toBe("not-seen-incomplete")
    const left = { ...reportInput().hunt, complete: true, indicators: { read: 4, hunted: 3, notHunted: 1, references: 0 } }
    expect(buildReport(reportInput({ hits: [], hunt: left })).answer).toBe("not-seen-incomplete")
  })

  test("counts what is not kept in full as well, and says so", async () => {
    const sightings = sightingsOf(hits).map((one) =>
      one.indicator.value === "192.0.2.10" && one.outcome === "failure" ? { ...one, count: 4_001, lastSeen: "2021-06-20T00:00:00Z" } : one,
    )
    const report = buildReport(reportInput({ sightings }))
    expect(report.counts).toMatchObject({ hits: 4_004, listed: 4, exact: true })
    expect(report.recordsLeftOut).toBe(4_000)
    const [finding] = report.findings
    expect([finding?.hits, finding?.lastSeen]).toEqual([4_002, "2021-06-20T00:00:00Z"])
    // The one login stays one.
    expect(finding?.glance).toEqual([
      { direction: "inbound", result: "authenticated", hits: 1 },
      { direction: "inbound", result: "attempt", hits: 4_001 },
    ])
    expect(report.times.lastEventAt).toBe("2021-06-20T00:00:00Z")
    for (const [form, words] of [
      [renderMarkdown, "Of 4,004 records, 4 are kept in full"],
      [renderHtml, "Of 4,004 records, 4 are kept in full"],
    ] as const)
      expect(String(form(report)).replaceAll("\\", "")).toContain(words)
  })

  test("of a saved hunt is counted in all by its summary alone", () => {
    const report = buildReport(reportInput({ hunt: { ...reportInput().hunt, hits: { total: 4_005, listed: 5, echo: 1 } } }))
    expect(report.counts).toMatchObject({ hits: 4_004, listed: 4, exact: false })
    expect(factsIntro(report, speaker("fr"))).toContain("ne comptent que ceux-ci")
  })

  test("tells of a lead in a redacted report what kind of thing speaks for it, and no value", () => {
    const [row] = buildReport(reportInput({ redacted: true, pivot: lead, language: "fr" })).leads
    expect([...(row?.evidence ?? []), ...(row?.counterEvidence ?? [])].map(({ bits, text }) => [bits, text])).toEqual([
      [8, "logiciel client"],
      [-2, "comportement"],
    ])
  })

  test("has months without hits and without logs", () => {
    const { months } = buildReport(reportInput())
    expect(months.map((one) => [one.month, Object.values(one.hits).reduce((a, b) => a + b), one.files])).toEqual([
      ["2021-01", 0, 0],
      ["2021-02", 0, 3],
      ["2021-03", 2, 3],
      ["2021-04", 0, 3],
      ["2021-05", 2, 3],
      ["2021-06", 0, 3],
    ])
  })

  test("sets hosts against indicators, the strongest result counting", () => {
    const { matrix } = buildReport(reportInput())
    expect(matrix.hosts.map((one) => one.value)).toEqual(["10.0.0.5", "10.0.0.77"])
    expect(matrix.cells[0]?.map((cell) => cell.result)).toContain("authenticated")
  })
})

describe("the marking", () => {
  test("is amber where nobody says otherwise, for the organisation's own data stand in it", () => {
    expect(buildReport(reportInput()).tlp).toBe("amber")
    expect(buildReport(reportInput({ bulletins: [] })).tlp).toBe("amber")
  })

  test("is the strictest of all", () => {
    expect(buildReport(reportInput({ bulletins: [bulletin, { ...bulletin, tlp: "red" }] })).tlp).toBe("red")
    expect(buildReport(reportInput({ profile: { ...profile, tlp: "amber+strict" } })).tlp).toBe("amber+strict")
    expect(buildReport(reportInput({ profile: { ...profile, tlp: "green" } })).tlp).toBe("green")
    expect(buildReport(reportInput({ profile: { ...profile, tlp: "green" }, bulletins: [{ ...bulletin, tlp: "amber" }] })).tlp).toBe(
      "amber",
    )
    expect(buildReport(reportInput({ profile: { ...profile, pap: "red" } })).pap).toBe("red")
  })
})

describe("accounts", () => {
  test("are pseudonyms everywhere, the record and the factors included", () => {
    const text = JSON.stringify({ ...buildReport(reportInput()), facts: null, profile: null })
    expect(text).not.toMatch(/j\.doe/i)
    expect(text).toMatch(/account-[0-9a-f]{10}/)
  })

  test("of one person are one pseudonym, with or without the domain", () => {
    const own = [
      inbound("192.0.2.10", "2021-03-02T05:10:09Z"),
      inbound("192.0.2.10", "2021-03-03T05:10:09Z", { fields: { "user.name": "j.doe@corp.example" } }),
    ]
    expect(buildReport(reportInput({ hits: own })).findings[0]?.accounts).toHaveLength(1)
  })

  test("stand in clear only on request", () => {
    const report = buildReport(reportInput({ clearAccounts: true }))
    expect(report.accounts).toBe("clear")
    expect(JSON.stringify(report.records)).toContain("j.doe")
  })

  test("are covered in free text without cutting other words", () => {
    const record = "j.doe logged in; j.doe2 did not; mail to a.smith@mail.corp.example"
    const text = buildReport(reportInput({ hits: [inbound("192.0.2.10", "2021-03-02T05:10:09Z", { record })] })).records[0]?.text
    expect(text).toMatch(/^account-\w{10} logged in; j\.doe2 did not; mail to account-\w{10}@mail\.corp\.example$/)
  })
})

test("leads stand apart from the findings", () => {
  const report = buildReport(reportInput({ pivot: lead }))
  expect(report.leads.map((one) => one.value)).toEqual(["198.51.100.9"])
  expect(JSON.stringify(report.findings)).not.toContain("198.51.100.9")
})

test("the hunt's own triage is kept, in the language of the report", () => {
  const triage = {
    class: "priority" as const,
    points: 105,
    confidence: 35,
    consequence: 70,
    factors: [
      { id: "F1" as const, points: 10, known: true, text: "it came to us" },
      { id: "F10" as const, points: 0, known: true, text: "37 hits on 12 listed addresses; by chance 0.4" },
    ],
    rules: ["authentication success in the window is never below probable"],
  }
  const judged = hits.map((hit) => (hit.indicator.value === "192.0.2.20" && hit.echo === null ? { ...hit, triage } : hit))
  const english = buildReport(reportInput({ hits: judged }))
  expect(english.findings[0]).toMatchObject({ class: "priority", indicator: { value: "192.0.2.20" }, triage: { points: 105 } })
  expect(english.chance).toBe("37 hits on 12 listed addresses; by chance 0.4")
  const french = buildReport(reportInput({ hits: judged, language: "fr" }))
  expect(french.chance).toBe("37 occurrences sur 12 adresses listées ; par hasard 0,4")
  expect(french.findings[0]?.triage.factors[0]?.text).toBe("il est venu vers nous")
  expect(french.findings[0]?.triage.rules[0]).toContain("authentification réussie")
})

test("equal inputs give an equal id and an equal report", () => {
  expect(buildReport(reportInput())).toEqual(buildReport(reportInput()))
  expect(buildReport(reportInput({ hits: hits.slice(1) })).id).not.toBe(buildReport(reportInput()).id)
})

test("a report needs no profile", () => {
  expect(buildReport(reportInput({ profile: emptyProfile, bulletins: [] })).findings).toHaveLength(2)
})

describe("clocks", () => {
  const due = (patch: object) =>
    buildReport(reportInput({ facts: { ...reportInput().facts, ...patch } })).deadlines.map((one) => [one.step, one.kind, one.due])

  test("run from awareness, not from detection", () => {
    expect(due({ personalData: true })).toEqual([
      ["Early warning", "due", "2021-07-23T08:00:00Z"],
      ["Incident notification", "due", "2021-07-25T08:00:00Z"],
      ["Intermediate report", "on-request", null],
      ["Final report", "due", "2021-08-25T08:00:00Z"],
      ["Notification to the authority (France: CNIL)", "due", "2021-07-25T08:00:00Z"],
    ])
  })

  test("do not start without it, and are said to have passed", () => {
    expect(due({ awareAt: null }).map(([, kind]) => kind)).toEqual([
      "not-started",
      "not-started",
      "on-request",
      "not-started",
      "not-started",
    ])
    expect(due({ awareAt: "2021-07-01T00:00:00Z" })[0]?.[1]).toBe("passed")
  })

  test("end on the last day of a shorter month", () => {
    expect(due({ awareAt: "2021-01-28T09:00:00Z" })[3]?.[2]).toBe("2021-02-28T09:00:00Z")
  })

  test("of data protection are left out where no personal data were breached", () => {
    expect(due({ personalData: false }).map(([step]) => step)).not.toContain("Notification to the authority (France: CNIL)")
  })
})
