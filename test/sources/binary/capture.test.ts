// What a capture's conversations say beyond their ends: TLS fingerprints against the published example, SMTP envelopes, DNS answers.
import { createHash } from "node:crypto"
import { expect, test } from "vitest"
import { pcap } from "../../../src/sources/formats/binary/pcap/pcap.js"
import { decodeBytes, parseLine } from "./decode.js"
import { conversation, makePcap } from "./make/pcap.js"
import { counted, makeClientHello, words } from "./make/tls.js"

const ends = { from: "10.0.0.5", fromPort: 49_152, to: "203.0.113.9", toPort: 443 }

async function recordsOf(frames: readonly Buffer[]): Promise<readonly Record<string, unknown>[]> {
  const bytes = makePcap(frames.map((frame, at) => ({ seconds: 1_609_636_269, micros: at, frame })))
  const { records, problems } = await decodeBytes(pcap, bytes, 97)
  expect(problems).toEqual([])
  return records.map(({ text }) => ({ ...parseLine(pcap, text)?.fields, direction: parseLine(pcap, text)?.direction }))
}

const grease = 0x0a0a
const name = Buffer.from("relay.example")
const signatures = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601]
const ciphers = [0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035]
const groups = [0x001d, 0x0017, 0x0018]
const empty = Buffer.alloc(0)
// The example in the technical details of JA4 (FoxIO): sixteen extensions, server name and h2 among them.
const extensions: readonly (readonly [number, Buffer])[] = [
  [grease, empty],
  [0x001b, Buffer.from([2, 0, 2])],
  [0x0000, counted(2, Buffer.concat([Buffer.from([0]), counted(2, name)]))],
  [0x0033, counted(2, empty)],
  [0x0010, counted(2, counted(1, Buffer.from("h2")))],
  [0x4469, empty],
  [0x0017, empty],
  [0x002d, Buffer.from([1, 1])],
  [0x000d, counted(2, words(signatures))],
  [0x0005, Buffer.from([1, 0, 0, 0, 0])],
  [0x0023, empty],
  [0x0012, empty],
  [0x002b, counted(1, words([grease, 0x0304, 0x0303]))],
  [0xff01, Buffer.from([0])],
  [0x000b, counted(1, Buffer.from([0]))],
  [0x000a, counted(2, words([grease, ...groups]))],
  [0x0015, empty],
]

test("server name, JA3 and JA4 of a client, also where its greeting is cut into segments", async () => {
  const hello = makeClientHello({ ciphers: [grease, ...ciphers], extensions })
  const frames = conversation(ends, [
    ["client", hello.subarray(0, 50)],
    ["client", hello.subarray(50)],
  ])
  const [tls] = await recordsOf(frames)
  const sent = extensions.map(([type]) => type).filter((type) => type !== grease)
  const ja3 = `771,${ciphers.join("-")},${sent.join("-")},${groups.join("-")},0`
  expect(tls).toMatchObject({
    "source.ip": "10.0.0.5",
    "destination.ip": "203.0.113.9",
    "tls.client.server_name": "relay.example",
    "tls.client.ja3": createHash("md5").update(ja3).digest("hex"),
    "tls.client.ja4": "t13d1516h2_8daaf6152771_e5627efa2ab1",
    direction: "outbound",
  })
})

test("the envelope of a mail, every recipient of it", async () => {
  const mail = { from: "198.51.100.7", fromPort: 40_000, to: "10.0.0.25", toPort: 25 }
  const [smtp] = await recordsOf(
    conversation(mail, [
      ["server", "220 mx.corp.example ESMTP\r\n"],
      ["client", "HELO relay.example\r\n"],
      ["server", "250 mx.corp.example\r\n"],
      ["client", "MAIL FROM: <sender@relay.example> SIZE=100\r\n"],
      ["server", "250 ok\r\n"],
      ["client", "RCPT TO:<alice@corp.example>\r\nRCPT TO:<bob@corp.example>\r\n"],
      ["server", "250 ok\r\n250 ok\r\n"],
      ["client", "DATA\r\n"],
      ["server", "354 go on\r\n"],
      ["client", "Subject: invoice\r\n\r\nhello\r\n.\r\n"],
      ["server", "250 queued\r\n"],
    ]),
  )
  expect(smtp).toMatchObject({
    "source.ip": "198.51.100.7",
    "email.from.address": "sender@relay.example",
    "email.to.address": ["alice@corp.example", "bob@corp.example"],
    "email.subject": "invoice",
    direction: "inbound",
  })
})
