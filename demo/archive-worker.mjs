// One thread of the archive's making: writes whole files, and says on which line each planted record came to stand.
import { mkdirSync, utimesSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { parentPort, workerData } from "node:worker_threads"
import { gzipSync } from "node:zlib"
import { rhythms, spread } from "./lib/clock.mjs"
import { gzip, tar, zip, zstd } from "./lib/containers.mjs"
import { outsideWorld } from "./lib/organisation.mjs"
import { seededRandom } from "./lib/random.mjs"
import { exchangeHeader, exchangeTraffic } from "./logs/exchange.mjs"
import { fortigateNoise, netfilterNoise, vpnNoise } from "./logs/firewall.mjs"
import { connHeader, connNoise, eveNoise, httpHeader, httpNoise } from "./logs/sensors.mjs"
import { applicationNoise, cloudNoise, dnsNoise, mailNoise, proxyNoise, sshNoise, windowsNoise } from "./logs/services.mjs"
import { webTraffic } from "./logs/web.mjs"

const none = () => []
const logs = {
  www: { rhythm: rhythms.visitors, header: none, traffic: (world, random) => webTraffic(world, random) },
  extranet: { rhythm: rhythms.office, header: none, traffic: (world, random) => webTraffic(world, random, { extranet: true }) },
  exchange: { rhythm: rhythms.office, header: exchangeHeader, traffic: exchangeTraffic },
  fortigate: { rhythm: rhythms.office, header: none, traffic: fortigateNoise },
  vpn: { rhythm: rhythms.office, header: none, traffic: vpnNoise },
  netfilter: { rhythm: rhythms.constant, header: none, traffic: netfilterNoise },
  conn: { rhythm: rhythms.office, header: connHeader, traffic: connNoise },
  http: { rhythm: rhythms.office, header: httpHeader, traffic: httpNoise },
  eve: { rhythm: rhythms.office, header: none, traffic: eveNoise },
  dns: { rhythm: rhythms.office, header: none, traffic: dnsNoise },
  mail: { rhythm: rhythms.visitors, header: none, traffic: mailNoise },
  ssh: { rhythm: rhythms.constant, header: none, traffic: sshNoise },
  proxy: { rhythm: rhythms.office, header: none, traffic: proxyNoise },
  cloud: { rhythm: rhythms.office, header: none, traffic: cloudNoise },
  windows: { rhythm: rhythms.office, header: none, traffic: windowsNoise },
  application: { rhythm: rhythms.office, header: none, traffic: applicationNoise },
}

const { folder, gzFolder, seed, listed } = workerData
const world = outsideWorld(seed, listed)

parentPort.on("message", (file) => {
  const members = file.parts.map((part) => write(file.path, part))
  const stored = pack(file, members)
  place(join(folder, file.path), stored, file.modified)
  if (gzFolder !== undefined) place(join(gzFolder, `${file.path}.gz`), gzipSync(members[0].content, { level: 2 }), file.modified)
  parentPort.postMessage({
    path: file.path,
    rawBytes: members.reduce((sum, { content }) => sum + content.length, 0),
    lines: members.reduce((sum, { lines }) => sum + lines, 0),
    storedBytes: stored.length,
    planted: members.flatMap(({ planted }) => planted),
  })
})

function place(path, content, modified) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  utimesSync(path, modified / 1000, modified / 1000)
}

function pack({ container }, members) {
  switch (container) {
    case "plain":
      return members[0].content
    case "gz":
      return gzip(members[0].content)
    case "zst":
      return zstd(members[0].content)
    case "tar.gz":
      return gzip(tar(members))
    case "zip":
      return zip(members)
    default:
      throw new Error(`no such container: ${container}`)
  }
}

/** The text of one part: ordinary traffic in order of time, with the planted lines where they belong. */
function write(path, part) {
  const { log, name, from, to, lines: count, silences, plants } = part
  const random = seededRandom(`${seed}/${path}/${name ?? ""}`)
  const { rhythm, header, traffic } = logs[log]
  const next = traffic(world, random)
  const chunks = []
  const planted = []
  let lines = header(from)
  let before = 0
  let due = 0
  const plant = () => {
    const { id, line } = plants[due++]
    lines.push(line)
    planted.push({ id, path, member: name, line: before + lines.length })
  }
  const flush = () => {
    if (lines.length === 0) return
    chunks.push(Buffer.from(`${lines.join("\n")}\n`, "latin1"))
    before += lines.length
    lines = []
  }
  spread({ from, to, count, rhythm, silences, random }, (instant) => {
    while (due < plants.length && plants[due].instant <= instant) plant()
    lines.push(next(instant))
    if (lines.length >= 8192) flush()
  })
  while (due < plants.length) plant()
  flush()
  return { name, content: Buffer.concat(chunks), modified: to, lines: before, planted }
}
