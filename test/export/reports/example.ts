// A small answer of a hunt for tests of the reports: three indicators seen in five records, hand-written, with documentation addresses.
import type { ReportInput } from "../../../src/export/reports/build-report.js"
import { parseCase, parseProfile } from "../../../src/export/reports/profile.js"
import { createPseudonyms } from "../../../src/export/reports/pseudonyms.js"
import type { Bulletin } from "../../../src/model/bulletin.js"
import type { Coverage } from "../../../src/model/coverage.js"
import type { Hit } from "../../../src/model/hit.js"
import type { Indicator } from "../../../src/model/indicator.js"
import { type HitPatch, hitOf } from "../../hits/triage/hit.js"

const title = "CERTFR-2021-IOC-003"

const indicators: readonly Indicator[] = ["192.0.2.10", "192.0.2.20", "192.0.2.30"].map((value) => ({
  type: "ipv4-addr",
  value,
  bulletin: title,
  marks: [],
  provenance: "list.csv:1",
}))

export const bulletin: Bulletin = {
  format: "csv",
  title,
  publisher: "ANSSI",
  published: "2021-07-21",
  tlp: "clear",
  pap: "green",
  window: { from: "2021-01-01T00:00:00Z", to: null },
  request: "search since the beginning of 2021 and report what is found",
  contact: "cert@publisher.example",
  actors: [{ name: "APT31", canonical: "APT31", source: "title" }],
  indicators: [...indicators, { type: "domain-name", value: "xn--pple-43d.example", bulletin: title, marks: [], provenance: "list.csv:4" }],
  leftOut: [],
  problems: [],
}

export const profile = parseProfile({
  organisation: { name: "Exemple SA", sector: "energy", country: "FR", regimes: ["nis2", "gdpr"] },
  contact: { name: "Ada Martin", role: "RSSI", email: "rssi@corp.example", phone: "+33 1 00 00 00 00" },
  zone: "Europe/Paris",
  clock: "NTP, ± 1 s",
  assets: [{ match: "10.0.0.5", name: "vpn1", role: "VPN gateway" }],
  internalNames: ["corp.example", "Exemple SA"],
})

export const facts = parseCase({
  awareAt: "2021-07-22T08:00:00Z",
  detectedAt: "2021-07-21T15:30:00Z",
  state: "open",
  measures: [{ at: "2021-07-22T09:10:00Z", text: "sessions of j.doe closed on vpn1" }],
})

export function inbound(value: string, at: string, patch: HitPatch = {}): Hit {
  return hitOf({
    id: `${value} ${at}`,
    indicator: { value, bulletin: title },
    observed: value,
    time: { earliest: at, latest: at },
    source: { path: "logs/vpn.log", line: 7, offset: 600 },
    format: "fortigate",
    outcome: "failure",
    grade: "attempt",
    record: `login failed user=j.doe src=${value}`,
    fields: { "source.ip": value, "destination.ip": "10.0.0.5", "destination.port": 443, "user.name": "CORP\\j.doe" },
    ...patch,
  })
}

export const hits: readonly Hit[] = [
  inbound("192.0.2.10", "2021-03-02T05:10:09Z"),
  inbound("192.0.2.10", "2021-03-02T05:12:09Z", {
    outcome: "success",
    grade: "authenticated",
    record: "tunnel up user=j.doe src=192.0.2.10",
    fields: {
      "source.ip": "192.0.2.10",
      "destination.ip": "10.0.0.5",
      "user.name": "CORP\\j.doe",
      "event.action": "tunnel-up",
    },
  }),
  inbound("192.0.2.20", "2021-05-30T22:00:00Z", {
    time: { earliest: "2021-05-30T20:00:00Z", latest: "2021-05-31T00:00:00Z", assumption: ["zone-unknown"] },
  }),
  inbound("192.0.2.20", "2021-05-30T22:00:01Z", {
    direction: "outbound",
    outcome: "success",
    action: "allowed",
    grade: "contact",
    where: "destination.ip",
    source: { path: "logs/fw.tar.gz", member: "fw.log", line: 3 },
    fields: { "source.ip": "10.0.0.77", "destination.ip": "192.0.2.20", "destination.port": 8443 },
    record: "allow 10.0.0.77 -> 192.0.2.20:8443",
  }),
  inbound("192.0.2.20", "2021-05-30T22:00:02Z", { echo: "list", grade: "echo", record: "192.0.2.20" }),
]

export const coverage: readonly Coverage[] = [
  entry("logs/vpn.log", "searched"),
  entry("logs/fw.tar.gz", "searched"),
  entry("logs/old.gz", "partly"),
]

function entry(path: string, state: Coverage["state"]): Coverage {
  return {
    type: "coverage",
    source: { path },
    format: "fortigate",
    state,
    reasons: state === "searched" ? [] : ["truncated"],
    bytes: { size: 1000, searched: state === "searched" ? 1000 : 400, ruledOut: 0, notSearched: state === "searched" ? 0 : 600 },
    decoded: 5000,
    records: 50,
    undated: 0,
    first: "2021-02-01T00:00:00Z",
    last: "2021-06-30T23:00:00Z",
    gaps: state === "searched" ? [] : [{ from: "2021-04-01T00:00:00Z", to: "2021-04-20T00:00:00Z" }],
  }
}

export function reportInput(patch: Partial<ReportInput> = {}): ReportInput {
  return {
    language: "en",
    at: "2021-07-22T12:00:00Z",
    hits,
    coverage,
    problems: [{ code: "truncated", where: "logs/old.gz", message: "ends in the middle of a member" }],
    hunt: {
      version: "0.0.0",
      since: "2021-01-01T00:00:00Z",
      until: "2021-07-01T00:00:00Z",
      tz: "Europe/Paris",
      indicators: { read: 4, hunted: 4, notHunted: 0, references: 0 },
      hits: { outsideWindow: 2 },
      complete: false,
    },
    bulletins: [bulletin],
    profile,
    facts,
    pseudonyms: createPseudonyms(Buffer.alloc(32, 1)),
    ...patch,
  }
}

export const lead: NonNullable<ReportInput["pivot"]> = {
  abstained: false,
  reason: null,
  candidates: [
    {
      value: "198.51.100.9",
      bits: 21.4,
      q: 0.01,
      level: "strong",
      evidence: [
        {
          family: "client",
          bits: 8,
          uncapped: 9.1,
          text: "same user agent as 6 of 10 confirmed relays and 3 of 1,234 other addresses: curl/7.58.0",
          seeds: 6,
          others: 3,
        },
      ],
      counterEvidence: [
        {
          family: "behaviour",
          bits: -2,
          uncapped: -2,
          text: "asked for 4 other pages or targets that confirmed relays do not share",
          seeds: 0,
          others: 4,
        },
      ],
      counterfactual: {
        without: "same user agent as 6 of 10 confirmed relays and 3 of 1,234 other addresses: curl/7.58.0",
        bits: 13.4,
        level: "possible",
      },
      firstSeen: "2021-03-03T00:00:00Z",
      lastSeen: "2021-03-04T00:00:00Z",
      records: [],
    },
  ],
}
