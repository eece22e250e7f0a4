// IODEF against the schema of RFC 7970 by xmllint, MISP events against the format of MISP 2.5: ordinary, redacted, empty and hostile reports.
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { buildReport, type ReportInput } from "../../../src/export/reports/build-report.js"
import { renderIodef } from "../../../src/export/reports/iodef.js"
import { renderMisp } from "../../../src/export/reports/misp.js"
import type { Hit } from "../../../src/model/hit.js"
import type { ObservableType } from "../../../src/model/observable.js"
import { facts, hits, inbound, lead, profile, reportInput } from "./example.js"
import { attacked, attacks } from "./hostile.js"

const everyType: Readonly<Record<ObservableType, string>> = {
  "ipv4-addr": "192.0.2.0/24",
  "ipv6-addr": "2001:db8::7",
  "domain-name": "relay.example",
  url: "http://evil.example/a?b=<c>",
  "email-addr": "someone@evil.example",
  "file:name": "evil.exe",
  "file:path": "C:\\Temp\\evil.exe",
  "file:hashes.MD5": "0".repeat(32),
  "file:hashes.SHA-1": "1".repeat(40),
  "file:hashes.SHA-256": "2".repeat(64),
  "file:hashes.SHA-512": "3".repeat(128),
  "user-agent": "evil/1.0 (<&>)",
  "x-ja3": "4".repeat(32),
  "x-ja4": "t13d1516h2_8daaf6152771_02713d6af862",
}

const typed = Object.entries(everyType).map(([type, value]): Hit => {
  const hit = inbound("192.0.2.20", "2021-03-02T05:10:09.123456789Z", { fields: { "destination.ip": "2001:db8::1" } })
  return { ...hit, id: type, indicator: { ...hit.indicator, type: type as ObservableType, value } }
})

const variants: readonly Partial<ReportInput>[] = [
  {},
  { redacted: true },
  { hits: [], hunt: { ...reportInput().hunt, complete: true } },
  { language: "fr" },
  { hits: [...typed, ...hits] },
  {
    profile: { ...profile, tlp: "amber+strict" },
    facts: { ...facts, state: "closed", diary: [{ at: "2021-07-23T00:00:00Z", text: "asked" }] },
  },
]

const reports = [...variants.map((patch) => buildReport(reportInput({ pivot: lead, ...patch }))), ...Object.values(attacks).map(attacked)]

describe("IODEF 2", () => {
  const schema = "test/fixtures/schemas/iodef/iodef-2.0.xsd"
  const folder = () => mkdtempSync(join(tmpdir(), "sillage-iodef-"))
  const xmllint = (files: readonly string[]) =>
    spawnSync("xmllint", ["--noout", "--nonet", "--schema", schema, ...files], { encoding: "utf8", maxBuffer: 1 << 26 })

  test("every report is valid by the schema of RFC 7970, section 8", (context) => {
    if (!installed("xmllint")) return context.skip("xmllint is not installed")
    const root = folder()
    const files = reports.map((report, number) => {
      const file = join(root, `${number}.xml`)
      writeFileSync(file, renderIodef(report))
      return file
    })
    const { status, stderr } = xmllint(files)
    rmSync(root, { recursive: true })
    expect({ status, faults: stderr.split("\n").filter((line) => line !== "" && !line.endsWith(" validates")) }).toEqual({
      status: 0,
      faults: [],
    })
  })

  test("and the schema refuses what is not", (context) => {
    if (!installed("xmllint")) return context.skip("xmllint is not installed")
    const root = folder()
    const file = join(root, "wrong.xml")
    writeFileSync(file, renderIodef(reports[0] as never).replace('type="counter"', 'type="count"'))
    const { status, stderr } = xmllint([file])
    rmSync(root, { recursive: true })
    expect(status).not.toBe(0)
    expect(stderr).toContain("The value 'count' is not an element of the set")
  })

  test("stamps are whole RFC 3339", () => {
    for (const report of reports)
      for (const [, stamp] of renderIodef(report).matchAll(/<\w+Time>([^<]*)</g))
        expect(stamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/)
  })
})

/** The members that MISP's format 2.5 names for each class, with their kinds; it allows no other, and no two entries of a list are alike. */
const misp: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  document: { Event: "event" },
  event: {
    ...members("string", "id orgc_id org_id date extends_uuid threat_level_id info uuid attribute_count analysis timestamp"),
    ...members("string", "first_publication distribution publish_timestamp sharing_group_id event_creator_email"),
    ...members("boolean", "published proposal_email_lock locked disable_correlation"),
    Org: "organisation",
    Orgc: "organisation",
    Attribute: "attribute[]",
    Tag: "tag[]",
  },
  attribute: {
    ...members("string", "id old_id type category uuid event_id event_uuid org_id distribution timestamp first_seen last_seen"),
    ...members("string", "comment sharing_group_id value data object_relation object_id"),
    ...members("boolean", "to_ids proposal_to_delete validationIssue deleted disable_correlation"),
    Org: "organisation",
    Tag: "tag[]",
    Sighting: "sighting[]",
  },
  sighting: { ...members("string", "id attribute_id event_id source type org_id date_sighting uuid"), Organisation: "organisation" },
  tag: { ...members("string", "id name colour user_id"), ...members("boolean", "exportable hide_tag") },
  organisation: members("string", "id name uuid"),
}

describe("MISP", () => {
  test("every event has the members of the format alone, each of its kind", () => {
    for (const report of reports) expect(faults(JSON.parse(renderMisp(report)), "document")).toEqual([])
  })

  test("and what the format does not know is seen", () => {
    const broken = { Event: { uuid: 1, Object: [], Tag: [{ name: "a" }, { name: "a" }] } }
    expect(faults(broken, "document")).toEqual([
      "event uuid is no string",
      "event Object is not of the format",
      "event Tag has equal entries",
    ])
  })
})

function members(kind: string, names: string): Readonly<Record<string, string>> {
  return Object.fromEntries(names.split(" ").map((name) => [name, kind]))
}

function faults(value: object, name: string): readonly string[] {
  return Object.entries(value).flatMap(([member, inner]): readonly string[] => {
    const kind = misp[name]?.[member]
    if (kind === undefined) return [`${name} ${member} is not of the format`]
    if (kind.endsWith("[]")) {
      if (new Set(inner.map((one: unknown) => JSON.stringify(one))).size < inner.length) return [`${name} ${member} has equal entries`]
      return inner.flatMap((one: object) => faults(one, kind.slice(0, -2)))
    }
    if (kind in misp) return faults(inner, kind)
    return typeof inner === kind ? [] : [`${name} ${member} is no ${kind}`]
  })
}

function installed(program: string): boolean {
  try {
    execFileSync("which", [program], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}
