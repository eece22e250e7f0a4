// Puts the matcher together: the compiled kernel, the tables of the indicators and the verifier.
import { readFile } from "node:fs/promises"
import { createScanner } from "../match/kernel.js"
import type { Matcher } from "../match/matcher.js"
import { createVerifier } from "../match/verify.js"
import type { Indicator } from "../model/indicator.js"

/** The kernel lies beside the compiled JavaScript; without a build there is none, and no other judge stands in for it. */
export async function loadMatcher(indicators: readonly Indicator[]): Promise<Matcher> {
  const module = await WebAssembly.compile(await readFile(new URL("../match/kernel.wasm", import.meta.url)))
  return { indicators, scanner: () => createScanner(module, indicators), verify: createVerifier(indicators) }
}
