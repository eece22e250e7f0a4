// Nothing of a capture is dropped without a word: it stands in a record, or a problem says that it does not.
import { generateKeyPairSync } from "node:crypto"
import { describe, expect, test } from "vitest"
import { pcap } from "../../../src/sources/formats/binary/pcap/pcap.js"
import { decodeBytes } from "./decode.js"
import { conversation, dns, type Ends, ethernet, flags, makePcap, tcp, udp } from "./make/pcap.js"
import { counted, makeClientHello } from "./make/tls.js"

interface Read {
  readonly text: string
  /** Of records that say something, by what they are. */
  readonly records: readonly Readonly<Record<string, unknown>>[]
  readonly problems: readonly string[]
}

async function readBytes(bytes: Buffer): Promise<Read> {
  const { records, problems } = await decodeBytes(pcap, bytes)
  return {
    text: records.map(({ text }) => text).join("\n"),
    records: records.map(({ text }) => JSON.parse(text) as Record<string, unknown>),
    problems: problems.map(({ code, message }) => `${code}: ${message}`),
  }
}

function read(frames: readonly Buffer[]): Promise<Read> {
  return readBytes(makePcap(frames.map((frame, at) => ({ seconds: 1_609_636_269, micros: at, frame }))))
}

type Turns = Parameters<typeof conversation>[1]

/** A long text as segments of one side. */
function parts(side: "client" | "server", text: string): Turns {
  return Array.from({ length: Math.ceil(text.length / 1400) }, (_, at) => [side, text.slice(at * 1400, at * 1400 + 1400)] as const)
}

const web: Ends = { from: "10.0.0.5", fromPort: 49_152, to: "203.0.113.9", toPort: 80 }
const names: Ends = { from: "10.0.0.5", fromPort: 5353, to: "10.0.0.1", toPort: 53 }
const mail: Ends = { from: "198.51.100.7", fromPort: 40_000, to: "10.0.0.25", toPort: 25 }

const get = "GET /a HTTP/1.1\r\nHost: relay.example\r\n\r\n"
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

interface HttpRecord {
  readonly event: { readonly action: string }
  readonly url?: { readonly original: string }
  readonly http: { readonly request?: object; readonly response?: { readonly status_code?: number; readonly headers: object } }
}

function exchanges({ records }: Read): readonly HttpRecord[] {
  return (records as unknown as readonly HttpRecord[]).filter(({ event }) => event.action === "http")
}

function answerTo(id: number, records: readonly (readonly [type: number, data: Buffer])[], questions = 1): Buffer {
  const header = Buffer.alloc(12)
  header.writeUInt16BE(id, 0)
  header.writeUInt16BE(0x8180, 2)
  header.writeUInt16BE(questions, 4)
  header.writeUInt16BE(records.length, 6)
  const asked = Array.from({ length: questions }, (_, at) =>
    Buffer.concat([label(`q${at}`), label("example"), Buffer.from([0, 0, 1, 0, 1])]),
  )
  const told = records.map(([type, data]) =>
    Buffer.concat([Buffer.from([0xc0, 12, type >> 8, type & 255, 0, 1, 0, 0, 0, 60]), counted(2, data)]),
  )
  return Buffer.concat([header, ...asked, ...told])
}

function label(text: string): Buffer {
  return counted(1, Buffer.from(text))
}

function name(text: string): Buffer {
  return Buffer.concat([...text.split(".").map(label), Buffer.from([0])])
}

const addressed = (at: number): Buffer => Buffer.from([203, 0, 113 + (at >> 8), at & 255])

describe("DNS", () => {
  test("all records of a long answer are there, in several records", async () => {
    const records = Array.from({ length: 1100 }, (_, at) => [1, addressed(at)] as const)
    const found = await read([udp(names, answerTo(7, records))])
    for (const at of [0, 511, 512, 1099]) expect(found.text).toContain(`"data":"${[...addressed(at)].join(".")}"`)
    expect(found.records.map(({ dns }) => (dns as { answers?: unknown[] } | undefined)?.answers?.length)).toEqual([512, 512, 76, undefined])
    expect(found.problems).toEqual([])
  })

  test("all questions of a message are there", async () => {
    const found = await read([udp(names, answerTo(7, [], 600))])
    for (const at of [0, 1, 511, 512, 599]) expect(found.text.match(new RegExp(`"q${at}\\.example"`, "g"))?.length).toBe(at === 0 ? 2 : 1)
    expect(found.problems).toEqual([])
  })

  test("the legible text of an unknown type is whole", async () => {
    const found = await read([udp(names, answerTo(7, [[99, Buffer.from(`${"x".repeat(2000)} relay.example`)]]))])
    expect(found.text).toContain("relay.example")
  })

  test("for whom a resolver asks stands in its message; what is no such option is told", async () => {
    const option = (family: number, prefix: number, ...address: number[]) =>
      Buffer.concat([Buffer.from([0, 8]), counted(2, Buffer.from([0, family, prefix, 0, ...address]))])
    const cookie = Buffer.concat([Buffer.from([0, 10]), counted(2, Buffer.from("12345678"))])
    const own = Buffer.concat([
      cookie,
      option(1, 32, 203, 0, 113, 9),
      option(1, 24, 198, 51, 100),
      option(2, 32, 0x20, 1, 0xd, 0xb8),
      option(1, 0),
    ])
    const found = await read([udp(names, answerTo(7, [[41, own]]))])
    expect(found.records[0]?.dns).toMatchObject({ client_subnets: ["203.0.113.9", "198.51.100.0/24", "2001:db8::/32"] })
    expect(found.problems).toEqual([])
    const none = await read([udp(names, answerTo(7, [[41, cookie]]))])
    expect(none.records[0]?.dns).not.toHaveProperty("client_subnets")
    for (const bad of [option(1, 33, 203, 0, 113, 9), option(3, 8, 1), option(1, 24, 198, 51), Buffer.from([0, 8, 0, 99, 0, 1])]) {
      const told = await read([udp(names, answerTo(7, [[41, bad]]))])
      expect(told.problems.some((one) => one.includes("DNS message is damaged"))).toBe(true)
    }
  })

  test("names and addresses within the data of rarer types", async () => {
    const hints = Buffer.concat([Buffer.from([0, 4]), counted(2, Buffer.from([203, 0, 113, 9, 203, 0, 113, 10]))])
    const service = Buffer.concat([Buffer.from([0, 1]), name("svc.relay.example"), hints])
    const naptr = Buffer.concat([Buffer.from([0, 1, 0, 1]), label("U"), label("E2U+sip"), label(""), name("sip.relay.example")])
    const signature = Buffer.concat([Buffer.alloc(18), name("signer.example"), Buffer.from("abc")])
    const found = await read([
      udp(
        names,
        answerTo(7, [
          [65, service],
          [35, naptr],
          [46, signature],
          [47, Buffer.concat([name("next.example"), Buffer.from([0, 1, 0x40])])],
        ]),
      ),
    ])
    for (const value of [
      "svc.relay.example 203.0.113.9 203.0.113.10",
      "U E2U+sip sip.relay.example",
      "signer.example abc",
      "next.example @",
    ])
      expect(found.text).toContain(`"data":"${value}"`)
    expect(found.problems).toEqual([])
  })

  test("a damaged message is told, and what stands before the damage is there", async () => {
    const whole = answerTo(7, [
      [1, addressed(1)],
      [1, addressed(2)],
    ])
    const cut = await read([udp(names, whole.subarray(0, -1))])
    expect(cut.text).toContain("203.0.113.1")
    expect(cut.problems).toEqual(["malformed: a DNS message is damaged or cut off: what follows in it is not searched"])
    const inside = await read([udp(names, answerTo(7, [[5, Buffer.from([9, 0x61, 0x62])]]))])
    expect(inside.text).toContain(`"data":"ab"`)
    expect(inside.problems).toHaveLength(1)
  })

  test("what speaks something else on the port of DNS is sampled", async () => {
    const ends = { ...names, fromPort: 49_152 }
    const found = await read(conversation(ends, [["client", "hello from relay.example\n"]]))
    expect(found.text).toContain(`"payload":{"source":"hello from relay.example"}`)
  })

  test("a connection that stops being DNS is told", async () => {
    const ends = { ...names, fromPort: 49_152 }
    const found = await read(
      conversation(ends, [["client", Buffer.concat([counted(2, dns(1, "relay.example")), Buffer.from([0, 2, 1, 1])])]]),
    )
    expect(found.text).toContain("relay.example")
    expect(found.problems).toEqual(["malformed: a DNS connection ends within a message, or holds something else: that is not searched"])
  })
})

describe("HTTP", () => {
  test("all headers, and all of a header", async () => {
    const many = Array.from({ length: 300 }, (_, at) => `X-H${at}: value${at}.example\r\n`).join("")
    const long = `X-Long: ${"x".repeat(20_000)} relay.example\r\n`
    const found = await read(conversation(web, [...parts("client", `GET / HTTP/1.1\r\n${many}${long}\r\n`), ["server", ok]]))
    expect(found.text).toContain(`"x-h299":"value299.example"`)
    expect(found.text).toContain(`x relay.example"`)
    expect(found.problems).toEqual([])
  })

  test("a head of 200 KiB is whole; a longer one is told", async () => {
    const head = (chars: number): string => `GET /a HTTP/1.1\r\nCookie: ${"c".repeat(chars)}\r\nX-Last: relay.example\r\n\r\n`
    const whole = await read(conversation(web, [...parts("client", head(200_000)), ["server", ok]]))
    expect(whole.text).toContain(`"x-last":"relay.example"`)
    expect(whole.problems).toEqual([])
    const long = await read(conversation(web, [...parts("client", head(300_000)), ["client", get.replace("/a", "/next")], ["server", ok]]))
    expect(exchanges(long).map(({ url }) => url?.original)).toEqual(["/a", "/next"])
    expect(long.problems).toEqual(["limit: an HTTP head is too long: the rest of it is not searched"])
  })

  test("what comes of a head that does not end", async () => {
    const found = await read(conversation(web, [["client", "GET /gate HTTP/1.1\r\nHost: relay.exam"]]))
    expect(found.text).toContain(`"full":"http://relay.exam/gate"`)
    const answer = await read(
      conversation(web, [
        ["client", get],
        ["server", "HTTP/1.1 302 Found\r\nLocation: http://relay2.example/"],
      ]),
    )
    expect(exchanges(answer)[0]?.http.response).toEqual({ status_code: 302, headers: { location: "http://relay2.example/" } })
  })

  test("a gap within a head is told, and what stands before it is there", async () => {
    const turns: Turns = [
      ["client", "GET /gate HTTP/1.1\r\nHost: relay.example\r\nCookie: a"],
      ["client", "b"],
      ["client", "c\r\n\r\n"],
      ["client", get.replace("/a", "/next")],
    ]
    const frames = conversation(web, turns)
    const found = await read(frames.filter((_frame, at) => at !== 4))
    expect(exchanges(found).map(({ url }) => url?.original)).toEqual(["/gate", "/next"])
    expect(found.problems).toEqual(["truncated: segments of a connection are missing: what stood around them is not searched"])
  })

  test("a gap within a body hides nothing", async () => {
    const turns: Turns = [
      ["client", get],
      ["server", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na"],
      ["server", "b"],
      ["server", "c"],
    ]
    const found = await read(conversation(web, turns).filter((_frame, at) => at !== 5))
    expect(found.problems).toEqual([])
  })

  test("hundreds of requests before the first answer keep theirs", async () => {
    const asked = Array.from({ length: 300 }, (_, at) => ["client", get.replace("/a", `/${at}`)] as const)
    const told = Array.from({ length: 300 }, (_, at) => ["server", ok.replace("OK", `OK\r\nX-To: ${at}`)] as const)
    const all = exchanges(await read(conversation(web, [...asked, ...told])))
    const headers = (each: HttpRecord): unknown => (each.http.response?.headers as Record<string, unknown> | undefined)?.["x-to"]
    // The first 44 were written before their answers came, which stand alone.
    expect(all.slice(0, 44).map((each) => [each.url?.original, headers(each)])).toEqual(
      asked.slice(0, 44).map((_, at) => [`/${at}`, undefined]),
    )
    expect(all.slice(44, 88).map((each) => [each.url, headers(each)])).toEqual(asked.slice(0, 44).map((_, at) => [undefined, `${at}`]))
    expect(all.slice(88).map((each) => [each.url?.original, headers(each)])).toEqual(
      asked.slice(44).map((_, at) => [`/${at + 44}`, `${at + 44}`]),
    )
  })

  test("an answer whose request was not captured, and what comes before an answer", async () => {
    const found = await read(
      conversation(web, [
        ["server", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http://relay.example/\r\n\r\n"],
        ["server", "HTTP/1.1 103 Early Hints\r\nLink: <http://relay2.example/>\r\n\r\n"],
      ]),
    )
    expect(exchanges(found).map(({ http }) => http)).toEqual([
      { response: { status_code: 302, headers: { "content-length": "0", location: "http://relay.example/" } } },
      { response: { status_code: 103, headers: { link: "<http://relay2.example/>" } } },
    ])
  })

  test("a header that comes again, goes on in the next line, or is none", async () => {
    const head = "GET / HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\nX-A: one\r\n two\r\nx-a: three\r\nno header\r\n\r\n"
    const found = await read(conversation(web, [["client", head]]))
    expect(exchanges(found)[0]).toMatchObject({
      url: { host: "a.example" },
      http: { request: { headers: { host: "b.example", "x-a": ["one two", "three"], "": "no header" } } },
    })
  })

  test("trailers are told, and are no answer", async () => {
    const pieces = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Trailer: relay.example\r\n\r\n"
    const found = await read(
      conversation(web, [
        ["client", get],
        ["server", pieces],
        ["client", get.replace("/a", "/b")],
        ["server", ok],
      ]),
    )
    expect(exchanges(found).map(({ url, http }) => [url?.original, http.response?.status_code])).toEqual([
      ["/a", 200],
      ["/b", 200],
    ])
    expect(found.problems).toEqual([
      "unsupported: what stands between two HTTP messages (trailers, more than was announced) is not searched",
    ])
  })

  test.each([
    ["no length", "zz\r\n"],
    ["a line without end", `1;${"x".repeat(9000)}`],
  ])("damaged pieces of a body are told: %s", async (_what, line) => {
    const found = await read(
      conversation(web, [["client", get], ["server", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"], ...parts("server", line)]),
    )
    expect(found.problems).toEqual([
      "malformed: the pieces of an HTTP body are damaged: what follows up to the next message is not searched",
    ])
  })
})

describe("mail and FTP", () => {
  const opening: Turns = [
    ["server", "220 mx.corp.example ESMTP\r\n"],
    ["client", "EHLO relay.example\r\n"],
    ["client", "MAIL FROM:<sender@relay.example>\r\n"],
  ]

  test("all recipients, in several records", async () => {
    const recipients = Array.from({ length: 2500 }, (_, at) => `RCPT TO:<r${at}@corp.example>\r\n`).join("")
    const found = await read(conversation(mail, [...opening, ...parts("client", `${recipients}DATA\r\nSubject: x\r\n\r\n.\r\n`)]))
    for (const at of [0, 999, 1000, 2499]) expect(found.text.split(`"r${at}@corp.example"`)).toHaveLength(2)
    expect(found.problems).toEqual([])
  })

  test("all of a long head, and all of a long header", async () => {
    const lines = Array.from({ length: 3000 }, (_, at) => `X-H${at}: value${at}.corp.example\r\n`).join("")
    const long = `X-Long: ${"x".repeat(20_000)} relay.example\r\n`
    const found = await read(
      conversation(mail, [...opening, ["client", "DATA\r\n"], ...parts("client", `${lines}${long}not a header\r\n\r\nbody\r\n.\r\n`)]),
    )
    for (const at of [0, 499, 500, 2999]) expect(found.text.split(`"value${at}.corp.example"`)).toHaveLength(2)
    expect(found.text).toContain(`x relay.example"`)
    expect(found.text).toContain(`"":"not a header"`)
    expect(found.problems).toEqual([])
  })

  test("a line of 60 KiB is whole; of a longer one, that its start is lost is told", async () => {
    const line = (chars: number): string => `DATA\r\nX-Start: relay.example ${"x".repeat(chars)}\r\n\r\n.\r\n`
    const whole = await read(conversation(mail, [...opening, ...parts("client", line(60_000))]))
    expect(whole.text).toContain(`"x-start":"relay.example x`)
    expect(whole.problems).toEqual([])
    const long = await read(conversation(mail, [...opening, ...parts("client", line(70_000))]))
    expect(long.problems).toHaveLength(1)
    expect(long.problems[0]).toMatch(/^limit: a line of SMTP or FTP is too long: only its end is searched/)
  })

  test("a recipient within the last bytes of a capture, and a mail in pieces", async () => {
    const cut = await read(conversation(mail, [...opening, ["client", "RCPT TO:<bob@corp.example>"]]))
    expect(cut.text).toContain(`"bob@corp.example"`)
    const pieces = await read(conversation(mail, [...opening, ["client", "RCPT TO:<bob@corp.example>\r\nBDAT 3 LAST\r\nabc"]]))
    expect(pieces.problems).toEqual(["unsupported: a mail was sent in pieces (BDAT), which are not read: only its envelope is searched"])
    const ftp = await read(
      conversation({ ...mail, toPort: 21 }, [
        ["server", "220 ftp\r\n"],
        ["client", "RETR relay.bin"],
      ]),
    )
    expect(ftp.text).toContain(`"argument":"relay.bin"`)
  })

  test("a gap in a mail is told", async () => {
    const frames = conversation(mail, [...opening, ["client", "RCPT TO:<a@corp.example>\r\n"], ["client", "RCPT TO:<b@corp.example>\r\n"]])
    const found = await read(frames.filter((_frame, at) => at !== 6))
    expect(found.problems).toEqual(["truncated: segments of a connection are missing: what stood around them is not searched"])
  })
})

describe("TLS", () => {
  const secure = { ...web, toPort: 443 }
  const sni: readonly [number, Buffer] = [0, counted(2, Buffer.concat([Buffer.from([0]), counted(2, Buffer.from("relay.example"))]))]
  const hello = makeClientHello({ ciphers: [0x1301], extensions: [sni, [0x0015, Buffer.alloc(400)]] })

  test("the name in a hello that does not end is there, and what is missing is told", async () => {
    const found = await read(conversation(secure, [["client", hello.subarray(0, 200)]]))
    expect(found.text).toContain(`"tls":{"client":{"server_name":"relay.example"}}`)
    expect(found.problems).toHaveLength(1)
    expect(found.problems[0]).toMatch(/^malformed: a TLS handshake is damaged or ends early/)
  })

  test("all names of a certificate; one that cannot be read is told", async () => {
    const alternatives = Array.from({ length: 300 }, (_, at) => `n${at}.relay.example`)
    const found = await read(conversation(secure, [["client", hello], ...parts("server", flight(certificate(alternatives)))]))
    expect(found.text).toContain(`"n299.relay.example"`)
    expect(found.problems).toEqual([])
    const bad = await read(conversation(secure, [["client", hello], ...parts("server", flight(Buffer.from("no certificate")))]))
    expect(bad.problems[0]).toMatch(/^malformed: a TLS handshake is damaged or ends early/)
  })

  test("a certificate of 100 KiB is read; a handshake without end is told", async () => {
    const alternatives = Array.from({ length: 5000 }, (_, at) => `name${at}.relay.example`)
    const large = await read(conversation(secure, [["client", hello], ...parts("server", flight(certificate(alternatives)))]))
    expect(large.text).toContain(`"name4999.relay.example"`)
    expect(large.problems).toEqual([])
    const endless = Array.from({ length: 20 }, () => record(Buffer.concat([Buffer.from([4]), counted(3, Buffer.alloc(16_000))])))
    const found = await read(conversation(secure, [["client", hello], ...parts("server", Buffer.concat(endless).toString("latin1"))]))
    expect(found.problems).toEqual(["limit: a TLS handshake is too long: the rest of it is not searched"])
  })

  function record(handshake: Buffer): Buffer {
    return Buffer.concat([Buffer.from([22, 3, 3]), counted(2, handshake)])
  }

  /** ServerHello and certificate, in records of at most 16 KiB. */
  function flight(der: Buffer): string {
    const said = Buffer.concat([
      Buffer.from([2]),
      counted(3, Buffer.concat([Buffer.from([3, 3]), Buffer.alloc(32), Buffer.from([0, 0x13, 1, 0, 0, 0])])),
    ])
    const shown = Buffer.concat([Buffer.from([11]), counted(3, counted(3, counted(3, der)))])
    const all = Buffer.concat([said, shown])
    const records = Array.from({ length: Math.ceil(all.length / 16_000) }, (_, at) =>
      record(all.subarray(at * 16_000, at * 16_000 + 16_000)),
    )
    return Buffer.concat(records).toString("latin1")
  }

  /** X.509 with these alternative names; nobody checks its signature. */
  function certificate(alternatives: readonly string[]): Buffer {
    const key = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "der" })
    const algorithm = der(0x30, der(0x06, Buffer.from("2a8648ce3d040302", "hex")))
    const who = der(0x30, der(0x31, der(0x30, der(0x06, Buffer.from([0x55, 4, 3])), der(0x0c, Buffer.from("relay.example")))))
    const time = der(0x17, Buffer.from("210101000000Z"))
    const list = der(0x30, ...alternatives.map((each) => der(0x82, Buffer.from(each))))
    const extension = der(0x30, der(0x06, Buffer.from([0x55, 0x1d, 0x11])), der(0x04, list))
    const body = der(
      0x30,
      der(0xa0, der(0x02, Buffer.from([2]))),
      der(0x02, Buffer.from([1])),
      algorithm,
      who,
      der(0x30, time, time),
      who,
      key,
      der(0xa3, der(0x30, extension)),
    )
    return der(0x30, body, algorithm, der(0x03, Buffer.from([0, 0])))
  }

  function der(tag: number, ...parts: readonly Buffer[]): Buffer {
    const content = Buffer.concat(parts)
    const size = content.length < 128 ? 0 : content.length < 256 ? 1 : content.length < 65_536 ? 2 : 3
    const length = size === 0 ? counted(1, content) : Buffer.concat([Buffer.from([0x80 | size]), counted(size, content)])
    return Buffer.concat([Buffer.from([tag]), length])
  }
})

describe("packets", () => {
  test("all peers that ICMP errors quote", async () => {
    const router: Ends = { from: "192.0.2.1", fromPort: 0, to: "10.0.0.5", toPort: 0 }
    const errors = Array.from({ length: 150 }, (_, at) => {
      const quoted = udp({ from: "10.0.0.5", fromPort: 5000, to: `203.0.113.${at}`, toPort: 6000 }, Buffer.from("x")).subarray(14)
      return ethernet(router, 1, Buffer.concat([Buffer.from([3, 1, 0, 0, 0, 0, 0, 0]), quoted]))
    })
    const found = await read(errors)
    for (const at of [0, 63, 64, 149]) expect(found.text.split(`"destination":"203.0.113.${at}"`)).toHaveLength(2)
    expect(found.records.map(({ event }) => (event as { action: string }).action)).toEqual(["icmp-error", "icmp-error", "flow"])
  })

  test("segments that come 500 later are put in order; what never came is told", async () => {
    const [syn, synAck, ack, first, ...others] = conversation(web, [
      ["client", get.slice(0, 20)],
      ...parts("client", `${get.slice(20)}${get.replace("/a", `/${"b".repeat(700_000)}`)}`).slice(0, 400),
    ]) as [Buffer, Buffer, Buffer, Buffer, ...Buffer[]]
    const late = await read([syn, synAck, ack, ...others.slice(0, -2), first])
    expect(late.text).toContain(`"full":"http://relay.example/a"`)
    const behind = 1001 + get.length + 1
    const segments = Array.from({ length: 1100 }, (_, at) => tcp(web, { seq: behind + at, ack: 5001, set: flags.ack }, "x"))
    const never = await read([...conversation(web, [["client", get]]).slice(0, 4), ...segments])
    expect(never.problems).toEqual(["limit: a segment came too late or not at all: what stood around it in its connection is not searched"])
  })

  test("what a SYN carries is read", async () => {
    const found = await read([tcp(web, { seq: 1000, ack: 0, set: flags.syn }, get)])
    expect(found.text).toContain(`"full":"http://relay.example/a"`)
  })

  test("each side of an unknown protocol is sampled, and looked at, for itself", async () => {
    const turns: Turns = [...Array.from({ length: 6 }, (_, at) => ["server", `\u0001noise ${at}`] as const), ["client", "to relay.example"]]
    const found = await read(conversation({ ...web, toPort: 4444 }, turns))
    expect(found.text).toContain(`"payload":{"source":"to relay.example","destination":"noise 0"}`)
  })

  test("packets without their end, fragments, damaged headers and deep tunnels are told", async () => {
    const packet = udp(names, dns(1, "relay.example"))
    const cut = makePcap([{ seconds: 1, micros: 0, frame: packet }])
    cut.writeUInt32LE(packet.length + 1000, 24 + 12)
    expect((await readBytes(cut)).problems).toEqual(["truncated: a packet was captured without its end: what was cut off is not searched"])

    const later = Buffer.from(packet)
    later.writeUInt16BE(100, 14 + 6)
    expect((await read([packet, later, later])).problems).toEqual([
      "unsupported: a packet came in fragments, which are not put together: what stands in the later ones is not searched (2 times, here first)",
    ])

    const damaged = Buffer.from(packet)
    damaged.writeUInt8(0x41, 14)
    expect((await read([damaged])).problems).toEqual([
      "malformed: the headers of a packet are damaged or cut off: what follows them is not searched",
    ])

    let inner = packet.subarray(14)
    for (let depth = 0; depth < 5; depth++) inner = ethernet(names, 4, inner).subarray(14)
    const deep = Buffer.concat([packet.subarray(0, 14), inner])
    expect((await read([deep])).problems).toEqual(["limit: tunnels stand within each other too deep: the innermost is not entered"])
  })

  test("comments on an interface are read, and blocks of other kinds are told", async () => {
    const section = block(0x0a0d0d0a, Buffer.from("4d3c2b1a01000000ffffffffffffffff", "hex"))
    const comment = Buffer.from("seen at relay.example...")
    const described = block(
      1,
      Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]), Buffer.from([1, 0, comment.length, 0]), comment, Buffer.alloc(4)]),
    )
    const journal = block(9, Buffer.from("MESSAGE=relay2.example\n\0"))
    const found = await readBytes(Buffer.concat([section, described, journal]))
    expect(found.text).toContain(`"message":"seen at relay.example..."`)
    expect(found.problems).toEqual(["unsupported: a block of a kind that holds no packets is not searched"])
  })

  function block(type: number, body: Buffer): Buffer {
    const bytes = Buffer.concat([Buffer.alloc(8), body, Buffer.alloc(4)])
    bytes.writeUInt32LE(type, 0)
    bytes.writeUInt32LE(bytes.length, 4)
    bytes.writeUInt32LE(bytes.length, bytes.length - 4)
    return bytes
  }
})
