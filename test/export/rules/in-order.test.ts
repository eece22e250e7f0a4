import { createHash } from "node:crypto"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { addressBlocks, blockTextsOnce } from "../../../src/export/rules/address-blocks.js"
import { ofTypes, orderOf } from "../../../src/export/rules/in-order.js"
import { uuidOf } from "../../../src/export/rules/stable-id.js"
import { jsonText } from "../../../src/export/rules/tame.js"
import type { Indicator } from "../../../src/model/indicator.js"
import type { ObservableType } from "../../../src/model/observable.js"

function indicator(type: ObservableType, value: string, provenance = ""): Indicator {
  return { type, value, bulletin: "b", marks: [], provenance }
}

function inOrder(indicators: readonly Indicator[]): readonly Indicator[] {
  return Array.from(orderOf(indicators).places, (at) => indicators[at] as Indicator)
}

describe("indicators in order", () => {
  const order = (values: readonly string[]): readonly string[] =>
    inOrder(values.map((value) => indicator("file:name", value))).map(({ value }) => value)

  test("stand as a plain sort of their values puts them, whatever characters and however long a beginning they share", () => {
    const letter = fc.constantFrom("a", "b", "\u0000", "\u007f", "\u00fd", "\u00fe", "\u00ff", "\u4e2d", "\ud83d\ude00")
    const text = fc.array(letter, { maxLength: 14 }).map((letters) => letters.join(""))
    fc.assert(
      fc.property(fc.array(text, { minLength: 25, maxLength: 200 }), (values) => {
        expect(order(values)).toEqual([...values].sort())
      }),
      { numRuns: 60, seed: 8 },
    )
  })

  test("stand so too where thousands begin alike", () => {
    const values = Array.from({ length: 5000 }, (_, at) => `http://cdn.example/${((at * 7919) % 5000).toString(36)}`)
    expect(order(values)).toEqual([...values].sort())
  })

  test("of equal values the first stays the first", () => {
    const many = Array.from({ length: 90 }, (_, at) => indicator("domain-name", `n${at % 3}.example`, String(at)))
    const places = inOrder(many).map(({ provenance }) => Number(provenance))
    expect(places).toEqual([0, 1, 2].flatMap((rest) => Array.from({ length: 30 }, (_, at) => 3 * at + rest)))
  })

  test("are told where a type and value stand again", () => {
    const values = Array.from({ length: 300 }, (_, at) => (at % 3 === 0 ? `long-shared-beginning-${at % 7}` : `n${at % 40}\u4e2d${at % 2}`))
    for (const some of [values, values.slice(0, 20), ["", "", "a", ""]]) {
      const all = some.map((value, at) => indicator(at % 5 === 0 ? "file:name" : "user-agent", value))
      const { places, repeats } = orderOf(all)
      const keys = Array.from(places, (at) => `${all[at]?.type} ${all[at]?.value}`)
      expect([...repeats]).toEqual(keys.map((key, at) => Number(at > 0 && key === keys[at - 1])))
    }
  })

  test("are found by their types", () => {
    const types = ["url", "ipv4-addr", "domain-name", "ipv6-addr"] as const
    const all = inOrder(Array.from({ length: 40 }, (_, at) => indicator(types[at % 4] as ObservableType, `v${at}`)))
    for (const wanted of [["url"], ["ipv6-addr", "ipv4-addr"], ["user-agent"], ["file:name", "domain-name"]] as ObservableType[][])
      expect(ofTypes(all, wanted)).toEqual(all.filter(({ type }) => wanted.includes(type)))
  })
})

test("networks that cover addresses and ranges are written once, where each comes first", () => {
  const octet = fc.integer({ min: 0, max: 9 })
  const value = fc.oneof(
    octet.map((one) => `192.0.2.${one}`),
    fc.tuple(fc.constantFrom(0, 4, 8), fc.constantFrom(30, 31)).map(([one, prefix]) => `192.0.2.${one}/${prefix}`),
    fc.tuple(octet, octet).map(([one, other]) => (one < other ? `192.0.2.${one}-192.0.2.${other}` : `192.0.2.${one}`)),
  )
  fc.assert(
    fc.property(fc.uniqueArray(value, { maxLength: 12 }), (values) => {
      const all = inOrder(values.map((one) => indicator("ipv4-addr", one)))
      expect([...blockTextsOnce(all)]).toEqual([...new Set(all.flatMap((one) => addressBlocks(one.value).map(({ text }) => text)))])
    }),
    { numRuns: 2000, seed: 8 },
  )
})

test("an id is the UUID version 5 of its parts, whatever their length and characters", () => {
  const namespace = Buffer.from("6f0b5a0c2c7e4b8d9a533f1e7c2d8b41", "hex")
  for (const parts of [["indicator", "domain-name", "evil.example"], ["x".repeat(4000), "é\u4e2d\ud83d\ude00"], [""]]) {
    const bytes = Buffer.concat([namespace, Buffer.from(parts.map((part) => `${part.length}:${part}`).join(""))])
    const digest = createHash("sha1").update(bytes).digest().subarray(0, 16)
    digest[6] = ((digest[6] as number) & 0x0f) | 0x50
    digest[8] = ((digest[8] as number) & 0x3f) | 0x80
    expect(uuidOf(...parts).replaceAll("-", "")).toBe(digest.toString("hex"))
  }
})

test("a text in JSON is what JSON.stringify makes of it", () => {
  for (const text of ["", "evil.example", 'a"b', "a\\b", "a\nb", "\u007f", "é", "\u2028", "'"])
    expect(jsonText(text)).toBe(JSON.stringify(text))
})
