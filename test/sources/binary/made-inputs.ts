// Inputs of the formats that no hand can type: for each a genuine one, one that only looks like it, and a damaged one. Made anew in each run.
import { makeEvtx } from "./make/evtx.js"
import { makeJournal } from "./make/journal.js"
import { makeLoginRecords } from "./make/login-records.js"
import { type MadeColumn, makeParquet } from "./make/parquet.js"
import { conversation, dns, makePcap, udp } from "./make/pcap.js"
import { makeSqlite } from "./make/sqlite.js"
import { makeSqliteWal } from "./make/sqlite-wal.js"
import { lz4Field, makeSystemdJournal, plain, zstdField } from "./make/systemd-journal.js"

export interface MadeInputs {
  readonly genuine: Buffer
  readonly "near-miss": Buffer
  readonly damaged: Buffer
}

/** By name of the format. */
export function madeInputs(): Readonly<Record<string, MadeInputs>> {
  return {
    evtx: evtx(),
    pcap: pcap(),
    parquet: parquet(),
    sqlite: sqlite(),
    "sqlite-wal": sqliteWal(),
    "systemd-journal": systemdJournal(),
    "journal-export": journal(),
    mail: mail(),
    "login-records": logins(),
  }
}

function altered(bytes: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes)
  change(copy)
  return copy
}

const jan3 = 132_541_098_690_000_000n // 2021-01-03T01:11:09Z in ticks since 1601

function evtx(): MadeInputs {
  const login = (recordId: bigint, ip: string, user: string) => ({
    id: 4624,
    recordId,
    ticks: jan3 + recordId * 10_000_000n + 1_234_567n,
    channel: "Security",
    computer: "pc1.corp.example",
    data: { TargetUserName: user, IpAddress: ip, LogonType: "10" },
  })
  const events = [login(1n, "203.0.113.9", "alice"), login(2n, "2001:db8::9", "bob"), login(3n, "198.51.100.7", "carol")]
  const older = { ...login(9n, "192.0.2.78", "erin"), ticks: jan3 - 1n }
  const genuine = makeEvtx(events, [login(8n, "192.0.2.77", "dave"), older])
  return {
    genuine,
    "near-miss": Buffer.from("ElfFile opened by 203.0.113.9\nElfChnk read by 203.0.113.9\n"),
    // The size in the frame of the second record: it is read up to the third.
    damaged: altered(genuine, (copy) => {
      const second = copy.indexOf(Buffer.from([0x2a, 0x2a, 0, 0]), 4096 + 512 + 4)
      copy.writeUInt32LE(0xfffffff0, second + 4)
    }),
  }
}

function pcap(): MadeInputs {
  const resolver = { from: "10.0.0.5", fromPort: 53_001, to: "10.0.0.1", toPort: 53 }
  const answers = { from: "10.0.0.1", fromPort: 53, to: "10.0.0.5", toPort: 53_001 }
  const web = { from: "10.0.0.5", fromPort: 49_152, to: "203.0.113.9", toPort: 80 }
  const mail = { from: "198.51.100.7", fromPort: 40_000, to: "10.0.0.25", toPort: 25 }
  const frames = [
    udp(resolver, dns(7, "relay.example")),
    udp(answers, dns(7, "relay.example", "203.0.113.9")),
    ...conversation(web, [
      ["client", "GET /stage?id=1 HTTP/1.1\r\nHost: relay.example\r\nUser-Agent: agent/1\r\n\r\n"],
      ["server", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"],
    ]),
    ...conversation(mail, [
      ["server", "220 mx.example ESMTP\r\n"],
      ["client", "EHLO relay.example\r\n"],
      ["server", "250 mx.example\r\n"],
      ["client", "MAIL FROM:<sender@relay.example>\r\n"],
      ["server", "250 ok\r\n"],
      ["client", "RCPT TO:<alice@corp.example>\r\n"],
      ["server", "250 ok\r\n"],
      ["client", "DATA\r\n"],
      ["server", "354 go on\r\n"],
      ["client", "Subject: invoice\r\nMessage-ID: <1@relay.example>\r\n\r\nhello\r\n.\r\n"],
      ["server", "250 queued\r\n"],
      ["client", "QUIT\r\n"],
      ["server", "221 bye\r\n"],
    ]),
  ]
  const genuine = makePcap(frames.map((frame, at) => ({ seconds: 1_609_636_269, micros: 1000 * at + 1, frame })))
  return {
    genuine,
    "near-miss": altered(genuine, (copy) => copy.writeUInt32LE(0xa1b2c3d5, 0)),
    // A packet's length that reaches beyond the file, as after a write that was cut off.
    damaged: genuine.subarray(0, genuine.length - 31),
  }
}

function parquet(): MadeInputs {
  const group = (from: number): MadeColumn[] => [
    { name: "ts", kind: "micros", values: [0, 1, 2].map((at) => 1_609_636_269_000_001n + BigInt(from + at) * 1_000_000n) },
    { name: "id.orig_h", kind: "string", values: ["203.0.113.9", "2001:db8::9", null] },
    { name: "id.orig_p", kind: "int64", values: [49_152n, 49_153n, null] },
    { name: "id.resp_h", kind: "string", values: ["10.0.0.5", "10.0.0.5", "10.0.0.6"] },
    { name: "uid", kind: "string", values: [`C${from}a`, `C${from}b`, `C${from}c`] },
  ]
  const genuine = makeParquet([group(0), group(3)])
  return {
    genuine,
    "near-miss": Buffer.from("PAR1 is the magic of Parquet; PARE that of its encrypted kind\n"),
    // The first page's size: one column of one row group is lost, and named.
    damaged: altered(genuine, (copy) => copy.fill(0xff, 6, 12)),
  }
}

function sqlite(): MadeInputs {
  const genuine = makeSqlite(`
    create table urls (id integer primary key, url text, title text, visit_count integer, last_visit_time integer);
    insert into urls values (1, 'http://relay.example/stage', 'stage', 3, 13254109869000001);
    insert into urls values (2, 'http://203.0.113.9/', null, 1, 13254109870000000);
    create table "odd ""name" (value, data blob);
    insert into "odd ""name" values ('198.51.100.7', x'00ff53797374656d20323031203139382e35312e3130302e37');
    create view seen as select url from urls;
    create index by_url on urls (url);
    create table sessions (start_time integer, source_ip text, username text);
    insert into sessions values (1609636269, '203.0.113.9', 'alice');
  `)
  return {
    genuine,
    "near-miss": Buffer.from("SQLite format 3 files are searched table by table\n203.0.113.9 seen\n"),
    // The page of the first table: its rows are lost, those of the others are read.
    damaged: altered(genuine, (copy) => copy.fill(0x5a, 4096, 4096 + 64)),
  }
}

function journal(): MadeInputs {
  const entry = (at: number, message: string | Buffer) => ({
    __CURSOR: `s=1;i=${at}`,
    __REALTIME_TIMESTAMP: String(1_609_636_269_000_000 + at),
    _HOSTNAME: "web1",
    SYSLOG_IDENTIFIER: "sshd",
    MESSAGE: message,
  })
  const genuine = makeJournal([
    entry(1, "Accepted password for alice from 203.0.113.9 port 4711 ssh2"),
    entry(2, Buffer.from("Failed password for bob\nfrom 198.51.100.7 port 4712 ssh2")),
    entry(3, "Connection closed by 2001:db8::9 port 4713"),
  ])
  const second = genuine.indexOf(Buffer.from("MESSAGE\n"))
  return {
    genuine,
    "near-miss": Buffer.from("__CURSOR is the name of a field\n__REALTIME_TIMESTAMP is another\n"),
    // The length of a binary field: the entry behind it is found again.
    damaged: altered(genuine, (copy) => copy.fill(0xff, second + 8, second + 16)),
  }
}

function sqliteWal(): MadeInputs {
  const long = `http://relay.example/${"a".repeat(600)}/end?ip=198.51.100.7`
  const genuine = makeSqliteWal([
    { rowid: 1, values: ["http://203.0.113.9/", 1_609_636_269] },
    { rowid: 2, values: ["2001:db8::9", null, Buffer.from("00ff3139382e35312e3130302e38", "hex")] },
    { rowid: 3, values: [long, -1] },
  ])
  return {
    genuine,
    "near-miss": altered(genuine, (copy) => copy.writeUInt32BE(3_007_001, 4)),
    // The place of the second row: it lies beyond the page.
    damaged: altered(genuine, (copy) => copy.writeUInt16BE(511, 32 + 24 + 8 + 2)),
  }
}

/** `xz` of "MESSAGE=Failed password for dave from 203.0.113.77 port 4714 ssh2 " and 600 letters. */
const xzMessage =
  "fd377a585a0000016922de360200210116000000742fe5a3e00299004c5d00269146c0d19457e48f91d07458a36bce899d326f1040ad8f7edd25f37afe6d4cb7d69b84" +
  "159b0bbc6c0b32b3731b58a00ee91ed8d8426a69648adb7c29427e4c85ee58c0cd9d95b0d68dc000007e0521990001649a05000000125658fc3e300d8b020000000001595a"

function systemdJournal(): MadeInputs {
  const entry = (at: number, ...fields: Parameters<typeof makeSystemdJournal>[0][number]["fields"]) => ({
    realtime: BigInt(1_609_636_269_000_000 + at),
    fields: [plain("_HOSTNAME=web1"), plain("SYSLOG_IDENTIFIER=sshd"), ...fields],
  })
  const long = " and then much more".repeat(20)
  const entries = [
    entry(1, plain("MESSAGE=Accepted password for alice from 203.0.113.9 port 4711 ssh2")),
    entry(2, zstdField(`MESSAGE=Failed password for bob from 198.51.100.7 port 4712 ssh2${long}`)),
    entry(3, lz4Field(`MESSAGE=Failed password for carol from 2001:db8::9 port 4713 ssh2${long}`)),
    entry(4, { payload: Buffer.alloc(0), compressed: { flag: 1, bytes: Buffer.from(xzMessage, "hex") } }),
    entry(5, plain(Buffer.from("MESSAGE=two lines\nfrom 192.0.2.77"))),
  ]
  const genuine = makeSystemdJournal(entries, { loose: [plain("MESSAGE=never finished, from 192.0.2.78")] })
  const second = genuine.indexOf(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))
  return {
    genuine,
    "near-miss": Buffer.from(`LPKSHHRH is what journal files begin with; 203.0.113.9 wrote one.\n${"Nothing else of note.\n".repeat(10)}`),
    // The size of the data object with the second message: its entry has the other fields, and the objects behind it are found again.
    damaged: altered(genuine, (copy) => copy.fill(0xff, second - 56, second - 48)),
  }
}

function logins(): MadeInputs {
  const six = Array.from(Buffer.from("20010db8000000000000000000000009", "hex"))
  const genuine = makeLoginRecords([
    { type: 2, line: "~", user: "reboot", host: "5.10.0-amd64", seconds: 1_609_636_200 },
    { type: 7, line: "pts/0", user: "alice", host: "203.0.113.9", seconds: 1_609_636_269, address: [203, 0, 113, 9] },
    { type: 7, line: "pts/1", user: "bob", host: "relay.example", seconds: 1_609_636_270, address: six },
    { type: 8, line: "pts/0", user: "", host: "", seconds: 1_609_636_300 },
  ])
  return {
    genuine,
    // A time before there were such systems: bytes of something else.
    "near-miss": altered(genuine, (copy) => copy.writeUInt32LE(7, 340)),
    damaged: altered(genuine.subarray(0, genuine.length - 100), (copy) => copy.fill(0xff, 384 + 340, 384 + 348)),
  }
}

function mail(): MadeInputs {
  const message = (from: string, rest: readonly string[]) => [
    `From ${from} Sun Jan  3 02:11:09 2021`,
    `Return-Path: <${from}>`,
    "Received: from relay.example (relay.example [203.0.113.9])",
    "\tby mx.corp.example with ESMTP id 1; Sun, 03 Jan 2021 02:11:09 +0100",
    "Received: from [192.0.2.77] by relay.example; Sun, 03 Jan 2021 02:10:00 +0100",
    `From: "A Sender" <${from}>`,
    "To: alice@corp.example",
    "Date: Sun, 03 Jan 2021 01:00:00 +0000",
    ...rest,
    "",
  ]
  const attachment = Buffer.from("connect 198.51.100.7").toString("base64")
  const genuine = [
    ...message("sender@relay.example", [
      "Subject: =?utf-8?Q?invoice_=C3=A9?=",
      "MIME-Version: 1.0",
      'Content-Type: multipart/mixed; boundary="b"',
      "",
      "--b",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: base64",
      "",
      Buffer.from("see http://relay.example/stage?id=1").toString("base64"),
      "--b",
      'Content-Type: application/octet-stream; name="run.bin"',
      'Content-Disposition: attachment; filename="run.bin"',
      "Content-Transfer-Encoding: base64",
      "",
      attachment,
      "--b--",
    ]),
    ...message("second@relay.example", ["Subject: second", "", "From the start of a line, this is no new message.", ">From nor this"]),
  ].join("\r\n")
  return {
    genuine: Buffer.from(genuine),
    "near-miss": Buffer.from("From: the desk\nTo: whom it concerns\n\n2021-01-03 02:11:09 mail from 203.0.113.9 refused\n"),
    // No header at all behind the second mark.
    damaged: Buffer.from(genuine.replace(/(From second@[^\r]*\r\n)[\s\S]*?\r\n\r\n/, "$1\r\n")),
  }
}
