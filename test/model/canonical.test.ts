// Canonical forms (semantics 1.1, 5.9): equal values have one form, and what is no value has none.
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { formatIpv4, formatIpv6, mappedIpv4, parseIpv4, parseIpv6 } from "../../src/model/address.js"
import { isPlainIpv6, pathOfPlainUrl, plainIpv4Network } from "../../src/model/already-canonical.js"
import { canonical, canonicalAddress, normalizeEscapes } from "../../src/model/canonical.js"
import type { ObservableType } from "../../src/model/observable.js"

function check(type: ObservableType, text: string, wanted: string | undefined): void {
  test(`${type} ${JSON.stringify(text)}`, () => expect(canonical(type, text)).toBe(wanted))
}

describe("addresses", () => {
  check("ipv4-addr", "203.0.113.9", "203.0.113.9")
  check("ipv4-addr", "203.0.113.9/32", "203.0.113.9")
  check("ipv4-addr", "203.0.113.77/24", "203.0.113.0/24")
  check("ipv4-addr", "203.0.113.10-203.0.113.20", "203.0.113.10-203.0.113.20")
  check("ipv4-addr", "203.0.113.20-203.0.113.10", undefined)
  check("ipv4-addr", "203.0.113.256", undefined)
  check("ipv4-addr", "203.0.113.009", undefined)
  check("ipv4-addr", "203.0.113", undefined)
  check("ipv4-addr", "203.0.113.9/33", undefined)
  check("ipv6-addr", "2001:0DB8::0009", "2001:db8::9")
  check("ipv6-addr", "[2001:db8::9]", "2001:db8::9")
  check("ipv6-addr", "fe80::1%eth0", "fe80::1")
  check("ipv6-addr", "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1")
  check("ipv6-addr", "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1")
  check("ipv6-addr", "::ffff:203.0.113.9", "203.0.113.9")
  check("ipv6-addr", "::ffff:203.0.113.0/120", "203.0.113.0/24")
  check("ipv6-addr", "2001:db8::1/32", "2001:db8::/32")
  check("ipv6-addr", "1::2::3", undefined)
  check("ipv6-addr", "1:2:3:4:5:6:7", undefined)

  test("text and number are the same, both ways", () => {
    fc.assert(fc.property(fc.nat(0xffffffff), (value) => void expect(parseIpv4(formatIpv4(value))).toBe(value)))
    fc.assert(fc.property(fc.bigInt(0n, (1n << 128n) - 1n), (value) => void expect(parseIpv6(formatIpv6(value))).toBe(value)))
    fc.assert(fc.property(fc.ipV6(), (text) => void expect(parseIpv6(text)).toBeDefined()))
  })
})

describe("names", () => {
  check("domain-name", "Evil.Example.", "evil.example")
  check("domain-name", "*.evil.example", "evil.example")
  check("domain-name", ".evil.example", "evil.example")
  check("domain-name", "bücher.example", "xn--bcher-kva.example")
  check("domain-name", "faß.example", "xn--fa-hia.example")
  check("domain-name", "evil\u3002example", "evil.example")
  check("domain-name", "_dmarc.evil.example", "_dmarc.evil.example")
  check("domain-name", "evil", undefined)
  check("domain-name", "evil..example", undefined)
  check("domain-name", "203.0.113.9", undefined)
  check("domain-name", "evil.example/a", undefined)
  check("email-addr", "Bob@Evil.example", "bob@evil.example")
  check("email-addr", "bob@bücher.example", "bob@xn--bcher-kva.example")
  check("email-addr", "bob smith@evil.example", undefined)
  check("email-addr", "@evil.example", undefined)
})

describe("URLs", () => {
  check("url", "HTTP://u:p@EVIL.example:80/a/../B%7e%2f?x=1#top", "http://evil.example/B~%2F?x=1")
  check("url", "https://evil.example", "https://evil.example/")
  check("url", "https://evil.example.:443/", "https://evil.example/")
  check("url", "http://evil.example:8080/", "http://evil.example:8080/")
  check("url", "http://0xCB007109/x", "http://203.0.113.9/x")
  check("url", "http://[2001:DB8::0009]/", "http://[2001:db8::9]/")
  check("url", "evil.example/a", undefined)
  check("url", "mailto:bob@evil.example", undefined)
})

describe("digests and files", () => {
  check("file:hashes.MD5", "0CC175B9C0F1B6A831C399E269772661", "0cc175b9c0f1b6a831c399e269772661")
  check("file:hashes.MD5", "0c:c1:75:b9:c0:f1:b6:a8:31:c3:99:e2:69:77:26:61", "0cc175b9c0f1b6a831c399e269772661")
  check("file:hashes.SHA-1", "0cc175b9c0f1b6a831c399e269772661", undefined)
  check("file:hashes.MD5", "0cc175b9c0f1b6a831c399e26977266", undefined)
  check("file:name", " e\u0301vil.exe ", "évil.exe")
  check("file:name", " ", undefined)
})

describe("what is told to be canonical already", () => {
  const plainUrl = (text: string): boolean => pathOfPlainUrl(text) >= 0

  test("is what a parser gives back as it stands", () => {
    const fine = fc.constantFrom(..."a z 0 9 - _ . / ? @ & = com A ~".split(" "))
    const odd = fc.constantFrom(..."| .. // /. /.. ?? # % %41 %2e : :80 + ; , ! ( ) * $ ' \" \\ ^ ` { } < > é xn-- 0x1 \t".split(" "), " ")
    const part = fc.oneof({ arbitrary: fine, weight: 12 }, { arbitrary: odd, weight: 1 })
    const text = fc.array(part, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(""))
    const scheme = fc.constantFrom("http://", "https://", "ftp://", "HTTP://", "http:/", "http:///")
    let plain = 0
    fc.assert(
      fc.property(scheme, fc.constantFrom("", "a.example/", "evil-1.example"), text, (begin, host, end) => {
        const url = `${begin}${host}${end}`
        if (!plainUrl(url)) return
        plain++
        const parsed = new URL(url)
        expect([parsed.href, parsed.port, parsed.hash, parsed.username]).toEqual([url, "", "", ""])
        expect(`${parsed.protocol}//${parsed.hostname}${normalizeEscapes(parsed.pathname)}${normalizeEscapes(parsed.search)}`).toBe(url)
        expect(canonical("url", ` ${url}`)).toBe(url)
      }),
      { numRuns: 20_000, seed: 8 },
    )
    expect(plain).toBeGreaterThan(1000)
  })

  test("holds for hosts whose labels are as long as labels may be, and no longer ones", () => {
    expect(plainUrl(`http://${"a".repeat(63)}.example/`)).toBe(true)
    expect(plainUrl(`http://${"a".repeat(64)}.example/`)).toBe(false)
    expect(plainUrl(`http://${"a.".repeat(130)}example/`)).toBe(false)
    for (const url of ["http://1.2.3.4/", "http://a.0x1/", "http://example./", "http://.example/", "http://a.example", "http:///"])
      expect(plainUrl(url)).toBe(false)
  })

  test("are addresses of version 6 in the form of RFC 5952 that hold none of version 4", () => {
    const group = fc.constantFrom("0", "1", "00", "f", "0f", "ffff", "abcd", "ABCD", "")
    const parts = fc.array(group, { minLength: 1, maxLength: 9 })
    const whole = fc.oneof(
      parts.map((all) => all.join(":")),
      fc.tuple(parts, parts).map(([head, tail]) => `${head.join(":")}::${tail.join(":")}`),
      fc.bigInt(0n, (1n << 128n) - 1n).map((number) => formatIpv6(number)),
      fc
        .array(fc.constantFrom(0, 0, 1, 0xffff), { minLength: 8, maxLength: 8 })
        .map((all) => formatIpv6(BigInt(`0x${all.map((one) => one.toString(16).padStart(4, "0")).join("")}`))),
    )
    fc.assert(
      fc.property(whole, (text) => {
        const number = parseIpv6(text)
        const wanted = number !== undefined && formatIpv6(number) === text && mappedIpv4(number) === undefined
        expect([text, isPlainIpv6(text)]).toEqual([text, wanted])
      }),
      { numRuns: 20_000, seed: 8 },
    )
  })

  test("are networks of version 4 with clear host bits", () => {
    const octet = fc.constantFrom("0", "1", "128", "192", "240", "255", "256", "01", "")
    const prefix = fc.constantFrom("", "0", "1", "8", "08", "16", "24", "30", "31", "32", "33", "99", "240", "x", "2x")
    fc.assert(
      fc.property(fc.array(octet, { minLength: 4, maxLength: 4 }), prefix, (octets, bits) => {
        const text = `${octets.join(".")}/${bits}`
        const address = canonicalAddress(text)
        const wanted =
          address?.wide && address.value === text ? { first: Number(address.range.first), last: Number(address.range.last) } : undefined
        expect([text, plainIpv4Network(text)]).toEqual([text, wanted])
      }),
      { numRuns: 20_000, seed: 8 },
    )
  })
})
