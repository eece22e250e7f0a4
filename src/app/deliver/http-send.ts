// One HTTP request that sends something a person told us to send: JSON in, JSON out, certificates checked, no redirect followed.
import { readFileSync } from "node:fs"

export interface Access {
  /** As the Authorization header has it. */
  readonly authorization?: string
}

export interface Sent {
  readonly status: number
  readonly body: unknown
}

const timeoutMs = 60_000
const bodyBytesMax = 64 * 1024 * 1024

/** Rejects with a reason that a person can act on; what the server answers, whatever its status, is returned. */
export async function sendJson(
  url: string,
  method: "GET" | "POST",
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body?: string },
): Promise<Sent> {
  // A redirect would take the token to a place that nobody named.
  const answer = await fetch(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
    redirect: "manual",
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: Error) => {
    throw new Error(`${url}: ${error.cause instanceof Error ? error.cause.message : error.message}`)
  })
  const text = await textOf(answer, url)
  try {
    return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) }
  } catch {
    return { status: answer.status, body: text.slice(0, 500) } // not JSON: an error page, whose words may help
  }
}

async function textOf(answer: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > bodyBytesMax) throw new Error(`${url} answered more than ${bodyBytesMax} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString("utf8")
}

/** The first line of a file, which holds a secret; an error names the file and not what is in it. */
export function secretIn(path: string): string {
  const secret = readFileSync(path, "utf8").split(/\r?\n/)[0]?.trim() ?? ""
  if (!/^[\x21-\x7e]+$/.test(secret)) throw new Error(`${path} holds no token in its first line`)
  return secret
}
