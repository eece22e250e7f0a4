// W3C extended logs of the Exchange front end (OWA, ECP, ActiveSync, Autodiscover). UTC, as IIS writes them.
import { w3c } from "../lib/clock.mjs"
import { browsers, inside, monitorAgent, scannerAgents, workstations } from "../lib/organisation.mjs"

export const exchangeHeader = (instant) => [
  "#Software: Microsoft Internet Information Services 10.0",
  "#Version: 1.0",
  `#Date: ${w3c(instant)}`,
  "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken",
]

export function exchangeLine({
  instant,
  method = "GET",
  stem,
  query = "-",
  user = "-",
  client,
  agent,
  referer = "-",
  status = 200,
  win32 = 0,
  taken = 31,
}) {
  const spaced = agent.replaceAll(" ", "+")
  return `${w3c(instant)} ${inside.exchange} ${method} ${stem} ${query} 443 ${user} ${client} ${spaced} ${referer} ${status} 0 ${win32} ${taken}`
}

const phones = ["Apple-iPhone12C1/1807.41", "Apple-iPhone11C8/1805.72", "Android-SAMSUNG-SMG973F/101.110", "Outlook-iOS-Android/1.0"]
const outlook = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.13801; Pro)"
const owa = "https://mail.chantier-naval.example"

export function exchangeTraffic(world, random) {
  return (instant) => {
    const draw = random.int(100)
    const number = random.int(world.people.length)
    const user = `CNE\\${world.people[number]}`
    const taken = 5 + random.int(400)
    if (draw < 45) {
      const query = `Cmd=${random.pick(["Ping", "Sync", "FolderSync"])}&User=${world.people[number]}&DeviceId=${world.deviceIds[number]}&DeviceType=iPhone`
      return exchangeLine({
        instant,
        method: "POST",
        stem: "/Microsoft-Server-ActiveSync/default.eas",
        query,
        user,
        client: world.homes[number],
        agent: phones[number % phones.length],
        taken,
      })
    }
    if (draw < 70) {
      const stem = random.pick(["/mapi/emsmdb/", "/EWS/Exchange.asmx", "/Autodiscover/Autodiscover.xml", "/rpc/rpcproxy.dll"])
      return exchangeLine({
        instant,
        method: "POST",
        stem,
        user,
        client: workstations[number % workstations.length],
        agent: outlook,
        taken,
      })
    }
    if (draw < 94) {
      const action = random.pick(["FindConversation", "GetItem", "UpdateItem", "CreateItem", "GetFolder"])
      return exchangeLine({
        instant,
        method: "POST",
        stem: "/owa/service.svc",
        query: `action=${action}&ID=-${random.int(400)}&AC=1`,
        user,
        client: random.chance(0.6) ? workstations[number % workstations.length] : world.homes[number],
        agent: browsers[(number * 13) % browsers.length],
        referer: `${owa}/owa/`,
        taken,
      })
    }
    if (draw < 96) {
      const wrong = random.chance(0.15)
      return exchangeLine({
        instant,
        method: "POST",
        stem: "/owa/auth.owa",
        user: wrong ? "-" : user,
        client: world.homes[number],
        agent: browsers[(number * 13) % browsers.length],
        referer: `${owa}/owa/auth/logon.aspx`,
        status: wrong ? 401 : 302,
        taken,
      })
    }
    if (draw < 98)
      return exchangeLine({ instant, stem: "/owa/auth/logon.aspx", client: random.pick(world.monitors), agent: monitorAgent, taken })
    const scanner = random.int(world.massScanners.length)
    const stem = random.pick(["/owa/auth/logon.aspx", "/ecp/", "/autodiscover/autodiscover.json", "/.env"])
    return exchangeLine({
      instant,
      stem,
      client: world.massScanners[scanner],
      agent: scannerAgents[scanner % scannerAgents.length],
      status: stem === "/.env" ? 404 : 302,
      taken,
    })
  }
}
