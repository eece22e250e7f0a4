// What the parse of one line costs, by format, in microseconds of processor time: the genuine fixtures of every format of lines, over and over.
// Usage: npm run build && node bench/line-bench.mjs [FORMAT...]
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { recognizeFormat } from "../dist/sources/formats/index.js"
import { openLines } from "../dist/sources/formats/line-reader.js"
import { createRoleContext } from "../dist/sources/roles.js"

const root = fileURLToPath(new URL("../test/fixtures/formats/", import.meta.url))
const roles = createRoleContext({ own: [], trustedProxies: [] })
const microsEach = 150_000
const wanted = process.argv.slice(2)

for (const name of readdirSync(root)) {
  const path = `${root}${name}/genuine/input.log`
  if ((wanted.length > 0 && !wanted.includes(name)) || !existsSync(path)) continue
  const bytes = readFileSync(path)
  const format = recognizeFormat(bytes, "input.log")
  if (format.decode) continue
  const reader = openLines(format, { path: "input.log", roles })
  const lines = bytes
    .toString()
    .split(/\r?\n/)
    .filter((line) => line !== "")
  for (const line of lines) if (reader.headerPrefix && line.startsWith(reader.headerPrefix)) reader.see(line)
  measure(reader, lines)
  process.stdout.write(`${name.padEnd(20)} ${measure(reader, lines).toFixed(1).padStart(7)} µs\n`)
}

function measure(reader, lines) {
  const before = process.cpuUsage()
  let parsed = 0
  for (;;) {
    for (let round = 0; round < 20; round++) for (const line of lines) reader.parse(line)
    parsed += lines.length * 20
    const { user, system } = process.cpuUsage(before)
    if (user + system > microsEach) return (user + system) / parsed
  }
}
