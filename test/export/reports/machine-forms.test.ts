// STIX, MISP, IODEF and the timeline against their specifications: ids, references, orders and closed lists.
import { Parser } from "htmlparser2"
import { describe, expect, test } from "vitest"
import { buildReport } from "../../../src/export/reports/build-report.js"
import { renderTimeline } from "../../../src/export/reports/csv.js"
import { renderIodef } from "../../../src/export/reports/iodef.js"
import { renderMisp } from "../../../src/export/reports/misp.js"
import { sco, scoOf } from "../../../src/export/reports/sco.js"
import { renderStix } from "../../../src/export/reports/stix.js"
import { hits, inbound, lead, profile, reportInput } from "./example.js"

type StixObject = Record<string, unknown> & { readonly id: string; readonly type: string }

const full = buildReport(reportInput({ pivot: lead, facts: { ...reportInput().facts, state: "open" } }))
const wholly = { ...reportInput().hunt, complete: true }

function stix(report = full, options = {}): readonly StixObject[] {
  return (JSON.parse(renderStix(report, options)) as { objects: StixObject[] }).objects
}

describe("STIX 2.1", () => {
  test("ids of observables are those that the OASIS library computes", () => {
    const address = scoOf("ipv4-addr", "198.51.100.3")?.id as string
    const other = scoOf("ipv4-addr", "10.0.0.1")?.id as string
    expect(address).toBe("ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4")
    expect(scoOf("domain-name", "example.com")?.id).toBe("domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7")
    expect(scoOf("file:hashes.SHA-256", "a".repeat(64))?.id).toBe("file--75cb38d5-2055-5354-b75a-8299a2d670b5")
    expect(sco("network-traffic", { src_ref: address, dst_ref: other, protocols: ["ipv4"] }).id).toBe(
      "network-traffic--02d58bd0-7e8a-5f64-a66b-a053a11cf4c0",
    )
  })

  test("every reference resolves within the bundle, and no id occurs twice", () => {
    for (const report of [
      full,
      buildReport(reportInput({ redacted: true, pivot: lead })),
      buildReport(reportInput({ hits: [], hunt: wholly })),
    ]) {
      const objects = stix(report, { incident: true })
      const ids = objects.map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      const refs = objects.flatMap((one) =>
        Object.entries(one).flatMap(([name, value]) =>
          name.endsWith("_ref") ? [value] : name.endsWith("_refs") ? (value as unknown[]) : [],
        ),
      )
      expect(refs.filter((ref) => !ids.includes(ref as string))).toEqual([])
    }
  })

  test("each sighting has its count and times; what was searched wholly and not seen has count 0", () => {
    const seen = stix().filter(({ type }) => type === "sighting")
    expect(seen.map((one) => [one.count, one.first_seen, one.last_seen])).toEqual([
      [2, "2021-03-02T05:10:09.000Z", "2021-03-02T05:12:09.000Z"],
      [2, "2021-05-30T20:00:00.000Z", "2021-05-31T00:00:00.000Z"],
    ])
    const none = stix(buildReport(reportInput({ hits: [], hunt: wholly }))).filter(({ type }) => type === "sighting")
    expect(none.map((one) => one.count)).toEqual([0, 0, 0, 0])
    expect(stix(buildReport(reportInput({ hits: [] }))).filter(({ type }) => type === "sighting")).toEqual([])
  })

  test("all objects are marked with the literal TLP 2.0 id", () => {
    const objects = stix().filter((one) => one.created_by_ref !== undefined || one.type === "identity")
    for (const one of objects)
      expect((one.object_marking_refs as string[])[0]).toBe("marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421")
  })

  test("a lead is an observable with a note: no indicator, no attribution", () => {
    const objects = stix()
    const indicators = objects.filter(({ type }) => type === "indicator").map(({ pattern }) => pattern)
    expect(indicators.join()).not.toContain("198.51.100.9")
    expect(objects.some((one) => one.type === "note" && String(one.content).includes("similar behaviour"))).toBe(true)
    expect(objects.filter(({ type }) => type === "relationship")).toEqual([])
  })

  test("an incident comes on request alone, and is never more than suspected", () => {
    expect(stix().some(({ type }) => type === "incident")).toBe(false)
    const incident = stix(full, { incident: true }).find(({ type }) => type === "incident")
    expect(Object.values(incident?.extensions as object)[0]).toMatchObject({
      extension_type: "property-extension",
      determination: "suspected",
    })
  })
})

describe("MISP", () => {
  const attributes = (report = full) =>
    (JSON.parse(renderMisp(report)) as { Event: { Attribute: { value: string; to_ids: boolean; Sighting?: { type: string }[] }[] } }).Event
      .Attribute

  test("no attribute of a report is for detection, a lead least of all", () => expect(attributes().filter((one) => one.to_ids)).toEqual([]))

  test("sightings are 0 seen, 1 dismissed, 2 withdrawn", () => {
    const types = (report = full) =>
      attributes(report)
        .find((one) => one.value === "192.0.2.10")
        ?.Sighting?.map((one) => one.type)
    expect(types()).toEqual(["0", "0"])
    const dismissed = {
      subject: "192.0.2.10",
      decision: "dismissed" as const,
      reason: "own scanner",
      author: "a",
      at: "2021-07-20T00:00:00Z",
      seen: { class: "priority" as const, points: 200 },
    }
    expect(types(buildReport(reportInput({ verdicts: [dismissed] })))).toEqual(["1", "1"])
    const withdrawn = hits.map((hit) => ({ ...hit, indicator: { ...hit.indicator, marks: ["withdrawn"] } }))
    expect(types(buildReport(reportInput({ hits: withdrawn })))).toEqual(["0", "0", "2"])
  })
})

/** RFC 7970 section 8: children in their order (`?` at most one, `*` any number, `+` at least one), attributes with their closed lists. */
const iodefModel: Readonly<
  Record<
    string,
    { readonly children?: string; readonly attributes?: Readonly<Record<string, RegExp>>; readonly required?: readonly string[] }
  >
> = {
  "IODEF-Document": {
    children: "Incident+ AdditionalData*",
    attributes: { version: /^2\.00$/, "xml:lang": /^(?:en|fr)$/, xmlns: /^urn:ietf:params:xml:ns:iodef-2\.0$/ },
    required: ["version"],
  },
  Incident: {
    children:
      "IncidentID AlternativeID? RelatedActivity* DetectTime? StartTime? EndTime? RecoveryTime? ReportTime? GenerationTime Description* Discovery* Assessment* Method* Contact+ EventData* IndicatorData? History? AdditionalData*",
    attributes: {
      purpose: /^(?:traceback|mitigation|reporting|watch|other)$/,
      status: /^(?:new|in-progress|forwarded|resolved|future)$/,
      "xml:lang": /^(?:en|fr)$/,
      restriction: /^(?:white|green|amber|red|ext-value)$/,
      "ext-restriction": /^amber\+strict$/,
    },
    required: ["purpose"],
  },
  IncidentID: { attributes: { name: /./ }, required: ["name"] },
  RelatedActivity: { children: "IncidentID* URL* ThreatActor* Campaign* IndicatorID* Confidence? Description* AdditionalData*" },
  DetectTime: {},
  StartTime: {},
  EndTime: {},
  ReportTime: {},
  GenerationTime: {},
  DateTime: {},
  Description: {},
  Discovery: { children: "Description* Contact* DetectionPattern*", attributes: { source: /^(?:investigation|external-notification)$/ } },
  Assessment: {
    children: "IncidentCategory* SystemImpact+ Counter* MitigatingFactor* Cause* Confidence? AdditionalData*",
    attributes: { occurrence: /^(?:actual|potential)$/ },
  },
  SystemImpact: {
    children: "Description*",
    attributes: { severity: /^(?:low|medium|high)$/, completion: /^(?:failed|succeeded)$/, type: /^unknown$/ },
  },
  Confidence: { attributes: { rating: /^(?:low|medium|high|numeric|unknown)$/ }, required: ["rating"] },
  Contact: {
    children: "ContactName* ContactTitle* Description* RegistryHandle* PostalAddress* Email* Telephone* Timezone? Contact* AdditionalData*",
    attributes: { role: /^reporter$/, type: /^(?:person|organization)$/ },
    required: ["role", "type"],
  },
  ContactName: {},
  ContactTitle: {},
  Email: { children: "EmailTo Description*" },
  EmailTo: {},
  Telephone: { children: "TelephoneNumber Description*" },
  TelephoneNumber: {},
  EventData: {
    children:
      "Description* DetectTime? StartTime? EndTime? RecoveryTime? ReportTime? Contact* Discovery* Assessment? Method* Flow* Expectation* Record? EventData* AdditionalData*",
  },
  Flow: { children: "System+" },
  System: {
    children: "Node NodeRole* Service* OperatingSystem* Counter* AssetID* Description* AdditionalData*",
    attributes: { category: /^(?:source|target|intermediate|sensor|infrastructure)$/, ownership: /^(?:organization|unknown)$/ },
  },
  Node: { children: "DomainData* Address* PostalAddress? Location* Counter*" },
  Address: { attributes: { category: /^(?:ipv4-addr|ipv4-net|ipv6-addr|ipv6-net|site-uri|e-mail)$/ } },
  DomainData: { children: "Name DateDomainWasChecked? RegistrationDate? ExpirationDate? RelatedDNS* Nameservers* DomainContacts?" },
  Name: {},
  Counter: { attributes: { type: /^(?:count|peak|average)$/, unit: /^event$/ }, required: ["type", "unit"] },
  IndicatorData: { children: "Indicator+" },
  Indicator: {
    children:
      "IndicatorID AlternativeIndicatorID* Description* StartTime? EndTime? Confidence? Contact* Observable NodeRole* AttackPhase* Reference* AdditionalData*",
  },
  IndicatorID: { attributes: { name: /./, version: /./ }, required: ["name", "version"] },
  Observable: { children: "Address? DomainData? AdditionalData*" },
  History: { children: "HistoryItem+" },
  HistoryItem: {
    children: "DateTime IncidentID? Contact? Description* DefinedCOA* AdditionalData*",
    attributes: { action: /^other$/ },
    required: ["action"],
  },
  AdditionalData: { attributes: { name: /./, dtype: /^(?:string|json)$/ }, required: ["dtype"] },
}

describe("IODEF 2", () => {
  test("elements, orders and closed lists are those of RFC 7970", () => {
    const variants = [
      {},
      { redacted: true },
      { hits: [], hunt: wholly },
      { language: "fr" as const },
      { profile: { ...profile, tlp: "amber+strict" as const } },
      { hits: [inbound("192.0.2.10", "2021-03-02T05:10:09Z", { fields: { "destination.ip": "2001:db8::1" } }), urlHit(), ...hits] },
    ]
    for (const patch of variants) expect(iodefFaults(renderIodef(buildReport(reportInput({ pivot: lead, ...patch }))))).toEqual([])
  })

  test("the checker sees what is wrong", () => {
    expect(iodefFaults('<IODEF-Document version="1"><Incident purpose="x"><Contact/></Incident></IODEF-Document>').length).toBeGreaterThan(
      3,
    )
  })

  test("stamps are whole RFC 3339", () => {
    for (const [, stamp] of renderIodef(full).matchAll(/<\w+Time>([^<]*)</g))
      expect(stamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/)
  })
})

function urlHit() {
  const hit = inbound("192.0.2.20", "2021-03-02T05:10:09Z")
  return { ...hit, id: "url", indicator: { ...hit.indicator, type: "url" as const, value: "http://evil.example/a?b=<c>" } }
}

function iodefFaults(text: string): readonly string[] {
  const faults: string[] = []
  const open: { name: string; children: string[] }[] = []
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        open.at(-1)?.children.push(name)
        open.push({ name, children: [] })
        const model = iodefModel[name]
        if (!model) faults.push(`${name} is no class used here`)
        for (const [key, value] of Object.entries(attributes))
          if (!model?.attributes?.[key]?.test(value)) faults.push(`${name} ${key}="${value}"`)
        for (const key of model?.required ?? []) if (!(key in attributes)) faults.push(`${name} lacks ${key}`)
      },
      onclosetag() {
        const done = open.pop()
        const model = done && iodefModel[done.name]
        if (!done || !model) return
        const pattern = (model.children ?? "")
          .split(" ")
          .filter(Boolean)
          .map((part) => `(?:${part.replace(/[?*+]$/, "")},)${/[?*+]$/.exec(part)?.[0] ?? ""}`)
        if (!new RegExp(`^${pattern.join("")}$`).test(done.children.map((child) => `${child},`).join("")))
          faults.push(`${done.name}: ${done.children.join(" ")}`)
      },
    },
    { xmlMode: true },
  )
  parser.end(text)
  return faults
}

describe("timeline", () => {
  test("has the columns that plaso and Timesketch read, sorted, uncertain times twice", () => {
    const [head, ...rows] = renderTimeline(full).split("\r\n").slice(0, -1)
    for (const column of ["datetime", "timestamp_desc", "source", "source_long", "message", "parser", "display_name", "tag", "timestamp"])
      expect(head).toContain(`"${column}"`)
    const stamps = rows.map((row) => row.slice(1, 33))
    for (const stamp of stamps) expect(stamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/)
    expect(stamps).toEqual([...stamps].sort())
    expect(rows.filter((row) => row.includes("Event Time (earliest)"))).toHaveLength(1)
    expect(rows).toHaveLength(5)
    expect(rows[0]).toContain('"1614661809000000"')
  })
})
