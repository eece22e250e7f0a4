// The kernel marks every line in which an indicator can be read, and leaves ordinary lines alone.
import { describe, expect, it } from "vitest"
import { indicator } from "./judge.js"
import { markedLines, scannerOf } from "./scanner.js"
import { queryOf, sketchedTexts } from "./sketched.js"

function check(spec: string, text: string, marked = true): void {
  const lines = markedLines(scannerOf([indicator(spec)]), `nothing here\n${text}\nnor here\n`)
  expect(lines, `${spec} in ${text}`).toEqual(marked ? [1] : [])
  // Whatever the scan marks, an index has read.
  if (marked) expect(sketchedTexts(queryOf([indicator(spec)]), ["nothing here\n", `${text}\n`]), `${spec} in ${text}`).toContain(1)
}

const address = "203.0.113.9"
const domain = "evil.example"

describe("addresses", () => {
  it("marks an address between every boundary", () => {
    for (const around of [
      "src=@ dst",
      "@",
      "(@)",
      '"@"',
      "@:443",
      "@/51234",
      "@.",
      "@..",
      "..@",
      "_@_",
      "host-@",
      "@-10.0.0.1",
      "@-",
      "a@b:@,",
    ])
      check(address, around.replaceAll("@", address))
  })
  it("leaves longer numbers alone", () => {
    for (const text of ["1203.0.113.9", "203.0.113.98", "203.0.113", "7.8.203.0.113.9.1", "203.0.113.9.shop.example"])
      check(address, text, false)
  })
  it("marks leading zeros, octal and hexadecimal hosts, integers", () => {
    for (const text of [
      "client=203.000.113.009 user=-",
      "GET http://0313.0.0161.011/x",
      "0313.0.0161.011",
      "GET http://3405803785/x",
      '{"src_ip":3405803785}',
      "http://0xcb007109/",
      "http://user@0xCB.0x0.0x71.0x9/",
      "http://203.28937/",
      "http://0xcb.0.113.9/",
      "http://031300070411/",
    ])
      check(address, text)
  })
  it("marks ports of tcpdump and netstat", () => {
    check(address, "IP 203.0.113.9.51234 > 10.0.0.1.443: Flags [S]")
    check(address, "IP 203.0.113.9.https > 10.0.0.1.443: Flags [S]")
  })
  it("marks an address of which the set has nothing but a host, a network, or a range", () => {
    check("http://203.0.113.9/a", "GET http://203.0.113.9/a")
    check("http://[::ffff:203.0.113.9]/a", "GET http://203.0.113.9/a")
    check("203.0.113.0/24", "src=203.0.113.9 dst")
    check("203.0.113.8-203.1.0.4", "src=203.1.0.2 dst")
    check("203.0.113.8-203.3.0.4", "src=203.2.0.2 dst")
    check(address, "src=0203.000.0113.9 dst")
    check(address, "http://0203.000.0113.9/")
    check(address, "range 10.0.0.0-250.0.0.0", false)
    check(address, "a-203.0.113.9-b")
  })
  it("marks words of /proc/net", () => {
    check(address, "  1: 0500000A:C822 097100CB:01BB 01 00000000:00000000")
    check("2001:db8::9", "  0: B80D0120000000000000000009000000:0016 00000000000000000000000000000000:0000 0A")
  })
  it("marks an address inside IPv6", () => {
    for (const text of [
      "::ffff:203.0.113.9",
      "::ffff:cb00:7109",
      "0:0:0:0:0:ffff:cb00:7109",
      "64:ff9b::203.0.113.9",
      "64:ff9b::cb00:7109",
      "64:ff9b:0:0:0:0:cb00:7109",
    ])
      check(address, `src=${text} dst`)
  })
  it("marks reverse and embedded names", () => {
    for (const text of [
      "9.113.0.203.in-addr.arpa",
      "9.113.0.203.IN-ADDR.ARPA.",
      "cpe-203-0-113-9.isp.example",
      "ip203-0-113-9.isp.example",
      "9-113-0-203.dyn.isp-a.example",
      "a.static-203-0-113-9-x.isp.example",
    ])
      check(address, `from ${text} port`)
    check("2001:db8::9", "9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR")
  })
  it("marks networks and ranges both ways", () => {
    for (const text of ["203.0.113.0/24", "203.0.0.0/16", "203.0.113.9/24", "203.0.113.0-203.0.113.20", "203.0.112.250-203.0.113.9"])
      check(address, text)
    for (const text of ["203.0.0.0/8", "203.0.113.16/28"]) check(address, text, false)
    for (const text of ["203.0.113.63", "203.0.113.0", "203.0.113.32/27", "203.0.112.0/22"]) check("203.0.113.0/26", text)
    check("203.0.113.0/26", "203.0.113.64", false)
    check("203.0.113.10-203.0.113.20", "203.0.113.15")
    check("203.0.113.10-203.0.113.20", "203.0.113.21", false)
  })
})

describe("IPv6", () => {
  it("marks every spelling", () => {
    for (const text of [
      "2001:db8::9",
      "2001:DB8:0:0:0:0:0:9",
      "2001:0db8:0000:0000:0000:0000:0000:0009",
      "[2001:db8::9]:443",
      "http://[2001:db8::9]/x",
      "2001:db8::9%eth0",
      "2001:db8::9:",
      "2001:db8::9.",
      "outside:2001:db8::9/443",
      "é:2001:db8::9",
      "2001:db8::0.0.0.9",
      "2001:db8::/32",
      "2001:db8::9-2001:db8::20",
    ])
      check("2001:db8::9", text)
  })
  it("marks short groups", () => {
    check("1:2:3:4:5:6:7:8", "peer 1:2:3:4:5:6:7:8 up")
    check("::1", "peer 0:0:0:0:0:0:0:1 up")
    check("64:ff9b:1:2:3:4:5:6", "peer 64:ff9b:1:2:3:4:5:6 up")
  })
  it("leaves clocks and MAC addresses alone", () => {
    check("::12:34", "at 00:12:34 login failed", false)
    check("2001:db8::9", "2001:db8::90 00:1b:44:11:3a:b7", false)
  })
  it("marks networks", () => {
    check("2001:db8:1::/48", "2001:db8:1:2::3")
    check("2001:db8:1::/48", "2001:db8:2::3", false)
  })
})

describe("names", () => {
  it("marks the name and what lies below it", () => {
    for (const text of [
      "evil.example",
      "EVIL.Example.",
      "a.b.evil.example",
      "http://good.example@evil.example/",
      "bob@evil.example",
      "_x.evil.example",
      "//evil.example:8080/a",
      "evil.example..",
      "x evil.example\t",
    ])
      check(domain, text)
    for (const text of ["notevil.example", "evil.example.org", "evil-example", "evil.examples", "vil.example"]) check(domain, text, false)
  })
  it("marks long names, hyphens and underscores", () => {
    check(domain, `${"a-long-label-of-a-name.".repeat(10)}evil.example`)
    check("my-evil.corp.example", "x.my-evil.corp.example")
    check("foo_bar.example", "q=foo_bar.example")
    check("foo_bar.example", "q=a.foo_bar.example")
    check("a.foo.example-local", "q=a.foo.example-local")
    check("_dmarc.evil.example", "_dmarc.evil.example TXT")
  })
  it("marks names in another script", () => {
    check("bücher.example", "query: xn--bcher-kva.example IN A")
    check("bücher.example", "query: bücher.example IN A")
    check("bücher.example", "«www.BÜCHER.example»")
    check("почта.рф", "query: почта.рф IN A")
    check(domain, "http://ｅｖｉｌ.example/")
    check(domain, "http://ｅｖｉｌ．ｅｘａｍｐｌｅ/")
    check(domain, "evil。example")
  })
  it("marks hosts of URLs, not what lies below them", () => {
    check("http://evil.example/a", "host=evil.example path=/a")
    check("http://evil.example/a", "http://www.evil.example/a", false)
    check("http://203.0.113.9:8080/a", "203.0.113.9:8080")
    check("http://[2001:db8::9]/a", "2001:db8:0::9")
    check("http://c2server/a", "http://c2server/a")
  })
  it("wants a word of the path on a shared host", () => {
    check("https://t.co/keNYZ2kyzs", "GET https://t.co/keNYZ2kyzs HTTP/1.1")
    check("https://t.co/keNYZ2kyzs", "host=t.co path=/%6beNYZ2kyzs")
    check("https://t.co/keNYZ2kyzs", "GET https://t.co/otherlink HTTP/1.1", false)
    check("https://t.co/", "GET https://t.co/otherlink HTTP/1.1")
  })
  it("marks mail addresses only", () => {
    check("bob@evil.example", "from=<Bob@Evil.example>, size")
    check("bob@evil.example", "from=bob%40evil.example")
    check("bob@evil.example", "bob[at]evil[.]example")
    for (const text of ["from=<notbob@evil.example>", "evil.example", "bob@www.evil.example"]) check("bob@evil.example", text, false)
  })
})

describe("digests", () => {
  const md5 = "0cc175b9c0f1b6a831c399e269772661"
  const sha1 = "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"
  it("marks them at every place", () => {
    for (let before = 0; before < 70; before++) check(md5, `${" ".repeat(before)}MD5=${md5.toUpperCase()},`)
    check(md5, `${md5}0`, false)
    check(md5, `g${md5}`, false)
  })
  it("marks pairs", () => {
    for (const separator of [":", "-", " "])
      for (let before = 0; before < 70; before++) check(sha1, `${"x".repeat(before)} ${sha1.match(/../g)?.join(separator).toUpperCase()}`)
    check(sha1, `added ${sha1.match(/../g)?.join(" ")}`)
  })
  it("marks all lengths", () => {
    for (const length of [32, 40, 64, 128]) check("ab".repeat(length / 2), `h="${"aB".repeat(length / 2)}"`)
  })
})

describe("what is spelled otherwise", () => {
  it("marks escapes, three layers deep", () => {
    for (const text of [
      "\\t203.0.113.9\\n",
      "203\\u002e0\\u002E113.9",
      "203\\x2e0.113.9",
      "203%2E0.113.9",
      "203%252e0.113.9",
      "203%25252e0.113.9",
      "203\\u00252e0.113.9",
      "203&#46;0.113.9",
      "203&#x2e;0.113.9",
      "203&period;0.113.9",
      "\u001b[31m203.0.113.9\u001b[0m",
      "^[[31m203.0.113.9^[[0m",
      "#011203.0.113.9#011",
      "\\0113203.0.113.9",
    ])
      check(address, `a ${text} b`, !text.includes("0113203"))
  })
  it("marks what an escape sticks to, of every kind", () => {
    const md5 = "0cc175b9c0f1b6a831c399e269772661"
    for (const mark of ["\\t", "\\r\\n", "\\u0020", "%20", "%2F", "%3D", "%2520", "\\/"]) {
      check(address, `a${mark}${address}${mark}b`)
      check(domain, `a${mark}www.${domain}${mark}b`)
      check("2001:db8::9", `a${mark}2001:db8::9${mark}b`)
      check("bob@mail.example", `a${mark}bob@mail.example${mark}b`)
      check(md5, `a${mark}${md5}${mark}b`)
      check("https://t.co/keNYZ2kyzs", `host=t.co path=${mark}keNYZ2kyzs`)
      check("file:name=nc", `a${mark}nc${mark}b`)
      check("user-agent=EvilBot/1.0 (x)", `"${"EvilBot/1.0 (x)".replaceAll(" ", mark === "%20" ? "%20" : " ")}"`)
    }
    check(address, "http:%2F%2F3405803785%2F")
    check(address, "http:\\/\\/203.28937\\/")
    check(address, "http:\\\\/\\\\/203.28937\\\\/")
    check(address, "CNE\\e.lebihan 203.0.113.9")
    check(address, "CNE\\e.lebihan 203.0.113.98", false)
  })
  it("marks slashes of JSON and names behind them", () => {
    check(domain, '{"url":"http:\\/\\/evil.example\\/a"}')
    check(domain, '"\\nevil.example"')
    check("svch0st.exe", '{"Image":"C:\\\\Users\\\\nobody\\\\svch0st.exe"}')
    check("svch0st.exe", "C:\\temp\\svch\\u0030st.exe x")
  })
  it("marks names of the Windows DNS log", () => {
    check(domain, "A (1)a(4)evil(7)example(0)")
    check(domain, "A (3)evil(7)example(0)", false)
    check("bücher.example", "A (6)bücher(7)example(0)")
  })
  it("marks what is defanged", () => {
    for (const text of [
      "evil[.]example",
      "evil[.example",
      "evil.]example",
      "evil (dot) example",
      "evil{[.]}example",
      "evil[point]example",
      "evil\\.example",
      "hxxp://evil[.]example/",
      "ev\u200bil.example",
      "evil\u00ad.example",
    ])
      check(domain, `${text} seen`)
    check("2001:db8::9", "2001[:]db8::9")
    check("203.0.113.9", "203[.]0[.]113[.]9")
  })
})

describe("files and other text", () => {
  it("marks names and paths", () => {
    check("file:name=svch0st.exe", 'image="C:\\tmp\\SVCH0ST.EXE"')
    check("file:name=svch0st.exe", 'image="C:\\tmp\\mysvch0st.exe"', false)
    check("file:name=my file.exe", "open 'My File.exe'")
    check("file:name=payload", "run /tmp/payload now")
    check("file:name=nc", "run /bin/nc now")
    check("file:name=track.mp3", "run /bin/track.mp3 now")
    check("file:name=каталог", "run КАТАЛОГ now")
    check("file:path=%APPDATA%\\relay\\up.dat", "write C:\\Users\\bob\\AppData\\Roaming\\relay\\up.dat ok")
    check("file:path=/opt/.hidden/agent", "exec /opt/.hidden/agent")
  })
  it("marks fingerprints and user agents", () => {
    check("x-ja4=t13d1516h2_8daaf6152771_b186095e22b6", "ja4=T13D1516H2_8daaf6152771_b186095e22b6")
    check("user-agent=Mozilla/5.0 (Windows NT 10.0; Trident/7.0) SideWalk/1.2", '"Mozilla/5.0 (Windows NT 10.0; Trident/7.0) SideWalk/1.2"')
  })
})

describe("text", () => {
  it("gives each line once, with its number", () => {
    const scanner = scannerOf([indicator(domain), indicator(address)])
    const text = `a\n${domain} ${address} ${domain}\n\n\\t${domain} x\n${address}`
    scanner.room.set(new TextEncoder().encode(text))
    expect(scanner.scan(text.length)).toEqual({ newlines: 4, starts: [2, 41, 58], lines: [1, 3, 4] })
  })
  it("counts the newlines of texts of any length, and none behind them", () => {
    const scanner = scannerOf([indicator(domain)])
    for (const length of [0, 1, 63, 64, 65, 127, 128, 16_383, 16_384, 16_385, 32_768, 40_000]) {
      for (const every of [1, 2, 7, 100]) {
        const text = Uint8Array.from({ length }, (_, at) => (at % every === 0 ? 10 : 120))
        scanner.room.fill(10)
        scanner.room.set(text)
        expect(scanner.scan(length).newlines, `${length} bytes, every ${every}`).toBe(Math.ceil(length / every))
      }
    }
  })
  it("leaves what lies behind the text as it was", () => {
    const scanner = scannerOf([indicator(domain)])
    scanner.room.fill(120)
    scanner.scan(1000)
    expect(scanner.room.every((byte) => byte === 120)).toBe(true)
  })
  it("finds nothing with an empty set", () => {
    expect(markedLines(scannerOf([]), `${domain} ${address}\n`)).toEqual([])
  })
  it("reads on after a text", () => {
    const scanner = scannerOf([indicator(domain)])
    expect(markedLines(scanner, `x ${domain}\n`)).toEqual([0])
    expect(markedLines(scanner, "x\n")).toEqual([])
    expect(markedLines(scanner, `%20${domain}`)).toEqual([0])
  })
})
