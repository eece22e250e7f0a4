// One HTTP GET, bounded in size, time and redirects; certificate errors are errors. The only place where intake touches the network.
import { type IncomingMessage, request as requestPlain } from "node:http"
import { request as requestTls } from "node:https"
import { createGunzip } from "node:zlib"
import type { FeedAccess } from "./feed.js"

export const bodyBytesMax = 256 * 1024 * 1024
const redirectsMax = 5
const timeoutMsDefault = 60_000

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** After redirects. */
  readonly url: string
}

export interface GetOptions {
  readonly access?: FeedAccess
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

/** Fetches a URL; rejects with a reason a person can act on. Credentials are not sent on to another host. */
export async function httpGet(url: string, options: GetOptions = {}): Promise<Answer> {
  let at = new URL(url)
  const origin = at.origin
  for (let hop = 0; hop <= redirectsMax; hop++) {
    if (at.protocol !== "http:" && at.protocol !== "https:") throw new Error(`${at.protocol} is not fetched, only http and https`)
    const answer = await getOnce(at, at.origin === origin ? options : { ...options, access: undefined })
    const location = answer.headers.location
    if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return answer
    const next = new URL(location, at)
    if (at.protocol === "https:" && next.protocol === "http:")
      throw new Error("redirected from https to http, which would drop the protection of the connection")
    at = next
  }
  throw new Error(`redirected more than ${redirectsMax} times`)
}

function getOnce(url: URL, { access, headers, timeoutMs = timeoutMsDefault }: GetOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const tls = url.protocol === "https:"
    const request = (tls ? requestTls : requestPlain)(
      url,
      {
        headers: { "user-agent": "sillage", "accept-encoding": "gzip", ...authorization(access), ...headers },
        // An access that names no certificate leaves the system's trust as it is.
        ...(tls && access?.certificate
          ? {
              cert: access.certificate.cert,
              key: access.certificate.key,
              ...(access.certificate.ca === undefined ? {} : { ca: access.certificate.ca }),
            }
          : {}),
      },
      (response) => {
        readBody(response).then(
          (body) => resolve({ status: response.statusCode ?? 0, headers: flat(response), body, url: url.href }),
          (error: Error) => {
            request.destroy()
            reject(error)
          },
        )
      },
    )
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs)
    request.on("close", () => clearTimeout(timer))
    request.on("error", reject)
    request.end()
  })
}

function authorization(access: FeedAccess | undefined): Record<string, string> {
  if (access?.bearer !== undefined) return { authorization: `Bearer ${access.bearer}` }
  if (access?.basic) return { authorization: `Basic ${Buffer.from(`${access.basic.user}:${access.basic.password}`).toString("base64")}` }
  return {}
}

async function readBody(response: IncomingMessage): Promise<Uint8Array> {
  const stream = response.headers["content-encoding"] === "gzip" ? response.pipe(createGunzip()) : response
  // A broken transfer must not pass for the end of the body.
  response.on("error", (error) => stream.destroy(error))
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > bodyBytesMax) throw new Error(`the answer is larger than ${bodyBytesMax / 1024 / 1024} MB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function flat(response: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]),
  )
}
