// Whether an index of a text would have it read for these indicators: keys gathered, coded, and asked.
import { readFileSync } from "node:fs"
import { openHarvestingScanner } from "../../src/match/harvester.js"
import { compileIndicators } from "../../src/match/kernel.js"
import { keyQueryOf } from "../../src/match/key-query.js"
import type { Indicator } from "../../src/model/indicator.js"
import type { KeyQuery, KeyRun, StoredRun } from "../../src/model/key.js"

const module = new WebAssembly.Module(readFileSync(new URL("../../dist/match/kernel.wasm", import.meta.url)))
// What is gathered depends on no indicator; this one keeps the scan's own passes busy.
const decoy: Indicator = { type: "domain-name", value: "decoy.example", bulletin: "test", marks: [], provenance: "test" }
const { scanner, harvester } = openHarvestingScanner(compileIndicators(module, [decoy]))

export function queryOf(indicators: readonly Indicator[]): KeyQuery {
  return keyQueryOf(module, indicators)
}

/** Numbers of the texts that may hold one of the indicators. Each text is a block. */
export function sketchedTexts(query: KeyQuery, texts: readonly (string | Uint8Array)[]): readonly number[] {
  for (const text of texts) {
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text
    scanner.room.set(bytes)
    scanner.scan(bytes.length)
    if (!harvester.closeBlock().told) throw new Error("too many keys for a block")
  }
  const run = storedRun(harvester.takeRun())
  return query.keyless === undefined ? [...query.blocksOf(run)].sort((a, b) => a - b) : texts.map((_, index) => index)
}

export function storedRun({ bytes, pages, filter, blocks, lengths }: KeyRun): StoredRun {
  return { blocks, pages, filter, lengths, page: (index) => bytes.subarray(pages.offset[index], pages.offset[index + 1] ?? bytes.length) }
}
