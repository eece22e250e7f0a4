// Receives log lines from a NATS subject and keeps them in a spool, through the optional package `@nats-io/transport-node`. Core NATS hands a
// message over at most once: what is published while no connection stands, or finds no room in the spool, is lost. What is in the spool is searched,
// and told of at least once.
import { UsageError } from "../../model/problem.js"
import { pause } from "./pause.js"
import { takePieces } from "./pieces.js"
import type { Spool } from "./spool.js"
import { oneLine } from "./syslog-framing.js"

export interface NatsAddress {
  /** `nats://HOST:PORT` or `tls://HOST:PORT`. */
  readonly server: string
  /** May hold the wildcards `*` and, at its end, `>`. */
  readonly subject: string
}

/** How a listener makes itself known to the server; all of it optional. */
export interface NatsIdentity {
  readonly user?: string
  readonly password?: string
  readonly token?: string
  /** Text of a credentials file, with its JWT and seed. */
  readonly credentials?: string
  /** PEM authority of a `tls://` server. */
  readonly ca?: string
}

export interface NatsListener {
  /** Lines received. */
  readonly received: number
  /** Lines that found no room. */
  readonly dropped: number
  /** 1 while the connection stands. */
  readonly connections: number
  close(): Promise<void>
}

type Library = typeof import("@nats-io/transport-node")
type Connection = Awaited<ReturnType<Library["connect"]>>

const retryMs = 1000

/** `nats://host:4222/subject`, or `tls://…`. Throws a `UsageError`. */
export function parseNatsAddress(text: string): NatsAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const subject = url === undefined ? "" : decoded(url.pathname.slice(1))
  if (subject === undefined)
    throw new UsageError(`--nats ${text} is no address: its subject holds a % that no two hex digits of UTF-8 follow`)
  // A token of a subject holds no white space; the wildcards stand alone, and `>` at the end. What begins `?` or `#` would be left out of it.
  const isSubject = /^(?:(?:[^\s\p{Cc}.*>]+|\*)\.)*(?:[^\s\p{Cc}.*>]+|[*>])$/u.test(subject) && url?.search === "" && url.hash === ""
  if (!url || !/^(?:nats|tls):$/.test(url.protocol) || url.hostname === "" || !isSubject) {
    throw new UsageError(`--nats ${text} is no address: give nats://HOST:4222/SUBJECT, or tls://`)
  }
  if (url.username !== "" || url.password !== "") {
    throw new UsageError("--nats holds a name or password: give them in the environment, where no process list shows them")
  }
  return { server: `${url.protocol}//${url.hostname}:${url.port || 4222}`, subject }
}

/** Undefined where an escape is none. */
function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

/** Connects, and connects again whenever the connection ends, until it is closed; `problem` is told once for each time. Throws a `UsageError` where the package is absent. */
export async function openNatsListener(
  { server, subject }: NatsAddress,
  spool: Spool,
  identity: NatsIdentity,
  problem: (message: string) => void,
): Promise<NatsListener> {
  const nats = await library()
  const stopping = new AbortController()
  let received = 0
  let connection: Connection | undefined
  const take = (data: Uint8Array): void => {
    for (const line of linesOf(data)) {
      received++
      spool.offer(line)
    }
  }
  const session = async (): Promise<string> => {
    const { user, password, token, credentials, ca } = identity
    const opened = await nats.connect({
      servers: server,
      name: "sillage watch",
      // Ended connections are opened again below, in one place with those that never stood.
      reconnect: false,
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { pass: password }),
      ...(token === undefined ? {} : { token }),
      ...(credentials === undefined ? {} : { authenticator: nats.credsAuthenticator(new TextEncoder().encode(credentials)) }),
      ...(ca === undefined ? {} : { tls: { ca } }),
    })
    connection = opened
    // Closed while it was being opened.
    if (stopping.signal.aborted) await opened.close()
    let refused: string | undefined
    opened.subscribe(subject, {
      callback: (error, message) => {
        if (error) refused = error.message
        else take(message.data)
        if (error) void opened.close()
      },
    })
    const error = await opened.closed()
    connection = undefined
    return refused ?? (error ? error.message : "the connection ended")
  }
  const run = async (): Promise<void> => {
    let told = ""
    while (!stopping.signal.aborted) {
      const began = performance.now()
      const reason = await session().catch((error: Error) => error.message)
      if (stopping.signal.aborted) return
      // A server that is away is told of once, until a connection stood for a while.
      if (reason !== told || performance.now() - began > retryMs) problem(`${reason}: trying again until it works`)
      told = reason
      await pause(retryMs, stopping.signal)
    }
  }
  const running = run()
  return {
    get received() {
      return received
    },
    get dropped() {
      return spool.dropped
    },
    get connections() {
      return connection === undefined ? 0 : 1
    },
    async close() {
      stopping.abort()
      await connection?.close()
      await running
    },
  }
}

/** Each line of a message is a record. */
export function linesOf(data: Uint8Array): readonly Buffer[] {
  const lines: Buffer[] = []
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  for (let from = 0; from < bytes.length; ) {
    const found = bytes.indexOf(10, from)
    const end = found < 0 ? bytes.length : found
    const at = takePieces(bytes, from, end, (piece) => lines.push(oneLine(piece)))
    const line = bytes.subarray(at, end > at && bytes[end - 1] === 13 ? end - 1 : end)
    if (line.length > 0) lines.push(line)
    from = end + 1
  }
  return lines
}

async function library(): Promise<Library> {
  try {
    return await import("@nats-io/transport-node")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error
    throw new UsageError("--nats needs the package @nats-io/transport-node: npm install @nats-io/transport-node@3.4.0")
  }
}
