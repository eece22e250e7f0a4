// `node bench/kernel-bench.mjs INDICATORS TEXT... [--rounds N]`: what each pass of the scan kernel costs, over text held in memory.
// INDICATORS is a list of values, one a line. Needs `npm run build`.
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { compileIndicators, openScanner } from "../dist/match/kernel.js"
import { canonicalAddress, canonicalDomain, canonicalEmail, canonicalHash, canonicalUrl } from "../dist/model/canonical.js"

/** Each pass is measured together with those before it. */
const passes = ["masks", "tokens", "sparse", "readings"]

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) main()

function main() {
  const { values, positionals } = parseArgs({ options: { rounds: { type: "string", default: "5" } }, allowPositionals: true })
  const [list, ...paths] = positionals
  const [row] = measurePasses([list], textsBelow(paths), Number(values.rounds))
  console.log(`${row.size} indicators: tables built in ${row.buildMs.toFixed(0)} ms, ${row.tableMiB} MiB`)
  for (const name of passes) console.log(`${name.padEnd(10)} ${row.passes[name].toFixed(3)} ns/byte`)
  console.log(`whole scan ${row.scan.toFixed(3)} ns/byte, ${(1000 / row.scan).toFixed(0)} MB/s`)
  console.log(`${row.marked} of ${row.lines} lines marked (${((100 * row.marked) / row.lines).toFixed(3)} %)`)
}

/** Texts of all files below the paths, at most so many bytes of each, whole lines. */
export function textsBelow(paths, bytesMax = Number.POSITIVE_INFINITY) {
  return paths.flatMap(filesBelow).map((path) => {
    const text = readFileSync(path)
    return text.length > bytesMax ? text.subarray(0, text.lastIndexOf(10, bytesMax) + 1) : text
  })
}

/**
 * One row for each list: nanoseconds of processor time a byte, for every pass and for the whole scan. The lists take turns, so that a busy
 * machine is as hard on one as on the other; the best of the rounds counts.
 */
export function measurePasses(lists, texts, rounds) {
  const module = new WebAssembly.Module(readFileSync(new URL("../dist/match/kernel.wasm", import.meta.url)))
  const bytes = texts.reduce((sum, text) => sum + text.length, 0)
  const sets = lists.map((list) => openSet(module, readFileSync(list, "utf8").split("\n").filter(Boolean).map(indicator)))
  for (let round = 0; round < rounds; round++) {
    for (let limit = 0; limit < passes.length; limit++) {
      for (const set of sets) set.best[limit] = Math.min(set.best[limit], scanAll(set, limit, texts))
    }
  }
  return sets.map(({ best, marked, lines, size, buildMs, tableMiB }) => {
    const each = best.map((spent) => (spent * 1e6) / bytes)
    const own = Object.fromEntries(passes.map((name, limit) => [name, limit === 0 ? each[0] : each[limit] - each[limit - 1]]))
    return { size, buildMs, tableMiB, passes: own, scan: each.at(-1), marked, lines }
  })
}

function openSet(module, indicators) {
  const began = performance.now()
  const compiled = compileIndicators(module, indicators)
  const buildMs = performance.now() - began
  return {
    size: indicators.length,
    buildMs,
    tableMiB: compiled.memory.buffer.byteLength >> 20,
    scanners: passes.map((_, limit) => openScanner(compiled, limit)),
    best: passes.map(() => Number.POSITIVE_INFINITY),
    marked: 0,
    lines: 0,
  }
}

/** Milliseconds of processor time; reading the text is not in it. */
function scanAll(set, limit, texts) {
  const scanner = set.scanners[limit]
  set.marked = 0
  set.lines = 0
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
      set.marked += found.starts.length
      set.lines += found.newlines
      at += cut
    }
  }
  return spent
}

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
