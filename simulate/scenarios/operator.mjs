// A made operator behind relays, decoy populations, and the list that a CERT would publish about it. Only log lines, never traffic.
// Nothing here knows how leads are found.
import { combined } from "./background.mjs"
import { chance } from "./chance.mjs"

/**
 * @typedef {object} Scenario
 * @property {"L1"|"L2"|"L3"|"L4"} level L1 one rare user agent, L2 one common, L3 random agents and shared targets, L4 nothing shared
 * @property {number} relays how many the operator has
 * @property {number} listed share of them that is published
 * @property {number} contamination share of the published addresses that are innocent visitors
 * @property {"shared"|"partly"} targets
 * @property {boolean} handOff pages that one relay opens are continued by the next one
 * @property {boolean} block active in one four-hour block a day instead of around the clock
 * @property {"operator"|"none"|"empty"} control none: no relays, the list names innocent visitors; empty: no decoys either
 */

const probes = [
  "/owa/auth/logon.aspx",
  "/remote/login",
  "/dana-na/auth/url_default/welcome.cgi",
  "/vpn/index.html",
  "/manager/html",
  "/wp-login.php",
]
const scanPaths = Array.from({ length: 40 }, (_, at) => `/${["admin", "backup", "old", "test", "cgi-bin", "setup"][at % 6]}${at}.php`)
const scannerAgents = [
  "Mozilla/5.0 zgrab/0.x",
  "python-requests/2.6.0",
  "masscan/1.0",
  "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)",
]

/** Lines, who the relays are, and what the list says. */
export function plant(lines, known, scenario, seed) {
  const random = chance(`${seed}`)
  const used = new Set(known.visitors.keys())
  const planted = []
  const targets = chooseTargets(known, random)
  const decoys = scenario.control === "empty" ? [] : decoyPopulation(known, targets, random, used, planted)
  const relays = scenario.control === "operator" ? operate(known, scenario, targets, random, used, planted) : []
  const count = Math.max(1, Math.round((scenario.control === "operator" ? scenario.relays : 40) * scenario.listed))
  const wrong = scenario.control === "operator" ? Math.round(count * scenario.contamination) : count
  const innocent = random.sample([...known.visitors.keys()], wrong)
  const seeds = [...random.sample(relays, count - wrong), ...innocent]
  const stamped = [...lines.map((text) => ({ time: stampOf(text), text })), ...planted].sort((a, b) => a.time - b.time)
  return {
    lines: stamped.map((one) => one.text),
    times: stamped.map((one) => one.time),
    relays,
    seeds,
    hidden: relays.filter((one) => !seeds.includes(one)),
    decoys,
  }
}

function operate(known, scenario, targets, random, used, planted) {
  const rare = `Mozilla/5.0 (Windows NT 6.1; WOW64; rv:${random.whole(24, 36)}.0) Gecko/2010${random.whole(1000, 9999)} Firefox/${random.whole(24, 36)}.${random.whole(1, 9)}`
  const common = random.pick(
    [...known.agents].filter(([, holders]) => holders.size >= known.visitors.size * 0.015 && holders.size <= known.visitors.size * 0.06),
  )[0]
  const agentPool = [...known.agents].flatMap(([agent, holders]) => Array.from({ length: holders.size }, () => agent))
  const pagePool = [...known.pages.keys()]
  const networks = Array.from({ length: 12 }, () => `${random.whole(1, 223)}.${random.whole(0, 255)}`)
  // A few visitors of the site have the rare agent as well.
  if (scenario.level === "L1")
    for (const visitor of random.sample([...known.visitors.keys()], 3))
      planted.push(request(visitor, anyTime(known, random), random.pick(pagePool), "-", rare))
  const blockHour = random.whole(0, 23)
  let previous = null
  return Array.from({ length: scenario.relays }, () => {
    const address = fresh(used, random, random.next() < 0.4 ? random.pick(networks) : undefined)
    const agent = { L1: rare, L2: common, L3: random.pick(agentPool), L4: random.pick(agentPool) }[scenario.level]
    const wanted = random.whole(1, 4)
    let time = scenario.block ? blockTime(known, random, blockHour) : anyTime(known, random)
    if (scenario.handOff && previous)
      time = Math.min(previous.time + random.whole(30, 1500) * 1000, known.firstDay + known.days * 86_400_000)
    const pages = Array.from({ length: wanted }, () => {
      if (scenario.level === "L4") return random.pick(pagePool)
      return scenario.targets === "partly" && random.next() < 0.5 ? random.pick(pagePool) : random.pick(targets)
    })
    for (const [at, page] of pages.entries()) {
      const referrer = scenario.handOff && at === 0 && previous ? `http://semicomplete.com${previous.page}` : "-"
      planted.push(request(address, time, page, referrer, agent))
      previous = { page, time }
      time += random.whole(20, 600) * 1000
    }
    return address
  })
}

/** Ten targets: rare pages of the site, two better known ones, two login pages that the site may not have. */
function chooseTargets(known, random) {
  const between = (low, high) => [...known.pages].filter(([, holders]) => holders.size >= low && holders.size <= high).map(([page]) => page)
  return [...random.sample(between(1, 8), 6), ...random.sample(between(9, 40), 2), ...random.sample(probes, 2)]
}

/** Scanners on the same paths, roaming phones, a NAT, crawlers, monitors, scrapers behind residential proxies. */
function decoyPopulation(known, targets, random, used, planted) {
  const decoys = []
  const pagePool = [...known.pages.keys()]
  const agents = [...known.agents.keys()]
  const newcomer = () => {
    const address = fresh(used, random)
    decoys.push(address)
    return address
  }
  for (let scanner = 0; scanner < 60; scanner++) {
    const [address, agent] = [newcomer(), random.pick(scannerAgents)]
    let time = anyTime(known, random)
    const paths = [...random.sample(targets, random.whole(1, 3)), ...random.sample([...probes, ...scanPaths], random.whole(4, 25))]
    for (const path of paths) planted.push(request(address, (time += random.whole(1, 20) * 1000), path, "-", agent, 404))
  }
  for (let phone = 0; phone < 10; phone++) {
    const agent = random.pick(agents)
    let time = anyTime(known, random)
    for (let hop = 0; hop < 3; hop++) {
      const address = newcomer()
      for (let page = 0; page < 2; page++)
        planted.push(request(address, (time += random.whole(60, 3000) * 1000), random.pick(pagePool), "-", agent))
    }
  }
  const nat = newcomer()
  for (let user = 0; user < 30; user++) planted.push(request(nat, anyTime(known, random), random.pick(pagePool), "-", random.pick(agents)))
  for (let crawler = 0; crawler < 4; crawler++) {
    const address = newcomer()
    for (const page of random.sample(pagePool, 120))
      planted.push(request(address, anyTime(known, random), page, "-", `ExampleBot/${crawler % 2}.0 (+http://bot.example)`))
  }
  for (let monitor = 0; monitor < 3; monitor++) {
    const address = newcomer()
    for (let hour = 0; hour < 80; hour += 2)
      planted.push(request(address, known.firstDay + hour * 3_600_000 + monitor * 60_000, "/", "-", "monitor.example/1.2"))
  }
  const scraper = random.pick(agents)
  for (let exit = 0; exit < 30; exit++) planted.push(request(newcomer(), anyTime(known, random), random.pick(pagePool), "-", scraper))
  return decoys
}

function request(address, time, page, referrer, agent, status = probes.includes(page) ? 404 : 200) {
  return { time, text: combined(address, time, "GET", page, status, referrer, agent) }
}

function anyTime(known, random) {
  return known.firstDay + random.next() * known.days * 86_400_000
}

function blockTime(known, random, hour) {
  const day = random.whole(0, Math.floor(known.days))
  return Math.min(known.firstDay + known.days * 86_400_000, Date.UTC(2015, 4, 17 + day, hour) + random.next() * 4 * 3_600_000)
}

function fresh(used, random, network) {
  for (;;) {
    const address = network
      ? `${network}.${random.whole(0, 255)}.${random.whole(1, 254)}`
      : [random.whole(1, 223), random.whole(0, 255), random.whole(0, 255), random.whole(1, 254)].join(".")
    if (used.has(address)) continue
    used.add(address)
    return address
  }
}

const monthNumbers = { Jan: 0, Feb: 1, Mar: 2, Apr: 3, May: 4, Jun: 5, Jul: 6, Aug: 7, Sep: 8, Oct: 9, Nov: 10, Dec: 11 }

function stampOf(text) {
  const match = /\[(\d+)\/(\w+)\/(\d+):(\d+):(\d+):(\d+)/.exec(text)
  return match ? Date.UTC(+match[3], monthNumbers[match[2]], +match[1], +match[4], +match[5], +match[6]) : 0
}
