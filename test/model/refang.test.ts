// Semantics 2: what is undone, and what is left as it stands.
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { defangMarks, invisibleMarks, refang } from "../../src/model/refang.js"

function check(text: string, wanted: string): void {
  test(`${JSON.stringify(text)} is ${wanted}`, () => expect(refang(text)).toBe(wanted))
}

describe("dots (2.1)", () => {
  check("198[.]51[.]100[.]31", "198.51.100.31")
  check("198(.)51{.}100[.]33", "198.51.100.33")
  check("198[point]51[POINT]100(dot)36", "198.51.100.36")
  check("evil[.example", "evil.example")
  check("evil.]]]example", "evil.example")
  check("evil[[[.]]]example", "evil.example")
  check("evil[dot)example", "evil.example")
  check("evil [.] example", "evil.example")
  check("evil[ dot ]example", "evil.example")
  check("evil\\.example", "evil.example")
  check("198\\.51\\.100\\.31", "198.51.100.31")
  check("evil\u3002example", "evil.example")
  check("evil\uff0eexample", "evil.example")
  check("evil\uff61example", "evil.example")
})

describe("colons, slashes, at signs (2.2, 2.3)", () => {
  check("http[:]//evil.example/a", "http://evil.example/a")
  check("http[://]evil.example/a", "http://evil.example/a")
  check("http[://evil.example/a", "http://evil.example/a")
  check("http://]evil.example/a", "http://evil.example/a")
  check("http://evil.example[/]a", "http://evil.example/a")
  check("2001[:]db8[:][:]9", "2001:db8::9")
  check("bob[@]evil[.]example", "bob@evil.example")
  check("bob[at]evil.example", "bob@evil.example")
  check("bob [AROBASE] evil.example", "bob@evil.example")
})

describe("schemes (2.4)", () => {
  check("hxxp://evil.example/", "http://evil.example/")
  check("hXXps://evil.example/", "https://evil.example/")
  check("h**p://evil.example/", "http://evil.example/")
  check("htxps[:]//evil.example/", "https://evil.example/")
  check("hxxps[://]evil[.]example/", "https://evil.example/")
  check("fxp://evil.example/", "ftp://evil.example/")
  check("hxxp is no scheme", "hxxp is no scheme")
  check("ahxxp://evil.example/", "ahxxp://evil.example/")
})

describe("invisible characters (2.5)", () => {
  check("198.51.\u200b100.39", "198.51.100.39")
  check("ev\u00adil.example", "evil.example")
  check("evil[\u200b.]example", "evil.example")
  check("a\u00a0b", "a b")
  check("\ufeffevil.example\u00a0", "evil.example")
})

describe("what is left alone (2.6)", () => {
  check("Le point fort est decrit", "Le point fort est decrit")
  check("meet at dot point", "meet at dot point")
  check("http://[2001:db8::9]/a", "http://[2001:db8::9]/a")
  check("unknown[::1]", "unknown[::1]")
  check("(see evil.example.)", "(see evil.example.)")
  check("C:\\project\\.git\\config", "C:\\project\\.git\\config")
  check("http://evil.example/a(b)?c[d]=1", "http://evil.example/a(b)?c[d]=1")
  check("bob@evil.example", "bob@evil.example")
})

test("never throws, and leaves no mark of one pass behind in a plain value", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."[](){}.:/@\\ hxtp*dotaé\u200b\u00a0。".split("")), maxLength: 60 }), (text) => {
      expect(typeof refang(text)).toBe("string")
      let end = 0
      for (const { from, to } of defangMarks(text)) {
        expect(from).toBeGreaterThanOrEqual(end)
        expect(to).toBeGreaterThan(from)
        end = to
      }
    }),
  )
})

test("a value defanged in any way comes back", () => {
  const dots = [".", "[.]", "(.)", "{.}", "[dot]", " [.] ", "[.", ".]", "\u3002", "(point)"]
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...dots), { minLength: 3, maxLength: 3 }),
      fc.constantFrom("http", "hxxp", "hXXp", "h**p"),
      ([a, b, c], scheme) => {
        expect(refang(`203${a}0${b}113${c}9`)).toBe("203.0.113.9")
        expect(refang(`${scheme}[:]//www${a}evil${b}example/x`)).toBe("http://www.evil.example/x")
      },
    ),
  )
})

test("a megabyte of marks takes no longer than a megabyte of text", () => {
  for (const piece of ["[", "[.", ".]", " ", "\\.", "hxxp", "[ ", "\u200b", "(((:"]) {
    const text = piece.repeat(1_000_000 / piece.length)
    const start = performance.now()
    refang(text)
    expect(performance.now() - start).toBeLessThan(8_000)
  }
  expect(invisibleMarks("plain")).toEqual([])
})
