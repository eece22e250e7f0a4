// Network sensors: Zeek connection and HTTP logs (tab-separated, UTC epoch) and Suricata EVE.
import { epoch, isoParisMicro } from "../lib/clock.mjs"
import { browsers, edge, inside, sites, workstations } from "../lib/organisation.mjs"

const zeekHeader = (path, instant, fields, types) => [
  "#separator \\x09",
  "#set_separator\t,",
  "#empty_field\t(empty)",
  "#unset_field\t-",
  `#path\t${path}`,
  `#open\t${new Date(instant).toISOString().slice(0, 19).replaceAll(":", "-").replace("T", "-")}`,
  `#fields\t${fields.split(" ").join("\t")}`,
  `#types\t${types.split(" ").join("\t")}`,
]

export const connHeader = (instant) =>
  zeekHeader(
    "conn",
    instant,
    "ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto service duration orig_bytes resp_bytes conn_state local_orig local_resp missed_bytes history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes tunnel_parents",
    "time string addr port addr port enum string interval count count string bool bool count string count count count count set[string]",
  )
export const httpHeader = (instant) =>
  zeekHeader(
    "http",
    instant,
    "ts uid id.orig_h id.orig_p id.resp_h id.resp_p trans_depth method host uri referrer version user_agent origin request_body_len response_body_len status_code status_msg",
    "time string addr port addr port count string string string string string string string count count count string",
  )

export function connLine({
  instant,
  uid,
  source,
  sourcePort = 50_123,
  destination,
  port = 443,
  service = "ssl",
  state = "SF",
  seconds = 1.5,
  sent = 1200,
  received = 5300,
  outbound = true,
}) {
  const [packetsOut, packetsIn] = [4 + Math.floor(sent / 1400), 4 + Math.floor(received / 1400)]
  const history = state === "S0" ? "S" : "ShADadFf"
  return `${epoch(instant)}000\tC${uid}\t${source}\t${sourcePort}\t${destination}\t${port}\ttcp\t${service}\t${seconds.toFixed(6)}\t${sent}\t${received}\t${state}\t${outbound ? "T\tF" : "F\tT"}\t0\t${history}\t${packetsOut}\t${sent + 40 * packetsOut}\t${packetsIn}\t${received + 40 * packetsIn}\t-`
}

export function httpLine({
  instant,
  uid,
  source,
  sourcePort = 50_123,
  destination,
  method = "GET",
  host,
  uri = "/",
  referrer = "-",
  agent,
  sent = 0,
  received = 5300,
  status = 200,
}) {
  return `${epoch(instant)}000\tC${uid}\t${source}\t${sourcePort}\t${destination}\t80\t1\t${method}\t${host}\t${uri}\t${referrer}\t1.1\t${agent}\t-\t${sent}\t${received}\t${status}\t${status === 200 ? "OK" : "Not Found"}`
}

export function connNoise(world, random) {
  return (instant) => {
    const uid = random.hex(16)
    if (random.chance(0.25)) {
      const blocked = random.chance(0.4)
      return connLine({
        instant,
        uid,
        source: random.pick(blocked ? world.massScanners : world.regulars),
        sourcePort: 1024 + random.int(60_000),
        destination: blocked ? edge.firewall : edge.www,
        port: blocked ? random.pick([22, 23, 445, 3389]) : 443,
        service: blocked ? "-" : "ssl",
        state: blocked ? "S0" : "SF",
        sent: blocked ? 0 : 900 + random.int(4000),
        received: blocked ? 0 : 4000 + random.int(90_000),
        seconds: random.fraction() * 30,
        outbound: false,
      })
    }
    return connLine({
      instant,
      uid,
      source: random.pick(workstations),
      sourcePort: 49_152 + random.int(16_000),
      destination: random.pickSkewed(world.servers),
      sent: 900 + random.int(9000),
      received: 2000 + random.int(300_000),
      seconds: random.fraction() * 60,
    })
  }
}

export function httpNoise(world, random) {
  return (instant) => {
    const number = random.int(workstations.length)
    return httpLine({
      instant,
      uid: random.hex(16),
      source: workstations[number],
      sourcePort: 49_152 + random.int(16_000),
      destination: random.pickSkewed(world.servers),
      host: random.pickSkewed(sites),
      uri: `/${random.pick(["flux", "maj", "cartes", "images"])}/${random.hex(10)}?v=${random.int(90)}`,
      agent: browsers[number % browsers.length],
      received: 400 + random.int(90_000),
    })
  }
}

function eve(instant, type, { source, sourcePort, destination, port, flow }, rest) {
  return `{"timestamp":"${isoParisMicro(instant)}","flow_id":${flow},"in_iface":"ens224","event_type":"${type}","src_ip":"${source}","src_port":${sourcePort},"dest_ip":"${destination}","dest_port":${port},"proto":"TCP",${rest}}`
}

export const eveFlow = ({ instant, seconds = 4, toServer = 1800, toClient = 6200, state = "closed", ...ends }) =>
  eve(
    instant,
    "flow",
    ends,
    `"app_proto":"tls","flow":{"pkts_toserver":${4 + (toServer >> 10)},"pkts_toclient":${4 + (toClient >> 10)},"bytes_toserver":${toServer},"bytes_toclient":${toClient},"start":"${isoParisMicro(instant - seconds * 1000)}","end":"${isoParisMicro(instant)}","age":${seconds},"state":"${state}","reason":"timeout","alerted":false}`,
  )
export const eveTls = ({ instant, name, ja3, ...ends }) =>
  eve(instant, "tls", ends, `"tls":{"subject":"CN=${name}","sni":"${name}","version":"TLS 1.2","ja3":{"hash":"${ja3}"}}`)
/** Suricata escapes the slash, which hides `http://` from a byte search. */
export const eveHttp = ({ instant, host, url, agent, status = 200, ...ends }) =>
  eve(
    instant,
    "http",
    ends,
    `"tx_id":0,"http":{"hostname":"${host}","url":"${url.replaceAll("/", "\\/")}","http_user_agent":"${agent.replaceAll("/", "\\/")}","http_method":"GET","protocol":"HTTP\\/1.1","status":${status},"length":5120}`,
  )
export const eveAlert = ({ instant, signature, ...ends }) =>
  eve(
    instant,
    "alert",
    ends,
    `"alert":{"action":"allowed","gid":1,"signature_id":2030001,"rev":2,"signature":"${signature}","category":"Attempted Information Leak","severity":2}`,
  )

const ja3Hashes = [
  "b32309a26951912be7dba376398abc3b",
  "cd08e31494f9531f560d64c695473da9",
  "66918128f1b9b03303d77c6f2eefd128",
  "6734f37431670b3ab4292b8f60f29984",
]

export function eveNoise(world, random) {
  return (instant) => {
    const ends = {
      source: random.pick(workstations),
      sourcePort: 49_152 + random.int(16_000),
      destination: random.pickSkewed(world.servers),
      port: 443,
      flow: `${1 + random.int(9)}${String(random.next()).padStart(10, "0")}${10 + random.int(90)}`,
    }
    const draw = random.int(100)
    if (draw < 45)
      return eveFlow({
        instant,
        ...ends,
        seconds: 1 + random.int(90),
        toServer: 900 + random.int(9000),
        toClient: 2000 + random.int(200_000),
      })
    if (draw < 80) return eveTls({ instant, ...ends, name: random.pickSkewed(sites), ja3: random.pick(ja3Hashes) })
    if (draw < 97)
      return eveHttp({
        instant,
        ...ends,
        port: 80,
        host: random.pickSkewed(sites),
        url: `/${random.hex(8)}/${random.hex(6)}.js`,
        agent: random.pick(browsers),
      })
    return eveAlert({
      instant,
      ...ends,
      source: random.pick(world.massScanners),
      destination: inside.www,
      signature: "ET SCAN Potential SSH Scan",
    })
  }
}
