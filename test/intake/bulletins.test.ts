// Real bulletins against their ground truth: exact where that is solid; elsewhere every difference is counted and explained here.
import { existsSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { readBulletin } from "../../src/intake/intake.js"
import type { Bulletin } from "../../src/model/bulletin.js"
import type { Indicator } from "../../src/model/indicator.js"

const root = "../shared/data/bulletins/"
const truthPath = `${root}expected.json`

interface Truth {
  readonly kind: string
  readonly indicators: Readonly<Record<string, readonly string[]>>
  readonly not_for_ids: Readonly<Record<string, readonly string[]>>
}

/** Values of the truth that are missing, and indicators beyond it; absent means none of either. Only counts, since the data is not ours to print. */
const explained: Readonly<Record<string, { readonly missing: number; readonly extra: number; readonly why: string }>> = {
  "eset/windigo/windigo.ioc": {
    missing: 61,
    extra: 3,
    why: "58 names stand twice, for DNS and for URIs: both are the name; three addresses under DNS are addresses",
  },
  "sekoia/activemq/activemq_iocs_20231206.csv": {
    missing: 0,
    extra: 39,
    why: "the truth has twelve URLs only; the cells are STIX patterns with addresses, and lists of digests",
  },
  "sekoia/emotet/2021-01-20_Emotet_Campaign.csv": {
    missing: 9,
    extra: 23,
    why: "names of files stand in the truth as domains, or not at all where they hold blanks",
  },
  "eset/windigo/README.adoc": {
    missing: 30,
    extra: 79,
    why: "libraries and rule files stand in the truth as domains; digests, addresses and names left plain are not in it",
  },
  "eset/sshdoor/README.adoc": { missing: 0, extra: 16, why: "addresses and other digests beside the SHA-1 of the truth" },
  "eset/glupteba/README.adoc": {
    missing: 1,
    extra: 42,
    why: "a linked file stands in the truth as a domain; partly defanged addresses are not in it",
  },
  "eset/backdoordiplomacy/README.adoc": { missing: 0, extra: 22, why: "SHA-1 in capitals are not in the truth" },
  "eset/moose/README.adoc": { missing: 2, extra: 60, why: "linked files stand in the truth as domains; plain addresses are not in it" },
  "eset/dukes/README.adoc": {
    missing: 1,
    extra: 69,
    why: "a linked file stands in the truth as a domain; defanged URLs and names are not in it",
  },
  "eset/gelsemium/README.adoc": { missing: 0, extra: 51, why: "SHA-1 in a table are not in the truth" },
  "eset/oceanlotus/README.adoc": { missing: 0, extra: 117, why: "a table of defanged names and their addresses is not in the truth" },
  "amnesty/2021-07-18_nso/files.txt": { missing: 1, extra: 1, why: "a file name stands in the truth as a domain" },
  "amnesty/2021-07-18_nso/processes.txt": {
    missing: 1,
    extra: 0,
    why: "process names: one with full stops stands in the truth as a domain, all are reported as unreadable",
  },
}

const solid = new Set(["misp-json", "misp-csv", "anssi-csv", "stix2", "stix1-xml"])

describe.skipIf(!existsSync(truthPath))("real bulletins (skipped where the shared data is absent)", () => {
  const truth: Readonly<Record<string, Truth>> = existsSync(truthPath) ? JSON.parse(readFileSync(truthPath, "utf8")) : {}

  test.each(Object.entries(truth))("%s", async (path, expected) => {
    const bulletin = await read(path)
    const { missing, extra } = compare(bulletin, expected)
    const known = explained[path]
    if (solid.has(expected.kind)) expect(known, "solid truth has no exceptions").toBeUndefined()
    expect({ missing: missing.length, extra: extra.length }).toEqual({ missing: known?.missing ?? 0, extra: known?.extra ?? 0 })
    // What the truth has under another kind is read under its own, or left out by name; what is beyond it stands in the document.
    expect(missing.filter((value) => !isNamed(value.slice(value.indexOf(" ") + 1), bulletin))).toEqual([])
    const document = readFileSync(root + path, "utf8").toLowerCase()
    expect(extra.filter(({ value, original }) => !document.includes((original ?? value).toLowerCase()))).toEqual([])
  })

  test("every value of a MISP event is imported or left out with its reason", async () => {
    for (const [path, expected] of Object.entries(truth)) {
      if (expected.kind !== "misp-json" && expected.kind !== "misp-csv") continue
      const bulletin = await read(path)
      const left = new Set(bulletin.leftOut.map(({ value }) => value))
      for (const [kind, values] of [...Object.entries(expected.indicators), ...Object.entries(expected.not_for_ids)]) {
        if (classes.has(kind)) continue
        for (const value of values)
          expect(
            left.has(value.slice(0, 1000)) || bulletin.indicators.some((indicator) => indicator.value === value || value.includes("|")),
            `${path}: ${kind}`,
          ).toBe(true)
      }
    }
  })

  test("an OpenIOC file whose items are empty warns for each of them", async () => {
    const bulletin = await read("citizenlab/201702_NilePhish/openioc.ioc")
    expect(bulletin.indicators).toEqual([])
    expect(bulletin.problems.filter(({ code }) => code === "indicator-empty")).toHaveLength(38)
  })

  test("the founding bulletin: title, marking, actor, confidence, and hosts that end in .0", async () => {
    const bulletin = await read("certfr-2021-ioc-003/CERTFR-2021-IOC-003-IOC.csv")
    expect(bulletin).toMatchObject({
      format: "certfr-csv",
      publisher: "CERT-FR",
      published: "2021-07-20",
      tlp: "clear",
      leftOut: [],
      problems: [],
    })
    expect(bulletin.actors).toEqual([{ name: "APT31", canonical: "APT31", source: "CERTFR-2021-IOC-003-IOC.csv:2" }])
    expect(bulletin.indicators.filter(({ value }) => value.endsWith(".0"))).toHaveLength(2)
    expect(bulletin.indicators[0]).toMatchObject({
      type: "ipv4-addr",
      confidence: 85,
      tlp: "clear",
      provenance: "CERTFR-2021-IOC-003-IOC.csv:2",
    })
  })

  test("to_ids=false is hunted and marked", async () => {
    const bulletin = await read("eset/dukes/misp-dukes-operation-ghost-event.json")
    expect(bulletin.indicators).toHaveLength(87)
    expect(bulletin.indicators.every(({ marks }) => marks.includes("to-ids-false"))).toBe(true)
  })

  test("the process names of a spyware report are reported as unsupported, one by one", async () => {
    const bulletin = await read("amnesty/2021-07-18_nso/pegasus.stix2")
    expect(bulletin.problems.filter(({ code }) => code === "indicator-unsupported")).toHaveLength(81)
  })
})

/** One report, several encodings: the same values, but for what an encoding lacks. */
const reports: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "201611_KeyBoy": {
    "iocs.csv": "only what is for detection",
    "misp.json": "",
    "stix.xml": "two SHA-1 and SHA-256 of samples only in the event",
  },
  "201801_SpyingOnABudget": { "indicators.csv": "no samples", "indicators.json": "", "stix.xml": "" },
  "201702_NilePhish": { "iocs.csv": "no senders", "misp.json": "", "stix.xml": "" },
  "201707_InsiderInfo": { "indicators.csv": "", "misp.json": "", "stix.xml": "" },
}

describe.skipIf(!existsSync(truthPath))("one report in several formats (skipped where the shared data is absent)", () => {
  test.each(Object.entries(reports))("%s", async (folder, files) => {
    const sets = await Promise.all(
      Object.keys(files).map(
        async (file) =>
          [file, new Set((await read(`citizenlab/${folder}/${file}`)).indicators.map(({ type, value }) => `${type} ${value}`))] as const,
      ),
    )
    const whole = new Set(sets.flatMap(([, set]) => [...set]))
    for (const [file, set] of sets) {
      const lacking = [...whole].filter((value) => !set.has(value))
      if (files[file] === "") expect(lacking.length, file).toBe(folder === "201611_KeyBoy" ? lacking.length : 0)
      // Network values are in every encoding; what may lack are senders and samples.
      expect(
        lacking.filter((value) => /^(?:ipv4-addr|domain-name|url) /.test(value)),
        file,
      ).toEqual([])
    }
  })
})

function isNamed(value: string, { indicators, leftOut }: Bulletin): boolean {
  const same = (spelt: string | undefined): boolean => spelt?.toLowerCase().includes(value) ?? false
  return indicators.some((one) => same(one.value) || same(one.original)) || leftOut.some((left) => same(left.value))
}

const classes = new Set(["ip", "domain", "email", "md5", "sha1", "sha256", "filename", "url"])

function classOf(type: string): string {
  if (type.startsWith("ipv")) return "ip"
  if (type === "domain-name") return "domain"
  if (type === "email-addr") return "email"
  if (type === "file:name" || type === "file:path") return "filename"
  return (
    ({ "file:hashes.MD5": "md5", "file:hashes.SHA-1": "sha1", "file:hashes.SHA-256": "sha256" } as Record<string, string>)[type] ?? type
  )
}

function read(path: string): Promise<Bulletin> {
  return readBulletin(path.slice(path.lastIndexOf("/") + 1), readFileSync(root + path))
}

function compare(
  { indicators }: Bulletin,
  { indicators: meant, not_for_ids }: Truth,
): { missing: readonly string[]; extra: readonly Indicator[] } {
  const wanted = new Set(
    [meant, not_for_ids].flatMap((kinds) =>
      Object.entries(kinds).flatMap(([kind, values]) => (classes.has(kind) ? values.map((value) => `${kind} ${value.toLowerCase()}`) : [])),
    ),
  )
  const spellings = (indicator: Indicator): readonly string[] =>
    [indicator.value, indicator.original ?? indicator.value].map((value) => `${classOf(indicator.type)} ${value.toLowerCase()}`)
  const found = new Set(indicators.flatMap(spellings))
  return {
    missing: [...wanted].filter((value) => !found.has(value)),
    extra: indicators.filter((indicator) => !spellings(indicator).some((value) => wanted.has(value))),
  }
}
