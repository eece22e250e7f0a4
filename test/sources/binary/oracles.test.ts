// Event logs and captures against their independent truths: every record, address, name and server is read, none is made up.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { parseInstant } from "../../../src/model/time.js"
import { evtx } from "../../../src/sources/formats/binary/evtx/evtx.js"
import { binaryFormats } from "../../../src/sources/formats/binary/index.js"
import { recognizeFormat } from "../../../src/sources/formats/index.js"
import { decodeBytes } from "./decode.js"

const data = fileURLToPath(new URL("../../../../shared/data", import.meta.url))
const present = existsSync(data)
if (!present) console.info("shared data absent: the oracles of the binary formats are not consulted here")

async function textsOf(format: string, file: string): Promise<readonly string[]> {
  const found = binaryFormats.find((one) => one.name === format)
  if (!found) throw new Error(`no format ${format}`)
  return (await decodeBytes(found, readFileSync(file), 10_007)).records.filter(({ detached }) => !detached).map((record) => record.text)
}

type Counts = Readonly<Record<string, number>>

interface EvtxTruth {
  readonly file: string
  readonly records: number
  readonly ips: Counts
  readonly fields: Readonly<Record<string, Counts>>
  readonly first: string
  readonly last: string
  readonly computers: readonly string[]
  readonly ids: Counts
}

function counted(values: readonly string[]): Counts {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}

interface PcapTruth {
  readonly file: string
  readonly ips: Counts
  readonly dns_queries: Counts
  readonly dns_answers: Counts
  readonly http_hosts: Counts
  readonly http_uris: Counts
  readonly sni: Counts
  /** Epoch seconds with nine decimals. */
  readonly first: string
  readonly last: string
}

describe.skipIf(!present)("event logs", () => {
  const truths: readonly EvtxTruth[] = present ? JSON.parse(readFileSync(join(data, "logs/evtx_oracle.json"), "utf8")) : []
  test.each(truths.map((truth) => [truth.file, truth] as const))("%s", async (_name, truth) => {
    const file = join(data, "logs/evtx-attack-samples", truth.file)
    expect(recognizeFormat(readFileSync(file).subarray(0, 65_536), "x").name).toBe("evtx")
    const texts = await textsOf("evtx", file)
    expect(texts.length).toBe(truth.records)
    const all = texts.join("\n")
    expect(Object.keys(truth.ips).filter((address) => !all.includes(address))).toEqual([])
    const events = texts.map((text) => JSON.parse(text) as WinEvent)
    const times = events.map((event) => event["@timestamp"]).sort()
    expect(apart(times[0], truth.first)).toBeLessThanOrEqual(oracleNanos)
    expect(apart(times.at(-1), truth.last)).toBeLessThanOrEqual(oracleNanos)
    expect(counted(events.map(({ winlog }) => String(winlog.event_id)))).toEqual(truth.ids)
    expect([...new Set(events.map(({ winlog }) => winlog.computer_name))].sort()).toEqual([...truth.computers].sort())
    for (const [name, values] of Object.entries(truth.fields)) expect(counted(fieldValues(events, name)), name).toEqual(values)
  })
})

/** The oracle cuts to microseconds, and computes with doubles, which are good to one or two of them. */
const oracleNanos = 3000

function apart(ours: string | undefined, theirs: string): number {
  const [a, b] = [parseInstant(ours ?? ""), parseInstant(`${theirs.replace(" ", "T")}Z`)]
  if (a === undefined || b === undefined) throw new Error(`${ours} or ${theirs} is no time`)
  return Math.abs(Number(a - b))
}

interface WinEvent {
  readonly "@timestamp": string
  readonly winlog: {
    readonly event_id: number
    readonly computer_name: string
    readonly event_data?: Readonly<Record<string, unknown>>
  }
}

/** All values of one name in EventData; `Hash:SHA1` is one part of Sysmon's `Hashes`. */
function fieldValues(events: readonly WinEvent[], name: string): readonly string[] {
  const [, hash] = name.split(":")
  return events.flatMap(({ winlog }) => {
    const value = winlog.event_data?.[hash === undefined ? name : "Hashes"]
    if (typeof value !== "string" || value === "-") return []
    if (hash === undefined) return [value]
    const part = value.split(",").find((each) => each.startsWith(`${hash}=`))
    return part === undefined ? [] : [part.slice(hash.length + 1).toLowerCase()]
  })
}

describe.skipIf(!present)("captures", () => {
  const truths: readonly PcapTruth[] = present ? JSON.parse(readFileSync(join(data, "pcap_ground_truth.json"), "utf8")) : []
  test.each(truths.map((truth) => [truth.file, truth] as const))("%s", async (_name, truth) => {
    const file = join(data, truth.file)
    expect(recognizeFormat(readFileSync(file).subarray(0, 65_536), "x").name).toBe("pcap")
    const texts = await textsOf("pcap", file)
    const all = texts.map((text) => JSON.stringify(JSON.parse(text)).toLowerCase()).join("\n")
    const missing = (values: Readonly<Record<string, number>>) =>
      Object.keys(values).filter((value) => !all.includes(JSON.stringify(value).slice(1, -1).toLowerCase()))
    const times = texts
      .map((text) => JSON.parse(text) as { readonly "@timestamp": string; readonly event?: { readonly end?: string } })
      .flatMap((one) => [one["@timestamp"], one.event?.end ?? one["@timestamp"]])
      .sort()
    expect({ first: epoch(times[0]), last: epoch(times.at(-1)) }).toEqual({ first: truth.first, last: truth.last })
    expect({
      answers: missing(truth.dns_answers),
      ips: missing(truth.ips),
      questions: missing(truth.dns_queries),
      hosts: missing(truth.http_hosts),
      uris: missing(truth.http_uris),
      sni: missing(truth.sni),
    }).toEqual({ answers: [], ips: [], questions: [], hosts: [], uris: [], sni: [] })
  })
})

/** Epoch seconds with nine decimals, as tshark writes them. */
function epoch(text: string | undefined): string {
  const nanos = parseInstant(text ?? "") ?? 0n
  return `${nanos / 1_000_000_000n}.${String(nanos % 1_000_000_000n).padStart(9, "0")}`
}

describe.skipIf(!present)("columnar logs", () => {
  const folder = join(data, "logs/parquet")
  const twin = (log: string): readonly Row[] =>
    readFileSync(join(data, `logs/otrf-apt29-day1-zeek/SCRANTON_${log}.log`), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Row)

  test.each(["conn_snappy", "conn_zstd_dict", "conn_gzip_v1", "dns_nested_lists"])("%s is equal to its JSON twin", async (name) => {
    const texts = await textsOf("parquet", join(folder, `${name}.parquet`))
    const rows = texts.map((text) => plain(JSON.parse(text) as Row))
    const columns = new Set(rows.flatMap((row) => Object.keys(row)))
    const wanted = twin(name.startsWith("dns") ? "dns" : "conn").map((row) =>
      plain(Object.fromEntries(Object.entries(row).filter(([key]) => columns.has(key)))),
    )
    expect(rows.length).toBe(wanted.length)
    expect(rows).toEqual(wanted)
  })
})

type Row = Readonly<Record<string, unknown>>

/** Times as microseconds since 1970, whichever way they are written; absent lists as empty ones are none. */
function plain(row: Row): Row {
  const { ts, ...rest } = row
  const micros = typeof ts === "number" ? Math.round(ts * 1e6) : Number((parseInstant(String(ts)) ?? 0n) / 1000n)
  return { ...Object.fromEntries(Object.entries(rest).filter(([, value]) => !Array.isArray(value) || value.length > 0)), ts: micros }
}

describe.skipIf(!present)("damaged and odd event logs", () => {
  // Records of a raw walk over the chunks, never fewer than `evtxexport -m all` gives (in brackets where it differs), and every damage named.
  const files: Readonly<Record<string, { readonly records: number; readonly problems: number; readonly salvaged: number }>> = {
    "Application_no_crc32.evtx": { records: 17, problems: 0, salvaged: 0 },
    "MSExchange_Management_wec.evtx": { records: 1, problems: 0, salvaged: 0 }, // (0)
    "Security_short_selected.evtx": { records: 7, problems: 0, salvaged: 0 },
    "issue_201.evtx": { records: 1, problems: 0, salvaged: 0 }, // (0)
    "new-user-security.evtx": { records: 4, problems: 0, salvaged: 0 },
    // One record's size is zero (449).
    "sample-with-zero-data-size-event.evtx": { records: 450, problems: 1, salvaged: 0 },
    // Stretches of zeros over chunks and over the templates that 83 records need: their strings are read (348).
    "sample_with_a_bad_chunk_magic.evtx": { records: 384, problems: 92, salvaged: 83 },
    "security_bad_string_cache.evtx": { records: 2261, problems: 0, salvaged: 0 },
    // Eight chunks of another file's bytes behind the last record: two problems each.
    "sysmon.evtx": { records: 358, problems: 16, salvaged: 0 },
  }
  test.each(Object.entries(files))("%s", async (name, wanted) => {
    const { records: all, problems } = await decodeBytes(evtx, readFileSync(join(data, "logs/evtx-malformed", name)))
    const records = all.filter(({ detached }) => !detached)
    const salvaged = records.filter(({ text }) => /^\{"@timestamp":"[^"]*","winlog":\{"record_id":"\d+","strings":/.test(text)).length
    expect({ records: records.length, problems: problems.length, salvaged }).toEqual(wanted)
    expect(problems.every(({ code, where }) => code === "malformed" && /^input:\d+$/.test(where))).toBe(true)
  })
})
