// `node bench/kernel-bench.mjs INDICATORS TEXT... [--rounds N]`: what each pass of the scan kernel costs, over text held in memory.
// INDICATORS is a list of values, one a line. Needs `npm run build`.
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { compileIndicators, openScanner } from "../dist/match/kernel.js"
import { canonicalAddress, canonicalDomain, canonicalEmail, canonicalHash, canonicalUrl } from "../dist/model/canonical.js"

const { values, positionals } = parseArgs({ options: { rounds: { type: "string", default: "5" } }, allowPositionals: true })
const [list, ...paths] = positionals
const indicators = readFileSync(list, "utf8").split("\n").filter(Boolean).map(indicator)
const texts = paths.flatMap(filesBelow).map((path) => readFileSync(path))
const bytes = texts.reduce((sum, text) => sum + text.length, 0)

const module = new WebAssembly.Module(readFileSync(new URL("../dist/match/kernel.wasm", import.meta.url)))
const began = performance.now()
const compiled = compileIndicators(module, indicators)
console.log(
  `${indicators.length} indicators: tables built in ${(performance.now() - began).toFixed(0)} ms, ${compiled.memory.buffer.byteLength >> 20} MiB`,
)

// Each row adds one pass to those above it.
const passes = ["masks", "tokens", "sparse", "readings"]
const scanners = passes.map((_, limit) => openScanner(compiled, limit))
const best = passes.map(() => Number.POSITIVE_INFINITY)
let marked = 0
let lines = 0
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [limit, scanner] of scanners.entries()) {
    marked = 0
    lines = 0
    let spent = 0
    for (const text of texts) {
      for (let at = 0; at < text.length; ) {
        const room = text.subarray(at, at + scanner.room.length)
        const cut = at + room.length < text.length ? room.lastIndexOf(10) + 1 || room.length : room.length
        scanner.room.set(room.subarray(0, cut))
        const start = process.cpuUsage()
        const found = scanner.scan(cut)
        const { user, system } = process.cpuUsage(start)
        spent += (user + system) / 1000
        marked += found.starts.length
        lines += found.newlines
        at += cut
      }
    }
    best[limit] = Math.min(best[limit], spent)
  }
}
let before = 0
for (const [limit, name] of passes.entries()) {
  const each = (best[limit] * 1e6) / bytes
  console.log(`${name.padEnd(10)} ${(each - before).toFixed(3)} ns/byte  up to here ${(bytes / best[limit] / 1000).toFixed(0)} MB/s`)
  before = each
}
console.log(`${marked} of ${lines} lines marked (${((100 * marked) / lines).toFixed(3)} %)`)

function indicator(value) {
  const found =
    canonicalAddress(value) ??
    canonicalHash(value) ??
    (value.includes("://") ? { type: "url", value: canonicalUrl(value) } : undefined) ??
    (value.includes("@") ? { type: "email-addr", value: canonicalEmail(value) } : { type: "domain-name", value: canonicalDomain(value) })
  if (!found?.value) throw new Error(`no indicator: ${value}`)
  return found
}

function filesBelow(path) {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)))
}
