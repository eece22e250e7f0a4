// What an event's fields mean: the names that Windows gives them to ECS, who came from where, and whether it was let in.
import type { LineParser, ParseContext } from "../../../log-format.js"
import { stampOf } from "../../../time/stamp.js"
import { finishRecord } from "../../draft.js"
import { flatten } from "../../json/flatten.js"
import { windowsDraft } from "../../json/windows-event.js"
import { parseObject } from "../../json-draft.js"
import type { Entry } from "../../plain-keys.js"

export function evtxParser(context: ParseContext): LineParser {
  return {
    parse(line) {
      const object = parseObject(line)
      if (!object || typeof object.winlog !== "object" || object.winlog === null) return undefined
      const entries = flatten(object.winlog)
      const draft = windowsDraft(renamed(entries))
      const stamp = typeof object["@timestamp"] === "string" ? stampOf(object["@timestamp"]) : undefined
      const record = finishRecord(line, "evtx", { ...draft, ...(stamp && { time: stamp }) }, context.roles)
      return "remnant" in object.winlog ? { ...record, detached: true } : record
    },
  }
}

/** The account acted upon stands before the one that acted: it is whom a login is about. */
function renamed(entries: readonly Entry[]): readonly Entry[] {
  const channel = text(entries, "channel")
  const id = text(entries, "event_id")
  const list = entries.map((entry) => {
    const name = lastPart(entry.key)
    const key = special[`${channel}/${id}/${name}`] ?? special[`${channel}//${name}`] ?? special[`//${name}`]
    return key === undefined ? entry : { key, value: entry.value }
  })
  const target = list.filter(({ key, value }) => lastPart(key) === "TargetUserName" && value !== "" && value !== "-")
  return [...target, ...list]
}

/** `channel/id/name`, or without channel and id, to the name that the shared table of Windows events knows. */
const special: Readonly<Record<string, string>> = {
  "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational/1149/Param1": "TargetUserName",
  "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational/1149/Param3": "IpAddress",
  "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational//Address": "IpAddress",
  "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational//User": "TargetUserName",
  "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Operational//IPString": "IpAddress",
  "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Operational//ClientIP": "IpAddress",
  "//SourceIP": "SourceIp",
  "//DestinationIP": "DestinationIp",
  "//DestIP": "DestinationIp",
  "//SrcIP": "SourceIp",
  "//RemoteIP": "IpAddress",
  "//RemoteAddress": "IpAddress",
  "//ClientName": "WorkstationName",
}

function text(entries: readonly Entry[], name: string): string {
  const found = entries.find(({ key }) => lastPart(key) === name)
  return found === undefined ? "" : String(found.value)
}

function lastPart(key: string): string {
  return key.slice(key.lastIndexOf(".") + 1)
}
