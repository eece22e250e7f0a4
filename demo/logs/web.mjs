// Apache "combined" logs of the public site and of the extranet behind its reverse proxy, and the sessions in them.
import { clf } from "../lib/clock.mjs"
import { browsers, crawlerAgents, inside, monitorAgent, scannerAgents } from "../lib/organisation.mjs"

/** `forwarded` adds the X-Forwarded-For column of the extranet's own format. */
export function accessLine({
  instant,
  client,
  user = "-",
  method = "GET",
  path,
  status = 200,
  bytes = 5120,
  referer = "-",
  agent,
  forwarded,
}) {
  const column = forwarded === undefined ? "" : ` "${forwarded}"`
  return `${client} - ${user} [${clf(instant)}] "${method} ${path} HTTP/1.1" ${status} ${bytes} "${referer}" "${agent}"${column}`
}

const site = "https://www.chantier-naval.example"
const sections = ["actualites", "chantiers", "navires", "carrieres", "appels-offres", "presse", "developpement-durable", "histoire"]
const pages = [
  "/",
  "/contact/",
  "/extranet/login",
  ...sections.map((section) => `/${section}/`),
  ...sections.flatMap((section) =>
    Array.from(
      { length: 18 },
      (_, at) =>
        `/${section}/${2021 - (at % 3)}/${["pose-quille", "mise-a-l-eau", "essais-mer", "contrat", "rencontre", "fournisseurs"][at % 6]}-${at + 1}/`,
    ),
  ),
]
const documents = Array.from(
  { length: 40 },
  (_, at) => `/docs/${["plaquette", "rapport-annuel", "reglement", "plan-acces"][at % 4]}-${2017 + (at % 5)}-${at}.pdf`,
)
const assets = [
  "/assets/site.css?v=214",
  "/assets/site.js?v=214",
  "/assets/polices/marine.woff2",
  "/assets/logo.svg",
  "/favicon.ico",
  ...Array.from({ length: 60 }, (_, at) => `/media/photo-${100 + at}.jpg`),
]
const scannerPaths =
  "/.env /wp-login.php /owa/auth/logon.aspx /ecp/ /remote/login /vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php /boaform/admin/formLogin /actuator/health /.git/config /phpmyadmin/ /solr/admin/info/system /HNAP1 /autodiscover/autodiscover.xml".split(
    " ",
  )
const searchEngines = ["https://www.google.com/", "https://www.bing.com/", "https://www.qwant.com/", "https://duckduckgo.com/"]

export function webTraffic(world, random, { extranet = false } = {}) {
  const kinds = extranet ? extranetKinds : publicKinds
  const open = () => {
    let draw = random.int(100)
    const kind = kinds.find(([share]) => (draw -= share) < 0)
    return kind[1](world, random)
  }
  const sessions = Array.from({ length: 6 }, open)
  return (instant) => {
    const slot = random.int(sessions.length)
    const session = sessions[slot]
    const step = session.steps[session.at++]
    if (session.at === session.steps.length) sessions[slot] = open()
    const client = extranet ? inside.reverseProxy : session.client
    const forwarded = extranet ? session.client : undefined
    return accessLine({ instant, ...step, client, agent: session.agent, user: session.user, forwarded })
  }
}

const publicKinds = [
  [80, person],
  [11, crawler],
  [4, monitor],
  [3, scanner],
  [2, partner],
]
const extranetKinds = [
  [88, employee],
  [8, monitor],
  [4, scanner],
]

function person(world, random) {
  const regular = random.chance(0.45)
  const number = random.int(regular ? world.regulars.length : world.strangers.length)
  const client = regular ? world.regulars[number] : world.strangers[number]
  const agent = browsers[(number * 31 + (regular ? 7 : 0)) % browsers.length]
  return { client, agent, steps: visit(random, regular), at: 0 }
}

function partner(world, random) {
  return { client: world.partnerOffice, agent: random.pick(browsers), steps: visit(random, true), at: 0 }
}

/** A page with its assets, then the next one; who was here before is told that nothing changed. */
function visit(random, known) {
  const steps = []
  let referer = random.chance(0.4) ? random.pick(searchEngines) : "-"
  for (let left = 1 + random.int(4); left > 0; left--) {
    const path = random.pickSkewed(pages)
    steps.push({ path, bytes: 8000 + random.int(40_000), referer })
    referer = site + path
    for (let number = 3 + random.int(6); number > 0; number--) {
      const cached = known && random.chance(0.3)
      steps.push({ path: random.pickSkewed(assets), status: cached ? 304 : 200, bytes: cached ? 0 : 600 + random.int(90_000), referer })
    }
    if (random.chance(0.08)) steps.push({ path: random.pickSkewed(documents), bytes: 200_000 + random.int(2_000_000), referer })
  }
  return steps
}

function employee(world, random) {
  const number = random.int(world.homes.length)
  const user = random.chance(0.9) ? world.people[number] : "-"
  const base = "https://extranet.chantier-naval.example"
  const steps = [
    { path: "/extranet/login", referer: "-", bytes: 4100 },
    { path: "/extranet/login", method: "POST", status: random.chance(0.06) ? 401 : 302, bytes: 312, referer: `${base}/extranet/login` },
  ]
  for (let left = 3 + random.int(9); left > 0; left--) {
    steps.push({
      path: `/extranet/${random.pick(["dossiers", "plans", "annuaire", "agenda", "notes"])}/${random.int(900)}`,
      bytes: 2000 + random.int(30_000),
      referer: `${base}/extranet/`,
    })
  }
  return { client: world.homes[number], agent: browsers[(number * 13) % browsers.length], user, steps, at: 0 }
}

function crawler(world, random) {
  const number = random.int(world.crawlers.length)
  const steps = [{ path: "/robots.txt", bytes: 220 }]
  for (let left = 5 + random.int(20); left > 0; left--)
    steps.push({ path: random.pick(random.chance(0.1) ? documents : pages), bytes: 9000 + random.int(30_000) })
  return { client: world.crawlers[number], agent: crawlerAgents[number % crawlerAgents.length], steps, at: 0 }
}

function monitor(world, random) {
  const steps = [
    { path: "/", bytes: 18_220 },
    { path: "/owa/auth/logon.aspx", status: 302, bytes: 214 },
    { path: "/extranet/login", bytes: 4100 },
  ]
  return { client: random.pick(world.monitors), agent: monitorAgent, steps, at: 0 }
}

function scanner(world, random) {
  const number = random.int(world.massScanners.length)
  const steps = random
    .shuffle(scannerPaths)
    .slice(0, 3 + random.int(9))
    .map((path) => ({ path, status: 404, bytes: 196 }))
  return { client: world.massScanners[number], agent: scannerAgents[number % scannerAgents.length], steps, at: 0 }
}
