// Speed of the binary readers in MB per second of processor time, on event logs and captures that the tests' own generators make.
// By itself: node bench/binary-bench.mjs [FILE.evtx FILE.pcap...], the files given instead of the made ones; each cold, then warm.
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { binaryFormats } from "../dist/sources/formats/binary/index.js"
import { median } from "./measure.mjs"

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const warmBytes = 64 * 1024 * 1024
const coldBytes = 16 * 1024 * 1024

/** One row for each kind of content: the median over the rounds, after one that is thrown away. */
export async function measureBinary({ rounds }) {
  const rows = []
  for (const [name, { format, head, body }] of Object.entries(await madeContents())) {
    const runs = []
    for (let round = 0; round <= rounds; round++) runs.push(await run(formatNamed(format), head, body, round === 0 ? coldBytes : warmBytes))
    const counted = runs.length > 1 ? runs.slice(1) : runs
    rows.push({
      name,
      rate: median(counted.map(({ bytes, seconds }) => bytes / 1e6 / seconds)),
      records: median(counted.map(({ records, seconds }) => records / seconds)),
      problems: Math.max(...counted.map(({ problems }) => problems)),
      memory: median(counted.map(({ memory }) => memory)),
    })
  }
  return { rows }
}

function formatNamed(name) {
  return binaryFormats.find((format) => format.name === name)
}

/** The generators are TypeScript, like the tests that they serve. */
async function madeContents() {
  const out = mkdtempSync(here("./made-"))
  try {
    const sources = ["evtx", "pcap"].map((name) => here(`../test/sources/binary/make/${name}.ts`))
    const options = ["--outDir", out, "--module", "nodenext", "--target", "es2022", "--types", "node", "--skipLibCheck", "--ignoreConfig"]
    execFileSync(process.execPath, [here("../node_modules/typescript/bin/tsc"), ...options, ...sources], { stdio: "inherit" })
    const load = (name) => import(pathToFileURL(join(out, `${name}.js`)).href)
    return { ...eventLogs(await load("evtx")), ...captures(await load("pcap")) }
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

function eventLogs({ makeEvtx, makeChunk }) {
  const login = (at) => ({
    SubjectUserSid: "S-1-5-18",
    SubjectUserName: `PC${at % 50}$`,
    SubjectDomainName: "CORP",
    SubjectLogonId: "0x3e7",
    TargetUserSid: `S-1-5-21-1004336348-1177238915-682003330-${1000 + (at % 300)}`,
    TargetUserName: `user${at % 300}`,
    TargetDomainName: "CORP",
    TargetLogonId: `0x${(0x10000 + at * 77).toString(16)}`,
    LogonType: "3",
    LogonProcessName: "Kerberos",
    AuthenticationPackageName: "Kerberos",
    WorkstationName: "-",
    LogonGuid: "{00000000-0000-0000-0000-000000000000}",
    KeyLength: "0",
    ProcessName: "C:\\Windows\\System32\\svchost.exe",
    IpAddress: `192.0.2.${at % 256}`,
    IpPort: String(49_152 + (at % 16_000)),
  })
  const process = (at) => ({
    UtcTime: "2021-01-03 02:11:09.123",
    ProcessId: String(4000 + at),
    Image: "C:\\Program Files\\Example\\Application\\application.exe",
    CommandLine: `"C:\\Program Files\\Example\\Application\\application.exe" --type=renderer --lang=fr --client-id=${at} ${"--enable-feature ".repeat(10)}`,
    CurrentDirectory: "C:\\Program Files\\Example\\Application\\",
    User: `CORP\\user${at % 300}`,
    Hashes: `SHA1=${String(at).padStart(40, "0")},MD5=${String(at).padStart(32, "0")},SHA256=${String(at).padStart(64, "0")}`,
    ParentImage: "C:\\Windows\\explorer.exe",
    ParentCommandLine: "C:\\Windows\\Explorer.EXE /factory,{ceff45ee-c862-41de-aee2-a022c81eda92} -Embedding",
  })
  const chunkOf = (id, channel, count, data) =>
    makeChunk(
      Array.from({ length: count }, (_, at) => ({
        id,
        recordId: BigInt(at + 1),
        ticks: 132_541_098_690_000_000n + BigInt(at) * 10_000_000n,
        channel,
        computer: "pc1.corp.example",
        data: data(at),
      })),
    )
  const head = makeEvtx([]).subarray(0, 4096)
  return {
    "event log, logins": { format: "evtx", head, body: chunkOf(4624, "Security", 68, login) },
    "event log, processes": { format: "evtx", head, body: chunkOf(1, "Microsoft-Windows-Sysmon/Operational", 28, process) },
  }
}

function captures({ makePcap, conversation, dns, udp }) {
  const packets = (frames) => frames.map((frame, at) => ({ seconds: 1_609_636_269 + (at >> 10), micros: (at * 977) % 1_000_000, frame }))
  const body = "x".repeat(1400)
  const download = (at, parts) =>
    conversation({ from: `10.0.${at >> 8}.${at & 255}`, fromPort: 49_152 + at, to: `198.51.100.${at & 255}`, toPort: 80 }, [
      ["client", `GET /file/${at} HTTP/1.1\r\nHost: files${at % 40}.example\r\nUser-Agent: agent/${at % 7}\r\nAccept: */*\r\n\r\n`],
      ["server", `HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: ${parts * body.length}\r\n\r\n`],
      ...Array.from({ length: parts }, () => ["server", body]),
    ])
  const question = (at) => {
    const ends = { from: `10.0.0.${at & 255}`, fromPort: 1024 + at, to: "10.0.0.1", toPort: 53 }
    const name = `host${at % 900}.example`
    return [
      udp(ends, dns(at & 65_535, name)),
      udp({ from: ends.to, fromPort: 53, to: ends.from, toPort: ends.fromPort }, dns(at & 65_535, name, `192.0.2.${at & 255}`)),
    ]
  }
  const many = (count, make) => Array.from({ length: count }, (_, at) => make(at)).flat()
  // Some large downloads, many small requests, a name looked up for each: about what leaves an office, 700 bytes a packet.
  const office = [...many(40, (at) => download(at, 100)), ...many(200, (at) => download(1000 + at, 4)), ...many(300, question)]
  const split = (frames) => {
    const bytes = makePcap(packets(frames))
    return { format: "pcap", head: bytes.subarray(0, 24), body: bytes.subarray(24) }
  }
  return { "capture, office": split(office), "capture, small requests": split(many(400, (at) => [...question(at), ...download(at, 2)])) }
}

/** Decodes the body over and over behind one head. */
async function run(format, head, body, target) {
  const joined = Buffer.concat(Array.from({ length: Math.max(1, Math.ceil((1024 * 1024) / body.length)) }, () => body))
  let total = head.length
  async function* chunks() {
    yield head
    while (total < target) {
      for (let at = 0; at < joined.length; at += 262_144) {
        const chunk = joined.subarray(at, at + 262_144)
        total += chunk.length
        yield chunk
      }
    }
  }
  const counts = { records: 0, problems: 0 }
  const input = { chunks: chunks(), path: "made", mtimeMs: 0, report: () => counts.problems++, unsearched: () => {} }
  const before = process.cpuUsage()
  for await (const batch of format.decode(input)) counts.records += batch.length
  const { user, system } = process.cpuUsage(before)
  return { ...counts, bytes: total, seconds: (user + system) / 1e6, memory: process.memoryUsage.rss() / 1024 / 1024 }
}

const headBytes = { evtx: 4096, pcap: 24 }

async function measureFile(path) {
  const bytes = readFileSync(path)
  const format = binaryFormats.find((each) => each.name in headBytes && each.recognize(bytes.subarray(0, 65_536), path) > 0)
  if (!format) return process.stdout.write(`${path}: neither an event log nor a capture\n`)
  const at = headBytes[format.name]
  for (const target of [coldBytes, warmBytes]) show(path, await run(format, bytes.subarray(0, at), bytes.subarray(at), target))
}

function show(name, { bytes, seconds, records, problems, memory }) {
  const rate = (bytes / 1e6 / seconds).toFixed(1)
  process.stdout.write(
    `${rate} MB/s, ${Math.round(records / seconds)} records/s, ${problems} problems, ${memory.toFixed(0)} MiB resident: ${name}\n`,
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = process.argv.slice(2)
  for (const path of files) await measureFile(path)
  if (files.length === 0) {
    for (const { name, rate, records, problems, memory } of (await measureBinary({ rounds: 3 })).rows)
      process.stdout.write(
        `${rate.toFixed(1)} MB/s, ${Math.round(records)} records/s, ${problems} problems, ${memory.toFixed(0)} MiB resident: ${name}\n`,
      )
  }
}
