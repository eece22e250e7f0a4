// Sightings to a MISP instance (its REST interface, /sightings/add), one for each value; what was sent before is remembered and not sent again.
import { createHash } from "node:crypto"
import { sendJson } from "./http-send.js"

export interface MispSightingToSend {
  readonly value: string
  /** RFC 3339. */
  readonly at: string
  /** 0 seen, 1 false positive, 2 expired (MISP). */
  readonly type: "0" | "1" | "2"
}

export interface MispPushed {
  readonly sent: number
  readonly already: number
  readonly failures: readonly { readonly value: string; readonly message: string }[]
}

/** `remember` keeps the digest of a sighting once MISP has taken it, and says whether it had it already. */
export async function pushToMisp(
  server: string,
  authorization: string,
  source: string,
  sightings: readonly MispSightingToSend[],
  remember: { has(digest: string): boolean; add(digest: string): void },
): Promise<MispPushed> {
  const url = new URL("sightings/add", server.replace(/\/?$/, "/")).href
  const headers = { accept: "application/json", "content-type": "application/json", authorization }
  const failures: { value: string; message: string }[] = []
  let sent = 0
  let already = 0
  for (const { value, at, type } of sightings) {
    const digest = createHash("sha256")
      .update(JSON.stringify([url, source, value, at, type]))
      .digest("hex")
    if (remember.has(digest)) {
      already++
      continue
    }
    const body = JSON.stringify({ values: [value], timestamp: Math.floor(Date.parse(at) / 1000), type, source })
    const answer = await sendJson(url, "POST", { headers, body })
    if (answer.status === 401 || answer.status === 403) throw new Error(`${url} answered ${answer.status}: the key is not accepted`)
    if (answer.status >= 300) failures.push({ value, message: `answered ${answer.status}` })
    else {
      remember.add(digest)
      sent++
    }
  }
  return { sent, already, failures }
}
