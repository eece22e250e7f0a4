// The border: FortiGate traffic and VPN events (key=value, with year and zone), and an older netfilter box (syslog without a year).
import { fortigate, parisOffset, rfc3164 } from "../lib/clock.mjs"
import { edge, inside, workstations } from "../lib/organisation.mjs"

const device = (instant) => `${fortigate(instant)} devname="fw-brest-01" devid="FGT60E4Q16000000"`
const eventTime = (instant) => `eventtime=${Math.floor(instant)}000000 tz="+0${parisOffset(instant)}00"`

export function fortigateTraffic({
  instant,
  source,
  sourcePort = 51514,
  destination,
  port = 443,
  action = "close",
  inbound = false,
  session,
  sent = 0,
  received = 0,
  seconds = 0,
}) {
  const [from, to] = inbound ? ["wan1", "dmz"] : ["lan", "wan1"]
  const service = { 443: "HTTPS", 80: "HTTP", 53: "DNS", 25: "SMTP", 22: "SSH" }[port] ?? `tcp/${port}`
  return (
    `${device(instant)} logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" ${eventTime(instant)} ` +
    `srcip=${source} srcport=${sourcePort} srcintf="${from}" dstip=${destination} dstport=${port} dstintf="${to}" policyid=${inbound ? 31 : 12} ` +
    `sessionid=${session} proto=6 action="${action}" service="${service}" duration=${seconds} sentbyte=${sent} rcvdbyte=${received}`
  )
}

const vpnReason = {
  "tunnel-up": ["SSL VPN tunnel up", "tunnel established", "SSL tunnel established"],
  "ssl-login-fail": ["SSL VPN login fail", "sslvpn_login_permission_denied", "SSL user failed to logged in"],
}

export function fortigateVpn({ instant, remote, user, action, unknownUser = false, tunnel = "N/A" }) {
  const [description, reason, message] = vpnReason[action]
  return (
    `${device(instant)} logid="0101039${action === "tunnel-up" ? "947" : "426"}" type="event" subtype="vpn" level="${action === "tunnel-up" ? "information" : "alert"}" vd="root" ` +
    `${eventTime(instant)} logdesc="${description}" action="${action}" tunneltype="ssl-${action === "tunnel-up" ? "tunnel" : "web"}" remip=${remote} tunnelip=${tunnel} user="${user}" ` +
    `group="${action === "tunnel-up" ? "vpn-personnel" : "N/A"}" dst_host="N/A" reason="${unknownUser ? "sslvpn_login_unknown_user" : reason}" msg="${message}"`
  )
}

export function netfilterLine({
  instant,
  source,
  destination = edge.www,
  sourcePort = 40_000,
  port = 22,
  out = false,
  id = 4321,
  ttl = 52,
  prefix = "",
}) {
  const interfaces = out ? "IN=eth1 OUT=eth0" : "IN=eth0 OUT="
  return `${rfc3164(instant)} fw-ancien kernel: ${prefix}${interfaces} MAC=00:08:a2:0c:1f:12:00:c8:8b:e2:d6:87:08:00 SRC=${source} DST=${destination} LEN=44 TOS=0x00 PREC=0x00 TTL=${ttl} ID=${id} PROTO=TCP SPT=${sourcePort} DPT=${port} WINDOW=1024 RES=0x00 SYN URGP=0`
}

const scannedPorts = [22, 23, 80, 445, 1433, 2323, 3389, 5060, 5555, 8080, 8545, 37_215]

export function fortigateNoise(world, random) {
  return (instant) => {
    const session = 100_000 + random.int(9_000_000)
    if (random.chance(0.1)) {
      return fortigateTraffic({
        instant,
        source: random.pick(random.chance(0.5) ? world.massScanners : world.strangers),
        sourcePort: 1024 + random.int(60_000),
        destination: random.pick(Object.values(edge)),
        port: random.pick(scannedPorts),
        action: "deny",
        inbound: true,
        session,
      })
    }
    if (random.chance(0.25)) {
      const [destination, port] = random.pick([
        [edge.www, 443],
        [edge.mail, 443],
        [edge.extranet, 443],
        [edge.mail, 25],
      ])
      return fortigateTraffic({
        instant,
        source: random.pick(world.regulars),
        sourcePort: 1024 + random.int(60_000),
        destination,
        port,
        inbound: true,
        session,
        sent: 700 + random.int(4000),
        received: 2000 + random.int(80_000),
        seconds: 1 + random.int(90),
      })
    }
    return fortigateTraffic({
      instant,
      source: random.pick(workstations),
      sourcePort: 49_152 + random.int(16_000),
      destination: random.pickSkewed(world.servers),
      port: random.chance(0.9) ? 443 : 80,
      session,
      sent: 900 + random.int(9000),
      received: 2000 + random.int(300_000),
      seconds: 1 + random.int(200),
    })
  }
}

export function vpnNoise(world, random) {
  return (instant) => {
    const number = random.int(world.people.length)
    if (random.chance(0.07))
      return fortigateVpn({ instant, remote: world.homes[number], user: world.people[number], action: "ssl-login-fail" })
    if (random.chance(0.05))
      return fortigateVpn({
        instant,
        remote: random.pick(world.massScanners),
        user: random.pick(["admin", "test", "vpn", "root"]),
        action: "ssl-login-fail",
        unknownUser: true,
      })
    return fortigateVpn({
      instant,
      remote: world.homes[number],
      user: world.people[number],
      action: "tunnel-up",
      tunnel: `10.20.250.${2 + (number % 200)}`,
    })
  }
}

export function netfilterNoise(world, random) {
  return (instant) => {
    const id = random.int(65_536)
    const ttl = 40 + random.int(200)
    if (random.chance(0.2))
      return netfilterLine({
        instant,
        source: inside.nas,
        destination: random.pickSkewed(world.servers),
        sourcePort: 32_768 + random.int(28_000),
        port: 443,
        out: true,
        id,
        ttl,
      })
    return netfilterLine({
      instant,
      source: random.pick(random.chance(0.4) ? world.massScanners : world.strangers),
      sourcePort: 1024 + random.int(60_000),
      port: random.pick(scannedPorts),
      id,
      ttl,
      prefix: "[UFW BLOCK] ",
    })
  }
}
