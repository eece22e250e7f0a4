// Event logs and captures against their independent truths: every record, address, name and server is read, none is made up.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { binaryFormats } from "../../../src/sources/formats/binary/index.js"
import { recognizeFormat } from "../../../src/sources/formats/index.js"
import { decodeBytes } from "./decode.js"

const data = fileURLToPath(new URL("../../../../shared/data", import.meta.url))
const present = existsSync(data)
if (!present) console.info("shared data absent: the oracles of the binary formats are not consulted here")

async function textsOf(format: string, file: string): Promise<readonly string[]> {
  const found = binaryFormats.find((one) => one.name === format)
  if (!found) throw new Error(`no format ${format}`)
  return (await decodeBytes(found, readFileSync(file), 10_007)).records.map((record) => record.text)
}

interface EvtxTruth {
  readonly file: string
  readonly records: number
  readonly ips: Readonly<Record<string, number>>
}

interface PcapTruth {
  readonly file: string
  readonly ips: Readonly<Record<string, number>>
  readonly dns_queries: Readonly<Record<string, number>>
  readonly http_hosts: Readonly<Record<string, number>>
  readonly http_uris: Readonly<Record<string, number>>
  readonly sni: Readonly<Record<string, number>>
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
  })
})

describe.skipIf(!present)("captures", () => {
  const truths: readonly PcapTruth[] = present ? JSON.parse(readFileSync(join(data, "pcap_ground_truth.json"), "utf8")) : []
  test.each(truths.map((truth) => [truth.file, truth] as const))("%s", async (_name, truth) => {
    const file = join(data, truth.file)
    expect(recognizeFormat(readFileSync(file).subarray(0, 65_536), "x").name).toBe("pcap")
    const all = (await textsOf("pcap", file)).map((text) => JSON.stringify(JSON.parse(text)).toLowerCase()).join("\n")
    const missing = (values: Readonly<Record<string, number>>) =>
      Object.keys(values).filter((value) => !all.includes(JSON.stringify(value).slice(1, -1).toLowerCase()))
    expect({
      ips: missing(truth.ips),
      questions: missing(truth.dns_queries),
      hosts: missing(truth.http_hosts),
      uris: missing(truth.http_uris),
      sni: missing(truth.sni),
    }).toEqual({ ips: [], questions: [], hosts: [], uris: [], sni: [] })
  })
})
