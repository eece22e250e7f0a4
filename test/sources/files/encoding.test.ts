import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { TextDecoding } from "../../../src/sources/files/encoding.js"
import { codes, readContent } from "./reading.js"

fc.configureGlobal({ seed: 20210312 })

const utf16 = (text: string, order: "le" | "be") => (order === "le" ? Buffer.from(text, "utf16le") : Buffer.from(text, "utf16le").swap16())
const mark = { le: Buffer.from([0xff, 0xfe]), be: Buffer.from([0xfe, 0xff]) }
const orders = ["le", "be"] as const

/** Cut into pieces at the given places, which may be odd. */
function decode(bytes: Uint8Array, cuts: readonly number[] = []): Buffer {
  const decoding = new TextDecoding()
  const out: Uint8Array[] = []
  let from = 0
  for (const to of [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    out.push(...decoding.decode(bytes.subarray(from, to)).map((piece) => piece.slice()))
    from = to
  }
  return Buffer.concat([...out, ...decoding.end()])
}

const cuts = fc.array(fc.nat(5000), { maxLength: 8 })
/** Text as logs have it: lines of ASCII with words of other scripts between. */
const word = fc.oneof(
  { weight: 5, arbitrary: fc.stringMatching(/^[a-zA-Z0-9./:=-]{1,12}$/) },
  fc.constantFrom("été", "Übertragung", "журнал", "соединение", "日本語", "サーバー", "ελλάδα", "😀", "naïve"),
)
const line = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => `2021-03-12 10:00:00 ${words.join(" ")}\r\n`)
const lines = (max: number) => fc.array(line, { minLength: 1, maxLength: max }).map((all) => all.join(""))

describe("text that is no UTF-16 passes unchanged", () => {
  const check = (bytes: Uint8Array) => expect(decode(bytes).equals(bytes)).toBe(true)
  it("ASCII, UTF-8, Latin-1, and any bytes without NUL", () => {
    check(Buffer.from("plain 192.0.2.1\n"))
    check(Buffer.from("журнал 192.0.2.1 日本語 😀\n"))
    check(Buffer.from("\xe9t\xe9 192.0.2.1\n", "latin1"))
    check(Uint8Array.from({ length: 1000 }, (_, at) => 1 + (at % 253)))
  })
  it("lone and repeated NULs among ASCII", () => {
    check(Buffer.from("one\0two\n\0\0\0three 192.0.2.1\n\0"))
    check(Buffer.concat([Buffer.from("before 192.0.2.1\n"), Buffer.alloc(10_000), Buffer.from("after 192.0.2.2\n")]))
  })
  it("a UTF-8 byte order mark is no text", () => {
    expect(decode(Buffer.from("\ufeffa\n")).toString()).toBe("a\n")
  })
  it("in any pieces", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), cuts, (bytes, at) => {
        const plain = bytes.map((byte) => byte || 1).filter((_, index) => index > 1)
        expect(decode(plain, at).equals(plain)).toBe(true)
      }),
    )
  })
})

describe.each(orders)("UTF-16 %s", (order) => {
  const check = (text: string, at: readonly number[] = []) => {
    expect(decode(Buffer.concat([mark[order], utf16(text, order)]), at).toString()).toBe(text)
    expect(decode(utf16(text, order), at).toString()).toBe(text)
  }
  it("with and without mark, agrees with TextDecoder", () => {
    check("src=203.0.113.9 deny\r\n")
    check("a\r\n\r\nb\r\n")
    fc.assert(fc.property(lines(20), cuts, (text, at) => check(text, at)))
  })
  it("with a mark, also text without any ASCII", () => {
    const text = "журналсоединений日本語サーバー"
    expect(decode(Buffer.concat([mark[order], utf16(text, order)])).toString()).toBe(text)
  })
  it("appended to ASCII lines, and ASCII behind it again, at any offset", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(60), fc.boolean()), { minLength: 1, maxLength: 6 }), lines(6), cuts, (pads, text, at) => {
        const parts = pads.flatMap(([pad, marked]) => [
          Buffer.from(`ascii ${"x".repeat(pad)} 198.51.100.7 and so on until the line ends\n`),
          marked ? mark[order] : Buffer.alloc(0),
          utf16(text, order),
        ])
        const expected = pads.map(([pad]) => `ascii ${"x".repeat(pad)} 198.51.100.7 and so on until the line ends\n${text}`).join("")
        expect(decode(Buffer.concat(parts), at).toString()).toBe(expected)
      }),
      { numRuns: 300 },
    )
  })
  it("a short ASCII line between two stretches", () => {
    const text = "src=203.0.113.9 deny\r\n"
    expect(decode(Buffer.concat([utf16(text, order), Buffer.from("192.0.2.1\n"), utf16(text, order)])).toString()).toBe(
      `${text}192.0.2.1\n${text}`,
    )
  })
  it("strings inside binary, and ASCII right behind them", () => {
    const binary = Buffer.from([0, 0, 0, 3, 1, 0xc8, 0x90, 0, 0, 7, 0, 0])
    const found = decode(Buffer.concat([binary, utf16("host.example", order), binary, Buffer.from("198.51.100.7"), binary])).toString(
      "latin1",
    )
    expect(found).toContain("host.example")
    expect(found).toContain("198.51.100.7")
  })
  it("half a unit at the end", () => {
    expect(decode(Buffer.concat([utf16("a line\n", order), Buffer.from("!")])).toString()).toBe("a line\n!")
  })
})

describe("any bytes", () => {
  it("of the kind that binary files have, come to an end, and none of the ASCII is lost", () => {
    const few = fc.constantFrom(0, 0, 0, 1, 4, 0x0a, 0x20, 0x61, 0x62, 0xe9, 0xd8, 0xfe, 0xff)
    fc.assert(
      fc.property(fc.array(few, { maxLength: 200 }), fc.array(few, { maxLength: 200 }), cuts, (before, behind, at) => {
        const found = decode(Buffer.concat([Buffer.from(before), Buffer.from("[needle 203.0.113.254 needle]"), Buffer.from(behind)]), at)
        expect(found.toString("latin1")).toContain("203.0.113.254 needle]")
      }),
      { numRuns: 3000 },
    )
  })
  it("come to an end, and ASCII runs of 24 bytes survive", () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.constant(Buffer.alloc(3)),
      fc.constant(utf16("abc def", "le")),
      fc.constant(utf16("x y z", "be")),
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), cuts, (parts, at) => {
        const needle = "\n[needle 203.0.113.254 needle needle]\n"
        const bytes = Buffer.concat([...parts, Buffer.from(needle), ...parts])
        expect(decode(bytes, at).toString("latin1")).toContain("203.0.113.254 needle needle]")
      }),
      { numRuns: 500 },
    )
  })
  it("are decoded in good time, however they alternate", () => {
    const bytes = Buffer.concat(
      Array.from({ length: 40_000 }, () => [utf16("ab cd\n", "le"), Buffer.from("ascii 192.0.2.1 ascii ascii ascii\n")]).flat(),
    )
    const start = performance.now()
    expect(decode(bytes).length).toBe(40_000 * 40)
    expect(performance.now() - start).toBeLessThan(3000)
  })
})

describe("through the file reader", () => {
  it("UTF-16 is read as text, by any room", async () => {
    const text = Array.from({ length: 3000 }, (_, at) => `line ${at} été 192.0.2.${at % 256}\r\n`).join("")
    for (const room of [64, 1000, 1 << 16]) {
      const leaves = await readContent(Buffer.concat([mark.le, utf16(text, "le")]), "x.log", room)
      expect(leaves[0]?.text === text).toBe(true)
      expect(codes(leaves)).toEqual([])
    }
  })
  it("a NUL late in an ASCII file", async () => {
    const bytes = Buffer.concat([Buffer.alloc(300_000, "line 192.0.2.1\n"), Buffer.from("a\0b\n"), utf16("203.0.113.9 here\r\n", "le")])
    const leaves = await readContent(bytes)
    expect(leaves[0]?.text.endsWith("a\0b\n203.0.113.9 here\r\n")).toBe(true)
  })
})
