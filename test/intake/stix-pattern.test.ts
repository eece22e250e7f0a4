// The grammar of STIX patterns against the cases of OASIS's own validator and matcher, and what a pattern means for logs.
import { existsSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { parsePattern } from "../../src/intake/stix-pattern.js"
import { patternTerms } from "../../src/intake/stix-terms.js"
import { matches } from "./stix-evaluate.js"

const path = "../shared/data/oracle/stix-patterns/stix21_patterns.json"
const oracle = existsSync(path)
  ? JSON.parse(readFileSync(path, "utf8"))
  : { valid: [], valid_spec_examples: [], invalid: [], matcher_comparison: { observations: [], match: [], no_match: [] } }

describe.skipIf(!existsSync(path))("the oracle of OASIS (skipped where the shared data is absent)", () => {
  test("every valid pattern is accepted", () => {
    for (const pattern of [...oracle.valid, ...oracle.valid_spec_examples]) expect(parsePattern(pattern), pattern).toHaveProperty("pattern")
  })
  test("every invalid pattern is refused with a place", () => {
    for (const pattern of oracle.invalid) expect(parsePattern(pattern), pattern).toHaveProperty("offset")
  })
  test("every matching case is right", () => {
    const holds = (text: string): boolean => {
      const read = parsePattern(text)
      return "pattern" in read && matches(read.pattern, oracle.matcher_comparison.observations[0])
    }
    for (const pattern of oracle.matcher_comparison.match) expect(holds(pattern), pattern).toBe(true)
    for (const pattern of oracle.matcher_comparison.no_match) expect(holds(pattern), pattern).toBe(false)
  })
})

function check(pattern: string, claims: readonly string[], unsupported: readonly string[] = []): void {
  const terms = patternTerms(pattern)
  if ("message" in terms) throw new Error(terms.message)
  expect(terms.claims.map(({ type, value }) => `${type} ${value}`)).toEqual(claims)
  expect(terms.unsupported.map(({ value }) => value)).toEqual(unsupported)
}

test("each equal value under AND, OR and FOLLOWEDBY is an indicator", () => {
  check("[ipv4-addr:value = '192.0.2.1' OR domain-name:value = 'a.example'] FOLLOWEDBY [url:value = 'http://b.example/']", [
    "ipv4-addr 192.0.2.1",
    "domain-name a.example",
    "url http://b.example/",
  ])
  check("[ipv4-addr:value IN ('192.0.2.1', '192.0.2.2')]", ["ipv4-addr 192.0.2.1", "ipv4-addr 192.0.2.2"])
})

test("references of network traffic are values, its ports limit nothing", () => {
  check("[network-traffic:dst_ref.value = '192.0.2.1' AND network-traffic:dst_port = 80]", ["host 192.0.2.1"])
  check("[network-traffic:dst_ip = '192.0.2.1']", ["address 192.0.2.1"])
  check("[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:src_ref.value ISSUBSET '198.51.100.0/24']", [
    "host 198.51.100.0/24",
  ])
})

test("digests in every spelling of their name", () => {
  check("[file:hashes.MD5 = '0123456789abcdef0123456789abcdef' OR file:hashes.'SHA-1' = 'da39a3ee5e6b4b0d3255bfef95601890afd80709']", [
    "file:hashes.MD5 0123456789abcdef0123456789abcdef",
    "file:hashes.SHA-1 da39a3ee5e6b4b0d3255bfef95601890afd80709",
  ])
})

test("NOT, LIKE, MATCHES and kinds that logs do not hold are named", () => {
  check("[domain-name:value LIKE '%.bad.example']", [], ["%.bad.example"])
  check("[url:value MATCHES '^http' OR url:value = 'http://a.example/']", ["url http://a.example/"], ["^http"])
  check("[ipv4-addr:value != '192.0.2.1']", [], ["192.0.2.1"])
  check("[ipv4-addr:value NOT = '192.0.2.1']", [], ["192.0.2.1"])
  check("[process:name = 'bh']", [], ["bh"])
  check("[mutex:name = 'Global\\\\relay']", [], ["Global\\relay"])
})

test("a pattern of conditions alone is named whole", () => {
  check("[network-traffic:dst_port = 4444]", [], ["[network-traffic:dst_port = 4444]"])
})

test("hostile patterns end quickly", () => {
  const start = performance.now()
  for (const text of [
    "(".repeat(60_000),
    "[".repeat(60_000),
    `[a:b = '${"\\\\".repeat(30_000)}`,
    `[a:b = 1${" OR a:b = 1".repeat(5_000)}]`,
    `[a:b IN (${"1,".repeat(20_000)}1)]`,
    "/*".repeat(30_000),
  ])
    parsePattern(text)
  expect(performance.now() - start).toBeLessThan(3000)
  expect(parsePattern(`${"(".repeat(100)}[a:b=1]${")".repeat(100)}`)).toHaveProperty("message")
})
