// "Chantier Naval Exemple": its people, its machines, and everybody on the Internet who has ordinary business with it.
import { hash32, mix32, seededRandom } from "./random.mjs"

export const domain = "chantier-naval.example"
export const ownNetwork = "203.0.113.0/26"
/** Public addresses of its services. */
export const edge = { firewall: "203.0.113.2", www: "203.0.113.10", mail: "203.0.113.20", vpn: "203.0.113.30", extranet: "203.0.113.11" }
export const inside = {
  reverseProxy: "10.20.1.5",
  www: "10.20.1.10",
  exchange: "10.20.1.20",
  resolver: "10.20.1.53",
  proxy: "10.20.1.80",
  bastion: "10.20.1.22",
  nas: "10.20.9.77",
}

const firstNames =
  "yann maelle gwenael soizic erwan nolwenn loic enora ronan solenn tanguy rozenn alan katell malo lena youenn aziliz".split(" ")
const lastNames =
  "kerbrat legoff lebras quemener cariou riou lebihan madec tanguy guillou jezequel prigent floch salaun abgrall cadiou morvan".split(" ")

/** Account names, such as `y.kerbrat`. */
export const people = Array.from({ length: 140 }, (_, at) => {
  const first = firstNames[(at * 7) % firstNames.length]
  const last = lastNames[(at * 5 + Math.floor(at / 17)) % lastNames.length]
  return `${first[0]}.${last}${at >= 102 ? at - 100 : ""}`
}).filter((name, at, all) => all.indexOf(name) === at)

export const workstations = Array.from({ length: 160 }, (_, at) => `10.20.${4 + (at % 4)}.${20 + Math.floor(at / 4)}`)

/** First octets of everybody in ordinary traffic; the benchmark takes its indicators from the others. */
export const trafficOctets = [
  62, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 109, 176, 188, 193, 194, 195, 212, 213, 217,
]

/**
 * The outside world as seen by one archive: address books that never contain a value of `avoid`.
 * Addresses are drawn at random from ordinary ranges; they mean nobody.
 */
export function outsideWorld(seed, listed = []) {
  const avoid = new Set(listed)
  const salt = hash32(`${seed}/world`)
  const address = (book, number) => {
    for (let attempt = 0; ; attempt++) {
      const a = mix32(salt ^ hash32(`${book}/${number}/${attempt}`))
      const text = `${trafficOctets[a % trafficOctets.length]}.${(a >>> 8) & 255}.${(a >>> 16) & 255}.${1 + ((a >>> 24) % 254)}`
      if (!avoid.has(text)) return text
    }
  }
  const book = (name, size) => Array.from({ length: size }, (_, number) => address(name, number))
  return {
    address,
    people,
    deviceIds: people.map((name) => hash32(`device/${name}`).toString(16).padStart(8, "0").repeat(4).toUpperCase()),
    /** People who come back, and those who come once. */
    regulars: book("regular", 2500),
    strangers: [...book("stranger", 22_000), ...neighbours(listed, listed.length > 0 ? 60 : 0, seed)],
    homes: people.map((name) => address("home", name)),
    crawlers: book("crawler", 36),
    monitors: book("monitor", 8),
    massScanners: book("scanner", 60),
    partnerOffice: address("partner", 0),
    servers: book("server", 900),
    mailServers: book("mx", 160),
  }
}

/** Residential neighbours of listed addresses: same /16, innocent, so that "same /16" is no proof. */
function neighbours(listed, count, seed) {
  const random = seededRandom(`${seed}/neighbours`)
  const taken = new Set(listed)
  const found = []
  while (found.length < count) {
    const [a, b] = random.pick(listed).split(".")
    const candidate = `${a}.${b}.${random.int(256)}.${1 + random.int(254)}`
    if (!taken.has(candidate)) {
      taken.add(candidate)
      found.push(candidate)
    }
  }
  return found
}

const siteWords =
  "meteo maree voilerie accastillage courtage assurance banque formation annuaire presse peinture soudure moteur cordage logistique".split(
    " ",
  )
const siteRoles = "www cdn api static img mail login portail data sync".split(" ")
const siteEnds = ["fr", "com", "net", "org", "eu", "io"]

/** Made-up sites that staff visit; every registrable name ends in `-exemple`. */
export const sites = Array.from({ length: 600 }, (_, at) => {
  const mixed = mix32(at * 2654435761)
  const word = siteWords[mixed % siteWords.length]
  const number = (mixed >>> 8) % 40
  return `${siteRoles[(mixed >>> 16) % siteRoles.length]}.${word}${number || ""}-exemple.${siteEnds[(mixed >>> 24) % siteEnds.length]}`
})

const chromes = [
  "87.0.4280.88",
  "87.0.4280.141",
  "88.0.4324.150",
  "88.0.4324.190",
  "89.0.4389.90",
  "89.0.4389.114",
  "90.0.4430.93",
  "91.0.4472.77",
  "91.0.4472.124",
  "92.0.4515.107",
]
const systems = ["Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64", "Windows NT 6.1; Win64; x64"]

/** Browsers of the time, common ones first. */
export const browsers = [
  ...chromes.flatMap((version) =>
    systems.map((system) => `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version} Safari/537.36`),
  ),
  ...[84, 85, 86, 87, 88, 89, 90].flatMap((version) =>
    ["Windows NT 10.0; Win64; x64", "X11; Ubuntu; Linux x86_64"].map(
      (system) => `Mozilla/5.0 (${system}; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`,
    ),
  ),
  ...["14_2", "14_3", "14_4", "14_6"].map(
    (version) =>
      `Mozilla/5.0 (iPhone; CPU iPhone OS ${version} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.0.2 Mobile/15E148 Safari/604.1`,
  ),
  ...["SM-G973F", "SM-A515F", "Pixel 4a", "M2007J20CG"].map(
    (device) =>
      `Mozilla/5.0 (Linux; Android 11; ${device}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.4430.91 Mobile Safari/537.36`,
  ),
]

export const crawlerAgents = [
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
  "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
  "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
  "Mozilla/5.0 (compatible; Qwantify/2.4w; +https://www.qwant.com/)/2.4w",
]
export const scannerAgents = [
  "Mozilla/5.0 zgrab/0.x",
  "python-requests/2.25.1",
  "Go-http-client/1.1",
  "curl/7.68.0",
  "masscan/1.3 (https://github.com/robertdavidgraham/masscan)",
]
export const monitorAgent = "VeilleDispo/2.3 (+https://veille-exemple.fr/robot)"
