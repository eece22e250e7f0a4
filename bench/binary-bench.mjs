// Speed of the binary readers in MB per second of processor time: a file's chunks over and over, first cold, then warm.
// Usage: npm run build && node bench/binary-bench.mjs FILE.evtx FILE.pcap...
import { readFileSync } from "node:fs"
import { binaryFormats } from "../dist/sources/formats/binary/index.js"

const targetBytes = 96 * 1024 * 1024
const headerBytes = { evtx: 4096, pcap: 24 }

for (const path of process.argv.slice(2)) {
  const bytes = readFileSync(path)
  const format = binaryFormats.find((each) => each.recognize(bytes.subarray(0, 65536), path) > 0)
  if (!format) {
    process.stdout.write(`${path}: no binary format\n`)
    continue
  }
  await run(format, bytes, path, 16 * 1024 * 1024)
  await run(format, bytes, path, targetBytes)
}

async function run(format, bytes, path, target) {
  const header = headerBytes[format.name] ?? bytes.length
  const repeats = header < bytes.length ? Math.max(1, Math.ceil(target / (bytes.length - header))) : 1
  const body = bytes.subarray(header)
  const joined = Buffer.concat(Array.from({ length: Math.max(1, Math.ceil((1024 * 1024) / Math.max(1, body.length))) }, () => body))
  let total = header
  async function* chunks() {
    yield bytes.subarray(0, header)
    while (total < repeats * body.length) {
      for (let at = 0; at < joined.length; at += 262_144) {
        const chunk = joined.subarray(at, at + 262_144)
        total += chunk.length
        yield chunk
      }
    }
  }
  let records = 0
  let problems = 0
  let chars = 0
  const input = { chunks: chunks(), whole: async () => bytes, path, mtimeMs: 0, report: () => problems++ }
  const before = process.cpuUsage()
  for await (const batch of format.decode(input)) {
    records += batch.length
    for (const { text } of batch) chars += Buffer.from(text).length
  }
  const { user, system } = process.cpuUsage(before)
  const seconds = (user + system) / 1e6
  const rate = (total / 1e6 / seconds).toFixed(1)
  process.stdout.write(
    `${format.name} ${rate} MB/s, ${Math.round(records / seconds)} records/s, ${(chars / 1e6 / seconds).toFixed(1)} MB/s of text, ${problems} problems, ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB resident: ${path}\n`,
  )
}
