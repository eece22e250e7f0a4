// Alerts to a web address, as signed JSON: the receiver checks the signature, and drops what it has by id and revision.
import { createHash, createHmac } from "node:crypto"
import { type AlertOutput, RefusedBatch, type Told } from "./alert-output.js"
import { forElsewhere } from "./alert-text.js"

export interface WebhookOptions {
  readonly url: URL
  /** Absent: unsigned. */
  readonly secret?: string
  readonly version: string
  readonly timeoutMs?: number
}

export const signatureHeader = "x-sillage-signature"
export const timestampHeader = "x-sillage-timestamp"

export function webhookOutput({ url, secret, version, timeoutMs = 10_000 }: WebhookOptions): AlertOutput {
  return {
    name: `webhook ${url.origin}${url.pathname}`,
    echoes: false,
    batchMax: 50,
    intervalMs: 1000,
    async deliver(batch) {
      const body = JSON.stringify({ type: "alerts", alerts: batch.flatMap((one) => (one.type === "alert" ? [forElsewhere(one)] : [])) })
      const timestamp = String(Math.floor(Date.now() / 1000))
      const headers = {
        "content-type": "application/json",
        "user-agent": `sillage/${version}`,
        "idempotency-key": keyOf(batch),
        [timestampHeader]: timestamp,
        ...(secret === undefined ? {} : { [signatureHeader]: signatureOf(secret, timestamp, body) }),
      }
      // A redirection would carry alerts to where nobody said yes.
      const answer = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) })
      await answer.arrayBuffer()
      if (answer.status >= 200 && answer.status < 300) return
      const message = `the receiver answered ${answer.status}`
      throw [400, 413, 415, 422].includes(answer.status) ? new RefusedBatch(message) : new Error(message)
    },
    close: async () => {},
  }
}

/** HMAC-SHA256 over timestamp, a dot and the body, in hex: `v1=…`. The timestamp lets the receiver refuse what was recorded and sent again. */
export function signatureOf(secret: string, timestamp: string, body: string): string {
  return `v1=${createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex")}`
}

/** The same for the same alerts in the same revisions. */
function keyOf(batch: readonly Told[]): string {
  const hash = createHash("sha256")
  for (const one of batch) hash.update(`${one.id}:${one.type === "alert" ? one.revision : 0};`)
  return hash.digest("hex").slice(0, 32)
}
