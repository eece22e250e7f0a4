// A scanner over the built kernel, for tests: which lines of a text it marks.
import { readFileSync } from "node:fs"
import { compileIndicators, openScanner } from "../../src/match/kernel.js"
import type { Scanner } from "../../src/match/matcher.js"
import type { Indicator } from "../../src/model/indicator.js"

const kernel = new WebAssembly.Module(readFileSync(new URL("../../dist/match/kernel.wasm", import.meta.url)))

export function scannerOf(indicators: readonly Indicator[]): Scanner {
  return openScanner(compileIndicators(kernel, indicators))
}

/** Numbers of the marked lines, from 0. Bytes may stand for text that is no UTF-8. */
export function markedLines(scanner: Scanner, text: string | Uint8Array): readonly number[] {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text
  scanner.room.set(bytes)
  return scanner.scan(bytes.length).lines
}
