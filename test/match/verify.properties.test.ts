// What must hold for every text: the judge never throws, sees through every escape, and near misses stay misses.
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { createVerifier } from "../../src/match/verify.js"
import { indicator, record } from "./judge.js"

const specs = [
  "203.0.113.9",
  "198.51.100.0/26",
  "203.0.113.40-203.0.113.50",
  "2001:db8::9",
  "2001:db8:1::/48",
  "evil.example",
  "xn--bcher-kva.example",
  "http://evil.example/a/B?x=1",
  "http://evil.example/gate/",
  "http://203.0.113.9/p",
  "bob@evil.example",
  "0cc175b9c0f1b6a831c399e269772661",
  "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8",
  "file:name=svch0st.exe",
  "file:path=C:\\Temp\\x.dll",
  "file:path=%APPDATA%\\relay\\up.dat",
  "file:path=/tmp/.x/run",
  "user-agent=EvilBot/1.0",
  "x-ja4=t13d1516h2_8daaf6152771_b0da82dd1658",
]
const indicators = specs.map(indicator)
const verify = createVerifier(indicators)
const at = (spec: string) => specs.indexOf(spec)

const spelled = [
  "203.0.113.9",
  "203.000.113.009",
  "198.51.100.7",
  "198.51.100.0/24",
  "203.0.113.40-203.0.113.50",
  "2001:DB8:0::9",
  "::ffff:203.0.113.9",
  "9.113.0.203.in-addr.arpa",
  "cpe-203-0-113-9.isp.example",
  "a.evil.example",
  "bücher.example",
  "http://evil.example/a/B?x=1",
  "evil.example/gate/x",
  "bob@evil.example",
  "0CC175B9C0F1B6A831C399E269772661",
  "86:F7:E4:37:FA:A5:A7:FC:E1:5D:1D:DC:B9:EA:EA:EA:37:76:67:B8",
  "C:\\Temp\\svch0st.exe",
  "C:\\\\Temp\\\\x.dll",
  "/tmp/.x/run",
  '"EvilBot/1.0"',
  "(4)evil(7)example(0)",
  "hxxp://evil[.]example/a/B?x=1",
]
const glue = [
  "",
  " ",
  "\\",
  "/",
  "//",
  "\\\\",
  "\\n",
  "\\u0022",
  "%",
  "%22",
  "%2",
  "&",
  "&quot;",
  "#011",
  "\x1b[31m",
  "\x1b",
  "(",
  ")",
  "(1)",
  "[",
  "]",
  ".",
  "..",
  ":",
  "::",
  "://",
  "http://",
  "@",
  "-",
  "_",
  "?",
  "&amp;",
  "é",
  "\u0301",
  "\u200b",
  "1",
  "a",
  "\0",
  "\ud800",
  "CONNECT ",
  "GET /",
  ",",
  ";",
  "'",
  '"',
  "%ASA-6-1: ",
]

const text = fc
  .array(fc.oneof(fc.constantFrom(...spelled), fc.constantFrom(...glue), fc.string({ unit: "binary", maxLength: 4 })), { maxLength: 12 })
  .map((parts) => parts.join(""))
const names = [
  "source.ip",
  "destination.ip",
  "url.full",
  "url.domain",
  "url.path",
  "url.query",
  "url.original",
  "http.request.referrer",
  "dns.answers.data",
  "message",
  "tls.client.server_name",
  "user_agent.original",
  "url.port",
]
const fields = fc.dictionary(fc.constantFrom(...names), fc.oneof(text, fc.integer(), fc.array(text, { maxLength: 2 })), { maxKeys: 4 })

test("never throws, answers the same again, one occurrence per indicator, and observed stands in the record", () => {
  fc.assert(
    fc.property(text, fields, fc.option(fc.array(text, { maxLength: 2 }), { nil: undefined }), (line, values, claimed) => {
      const one = record(line, { fields: values, claimed })
      const found = verify(one)
      expect(verify(one)).toEqual(found)
      expect(new Set(found.map((hit) => hit.indicator)).size).toBe(found.length)
      const all = [line, ...Object.values(values).flat().map(String)]
      for (const hit of found) {
        if (hit.where === "url.full" && values["url.domain"] !== undefined) continue // parts of several fields joined
        expect(all.some((value) => value.includes(hit.observed))).toBe(true)
        expect(hit.observed).not.toBe("")
      }
    }),
    { numRuns: 1500 },
  )
})

describe("every escape of every character is seen through", () => {
  const hex = (char: string, length: number) => char.charCodeAt(0).toString(16).padStart(length, "0")
  const escapes: readonly ((char: string) => string)[] = [
    (char) => char,
    (char) => `%${hex(char, 2)}`,
    (char) => `\\u${hex(char, 4).toUpperCase()}`,
    (char) => `\\x${hex(char, 2)}`,
    (char) => `&#${char.charCodeAt(0)};`,
    (char) => `&#x${hex(char, 2)};`,
    (char) => `%25${hex(char, 2)}`,
    (char) => `\x1b[1m${char}`,
  ]
  const plain = ["203.0.113.9", "2001:db8::9", "evil.example", "bob@evil.example", "0cc175b9c0f1b6a831c399e269772661"]
  test.each(plain)("%s", (value) => {
    fc.assert(
      fc.property(fc.array(fc.nat(escapes.length - 1), { minLength: value.length, maxLength: value.length }), (choice) => {
        const written = [...value].map((char, i) => (escapes[choice[i] as number] as (char: string) => string)(char)).join("")
        const hits = verify(record(`x ${written} y`))
        expect(hits.find((hit) => hit.indicator === at(value))?.strength).toBe("exact")
      }),
      { numRuns: 150 },
    )
  })

  test("a URL encoded as a whole", () => {
    const value = "http://evil.example/a/B?x=1"
    for (const times of [1, 2, 3]) {
      let written = value
      for (let i = 0; i < times; i++) written = encodeURIComponent(written)
      expect(verify(record(`u=${written}`)).find((hit) => hit.indicator === at(value))?.strength).toBe("exact")
    }
  })
})

describe("near misses stay misses", () => {
  const word = fc.constantFrom(..."0123456789abcxyzABCXYZé".split(""))
  test("a letter or digit beside an address or a digest", () => {
    for (const spec of ["203.0.113.9", "0cc175b9c0f1b6a831c399e269772661"]) {
      fc.assert(
        fc.property(word, fc.boolean(), (char, before) => {
          if (before && char === "0") return // a leading zero: the same address, written otherwise (5.2)
          const line = before ? `x ${char}${spec} y` : `x ${spec}${char} y`
          expect(verify(record(line)).some((hit) => hit.indicator === at(spec))).toBe(false)
        }),
      )
    }
  })

  test("another octet or group", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }), (octets) => {
        const spec = octets.join(".")
        const found = verify(record(`src=${spec} x`)).some((hit) => hit.indicator === at("203.0.113.9"))
        expect(found).toBe(spec === "203.0.113.9")
        const inside = verify(record(`src=198.51.100.${octets[0]} x`)).find((hit) => hit.indicator === at("198.51.100.0/26"))
        expect(inside?.strength).toBe((octets[0] as number) < 64 ? "cidr" : undefined)
      }),
    )
  })

  test("names that only look alike", () => {
    const label = fc.stringMatching(/^[a-z0-9-]{1,8}$/)
    fc.assert(
      fc.property(label, label, (a, b) => {
        const has = (line: string) => verify(record(line)).find((hit) => hit.indicator === at("evil.example"))?.strength
        expect(has(`q ${a}evil.example x`)).toBeUndefined()
        expect(has(`q evil.example.${b}.com x`)).toBeUndefined()
        expect(has(`q ${a}.evil.example x`)).toBe("subdomain")
      }),
    )
  })
})

describe("hostile lines cost no more than they are long", () => {
  const size = 200_000
  const pieces = [
    ...glue.filter((piece) => piece !== ""),
    ...spelled,
    "1.",
    "ab:",
    "(1)a",
    "a@",
    "%41",
    "%252541",
    "\\u0041",
    ";a://",
    ",http://",
    "evil.example ",
    "http://evil.example/a/",
    "http://evil.example/)",
    "203.0.113.9/16 ",
    "C:\\a b\\",
    "=/",
    "-1",
    "1:",
    "hxxp",
    "%a%\\",
  ]
  test.each(pieces)("%j", (piece) => {
    const line = piece.repeat(Math.ceil(size / piece.length))
    const start = performance.now()
    expect(() => verify(record(line, { fields: { message: line } }))).not.toThrow()
    // Quadratic work would take minutes; the limit leaves room for a busy machine.
    expect(performance.now() - start).toBeLessThan(5_000)
  })
})
