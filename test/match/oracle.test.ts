// Kernel and verifier together against the slow oracle, over generated lines. SILLAGE_FUZZ_RUNS=100000 makes the long run.
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { createVerifier } from "../../src/match/verify.js"
import type { Occurrence } from "../../src/model/hit.js"
import type { Indicator } from "../../src/model/indicator.js"
import { indicator, record } from "./judge.js"
import { oracle } from "./oracle.js"
import { markedLines, scannerOf } from "./scanner.js"
import { queryOf, sketchedTexts } from "./sketched.js"

const runs = Number(process.env.SILLAGE_FUZZ_RUNS ?? 3000)
const timeout = 3_600_000
/** The short run tries one value in five at every place; the long one all of them. */
const tried = <T>(all: readonly T[]): readonly T[] => all.filter((_, at) => runs >= 100_000 || at % 5 === 0)

/** Every type, and values that lie in one another: a name below a name, a URL and a mailbox at it, an address in a network in a range. */
const specs = [
  "203.0.113.9",
  "198.51.100.0/26",
  "198.51.100.20",
  "192.0.2.250-192.0.2.252",
  "2001:db8::9",
  "2001:db8:1::/48",
  "evil.example",
  "sub.evil.example",
  "relay-7.example.net",
  "xn--bcher-kva.example",
  "http://evil.example/a/B?x=1",
  "http://evil.example/gate/",
  "http://203.0.113.9:8080/p",
  "bob@mail.example",
  "0cc175b9c0f1b6a831c399e269772661",
  "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8",
  "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
  "1f40fc92da241694750979ee6cf582f2d5d7d28e18335de05abc54d0560e0f5302860c652bf08d560252aa5e74210546f369fbbbce8c12cfc7957b2652fe9a75",
  "file:name=svch0st.exe",
  "file:path=C:\\Temp\\x.dll",
  "file:path=/opt/.hidden/agent",
  "user-agent=EvilBot/1.0 (compatible; Win)",
  "x-ja3=cd08e31494f9531f560d64c695473da9",
  "x-ja4=t13d1516h2_8daaf6152771_b0da82dd1658",
]
const values = [
  "203.0.113.9",
  "203.0.113.98",
  "1203.0.113.9",
  "203.0.113",
  "198.51.100.1",
  "198.51.100.20",
  "198.51.100.63",
  "198.51.100.64",
  "192.0.2.251",
  "192.0.2.253",
  "2001:db8::9",
  "2001:DB8:0:0:0:0:0:9",
  "2001:0db8:0000:0000:0000:0000:0000:0009",
  "2001:db8::90",
  "2001:db8:1:2::3",
  "2001:db8:2::3",
  "::ffff:203.0.113.9",
  "::ffff:cb00:7109",
  "[2001:db8::9]:443",
  "00:1b:44:11:3a:b7",
  "evil.example",
  "EVIL.Example",
  "a.b.evil.example",
  "notevil.example",
  "evil.example.org",
  "sub.evil.example",
  "relay-7.example.net",
  "relay-77.example.net",
  "bücher.example",
  "www.BÜCHER.example",
  "xn--bcher-kva.example",
  "http://evil.example/a/B?x=1",
  "https://evil.example/a/B?x=1",
  "http://EVIL.example:80/a/B?x=1",
  "http://evil.example/a/b?x=1",
  "http://evil.example/gate/in/x.php",
  "http://evil.example/gate",
  "http://evil.example/",
  "http://203.0.113.9:8080/p",
  "http://203.0.113.9:8081/p",
  "bob@mail.example",
  "Bob@Mail.Example",
  "notbob@mail.example",
  "bob@mail.example.org",
  "mail.example",
  "0cc175b9c0f1b6a831c399e269772661",
  "0CC175B9C0F1B6A831C399E269772661",
  "0cc175b9c0f1b6a831c399e26977266",
  "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8",
  "86:F7:E4:37:FA:A5:A7:FC:E1:5D:1D:DC:B9:EA:EA:EA:37:76:67:B8",
  "86 f7 e4 37 fa a5 a7 fc e1 5d 1d dc b9 ea ea ea 37 76 67 b8",
  "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
  "1f40fc92da241694750979ee6cf582f2d5d7d28e18335de05abc54d0560e0f5302860c652bf08d560252aa5e74210546f369fbbbce8c12cfc7957b2652fe9a75",
  "svch0st.exe",
  "SVCH0ST.EXE",
  "mysvch0st.exe",
  "svch0st.exe.bak",
  "C:/Temp/svch0st.exe",
  "c:/temp/X.DLL",
  "/opt/.hidden/agent",
  "/OPT/.hidden/agent",
  "EvilBot/1.0 (compatible; Win)",
  "cd08e31494f9531f560d64c695473da9",
  "t13d1516h2_8daaf6152771_b0da82dd1658",
  "T13D1516H2_8daaf6152771_b0da82dd1658",
  "10.0.0.5",
  "12:00:01",
]

interface Bench {
  readonly set: readonly Indicator[]
  readonly verify: ReturnType<typeof createVerifier>
  readonly scanner: ReturnType<typeof scannerOf>
}

function benchOf(set: readonly Indicator[]): Bench {
  return { set, verify: createVerifier(set), scanner: scannerOf(set) }
}

const whole = benchOf(specs.map(indicator))

/** Those that an index can be asked for: for the others everything is read. */
const asked = benchOf(specs.filter((spec) => !/^(?:file:|user-agent=|x-ja4=)/.test(spec)).map(indicator))
const query = queryOf(asked.set)

/** Whatever the kernel marks, an index has read. */
function checkSketch(text: string): void {
  if (markedLines(asked.scanner, `${text}\n`).length === 0) return
  expect({ text, sketched: sketchedTexts(query, [`${text}\n`]).length > 0 }).toEqual({ text, sketched: true })
}

// Every neighbour that hides no other spelling: escapes are put on separately, bracketed marks have tests of their own.
const glue = fc.string({ unit: fc.constantFrom(..." \t.,;:=-_\"'<>|@/~!?+*$abzAZ059é".split("")), maxLength: 3 })
const line = fc
  .array(fc.tuple(glue, fc.constantFrom(...values), glue), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.flat().join(""))

/** Strengths that rest on rules beyond those of the oracle. */
const beyond = ["weak", "overlap", "mention", "host", "lookup"]

/** `text` is what stands in the log, `meant` what it says: the same unless it was escaped. */
function check(bench: Bench, text: string, meant = text, bytes?: Uint8Array): void {
  const found = bench.verify(record(text))
  const marked = markedLines(bench.scanner, bytes ?? `${text}\n`).length > 0
  // Whatever the verifier finds, the kernel marks.
  if (found.length > 0) expect({ text, marked }).toEqual({ text, marked: true })
  for (const [index, one] of bench.set.entries()) agree(found, index, one, text, meant)
}

function agree(found: readonly Occurrence[], index: number, one: Indicator, text: string, meant: string): void {
  const occurrence = found.find((hit) => hit.indicator === index)
  if (occurrence && beyond.includes(occurrence.strength)) return
  const verdict = oracle(one, meant)
  const says = occurrence === undefined ? "none" : "hit"
  if (verdict !== "open") expect({ text, value: one.value, verdict: says }).toEqual({ text, value: one.value, verdict })
}

test("an index can be asked for all of those that it is asked for", () => {
  expect(query.keyless).toBeUndefined()
})

describe("kernel and verifier agree with the oracle", () => {
  test(
    "on generated lines",
    () =>
      fc.assert(
        fc.property(line, (text) => {
          check(whole, text)
          checkSketch(text)
        }),
        { numRuns: runs, seed: 20210721 },
      ),
    timeout,
  )

  test(
    "on lines whose characters are escaped, up to three layers deep",
    () => {
      const layer = fc.record({ kind: fc.constantFrom<Layer>("transport", "percent"), dice: fc.infiniteStream(fc.nat({ max: 40 })) })
      const property = fc.property(line, fc.array(layer, { minLength: 1, maxLength: 3 }), (meant, layers) => {
        // Escaped, a slash behind a drive or two dots would begin a Windows path, whose backslashes are separators.
        if (/[A-Za-z]:.?\/|\.\./.test(meant) && !meant.includes("://")) return
        // And so do two backslashes, as twice escaped text has them.
        if (layers.filter(({ kind }) => kind === "transport").length > 1) return
        // Percent stands for itself in a URL that states its scheme (semantics 5.9).
        if (meant.includes("://") && layers.some(({ kind }) => kind === "percent")) return
        let text = meant
        for (const { kind, dice } of layers) {
          text = spelledOtherwise(text, kind, dice)
          // A letter by itself, a colon and a backslash begin a Windows path, whose backslashes are no escapes (semantics 3.3).
          if (/(?<![A-Za-z0-9])[A-Za-z]:\\(?!\\)/.test(text)) return
        }
        check(whole, text, meant)
        checkSketch(text)
      })
      fc.assert(property, { numRuns: Math.ceil(runs / 2), seed: 20210722 })
    },
    timeout,
  )

  test(
    "with every byte before and behind every value",
    () => {
      for (const value of tried(values)) {
        const inside = new TextEncoder().encode(value)
        for (let byte = 0; byte < 256; byte++) {
          // Newlines end the line; the others begin a spelling of their own.
          if (byte === 10 || hiding.has(byte)) continue
          for (const bytes of [Uint8Array.of(byte, ...inside), Uint8Array.of(...inside, byte)])
            check(whole, decoded(bytes), decoded(bytes), bytes)
        }
      }
    },
    timeout,
  )

  test(
    "with an empty set, with each indicator alone, and in a set of a hundred thousand",
    () => {
      const lines = fc.sample(line, { numRuns: Math.ceil(runs / 20), seed: 7 })
      const huge = benchOf([...whole.set, ...strangers(100_000)])
      const few = { ...huge, set: whole.set }
      for (const text of lines) {
        expect(markedLines(empty.scanner, `${text}\n`)).toEqual([])
        check(few, text)
      }
      for (const one of whole.set) {
        const alone = benchOf([one])
        for (const text of lines.slice(0, 20)) check(alone, text)
      }
    },
    timeout,
  )
})

describe("the kernel marks a value", () => {
  const marking = values.filter((value) => markedLines(whole.scanner, `${value}\n`).length > 0)

  test(
    "at every place around the border of a sub-chunk",
    () => {
      for (const value of tried(marking))
        for (let before = 16_384 - 140; before <= 16_384 + 4; before++) {
          const text = `${filler(before)}${value} `
          expect(markedLines(whole.scanner, text), `${value} at ${before}`).toContain((text.match(/\n/g) ?? []).length)
        }
    },
    timeout,
  )

  test(
    "at the end of the room, with and without a newline",
    () => {
      const { room } = whole.scanner
      for (const value of marking) {
        for (const end of ["", "\n"]) {
          const text = `${filler(room.length - new TextEncoder().encode(value).length - end.length)}${value}${end}`
          expect(markedLines(whole.scanner, text).length, value).toBeGreaterThan(0)
        }
      }
    },
    timeout,
  )

  test("on every line of a room full of hits", () => {
    const text = "203.0.113.9\n".repeat(80_000)
    const lines = markedLines(whole.scanner, text)
    expect(lines.length).toBe(80_000)
    expect(lines[79_999]).toBe(79_999)
  })
})

const empty = benchOf([])
/** Escapes, marks that defang, colours, no-break spaces and soft hyphens. */
const hiding = new Set([..."\\%&#^([{)]}"].map((char) => char.charCodeAt(0)).concat(0x1b, 0x9b, 0xa0, 0xad))

/** As the hunt reads a line: bytes that are no UTF-8 are Latin-1. */
function decoded(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("utf8")
  return text.includes("\ufffd") ? Buffer.from(bytes).toString("latin1") : text
}

/** Lines of nothing in particular, exactly so many bytes, the last of them open. */
function filler(length: number): string {
  const unit = "nothing to see here, only words and 12 numbers\n"
  return `${unit.repeat(Math.ceil(length / unit.length)).slice(0, Math.max(0, length - 1))} `.slice(0, length)
}

function strangers(count: number): readonly Indicator[] {
  return Array.from({ length: count }, (_, at) => {
    if (at % 3 === 0) return indicator(`10.${(at >> 14) & 255}.${(at >> 6) & 255}.${at & 63}`)
    return indicator(at % 3 === 1 ? `host-${at}.stranger.test` : `2001:db8:ffff::${at >> 12}:${at & 4095}`)
  })
}

type Layer = "transport" | "percent"

/** Some characters in another spelling. */
function spelledOtherwise(plain: string, layer: Layer, dice: Iterable<number>): string {
  const roll = dice[Symbol.iterator]()
  return Array.from(plain, (char, at) => {
    const kind = Number(roll.next().value)
    const code = char.codePointAt(0) as number
    if (layer === "percent") return char === "%" || (kind < 4 && code < 128) ? `%${code.toString(16).padStart(2, "0")}` : char
    if (char === "\\") return "\\\\"
    if (char === "&") return "&#38;"
    // A backslash behind `%word%` would begin a Windows path.
    if (plain[at - 1] === "%") return char
    if (kind === 0) return `\\u${code.toString(16).padStart(4, "0")}`
    if (kind === 1 && code < 128) return `\\x${code.toString(16).padStart(2, "0")}`
    if (kind === 2) return `&#${code};`
    return kind < 8 && char === "/" ? "\\/" : char
  }).join("")
}
