// Alerts as a mail digest in plain text. Values are defanged; nothing of a record gets into a header.
import { createHash } from "node:crypto"
import { createTransport } from "nodemailer"
import type { Alert } from "../../hits/alerts/alert.js"
import { tlpLevels } from "../../model/tlp.js"
import { safe } from "../cli/safe-text.js"
import type { AlertOutput, Told } from "./alert-output.js"
import { defang, forElsewhere, sentenceOf, severityOf } from "./alert-text.js"

export interface MailOptions {
  readonly host: string
  readonly port: number
  /** TLS from the first byte; else STARTTLS is required, except on this machine. */
  readonly secure: boolean
  readonly isLocal: boolean
  readonly user?: string
  readonly password?: string
  readonly from: string
  readonly to: readonly string[]
  readonly intervalMs?: number
}

export function mailOutput(options: MailOptions): AlertOutput {
  const { host, port, secure, isLocal, user, password, from, to, intervalMs = 300_000 } = options
  const transport = createTransport({
    host,
    port,
    secure,
    requireTLS: !secure && !isLocal,
    ignoreTLS: !secure && isLocal,
    ...(user === undefined ? {} : { auth: { user, pass: password ?? "" } }),
    connectionTimeout: 10_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    name: `mail ${to.join(",")} by ${host}:${port}`,
    echoes: false,
    batchMax: 200,
    intervalMs,
    async deliver(batch) {
      await transport.sendMail({ from, to: [...to], ...digestOf(batch) })
    },
    close: async () => transport.close(),
  }
}

/** Subject, text and an id that is the same for the same alerts. */
export function digestOf(batch: readonly Told[]): { readonly subject: string; readonly text: string; readonly messageId: string } {
  const alerts = batch
    .flatMap((one) => (one.type === "alert" ? [forElsewhere(one)] : []))
    .sort((a, b) => severityOf(b) - severityOf(a) || (a.raisedAt < b.raisedAt ? -1 : 1))
  const values = new Set(alerts.map(({ indicator }) => indicator.value))
  const id = createHash("sha256").update(alerts.map((alert) => `${alert.id}:${alert.revision}`).join(";"))
  const count = `${alerts.length} ${alerts.length === 1 ? "alert" : "alerts"}, ${values.size} ${values.size === 1 ? "indicator" : "indicators"}`
  return {
    subject: `[${markingOf(alerts)}] Sillage: ${count}`,
    text: `${count}. Values are defanged; the records stay on the machine that found them.\n\n${alerts.map(paragraph).join("\n")}`,
    messageId: `<${id.digest("hex").slice(0, 32)}@sillage.invalid>`,
  }
}

/** The strictest marking of what the mail holds. */
function markingOf(alerts: readonly Alert[]): string {
  const levels = alerts.map(({ tlp }) => (tlp === null ? -1 : tlpLevels.indexOf(tlp)))
  const top = Math.max(...levels)
  return top < 0 ? "unmarked" : `TLP:${tlpLevels[top]?.toUpperCase()}`
}

function paragraph(alert: Alert): string {
  const { indicator } = alert
  const fangless = { ...alert, indicator: { ...indicator, value: defang(indicator.value) } }
  return [
    `* ${sentenceOf(fangless)}`,
    `  first ${alert.firstSeen ?? "unknown"}, last ${alert.lastSeen ?? "unknown"}; bulletin ${safe(indicator.bulletin, 120)}, TLP ${alert.tlp ?? "unmarked"}`,
    `  alert ${alert.id}, revision ${alert.revision}`,
    "",
  ].join("\n")
}
