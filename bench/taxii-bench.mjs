// `node bench/taxii-bench.mjs`: 100,000 objects page through the TAXII server; must: its memory stays at or below 200 MB.
//   --objects N (100000)
import { execFileSync, spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

const { values } = parseArgs({ options: { objects: { type: "string", default: "100000" } } })
const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url))
const { initWorkspace } = await import(new URL("../dist/hits/store/workspace.js", import.meta.url).href)
const media = "application/taxii+json;version=2.1"
const folder = mkdtempSync(join(tmpdir(), "sillage-taxii-bench-"))
const env = { ...process.env, SILLAGE_WORKSPACE: join(folder, "w") }
const sillage = (...args) => execFileSync(process.execPath, [cli, ...args], { env, encoding: "utf8" })
let server
try {
  const count = Number(values.objects)
  initWorkspace(env.SILLAGE_WORKSPACE).close()
  sillage("collection", "add", "bulletins")
  const token = sillage("collection", "token", "bulletins", "--for", "bench").trim()
  const bundle = join(folder, "bundle.json")
  const head = '{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000000","objects":['
  writeFileSync(bundle, `${head}${Array.from({ length: count }, (_, at) => JSON.stringify(indicator(at))).join(",")}]}`)
  sillage("collection", "publish", "--to", "bulletins", bundle)
  server = spawn(process.execPath, [cli, "serve", "--port", "0"], { env, stdio: ["ignore", "ignore", "pipe"] })
  const url = await new Promise((resolve) => server.stderr.on("data", (data) => resolve(/(http:\S+)taxii2\//.exec(data)[1])))
  const started = performance.now()
  let got = 0
  let pages = 0
  for (let next; pages === 0 || next !== undefined; pages++) {
    const address = new URL("sillage/collections/bulletins/objects/", url)
    if (next !== undefined) address.searchParams.set("next", next)
    const answer = await fetch(address, { headers: { accept: media, authorization: `Bearer ${token}` } })
    const body = await answer.json()
    got += body.objects.length
    next = body.more ? body.next : undefined
  }
  const seconds = (performance.now() - started) / 1000
  const status = readFileSync(`/proc/${server.pid}/status`, "utf8")
  const peak = Number(/VmHWM:\s+(\d+)/.exec(status)[1]) / 1024
  const kept = got === count && peak <= 200 ? "reached" : "not reached"
  process.stdout.write(
    `| objects | pages | seconds | server's peak MiB | must: 200 MB |\n| ---: | ---: | ---: | ---: | --- |\n| ${got} | ${pages} | ${seconds.toFixed(1)} | ${peak.toFixed(0)} | ${kept} |\n`,
  )
} finally {
  server?.kill()
  rmSync(folder, { recursive: true, force: true })
}

function indicator(at) {
  return {
    type: "indicator",
    spec_version: "2.1",
    id: `indicator--00000000-0000-4000-8000-${String(at).padStart(12, "0")}`,
    created: "2021-07-21T00:00:00.000Z",
    modified: "2021-07-21T00:00:00.000Z",
    name: `indicator ${at}`,
    pattern: `[ipv4-addr:value = '198.51.${(at >> 8) % 256}.${at % 256}']`,
    pattern_type: "stix",
    valid_from: "2021-01-01T00:00:00Z",
  }
}
