// How fast the pivot reads and ranks: `npm run bench:pivot -- [--records 10000000] [--sources 1000000] [--workers 2] [--folder DIR]`.
// Makes an access log of that size (kept in the folder, seeded), plants 40 relays, and prints time, memory and what was found.
import { createWriteStream, existsSync, mkdirSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"

const { values } = parseArgs({
  options: {
    records: { type: "string", default: "10000000" },
    sources: { type: "string", default: "1000000" },
    workers: { type: "string", default: "2" },
    folder: { type: "string", default: join(tmpdir(), "sillage-pivot-bench") },
  },
})
const [records, sources] = [Number(values.records), Number(values.sources)]
const relays = Array.from({ length: 40 }, (_, at) => `198.51.100.${at + 1}`)
const seeds = relays.slice(0, 10)
const file = join(values.folder, `access-${records}-${sources}.log`)
if (!existsSync(file)) await writeLog(file)

const { pivotArchive } = await import(new URL("../dist/hunt/pivot.js", import.meta.url).href)
const started = performance.now()
const used = process.cpuUsage()
const answer = await pivotArchive({
  paths: [file],
  seeds,
  excluded: [],
  own: [],
  trustedProxies: [],
  since: null,
  until: null,
  workers: Number(values.workers),
})
const { user, system } = process.cpuUsage(used)
const found = new Set(answer.candidates.map((lead) => lead.value))
console.log(
  JSON.stringify({
    records: answer.records,
    sources: answer.addresses,
    bytes: statSync(file).size,
    workers: Number(values.workers),
    seconds: Math.round((performance.now() - started) / 100) / 10,
    cpuSeconds: Math.round((user + system) / 1e5) / 10,
    maxRssMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
    abstained: answer.abstained,
    relaysFound: relays.slice(10).filter((relay) => found.has(relay)).length,
    relaysHidden: 30,
    otherLeads: [...found].filter((value) => !relays.includes(value)).length,
  }),
)
if (answer.abstained || relays.slice(10).filter((relay) => found.has(relay)).length < 25) process.exitCode = 1

async function writeLog(path) {
  mkdirSync(values.folder, { recursive: true })
  const out = createWriteStream(path)
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul"]
  const agents = Array.from(
    { length: 400 },
    (_, at) => `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/${60 + (at % 40)}.0.${3000 + at} Safari/537.36`,
  )
  const targets = ["/owa/auth/logon.aspx", "/remote/login", "/docs/annex-c.pdf"]
  const two = (value) => String(value).padStart(2, "0")
  const perRelay = 3
  const gap = Math.floor(records / (relays.length * perRelay))
  let state = 12_345
  const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 4_294_967_296
  let batch = ""
  for (let at = 0; at < records; at++) {
    const time = new Date(Date.UTC(2021, 0, 1) + Math.floor((at / records) * 180 * 86_400_000))
    const relay = at % gap === 7 ? relays[Math.floor(at / gap) % relays.length] : undefined
    // Every source comes once at least; the rest is spread with a heavy tail.
    const number = at < sources ? at : Math.floor(random() ** 2 * sources)
    const address = relay ?? `${11 + (number >>> 16)}.${(number >>> 8) & 255}.${number & 255}.${1 + ((Math.imul(number, 31) >>> 3) % 254)}`
    const path = relay
      ? targets[at % 3]
      : random() < 0.4
        ? `/static/${Math.floor(random() * 40)}.css`
        : `/articles/${Math.floor(random() ** 3 * 20_000)}.html`
    const agent = relay ? "Mozilla/5.0 (Operator) Sample/1.0" : agents[Math.floor(random() ** 3 * 400)]
    const stamp = `${two(time.getUTCDate())}/${months[time.getUTCMonth()]}/2021:${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())} +0000`
    batch += `${address} - - [${stamp}] "GET ${path} HTTP/1.1" 200 5120 "-" "${agent}"\n`
    if (batch.length > 1 << 20) {
      if (!out.write(batch)) await new Promise((resume) => out.once("drain", resume))
      batch = ""
    }
  }
  await new Promise((resolve) => out.end(batch, resolve))
}
