// The user's own files: what they may say, and the sentence for what they may not. And how both languages write numbers and dates.
import { describe, expect, test } from "vitest"
import { defanged, readsAs } from "../../../src/export/reports/plain-text.js"
import { parseCase, parseProfile } from "../../../src/export/reports/profile.js"
import { createPseudonyms } from "../../../src/export/reports/pseudonyms.js"
import { bytes, day, local, number, percent, typeset } from "../../../src/export/reports/wording.js"

describe("a profile", () => {
  const faulty = (json: unknown, words: string) => expect(() => parseProfile(json)).toThrow(words)

  test("may be empty, and takes TLP 1 for TLP 2", () => {
    expect(parseProfile({})).toMatchObject({ organisation: { name: "" }, tlp: null, assets: [] })
    expect(parseProfile({ tlp: "TLP:WHITE", pap: "PAP:RED" })).toMatchObject({ tlp: "clear", pap: "red" })
  })

  test("that is wrong is refused with the member's name", () => {
    faulty([], "profile: an object is expected")
    faulty({ organization: {} }, "profile: organization is not known here; known are organisation")
    faulty({ zone: "Mars/Olympus" }, "zone: Mars/Olympus is no IANA time zone")
    faulty({ tlp: "purple" }, "tlp: one of clear, green")
    faulty({ assets: [{ name: "x" }] }, "assets[0].match: a text is expected")
    faulty({ organisation: { name: 7 } }, "organisation.name: a text is expected")
    faulty({ clock: "x".repeat(5_000) }, "clock: at most 4000 characters")
  })

  test("and a case likewise", () => {
    expect(parseCase({ measures: ["a", { at: "2021-07-22T09:10:00Z", text: "b" }] }).measures).toEqual([
      { at: null, text: "a" },
      { at: "2021-07-22T09:10:00Z", text: "b" },
    ])
    expect(() => parseCase({ state: "over" })).toThrow("state: over is none of open, contained, closed")
    expect(() => parseCase({ personalData: "yes" })).toThrow("personalData: true, false or null is expected")
  })
})

describe("pseudonyms", () => {
  const one = createPseudonyms(Buffer.alloc(32, 1))
  test("are the same for the same key and value, letter case aside", () =>
    expect(one.of("account", "J.Doe")).toBe(one.of("account", "j.doe")))
  test("differ under another key and another kind", () => {
    expect(createPseudonyms(Buffer.alloc(32, 2)).of("account", "j.doe")).not.toBe(one.of("account", "j.doe"))
    expect(one.of("host", "j.doe").slice(5)).not.toBe(one.of("account", "j.doe").slice(8))
  })
  test("need a key that is one", () => expect(() => createPseudonyms(Buffer.alloc(8))).toThrow("at least 16 bytes"))
})

describe("wording", () => {
  test("numbers, sizes and dates", () => {
    expect([number(1234567, "en"), number(1234.5, "fr")]).toEqual(["1,234,567", "1\u202f234,5"])
    expect([bytes(1536, "en"), bytes(999, "fr")]).toEqual(["1.5\u00a0kB", "999\u00a0o"])
    expect([day("2021-08-01T10:00:00Z", "fr"), day("2021-08-01", "en")]).toEqual(["1er\u00a0août\u00a02021", "1\u00a0August\u00a02021"])
  })
  test("only all is 100 per cent", () => {
    expect([percent(10, 10, "en"), percent(99_999, 100_000, "en"), percent(1, 1_000_000, "fr"), percent(0, 5, "fr")]).toEqual([
      "100%",
      "99.9%",
      "0,1\u00a0%",
      "0\u00a0%",
    ])
  })
  test("local time states its offset, in both halves of the autumn fold", () => {
    expect(local("2021-10-31T00:30:00Z", "Europe/Paris")).toBe("2021-10-31 02:30:00 +02:00")
    expect(local("2021-10-31T01:30:00Z", "Europe/Paris")).toBe("2021-10-31 02:30:00 +01:00")
    expect(local("2021-07-01T00:00:00Z", "America/St_Johns")).toBe("2021-06-30 21:30:00 -02:30")
  })
  test("French spacing", () => expect(typeset("a : b ; « c » !", "fr")).toBe("a\u00a0: b\u202f; «\u00a0c\u00a0»\u202f!"))
})

test("values are defanged by their kind, and look-alikes shown as they read", () => {
  expect(defanged("ipv4-addr", "192.0.2.9")).toBe("192.0.2[.]9")
  expect(defanged("url", "https://a.evil.example:8443/x.y?z=1")).toBe("hxxps[://]a.evil[.]example:8443/x.y?z=1")
  expect(defanged("email-addr", "a@evil.example")).toBe("a[@]evil[.]example")
  expect(defanged("ipv6-addr", "2001:db8::9")).toBe("2001:db8:[:]9")
  expect(defanged("file:name", "a.exe")).toBe("a.exe")
  expect(readsAs("xn--80ak6aa92e.example")).toBe("аррӏе.example")
  expect(readsAs("plain.example")).toBeUndefined()
})
