// Puts the matcher together: the compiled kernel, the tables of the indicators and the verifier.
import { readFile } from "node:fs/promises"
import { accountName } from "../hits/triage/account.js"
import { text } from "../hits/triage/fields.js"
import { type Compiled, compileIndicators, openAsker, openScanner } from "../match/kernel.js"
import { keyQueryOf } from "../match/key-query.js"
import type { Matcher } from "../match/matcher.js"
import { createVerifier } from "../match/verify.js"
import type { Indicator } from "../model/indicator.js"
import type { KeyQuery } from "../model/key.js"

/**
 * The kernel's tables, built once for all threads. The kernel lies beside the compiled JavaScript; without a build there is none, and no other
 * judge stands in for it.
 */
export async function compileFor(indicators: readonly Indicator[]): Promise<Compiled> {
  return compileIndicators(await kernelModule(), indicators)
}

/** What an index is asked for. */
export async function queryFor(indicators: readonly Indicator[]): Promise<KeyQuery> {
  return keyQueryOf(await kernelModule(), indicators)
}

let loading: Promise<WebAssembly.Module> | undefined
function kernelModule(): Promise<WebAssembly.Module> {
  loading ??= readFile(new URL("../match/kernel.wasm", import.meta.url)).then((bytes) => WebAssembly.compile(bytes))
  return loading
}

/** The matcher of one thread. */
export function matcherOf(indicators: readonly Indicator[], compiled: Compiled): Matcher {
  return { indicators, scanner: () => openScanner(compiled), verify: createVerifier(indicators, openAsker(compiled)) }
}

/**
 * Finds the records in which one of these accounts acted: candidates are lines that hold its name, and the parsed record's `user.name` decides.
 */
export function accountMatcherOf(accounts: readonly Indicator[], compiled: Compiled): Matcher {
  const byName = new Map(accounts.map(({ value }, index) => [value, index]))
  return {
    indicators: accounts,
    scanner: () => openScanner(compiled),
    verify({ fields }) {
      const observed = text(fields["user.name"]) ?? ""
      const indicator = byName.get(accountName(observed) ?? "")
      return indicator === undefined ? [] : [{ indicator, observed, strength: "exact", notes: [], where: "user.name" }]
    },
  }
}
