// The benchmark's corpus: nested indicator sets, logs of the demo's generator, and planted lines with their truth. Seeded.
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { plainLayout } from "../demo/layout.mjs"
import { dayMs } from "../demo/lib/clock.mjs"
import { browsers, edge, inside } from "../demo/lib/organisation.mjs"
import { mix32, seededRandom } from "../demo/lib/random.mjs"
import { exchangeLine } from "../demo/logs/exchange.mjs"
import { fortigateTraffic, netfilterLine } from "../demo/logs/firewall.mjs"
import { connLine, eveHttp, eveTls, httpLine } from "../demo/logs/sensors.mjs"
import { applicationLine, dnsLine, mailReject, proxyLine, windowsLine } from "../demo/logs/services.mjs"
import { accessLine } from "../demo/logs/web.mjs"
import { writeLogs } from "../demo/make-archive.mjs"

/** Raised with every change of the corpus. */
const version = 1
const plantsPerSet = 1500
const nearMissCount = 2000

/** Kinds of a hundred indicators; every set holds them in this proportion. */
const proportions = { ipv4: 35, domain: 35, hash: 14, url: 10, ipv6: 3, cidr: 2, mail: 1 }
const kinds = seededRandom("kinds").shuffle(Object.entries(proportions).flatMap(([kind, count]) => Array(count).fill(kind)))

/** Which of its kind an indicator is: the running number behind the values that are short of room. */
const rankInHundred = kinds.map((kind, at) => kinds.slice(0, at).filter((other) => other === kind).length)
const rankOf = (number) => Math.floor(number / 100) * proportions[kinds[number % 100]] + rankInHundred[number % 100]

/** None of these stands in ordinary traffic; networks have their own, so that an address is never doubly listed. */
const addressOctets = [5, 31, 37, 41, 46, 49, 60, 77, 101, 105, 118, 151, 156, 178, 185, 190, 197, 201, 210, 219]
const networkOctets = [61, 103, 113, 121, 163]
const tops = "com com com com com net net org ru cn info xyz top io fr de biz online site club".split(" ")
const sharedHosts = ["github.com", "pastebin.com", "www.dropbox.com", "raw.githubusercontent.com"]
const words = "secure update mail cloud login static portal support office cdn account verify sync drive news media".split(" ")

/** The indicator with this number: `{kind, value}`. Every number has another value. */
export function indicatorAt(number) {
  const kind = kinds[number % 100]
  // Scrambling is one to one, so the numbers keep the values apart.
  const mixed = mix32(number * 2 + 1)
  const name = (mark) => `${words[mixed % words.length]}-${mark}${mixed.toString(36)}`
  const digest = (algorithm) => createHash(algorithm).update(`indicator ${number}`).digest("hex")
  switch (kind) {
    case "ipv4": {
      // An odd factor only reorders the 2^24 endings.
      const ending = Math.imul(rankOf(number), 0x9e3779b1)
      return {
        kind,
        value: [addressOctets[number % addressOctets.length], (ending >>> 16) & 255, (ending >>> 8) & 255, ending & 255].join("."),
      }
    }
    case "domain":
      return { kind, value: `${name("d")}.${tops[(mixed >>> 4) % tops.length]}` }
    case "hash":
      return { kind, value: digest(["md5", "sha1", "sha256"][mixed % 3]) }
    case "url": {
      const host =
        (mixed >>> 5) % 10 < 3 ? sharedHosts[(mixed >>> 9) % sharedHosts.length] : `${name("u")}.${tops[(mixed >>> 4) % tops.length]}`
      return { kind, value: `http://${host}/${words[(mixed >>> 12) % words.length]}/${mixed.toString(36)}/run.php` }
    }
    case "ipv6": {
      const low = mix32(number * 2 + 3)
      const groups = [
        0x2a0e,
        0x0100 + (number % 4000),
        mixed >>> 16,
        mixed & 0xffff,
        0x8000 | (low >>> 17),
        low & 0xffff,
        0x1000 + (number % 0xeff),
        1 + (number & 0xfff),
      ]
      return { kind, value: groups.map((group) => group.toString(16)).join(":") }
    }
    case "cidr": {
      const ending = Math.imul(rankOf(number), 0x9e3779b1)
      return { kind, value: `${networkOctets[number % networkOctets.length]}.${(ending >>> 8) & 255}.${ending & 255}.0/24` }
    }
    default:
      return { kind: "mail", value: `${words[mixed % words.length]}.${mixed.toString(36)}@${name("m")}.com` }
  }
}

/** Writes the corpus and its sets to `folder`, or leaves those that are there; answers the truth. */
export async function makeCorpus(folder, { megabytes, sizes, seed = "bench", progress }) {
  const identity = { version, megabytes, sizes, seed }
  const truthPath = join(folder, "truth.json")
  if (existsSync(truthPath)) {
    const truth = JSON.parse(readFileSync(truthPath, "utf8"))
    if (JSON.stringify(truth.corpus) === JSON.stringify(identity)) return truth
  }
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const size of sizes) writeFileSync(join(folder, setName(size)), setText(size))
  const events = plantedEvents(sizes, seed)
  const { totals, places } = await writeLogs({
    folder: join(folder, "plain"),
    gzFolder: join(folder, "gz"),
    files: plainLayout(megabytes),
    events,
    seed,
    listed: [],
    progress,
  })
  const placed = events.map(({ id, number, kind, form }) => ({ ...pick(places.get(id)), number, kind, form }))
  const truth = {
    corpus: identity,
    ...totals,
    plants: placed.filter(({ number }) => number >= 0),
    nearMisses: placed.filter(({ number }) => number < 0),
  }
  writeFileSync(truthPath, JSON.stringify(truth))
  return truth
}

export const setName = (size) => `indicators-${size}.txt`

const pick = ({ path, line }) => ({ path, line })

function setText(size) {
  const lines = []
  for (let number = 0; number < size; number++) lines.push(indicatorAt(number).value)
  return `${lines.join("\n")}\n`
}

function plantedEvents(sizes, seed) {
  const random = seededRandom(`${seed}/plants`)
  const start = Date.UTC(2020, 11, 2)
  const instant = () => start + random.int(268) * dayMs + random.int(dayMs)
  const events = []
  let smaller = 0
  for (const size of sizes) {
    for (let count = 0; count < plantsPerSet; count++) {
      const number = smaller + random.int(size - smaller)
      events.push({ number, ...plantOf(indicatorAt(number), instant(), random) })
    }
    smaller = size
  }
  for (let count = 0; count < nearMissCount; count++)
    events.push({ number: -1, ...nearMissOf(indicatorAt(random.int(sizes[0])), instant(), random) })
  return events.map((event, id) => ({ id, ...event }))
}

const agent = browsers[3]

/** One record that holds the indicator, in one of the dresses that logs know. */
export function plantOf({ kind, value }, instant, random) {
  const forms = plantForms[kind]
  const [form, log, line] = random.pick(forms)
  return { kind, form, log, instant, line: line(instant, value, random) }
}

const session = (random) => 1_000_000 + random.int(8_000_000)
const client = "10.20.4.31"
const flow = { source: client, sourcePort: 51_000, destination: "83.12.9.4", port: 443, flow: "118500231977" }

const plantForms = {
  ipv4: [
    ["plain", "www", (instant, value) => accessLine({ instant, client: value, path: "/", agent })],
    ["mapped", "www", (instant, value) => accessLine({ instant, client: `::ffff:${value}`, path: "/", agent })],
    ["plain", "exchange", (instant, value) => exchangeLine({ instant, stem: "/owa/auth/logon.aspx", client: value, agent })],
    [
      "plain",
      "fortigate",
      (instant, value, random) =>
        fortigateTraffic({ instant, source: value, destination: edge.www, inbound: true, session: session(random) }),
    ],
    ["plain", "netfilter", (instant, value) => netfilterLine({ instant, source: value })],
    ["plain", "conn", (instant, value, random) => connLine({ instant, uid: random.hex(16), source: client, destination: value })],
    ["port", "proxy", (instant, value) => proxyLine({ instant, client, method: "CONNECT", target: `${value}:8443`, server: "83.12.9.4" })],
    ["escaped", "application", (instant, value) => applicationLine({ instant, client: value, event: "search", user: "n.cariou" })],
    [
      "escaped tab",
      "windows",
      (instant, value, random) => windowsLine({ instant, user: "n.cariou", address: value, record: session(random) }),
    ],
    [
      "percent",
      "proxy",
      (instant, value) =>
        proxyLine({ instant, client, target: `http://traduction-exemple.fr/page?u=http%3A%2F%2F${value}%2F`, server: "83.12.9.4" }),
    ],
  ],
  domain: [
    ["plain", "dns", (instant, value) => dnsLine({ instant, client, name: value })],
    ["subdomain", "dns", (instant, value) => dnsLine({ instant, client, name: `a.b.${value}` })],
    ["upper case", "dns", (instant, value) => dnsLine({ instant, client, name: value.toUpperCase() })],
    ["port", "proxy", (instant, value) => proxyLine({ instant, client, method: "CONNECT", target: `${value}:443`, server: "83.12.9.4" })],
    [
      "plain",
      "http",
      (instant, value, random) => httpLine({ instant, uid: random.hex(16), source: client, destination: "83.12.9.4", host: value, agent }),
    ],
    ["subdomain", "eve", (instant, value) => eveTls({ instant, ...flow, name: `www.${value}`, ja3: "cd08e31494f9531f560d64c695473da9" })],
  ],
  hash: [
    [
      "plain",
      "application",
      (instant, value) => applicationLine({ instant, client: "83.12.9.4", event: `upload ${value}`, user: "n.cariou" }),
    ],
    [
      "upper case",
      "application",
      (instant, value) => applicationLine({ instant, client: "83.12.9.4", event: `SHA=${value.toUpperCase()}`, user: "n.cariou" }),
    ],
  ],
  url: [
    ["plain", "proxy", (instant, value) => proxyLine({ instant, client, target: value, server: "83.12.9.4" })],
    ["query added", "proxy", (instant, value) => proxyLine({ instant, client, target: `${value}?id=7`, server: "83.12.9.4" })],
    ["escaped slash", "eve", (instant, value) => eveHttp({ instant, ...flow, port: 80, host: new URL(value).host, url: value, agent })],
  ],
  ipv6: [
    ["plain", "www", (instant, value) => accessLine({ instant, client: value, path: "/", agent })],
    [
      "written out",
      "www",
      (instant, value) =>
        accessLine({
          instant,
          client: value
            .split(":")
            .map((group) => group.padStart(4, "0"))
            .join(":")
            .toUpperCase(),
          path: "/",
          agent,
        }),
    ],
  ],
  cidr: [
    [
      "inside",
      "fortigate",
      (instant, value, random) =>
        fortigateTraffic({
          instant,
          source: value.replace(/0\/24$/, String(1 + random.int(254))),
          destination: edge.vpn,
          inbound: true,
          session: session(random),
        }),
    ],
    [
      "inside",
      "conn",
      (instant, value, random) =>
        connLine({ instant, uid: random.hex(16), source: inside.nas, destination: value.replace(/0\/24$/, String(1 + random.int(254))) }),
    ],
  ],
  mail: [
    [
      "plain",
      "mail",
      (instant, value) => mailReject({ instant, client: "82.14.77.9", sender: value, recipient: "achats@chantier-naval.example" }),
    ],
    [
      "upper case",
      "mail",
      (instant, value) =>
        mailReject({ instant, client: "82.14.77.9", sender: value.toUpperCase(), recipient: "achats@chantier-naval.example" }),
    ],
  ],
}

/** A record that holds something like the indicator, and not the indicator. */
export function nearMissOf({ kind, value }, instant, random) {
  const mail = (sender) => ["mail", mailReject({ instant, client: "82.14.77.9", sender, recipient: "achats@chantier-naval.example" })]
  const dns = (name) => ["dns", dnsLine({ instant, client, name })]
  const upload = (text) => ["application", applicationLine({ instant, client: "83.12.9.4", event: `upload ${text}`, user: "n.cariou" })]
  const made = {
    ipv4: () =>
      random.pick([
        ["proxy", proxyLine({ instant, client, target: `http://maj.moteur-exemple.com/7.${value}/liste.xml`, server: "83.12.9.4" })],
        ["www", accessLine({ instant, client: "83.12.9.4", path: `/telechargements/pilote-v${value}.zip`, agent })],
        dns(`${value}.hebergeur-exemple.fr`),
        ["www", accessLine({ instant, client: "83.12.9.4", path: `/build/${value}.${random.int(99)}`, agent })],
      ]),
    domain: () => random.pick([dns(`not${value}`), dns(`${value}.moteur-exemple.net`), dns(`x-${value}`)]),
    hash: () => random.pick([upload(`${value}0`), upload(`a${value}`)]),
    url: () => [
      "proxy",
      proxyLine({ instant, client, target: `${new URL(value).origin}/autre/${random.hex(6)}.html`, server: "83.12.9.4" }),
    ],
    ipv6: () => ["www", accessLine({ instant, client: `${value.slice(0, -1)}${value.endsWith("f") ? "e" : "f"}`, path: "/", agent })],
    cidr: () => [
      "conn",
      connLine({
        instant,
        uid: random.hex(16),
        source: client,
        destination: `1${value.replace(/0\/24$/, "9")}`.replace(/^1(\d{3})/, "93"),
      }),
    ],
    mail: () => mail(`x+${value}`),
  }
  const [log, line] = made[kind]()
  return { kind, form: "near miss", log, instant, line }
}
