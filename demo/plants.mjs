// What is hidden in the archive: traces of the founding campaign, values that merely look like it, and innocent oddities.
// Log lines only, never traffic. Whoever writes the detector should not read this file first.
import { dayMs, hourMs, minuteMs } from "./lib/clock.mjs"
import { browsers, domain, edge, inside, outsideWorld } from "./lib/organisation.mjs"
import { seededRandom } from "./lib/random.mjs"
import { exchangeLine } from "./logs/exchange.mjs"
import { fortigateTraffic, fortigateVpn, netfilterLine } from "./logs/firewall.mjs"
import { connLine, eveFlow, eveHttp, httpLine } from "./logs/sensors.mjs"
import { applicationLine, cloudLine, dnsLine, mailLogin, mailReject, proxyLine, sshLine, windowsLine } from "./logs/services.mjs"
import { accessLine } from "./logs/web.mjs"

/** The window that the demo hunts. */
export const window = { since: "2021-01-01", until: "2021-08-31" }
const since = Date.parse(`${window.since}T00:00:00Z`)
const until = Date.parse(`${window.until}T00:00:00Z`)

const site = "https://www.chantier-naval.example"
/** The operator's own habit, kept whatever box he works through: an outdated browser. */
const operatorAgent = "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/63.0.3239.132 Safari/537.36"
const commonAgent = browsers[0]
const rareDocument = "/docs/consultations/2021/lot-7-propulsion-annexe-c.pdf"
const rareCard = "/annuaire/bureau-etudes.vcf"
const privateFolder = "/consultations/2021/dossier-restreint-83/"
/** Accounts that never existed here. */
const unknownUsers = ["svc-sauvegarde", "j.lemoal", "projet-fremm"]

/**
 * Everything planted: `events` are `{id, log, instant, line, marks}`, `files` are `{path, text, modified, plants}`.
 * A mark is `{value, kind, role, expect}`; `expect` is `hit`, `outside` (not in the window), `echo`, `none` (a near miss)
 * or `lead` (an unlisted relay, for the pivot), and may carry the `strength`.
 */
export function campaign(listed, seed) {
  const random = seededRandom(`${seed}/campaign`)
  const cast = random.shuffle(listed)
  const world = outsideWorld(seed, listed)
  const relays = Array.from({ length: 10 }, (_, at) => world.address("relay", at))
  const events = [
    ...reconnaissance(cast, random),
    ...spray(cast, relays, random),
    ...intrusion(cast, world),
    ...spellings(cast),
    ...outsideTheWindow(cast),
    ...sameAgentByChance(world),
  ]
  return { events: numbered(events), files: [...keptLists(cast), relayedCopy(events, cast[18])], relays }
}

/** What must not be found; the control archive has it too. */
export function lookAlikes(listed, seed) {
  const random = seededRandom(`${seed}/look-alikes`)
  return numbered(nearMisses(random.shuffle(listed), new Set(listed), random), "n")
}

function numbered(events, letter = "p") {
  return events
    .sort((one, other) => one.instant - other.instant)
    .map((event, at) => ({ id: `${letter}${String(at + 1).padStart(3, "0")}`, ...event }))
}

const at = (text) => Date.parse(`${text}Z`)

function event(log, instant, line, ...marks) {
  const inWindow = instant >= since && instant < until
  return { log, instant, line, marks: marks.map((mark) => (mark.expect === "hit" && !inWindow ? { ...mark, expect: "outside" } : mark)) }
}

const hit = (value, kind, role = "source", strength = "exact") => ({ value, kind, role, strength, expect: "hit" })
const lead = (value, kind) => ({ value, kind, role: "source", expect: "lead" })

/** January and later: probes that the border refused. */
function reconnaissance(cast, random) {
  return Array.from({ length: 14 }, (_, number) => {
    const instant = at("2021-01-06T02:11:00") + number * 15.3 * dayMs + random.int(5) * hourMs
    const source = cast[20 + (number % 8)]
    const port = [22, 443, 8443, 10_443][number % 4]
    if (number % 3 === 0)
      return event(
        "fortigate",
        instant,
        fortigateTraffic({ instant, source, destination: edge.vpn, port, action: "deny", inbound: true, session: 7_000_000 + number }),
        hit(source, "blocked-scan"),
      )
    return event(
      "netfilter",
      instant,
      netfilterLine({ instant, source, destination: edge.firewall, port, id: 20_000 + number, ttl: 49, prefix: "[UFW BLOCK] " }),
      hit(source, "blocked-scan"),
    )
  })
}

/**
 * February to July: 18 listed boxes and 10 unlisted ones, each for a few requests only, in the operator's own office hours.
 * An unlisted box takes over from a listed one and asks for what only that one was told about.
 */
function spray(cast, relays, random) {
  const boxes = [...cast.slice(0, 18).map((value) => ({ value, mark: hit })), ...relays.map((value) => ({ value, mark: lead }))]
  const sprayed = ["y.kerbrat", "m.legoff", "admin", ...unknownUsers]
  const events = boxes.flatMap(({ value, mark }, number) => {
    const unlisted = mark === lead
    // A relay works on its predecessor's day, some minutes later.
    const day = unlisted ? number - 18 : number
    const start = at("2021-02-03T01:20:00") + day * 9.2 * dayMs + (day % 6) * hourMs + (unlisted ? 3 * minuteMs : 0)
    const agent = number % 14 === 13 ? commonAgent : operatorAgent
    const steps = [
      event(
        "exchange",
        start,
        exchangeLine({ instant: start, stem: "/owa/auth/logon.aspx", query: "replaceCurrent=1&reason=2&lang=fr", client: value, agent }),
        mark(value, "login-page"),
      ),
    ]
    const later = (minutes) => start + minutes * minuteMs
    if (number % 2 === 0 || unlisted) {
      const instant = later(0.7)
      steps.push(
        event(
          "exchange",
          instant,
          exchangeLine({
            instant,
            method: "POST",
            stem: "/owa/auth.owa",
            client: value,
            agent,
            referer: "https://mail.chantier-naval.example/owa/auth/logon.aspx",
            status: 401,
            win32: 1326,
          }),
          mark(value, "failed-login"),
        ),
      )
    }
    if (number % 3 !== 1) {
      const instant = later(6)
      const user = sprayed[(number * 5 + 3) % sprayed.length]
      steps.push(
        event(
          "vpn",
          instant,
          fortigateVpn({ instant, remote: value, user, action: "ssl-login-fail", unknownUser: unknownUsers.includes(user) }),
          mark(value, "failed-login"),
        ),
      )
    }
    const instant = later(1.4)
    const path = number % 4 === 2 ? rareCard : rareDocument
    if (unlisted) {
      const orphan = number % 2 === 0
      // Of the folder's page this address knows only what another one has read.
      steps.push(
        event(
          "www",
          instant,
          orphan
            ? accessLine({
                instant,
                client: value,
                path: `${privateFolder}plan-${number}.pdf`,
                bytes: 812_000,
                referer: site + privateFolder,
                agent,
              })
            : accessLine({ instant, client: value, path, status: 304, bytes: 0, agent }),
          mark(value, orphan ? "orphan-referrer" : "orphan-304"),
        ),
      )
    } else if (number < 10) {
      steps.push(
        event(
          "www",
          instant,
          accessLine({ instant, client: value, path: number % 2 === 0 ? privateFolder : path, bytes: 44_120, agent }),
          mark(value, "hand-off"),
        ),
      )
    } else steps.push(event("www", instant, accessLine({ instant, client: value, path, bytes: 44_120, agent }), mark(value, "rare-target")))
    if (!unlisted && number % 5 === 0) {
      steps.push(
        event(
          "fortigate",
          start - 800,
          fortigateTraffic({
            instant: start - 800,
            source: value,
            sourcePort: 40_000 + number,
            destination: edge.mail,
            inbound: true,
            session: 7_100_000 + number,
            sent: 2100,
            received: 18_000,
            seconds: 4,
          }),
          mark(value, "contact"),
        ),
      )
    }
    return steps
  })
  return random.shuffle(events)
}

/** April: the spray succeeds once. May and June: a storage box of the design office talks to relays. */
function intrusion(cast, world) {
  const [intruder, control, drop] = [cast[18], cast[19], cast[28]]
  const login = at("2021-04-14T03:42:10")
  const user = "g.quemener"
  const tunnel = "10.20.250.199"
  const events = [
    event(
      "vpn",
      login - 9 * minuteMs,
      fortigateVpn({ instant: login - 9 * minuteMs, remote: intruder, user, action: "ssl-login-fail" }),
      hit(intruder, "failed-login"),
    ),
    event(
      "vpn",
      login,
      fortigateVpn({ instant: login, remote: intruder, user, action: "tunnel-up", tunnel }),
      hit(intruder, "successful-login"),
    ),
    event(
      "fortigate",
      login - 4000,
      fortigateTraffic({
        instant: login - 4000,
        source: intruder,
        destination: edge.vpn,
        port: 443,
        inbound: true,
        session: 7_200_001,
        sent: 912_000,
        received: 48_120_000,
        seconds: 5400,
      }),
      hit(intruder, "contact"),
    ),
    event(
      "windows",
      login + 4 * minuteMs,
      windowsLine({ instant: login + 4 * minuteMs, user, address: intruder, record: 4_777_001 }),
      hit(intruder, "escaped-json"),
    ),
    event(
      "exchange",
      login + 7 * minuteMs,
      exchangeLine({
        instant: login + 7 * minuteMs,
        method: "POST",
        stem: "/owa/service.svc",
        query: "action=NewInboxRule",
        user: `CNE\\${user}`,
        client: intruder,
        agent: operatorAgent,
      }),
      hit(intruder, "sensitive-action"),
    ),
  ]
  const port = 443
  for (let week = 0; week < 5; week++) {
    const instant = at("2021-05-19T22:04:30") + week * 7 * dayMs + week * 11 * minuteMs
    const destination = week % 2 === 0 ? control : drop
    const sourcePort = 44_100 + week
    events.push(
      event(
        "fortigate",
        instant,
        fortigateTraffic({
          instant,
          source: inside.nas,
          sourcePort,
          destination,
          port,
          action: "accept",
          session: 7_300_000 + week,
          sent: 8_400_000,
          received: 21_000,
          seconds: 1260,
        }),
        hit(destination, "outbound", "destination"),
      ),
      event(
        "conn",
        instant - 900,
        connLine({
          instant: instant - 900,
          uid: `Xq${week}NasRelay00000`,
          source: inside.nas,
          sourcePort,
          destination,
          port,
          seconds: 1258.4,
          sent: 8_400_000,
          received: 21_000,
        }),
        hit(destination, "outbound", "destination"),
      ),
    )
    if (week === 1)
      events.push(
        event(
          "eve",
          instant + 1_260_000,
          eveFlow({
            instant: instant + 1_260_000,
            source: inside.nas,
            sourcePort,
            destination,
            port,
            flow: "118500231977",
            seconds: 1260,
            toServer: 8_400_000,
            toClient: 21_000,
          }),
          hit(destination, "outbound", "destination"),
        ),
      )
    if (week === 2)
      events.push(
        event(
          "netfilter",
          instant + 2000,
          netfilterLine({ instant: instant + 2000, source: inside.nas, destination, sourcePort, port, out: true, id: 611 }),
          hit(destination, "outbound", "destination"),
        ),
      )
    if (week === 3)
      events.push(
        event(
          "proxy",
          instant + 3000,
          proxyLine({
            instant: instant + 3000,
            client: inside.nas,
            method: "CONNECT",
            target: `${destination}:443`,
            bytes: 21_000,
            server: destination,
            elapsed: 1_260_000,
          }),
          hit(destination, "outbound", "destination"),
        ),
      )
    if (week === 4)
      events.push(
        event(
          "http",
          instant + 5000,
          httpLine({
            instant: instant + 5000,
            uid: "Xq9NasRelay00001",
            source: inside.nas,
            destination,
            host: destination,
            uri: "/cgi-bin/maj",
            agent: "Wget/1.17",
          }),
          hit(destination, "outbound", "destination"),
        ),
      )
  }
  // The account's owner at home, before and after, as always.
  const home = world.homes[3]
  for (const instant of [login - 15 * hourMs, login + 6 * hourMs])
    events.push(event("vpn", instant, fortigateVpn({ instant, remote: home, user, action: "tunnel-up", tunnel: "10.20.250.31" })))
  return events
}

/** The same addresses in every dress that logs know. */
function spellings(cast) {
  const mapped = (address) => `::ffff:${address}`
  const hex = (address) => {
    const [a, b, c, d] = address.split(".").map(Number)
    return `::ffff:${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  }
  const simple = (log, text, line, ...marks) => event(log, at(text), line(at(text)), ...marks)
  return [
    simple(
      "www",
      "2021-01-17T07:31:43",
      (instant) => accessLine({ instant, client: mapped(cast[29]), path: "/carrieres/", agent: commonAgent }),
      hit(cast[29], "ipv4-mapped"),
    ),
    simple(
      "ssh",
      "2021-03-02T05:10:09",
      (instant) => sshLine({ instant, client: hex(cast[30]), user: "svc-sauvegarde", unknownUser: true }),
      hit(cast[30], "ipv4-mapped-hex"),
    ),
    simple(
      "ssh",
      "2021-06-11T04:52:44",
      (instant) => sshLine({ instant, client: cast[31], user: "j.lemoal", unknownUser: true }),
      hit(cast[31], "failed-login"),
    ),
    simple(
      "extranet",
      "2021-02-18T08:15:20",
      (instant) =>
        accessLine({
          instant,
          client: inside.reverseProxy,
          method: "POST",
          path: "/extranet/login",
          status: 401,
          bytes: 312,
          agent: operatorAgent,
          forwarded: cast[32],
        }),
      hit(cast[32], "x-forwarded-for"),
    ),
    simple(
      "extranet",
      "2021-07-05T06:40:02",
      (instant) =>
        accessLine({
          instant,
          client: inside.reverseProxy,
          path: "/extranet/login",
          agent: operatorAgent,
          forwarded: `${cast[33]}, 10.20.1.4`,
        }),
      hit(cast[33], "x-forwarded-for"),
    ),
    simple(
      "extranet",
      "2021-03-23T10:05:51",
      (instant) =>
        accessLine({
          instant,
          client: inside.reverseProxy,
          path: "/extranet/login",
          agent: commonAgent,
          forwarded: `${cast[34]}, 81.93.14.7`,
        }),
      hit(cast[34], "claimed-forwarder", "source", "weak"),
    ),
    simple(
      "application",
      "2021-02-18T08:15:21",
      (instant) => applicationLine({ instant, level: "warning", client: cast[32], event: "login-refused", user: "projet-fremm" }),
      hit(cast[32], "escaped-json"),
    ),
    simple(
      "eve",
      "2021-03-30T21:14:09",
      (instant) =>
        eveHttp({
          instant,
          source: inside.nas,
          sourcePort: 41_233,
          destination: cast[35],
          port: 80,
          flow: "778123998001",
          host: cast[35],
          url: `http://${cast[35]}/cgi-bin/maj`,
          agent: "Wget/1.17",
        }),
      hit(cast[35], "escaped-json", "destination"),
    ),
    simple(
      "www",
      "2021-05-04T13:27:36",
      (instant) =>
        accessLine({ instant, client: "81.93.14.7", path: "/presse/", referer: `http://${cast[36]}/liens.html`, agent: commonAgent }),
      hit(cast[36], "referrer", null, "mention"),
    ),
    simple(
      "proxy",
      "2021-06-22T09:44:10",
      (instant) =>
        proxyLine({
          instant,
          client: "10.20.4.31",
          target: `http://traduction-exemple.fr/page?u=http%3A%2F%2F${cast[37]}%2F`,
          user: "n.cariou",
          server: "83.12.9.4",
        }),
      hit(cast[37], "in-query", null, "mention"),
    ),
    simple(
      "dns",
      "2021-04-21T07:02:18",
      (instant) =>
        dnsLine({ instant, client: inside.bastion, name: `${cast[38].split(".").reverse().join(".")}.in-addr.arpa`, type: "PTR" }),
      hit(cast[38], "reverse-lookup", null, "lookup"),
    ),
    simple(
      "mail",
      "2021-05-27T12:20:00",
      (instant) => mailLogin({ instant, client: cast[39], user: "direction" }),
      hit(cast[39], "failed-login"),
    ),
    simple(
      "mail",
      "2021-02-09T03:33:12",
      (instant) => mailReject({ instant, client: cast[40], sender: "contact@presse-exemple.com", recipient: `direction@${domain}` }),
      hit(cast[40], "mail"),
    ),
    simple(
      "mail",
      "2021-07-14T16:01:55",
      (instant) =>
        mailReject({
          instant,
          host: `dsl-${cast[41].replaceAll(".", "-")}.fai-exemple.net`,
          client: "82.14.77.9",
          sender: "offre@fai-exemple.net",
          recipient: `achats@${domain}`,
        }),
      hit(cast[41], "embedded-name", null, "weak"),
    ),
    simple(
      "cloud",
      "2021-04-14T04:30:40",
      (instant) =>
        cloudLine({
          instant,
          client: cast[42],
          user: "g.quemener",
          event: "ConsoleLogin",
          outcome: "Failure",
          agent: operatorAgent,
          id: "5f1c2c1e-0d3b-4a2b-8c0d-111122223333",
        }),
      hit(cast[42], "failed-login"),
    ),
    simple(
      "conn",
      "2021-02-25T02:45:33",
      (instant) =>
        connLine({
          instant,
          uid: "InboundScan0000001",
          source: cast[43],
          sourcePort: 51_200,
          destination: edge.vpn,
          port: 10_443,
          service: "-",
          state: "S0",
          sent: 0,
          received: 0,
          seconds: 0,
          outbound: false,
        }),
      hit(cast[43], "blocked-scan"),
    ),
    simple(
      "windows",
      "2021-06-30T05:19:27",
      (instant) => windowsLine({ instant, code: 4625, user: "svc-sauvegarde", address: cast[44], type: 10, record: 4_801_200 }),
      hit(cast[44], "escaped-json"),
    ),
  ]
}

/** December 2020 and the last of August 2021: true traces, but not what was asked for. */
function outsideTheWindow(cast) {
  return [
    ["www", "2020-12-06T03:58:36", (instant, client) => accessLine({ instant, client, path: "/", agent: operatorAgent })],
    [
      "exchange",
      "2020-12-09T06:20:14",
      (instant, client) => exchangeLine({ instant, stem: "/owa/auth/logon.aspx", client, agent: operatorAgent }),
    ],
    [
      "fortigate",
      "2020-12-14T22:55:20",
      (instant, source) =>
        fortigateTraffic({ instant, source, destination: edge.vpn, port: 8443, action: "deny", inbound: true, session: 6_900_001 }),
    ],
    [
      "conn",
      "2020-12-19T05:18:40",
      (instant, source) =>
        connLine({
          instant,
          uid: "EarlyScan00000001",
          source,
          destination: edge.vpn,
          service: "-",
          state: "S0",
          sent: 0,
          received: 0,
          outbound: false,
        }),
    ],
    ["netfilter", "2020-12-22T11:40:03", (instant, source) => netfilterLine({ instant, source, port: 443, prefix: "[UFW BLOCK] " })],
    [
      "cloud",
      "2020-12-28T08:08:08",
      (instant, client) =>
        cloudLine({
          instant,
          client,
          user: "admin",
          event: "ConsoleLogin",
          outcome: "Failure",
          id: "5f1c2c1e-0d3b-4a2b-8c0d-111122224444",
        }),
    ],
    ["www", "2021-08-31T13:02:10", (instant, client) => accessLine({ instant, client, path: "/contact/", agent: commonAgent })],
    [
      "fortigate",
      "2021-08-31T15:45:00",
      (instant, source) =>
        fortigateTraffic({
          instant,
          source,
          destination: edge.www,
          inbound: true,
          session: 9_900_001,
          sent: 900,
          received: 9000,
          seconds: 2,
        }),
    ],
  ].map(([log, text, line], number) => event(log, at(text), line(at(text), cast[45 + number]), hit(cast[45 + number], "outside-window")))
}

/** Three visitors with the operator's browser and nothing else of his. */
function sameAgentByChance(world) {
  return [0, 1, 2].flatMap((number) => {
    const start = at("2021-03-10T14:00:00") + number * 41 * dayMs
    const client = world.strangers[100 + number]
    return ["/", "/assets/site.css?v=214", "/media/photo-104.jpg", "/carrieres/"].map((path, step) => {
      const instant = start + step * 4000
      return event("www", instant, accessLine({ instant, client, path, agent: operatorAgent, referer: step === 0 ? "-" : `${site}/` }))
    })
  })
}

/** Files that hold indicators without any contact: a block list, a firewall's configuration, a responder's notes. */
function keptLists(cast) {
  const blocked = cast.slice(60, 90)
  const objects = cast.slice(91, 94)
  const list = ["# liste de blocage, import du 22/07/2021", ...blocked]
  const configuration = [
    "#config-version=FGT60E-6.4.5-FW-build1828",
    "config firewall address",
    ...objects.flatMap((address, number) => [
      `    edit "certfr-${number + 1}"`,
      `        set subnet ${address} 255.255.255.255`,
      "    next",
    ]),
    "end",
  ]
  const defanged = cast[95].replace(/\.(\d+)$/, "[.]$1")
  const notes = [
    "2021-07-22 09:10:00 ticket 4411 ouvert : lecture du bulletin CERT-FR",
    `2021-07-22 09:25:00 ticket 4411 : adresse ${defanged} vue par un partenaire, à chercher chez nous`,
  ]
  const echo = (value, kind) => ({ value, kind, role: null, expect: "echo" })
  const marked = (path, lines, modified, marks) => ({
    path,
    text: `${lines.join("\n")}\n`,
    modified: at(modified),
    plants: marks.map(({ find, ...mark }) => ({ line: lines.findIndex((line) => line.includes(find)) + 1, ...mark })),
  })
  return [
    marked(
      "soc/blocage-certfr.txt",
      list,
      "2021-07-22T08:00:00",
      blocked.map((value) => ({ find: value, ...echo(value, "block-list") })),
    ),
    marked(
      "firewall/fortigate/fw-brest-01.conf",
      configuration,
      "2021-07-23T08:00:00",
      objects.map((value) => ({ find: `${value} `, ...echo(value, "configuration") })),
    ),
    marked("soc/tickets.txt", notes, "2021-07-22T10:00:00", [
      { find: defanged, instant: at("2021-07-22T07:25:00"), ...hit(cast[95], "defanged", null, "weak") },
    ]),
  ]
}

/** What a collector kept of the VPN's log: the same records a second time, which are no second contact. */
function relayedCopy(events, address) {
  const copied = events
    .filter(({ log, marks }) => log === "vpn" && marks.some(({ value }) => value === address))
    .sort((one, other) => one.instant - other.instant)
  return {
    path: "siem/collecte-vpn-20210414.log",
    text: copied.map(({ line }) => `${line}\n`).join(""),
    modified: at("2021-04-15T00:00:00"),
    plants: copied.map(({ instant, marks }, number) => ({ line: number + 1, instant, ...marks[0], kind: "copy" })),
  }
}

/** Longer, shorter, shuffled, versioned, numbered: none of these is a listed address. */
function nearMisses(cast, listed, random) {
  const free = (make) => {
    for (const address of cast) {
      const [a, b, c, d] = address.split(".").map(Number)
      const text = make(a, b, c, d)
      if (text !== undefined && !listed.has(text)) return text
    }
    throw new Error("no listed address allows this near miss")
  }
  const longerLast = free((a, b, c, d) => (d < 26 ? `${a}.${b}.${c}.${d}${d % 10 < 5 ? d % 10 : 1}` : undefined))
  const shorterLast = free((a, b, c, d) => (d > 99 ? `${a}.${b}.${c}.${Math.floor(d / 10)}` : undefined))
  const longerFirst = free((a, b, c, d) => (a < 56 && a > 9 ? `1${a}.${b}.${c}.${d}` : undefined))
  const next = free((a, b, c, d) => (d < 250 ? `${a}.${b}.${c}.${d + 1}` : undefined))
  const swapped = free((a, b, c, d) => (c !== d && c > 0 && d > 0 ? `${a}.${b}.${d}.${c}` : undefined))
  const number = (address) => address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0)
  const [one, two, three, four, five, six] = cast
  const day = () => at("2021-01-20T09:00:00") + random.int(190) * dayMs + random.int(9) * hourMs + random.int(3_600_000)
  const miss = (log, value, kind, line) => {
    const instant = day()
    return event(log, instant, line(instant), { value, kind, role: null, expect: "none" })
  }
  const visit = (instant, rest) => accessLine({ instant, client: "81.93.14.9", path: "/", agent: commonAgent, ...rest })
  return [
    miss("www", longerLast, "longer-octet", (instant) => visit(instant, { client: longerLast })),
    miss("www", shorterLast, "shorter-octet", (instant) => visit(instant, { client: shorterLast })),
    miss("fortigate", longerFirst, "longer-octet", (instant) =>
      fortigateTraffic({ instant, source: longerFirst, destination: edge.www, inbound: true, session: 5_000_001 }),
    ),
    miss("netfilter", next, "neighbour", (instant) => netfilterLine({ instant, source: next })),
    miss("conn", swapped, "swapped-octets", (instant) =>
      connLine({ instant, uid: "NearMiss000000001", source: "10.20.4.31", destination: swapped }),
    ),
    miss("exchange", longerLast, "longer-octet", (instant) =>
      exchangeLine({ instant, stem: "/owa/auth/logon.aspx", client: longerLast, agent: commonAgent }),
    ),
    miss("www", one, "version", (instant) => visit(instant, { path: `/telechargements/pilote-v${one}.zip` })),
    miss("www", two, "version", (instant) => visit(instant, { agent: `OutilMaj/${two}.4 (Windows)` })),
    miss("proxy", three, "version", (instant) =>
      proxyLine({ instant, client: "10.20.5.40", target: `http://maj.moteur-exemple.com/7.${three}/liste.xml`, server: "83.12.9.5" }),
    ),
    miss("dns", four, "name", (instant) => dnsLine({ instant, client: "10.20.5.40", name: `${four}.hebergeur-exemple.fr` })),
    miss("dns", five, "other-address", (instant) =>
      dnsLine({ instant, client: inside.exchange, name: `${five.split(".").slice(1).reverse().join(".")}.in-addr.arpa`, type: "PTR" }),
    ),
    miss("fortigate", six, "counter", (instant) =>
      fortigateTraffic({
        instant,
        source: "10.20.4.33",
        destination: "83.12.9.4",
        session: 5_000_002,
        sent: number(six),
        received: 12,
        seconds: 3600,
      }),
    ),
    miss("application", longerLast, "escaped-json", (instant) =>
      applicationLine({ instant, client: longerLast, event: "search", user: "n.cariou" }),
    ),
    miss("windows", longerFirst, "escaped-json", (instant) =>
      windowsLine({ instant, user: "n.cariou", address: longerFirst, record: 4_700_300 }),
    ),
    miss("mail", one, "embedded-longer", (instant) =>
      mailReject({
        instant,
        host: `host-${one.replaceAll(".", "-")}-7.fai-exemple.net`,
        client: "82.14.77.10",
        sender: "x@fai-exemple.net",
        recipient: `achats@${domain}`,
      }),
    ),
    miss("ssh", next, "neighbour", (instant) => sshLine({ instant, client: `::ffff:${next}`, user: "root" })),
    miss("cloud", longerFirst, "longer-octet", (instant) =>
      cloudLine({ instant, client: longerFirst, user: "n.cariou", event: "ListBuckets", source: "s3.amazonaws.com" }),
    ),
  ]
}
