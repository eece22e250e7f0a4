// The rest of the house: name server, mail, bastion, proxy, cloud trail, Windows security events, extranet application.
import { bind, epoch, isoUtc, isoUtcMs, rfc3164 } from "../lib/clock.mjs"
import { domain, inside, sites, workstations } from "../lib/organisation.mjs"

export const dnsLine = ({ instant, client, port = 53_211, name, type = "A" }) =>
  `${bind(instant)} queries: info: client @0x7f3c2c0a4de0 ${client}#${port} (${name}): query: ${name} IN ${type} +E(0)K (${inside.resolver})`

export function dnsNoise(world, random) {
  return (instant) => {
    const client = random.pick(workstations)
    const port = 1024 + random.int(60_000)
    if (random.chance(0.06)) {
      const reversed = random.pick(world.mailServers).split(".").reverse().join(".")
      return dnsLine({ instant, client: inside.exchange, port, name: `${reversed}.in-addr.arpa`, type: "PTR" })
    }
    return dnsLine({
      instant,
      client,
      port,
      name: random.chance(0.15) ? `srv-${random.int(40)}.${domain}` : random.pickSkewed(sites),
      type: random.chance(0.25) ? "AAAA" : "A",
    })
  }
}

const postfix = (instant, program, id, text) => `${rfc3164(instant)} mx1 postfix/${program}[${id}]: ${text}`

export const mailConnect = ({ instant, host = "unknown", client, id = 2211 }) =>
  postfix(instant, "smtpd", id, `connect from ${host}[${client}]`)
export const mailReject = ({ instant, host = "unknown", client, sender, recipient, id = 2211 }) =>
  postfix(
    instant,
    "smtpd",
    id,
    `NOQUEUE: reject: RCPT from ${host}[${client}]: 554 5.7.1 Service unavailable; from=<${sender}> to=<${recipient}> proto=ESMTP helo=<${host}>`,
  )
export const mailLogin = ({ instant, host = "unknown", client, user, id = 2211 }) =>
  postfix(instant, "submission/smtpd", id, `warning: ${host}[${client}]: SASL LOGIN authentication failed: ${user}`)

export function mailNoise(world, random) {
  return (instant) => {
    const number = random.int(world.mailServers.length)
    const host = `mx${number}.${sites[number]}`
    const client = world.mailServers[number]
    const id = 1000 + random.int(30_000)
    const draw = random.int(10)
    if (draw < 4) return mailConnect({ instant, host, client, id })
    if (draw < 7) return postfix(instant, "smtpd", id, `${random.hex(10).toUpperCase()}: client=${host}[${client}]`)
    if (draw < 9)
      return postfix(
        instant,
        "qmgr",
        id,
        `${random.hex(10).toUpperCase()}: from=<lettre@${sites[number]}>, size=${3000 + random.int(90_000)}, nrcpt=1 (queue active)`,
      )
    return mailReject({ instant, host, client, sender: `promo@${sites[number]}`, recipient: `${random.pick(world.people)}@${domain}`, id })
  }
}

export const sshLine = ({ instant, client, user, outcome = "Failed", port = 40_022, id = 871, unknownUser = false }) =>
  `${rfc3164(instant)} bastion sshd[${id}]: ${outcome} ${outcome === "Accepted" ? "publickey" : "password"} for ${unknownUser ? "invalid user " : ""}${user} from ${client} port ${port} ssh2`

export function sshNoise(world, random) {
  return (instant) => {
    const id = 500 + random.int(30_000)
    const port = 1024 + random.int(60_000)
    if (random.chance(0.7))
      return sshLine({
        instant,
        client: random.pick(world.massScanners),
        user: random.pick(["root", "admin", "oracle", "pi", "ubuntu"]),
        port,
        id,
        unknownUser: random.chance(0.6),
      })
    const number = random.int(20)
    return sshLine({
      instant,
      client: random.chance(0.5) ? workstations[number] : world.homes[number],
      user: world.people[number],
      outcome: "Accepted",
      port,
      id,
    })
  }
}

/** `target` is a URL, or host:port with CONNECT. */
export const proxyLine = ({ instant, client, method = "GET", target, status = 200, bytes = 5120, user = "-", server, elapsed = 120 }) =>
  `${epoch(instant)} ${String(elapsed).padStart(6)} ${client} TCP_${method === "CONNECT" ? "TUNNEL" : "MISS"}/${status} ${bytes} ${method} ${target} ${user} HIER_DIRECT/${server} ${method === "CONNECT" ? "-" : "text/html"}`

export function proxyNoise(world, random) {
  return (instant) => {
    const number = random.int(world.people.length)
    const secure = random.chance(0.75)
    const host = random.pickSkewed(sites)
    const target = secure ? `${host}:443` : `http://${host}/${random.hex(8)}/${random.hex(5)}.html`
    return proxyLine({
      instant,
      client: workstations[number % workstations.length],
      method: secure ? "CONNECT" : "GET",
      target,
      bytes: 900 + random.int(200_000),
      user: world.people[number],
      server: random.pickSkewed(world.servers),
      elapsed: 10 + random.int(4000),
    })
  }
}

export function cloudLine({
  instant,
  client,
  user,
  event,
  source = "signin.amazonaws.com",
  outcome,
  agent = "aws-cli/2.1 Python/3.7 Linux/4.14",
  id = "0",
}) {
  const response = outcome === undefined ? "null" : `{"ConsoleLogin":"${outcome}"}`
  return `{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","accountId":"111122223333","userName":"${user}"},"eventTime":"${isoUtc(instant)}","eventSource":"${source}","eventName":"${event}","awsRegion":"eu-west-3","sourceIPAddress":"${client}","userAgent":"${agent}","requestParameters":null,"responseElements":${response},"eventID":"${id}","readOnly":true,"eventType":"AwsApiCall","recipientAccountId":"111122223333"}`
}

export function cloudNoise(world, random) {
  return (instant) => {
    const number = random.int(25)
    const login = random.chance(0.05)
    const id = `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-8${random.hex(3)}-${random.hex(12)}`
    return cloudLine({
      instant,
      client: random.chance(0.5) ? world.homes[number] : "203.0.113.2",
      user: world.people[number],
      event: login ? "ConsoleLogin" : random.pick(["DescribeInstances", "ListBuckets", "GetObject", "GetCallerIdentity"]),
      source: login ? "signin.amazonaws.com" : random.pick(["ec2.amazonaws.com", "s3.amazonaws.com", "sts.amazonaws.com"]),
      outcome: login ? (random.chance(0.1) ? "Failure" : "Success") : undefined,
      id,
    })
  }
}

/** A security event as a shipper writes it: the message holds the address right behind an escaped tab. */
export function windowsLine({ instant, computer = `SRV-AD1.cne.${domain}`, code = 4624, user, address, type = 3, record }) {
  const text = code === 4625 ? "An account failed to log on." : "An account was successfully logged on."
  return `{"@timestamp":"${isoUtcMs(instant)}","host":{"name":"${computer}"},"event":{"code":"${code}","provider":"Microsoft-Windows-Security-Auditing","outcome":"${code === 4625 ? "failure" : "success"}"},"winlog":{"channel":"Security","event_id":${code},"record_id":${record},"computer_name":"${computer}","event_data":{"TargetUserName":"${user}","TargetDomainName":"CNE","LogonType":"${type}","IpAddress":"${address}","IpPort":"0"}},"message":"${text}\\n\\nAccount Name:\\t\\t${user}\\nNetwork Information:\\n\\tSource Network Address:\\t${address}\\n\\tSource Port:\\t\\t0"}`
}

export function windowsNoise(world, random) {
  let record = 4_000_000 + random.int(100_000)
  return (instant) => {
    const number = random.int(world.people.length)
    record += 1 + random.int(3)
    return windowsLine({
      instant,
      code: random.chance(0.04) ? 4625 : 4624,
      user: world.people[number],
      address: workstations[number % workstations.length],
      record,
    })
  }
}

/** The extranet's own log, written by a library that escapes every dot and slash of a value it distrusts. */
export const applicationLine = ({ instant, level = "info", client, event, user }) => {
  const wary = client.replaceAll(".", "\\u002e")
  return `{"time":"${isoUtcMs(instant)}","level":"${level}","app":"extranet","event":"${event}","user":"${user}","client":"${wary}"}`
}

export function applicationNoise(world, random) {
  return (instant) => {
    const number = random.int(world.homes.length)
    return applicationLine({
      instant,
      client: world.homes[number],
      event: random.pick(["session-opened", "document-read", "session-closed", "search"]),
      user: world.people[number],
    })
  }
}
