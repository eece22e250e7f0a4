// Kernel and verifier together against the slow oracle, over generated lines. SILLAGE_FUZZ_RUNS=100000 makes the long run.
import fc from "fast-check"
import { expect, test } from "vitest"
import { createVerifier } from "../../src/match/verify.js"
import type { Indicator } from "../../src/model/indicator.js"
import { oracle } from "./oracle.js"
import { markedLines, scannerOf } from "./scanner.js"
import { queryOf, sketchedTexts } from "./sketched.js"

const runs = Number(process.env.SILLAGE_FUZZ_RUNS ?? 3000)

const indicator = (type: Indicator["type"], value: string): Indicator => ({ type, value, bulletin: "test", marks: [], provenance: "test" })
const set: readonly Indicator[] = [
  indicator("ipv4-addr", "203.0.113.9"),
  indicator("ipv4-addr", "198.51.100.0/26"),
  indicator("domain-name", "evil.example"),
  indicator("domain-name", "sub.evil.example"),
  indicator("domain-name", "relay-7.example.net"),
  indicator("email-addr", "bob@mail.example"),
  indicator("file:hashes.MD5", "0cc175b9c0f1b6a831c399e269772661"),
  indicator("file:hashes.SHA-1", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
]
const verify = createVerifier(set)
const scanner = scannerOf(set)
const query = queryOf(set)

const values = fc.constantFrom(
  "203.0.113.9",
  "203.0.113.98",
  "1203.0.113.9",
  "198.51.100.1",
  "198.51.100.63",
  "198.51.100.64",
  "evil.example",
  "EVIL.Example",
  "a.b.evil.example",
  "notevil.example",
  "evil.example.org",
  "sub.evil.example",
  "relay-7.example.net",
  "bob@mail.example",
  "notbob@mail.example",
  "mail.example",
  "0cc175b9c0f1b6a831c399e269772661",
  "0CC175B9C0F1B6A831C399E269772661",
  "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8",
  "10.0.0.5",
  "12:00:01",
)
// Every neighbour that hides no other spelling: escapes and bracketed marks have tests of their own.
const glue = fc.string({ unit: fc.constantFrom(..." \t.,;:=-_\"'<>|@/~!?+*$abzAZ059é".split("")), maxLength: 3 })
const line = fc.array(fc.tuple(glue, values, glue), { minLength: 1, maxLength: 4 }).map((parts) => parts.flat().join(""))

/** Strengths that rest on rules beyond those of the oracle. */
const beyond = ["weak", "overlap", "mention", "host", "lookup"]

function check(text: string): void {
  const record = { text, format: "text", fields: {}, direction: "unknown", action: "unknown", outcome: "unknown" } as const
  const found = verify(record)
  const marked = markedLines(scanner, `${text}\n`).length > 0
  // Whatever the verifier finds, the kernel marks.
  if (found.length > 0) expect({ text, marked }).toEqual({ text, marked: true })
  // And whatever it marks, an index has read.
  if (marked) expect({ text, sketched: sketchedTexts(query, [`${text}\n`]).length > 0 }).toEqual({ text, sketched: true })
  for (const [index, one] of set.entries()) {
    const occurrence = found.find((hit) => hit.indicator === index)
    if (occurrence && beyond.includes(occurrence.strength)) continue
    const verdict = oracle(one, text)
    if (verdict !== "open")
      expect({ text, value: one.value, found: occurrence !== undefined }).toEqual({ text, value: one.value, found: verdict === "hit" })
  }
}

test("kernel and verifier agree with the oracle on generated lines", () => {
  fc.assert(fc.property(line, check), { numRuns: runs, seed: 20210721 })
}, 3_600_000)
