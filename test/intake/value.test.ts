// One value of a bulletin: recognised, in canonical form, marked; or refused with a reason.
import fc from "fast-check"
import { expect, test } from "vitest"
import { parseIndicator } from "../../src/intake/intake.js"
import { readValue } from "../../src/intake/value.js"

function check(input: string, expected: string): void {
  const read = parseIndicator(input)
  const text =
    "indicator" in read ? [`${read.indicator.type} ${read.indicator.value}`, ...read.indicator.marks].join(" | ") : read.problem.code
  expect(text).toBe(expected)
}

test("a value is recognised by what it is", () => {
  check("192.0.2.7", "ipv4-addr 192.0.2.7 | reserved")
  check("5.6.7.8", "ipv4-addr 5.6.7.8")
  check("5.6.7.8:8443", "ipv4-addr 5.6.7.8")
  check("2001:DB8::1", "ipv6-addr 2001:db8::1 | reserved")
  check("[2001:db8::1]:443", "ipv6-addr 2001:db8::1 | reserved")
  check("::ffff:5.6.7.8", "ipv4-addr 5.6.7.8")
  check("5.6.7.0 - 5.6.7.9", "ipv4-addr 5.6.7.0-5.6.7.9")
  check("5.6.7.0/255.255.255.0", "ipv4-addr 5.6.7.0/24")
  check("Evil.Example.", "domain-name evil.example")
  check("*.evil.example", "domain-name evil.example")
  check("évil.example", "domain-name xn--vil-9la.example")
  check("hxxps://evil[.]example/a", "url https://evil.example/a")
  check("evil.example/a?b=C", "url http://evil.example/a?b=C")
  check("Bob@Evil.Example", "email-addr bob@evil.example")
  check("Bob <bob@evil.example>", "email-addr bob@evil.example")
  check("0123456789ABCDEF0123456789ABCDEF", "file:hashes.MD5 0123456789abcdef0123456789abcdef")
  check("C:\\Users\\Public\\a.exe", "file:path C:\\Users\\Public\\a.exe")
  check("%TEMP%\\a.exe", "file:path %TEMP%\\a.exe")
  check("/usr/lib/libx.so.1", "file:path /usr/lib/libx.so.1")
  check("relay.exe", "file:name relay.exe")
  check("invoice #12.zip", "file:name invoice #12.zip")
})

test("quotes, marks and a trailing comma around a value are not part of it", () => {
  check('"5.6.7.8",', "ipv4-addr 5.6.7.8")
  check("`evil.example`", "domain-name evil.example")
  check("<http://evil.example/>", "url http://evil.example/")
})

test("a stated type is taken at its word, and retyped where the value says otherwise", () => {
  check("domain-name=evil.example", "domain-name evil.example")
  check("domain-name=5.6.7.8", "ipv4-addr 5.6.7.8 | retyped")
  check("file:name=README", "file:name README")
  check("ip=evil.example", "domain-name evil.example | retyped")
  check("url=evil.example", "domain-name evil.example | retyped")
  check(
    "file:hashes.MD5=da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "file:hashes.SHA-1 da39a3ee5e6b4b0d3255bfef95601890afd80709 | warninglist:empty-file | retyped",
  )
  check("domain-name=relay.exe", "file:name relay.exe | retyped")
})

test("a URL with an equals sign is no stated type", () => {
  check("http://evil.example/a=b", "url http://evil.example/a=b")
})

test("what is no value is refused with its code", () => {
  check("", "indicator-empty")
  check("   ", "indicator-empty")
  check("256.1.2.3", "indicator-unreadable")
  check("1.2.3", "indicator-unreadable")
  check("100.20.30.0/242159", "indicator-unreadable")
  check("name.nosuchtld", "indicator-unreadable")
  check("word", "indicator-unreadable")
  check("adc83b191b1c6ea0fd8b46cd9f32e592fc", "indicator-unreadable")
  check(`http://evil.example/${"a".repeat(9000)}`, "indicator-unreadable")
})

test("kinds that logs do not hold are reported as unsupported", () => {
  check("HKLM\\Software\\Relay", "indicator-unsupported")
  check("CVE-2021-26855", "indicator-unsupported")
  check("Global\\relay7", "indicator-unsupported")
  check("mutex=relay7", "indicator-unsupported")
  check("AS64496", "indicator-unsupported")
  check("00:00:5e:00:53:01", "indicator-unsupported")
  check("ab".repeat(28), "indicator-unsupported")
})

test("networks beyond /8 and /16 are refused, at them kept", () => {
  check("0.0.0.0/0", "indicator-too-wide")
  check("5.0.0.0/7", "indicator-too-wide")
  check("5.0.0.0/8", "ipv4-addr 5.0.0.0/8")
  check("1.0.0.0-9.0.0.0", "indicator-too-wide")
  check("2000::/15", "indicator-too-wide")
  check("::/0", "indicator-too-wide")
})

test("host bits are cleared, zeros read as decimal, both marked", () => {
  check("5.6.7.8/24", "ipv4-addr 5.6.7.0/24 | host-bits")
  check("005.006.007.008", "ipv4-addr 5.6.7.8 | leading-zeros")
  check("010.6.7.8/24", "ipv4-addr 10.6.7.0/24 | reserved | host-bits | leading-zeros")
})

test("warninglists mark and never drop; networks are compared both ways", () => {
  check("8.8.8.8", "ipv4-addr 8.8.8.8 | warninglist:public-resolver")
  check("8.8.8.0/24", "ipv4-addr 8.8.8.0/24 | warninglist:public-resolver")
  check("104.16.1.1", "ipv4-addr 104.16.1.1 | warninglist:cloudflare")
  check("google.com", "domain-name google.com | warninglist:top-site")
  check("evil.google.com.example", "domain-name evil.google.com.example")
  check(
    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
    `file:hashes.SHA-512 cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e | warninglist:empty-file`,
  )
})

test("a URL whose host has an empty label is none", () => {
  check("http://evil.example./a", "url http://evil.example/a")
  check("http://evil.example../a", "indicator-unreadable")
  check("http://evil..example/a", "indicator-unreadable")
})

test("a URL that its escapes make too long is refused as too long", () => {
  check(`http://evil.example/${"<".repeat(8000)}`, "indicator-unreadable")
  check(`http://evil.example/${"a".repeat(8000)}`, `url http://evil.example/${"a".repeat(8000)}`)
})

test("endless and hostile values end quickly", () => {
  const start = performance.now()
  for (const piece of ["a.", "[.", "((((", "a-", "1.", "%41", "\\", "@a", ":a", "[[dot]]", " .", "//"])
    readValue("any", piece.repeat(4000).slice(0, 8192))
  expect(performance.now() - start).toBeLessThan(5000)
})

test("a value that needs no undressing is read as it is with white space around it", () => {
  const part = fc.constantFrom(
    ..."http:// https:// hxxp:// htxp: hxtp fxp: : / . - _ @ a f g z 1 9 evil example com 203.0.113.9 /24 2001:db8 :: x p dot at".split(
      " ",
    ),
  )
  const value = fc.array(part, { minLength: 1, maxLength: 9 }).map((parts) => parts.join(""))
  fc.assert(
    fc.property(value, (text) => void expect([text, readValue("any", text)]).toEqual([text, readValue("any", ` ${text}`)])),
    { numRuns: 20_000, seed: 8 },
  )
})
