// Puts the matcher together: the compiled kernel, the tables of the indicators and the verifier.
import { readFile } from "node:fs/promises"
import { type Compiled, compileIndicators, openScanner } from "../match/kernel.js"
import type { Matcher } from "../match/matcher.js"
import { createVerifier } from "../match/verify.js"
import type { Indicator } from "../model/indicator.js"

/**
 * The kernel's tables, built once for all threads. The kernel lies beside the compiled JavaScript; without a build there is none, and no other
 * judge stands in for it.
 */
export async function compileFor(indicators: readonly Indicator[]): Promise<Compiled> {
  const module = await WebAssembly.compile(await readFile(new URL("../match/kernel.wasm", import.meta.url)))
  return compileIndicators(module, indicators)
}

/** The matcher of one thread. */
export function matcherOf(indicators: readonly Indicator[], compiled: Compiled): Matcher {
  return { indicators, scanner: () => openScanner(compiled), verify: createVerifier(indicators) }
}
