// An alert as one sentence for people, and what may be said of it to whom.
import type { Alert, EchoCount } from "../../hits/alerts/alert.js"
import { safe } from "../cli/safe-text.js"

/** One line, without control characters. */
export function sentenceOf(alert: Alert): string {
  const { indicator, asset, example, count } = alert
  const what = `${indicator.type} ${safe(indicator.value, 200)}`
  const where = `${safe(example.source.path, 200)}${example.source.line === undefined ? "" : `:${example.source.line}`}`
  const times = count === 1 ? "" : `, ${count} records`
  const past = alert.found === "past" ? " in the past" : ""
  return `${verbs[alert.grade]}${past}: ${what}, ${wayOf(example.direction)}${safe(asset, 120)}${times}, ${example.action === "unknown" ? "" : `${example.action}, `}${where}`
}

export function echoSentence(echo: EchoCount): string {
  return `echo (${echo.echo}): ${echo.indicator.type} ${safe(echo.indicator.value, 200)} in ${safe(echo.path, 200)}, ${echo.count} records: no contact`
}

const verbs: Readonly<Record<Alert["grade"], string>> = {
  authenticated: "LOGIN SUCCEEDED",
  contact: "CONTACT",
  attempt: "attempt",
  seen: "seen",
  lookup: "looked up",
  mention: "mentioned",
  echo: "echo",
}

function wayOf(direction: Alert["example"]["direction"]): string {
  return direction === "inbound" ? "towards " : direction === "outbound" ? "from " : "with "
}

const withheldText = "(withheld: TLP:RED)"

/**
 * The alert for a receiver elsewhere. TLP:RED is for the eyes of its recipients alone: such an alert says that it is there and where to look,
 * and keeps value and record back.
 */
export function forElsewhere(alert: Alert): Alert {
  if (alert.tlp !== "red") return alert
  const indicator = { ...alert.indicator, value: withheldText, bulletin: withheldText }
  const example = { ...alert.example, indicator, observed: "", record: "", truncated: true, fields: {} }
  return { ...alert, indicator, asset: withheldText, example }
}

/** 0 to 10, as CEF has it. */
export function severityOf({ grade }: Alert): number {
  return severities[grade]
}

const severities: Readonly<Record<Alert["grade"], number>> = {
  authenticated: 10,
  contact: 8,
  attempt: 5,
  seen: 5,
  lookup: 4,
  mention: 3,
  echo: 1,
}

/** A value that nobody clicks on by accident. */
export function defang(value: string): string {
  return value.replace(/^http/i, "hxxp").replaceAll(".", "[.]")
}
