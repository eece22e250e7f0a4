// Receives syslog over UDP, TCP and TLS and keeps it in a spool. A stream waits while the spool is full; datagrams cannot, and are counted.
import { createSocket, type Socket as DatagramSocket } from "node:dgram"
import { readFile } from "node:fs/promises"
import { type AddressInfo, createServer, isIP, type Server, type Socket } from "node:net"
import { createServer as createTlsServer } from "node:tls"
import { UsageError } from "../../model/problem.js"
import type { Spool } from "./spool.js"
import { createFraming, oneLine } from "./syslog-framing.js"

export interface ListenerAddress {
  readonly transport: "udp" | "tcp" | "tls"
  readonly host: string
  readonly port: number
}

export interface SyslogListener {
  /** As it listens: a port of 0 is the one that was given to it. */
  readonly address: ListenerAddress
  readonly received: number
  /** Messages lost: without room in the spool, and, where the system tells, in its own queue. */
  readonly dropped: number
  readonly connections: number
  close(): Promise<void>
}

export interface TlsFiles {
  /** PEM files of the server's certificate and key; with `ca`, clients must show a certificate of that authority. */
  readonly cert: string
  readonly key: string
  readonly ca?: string
}

const connectionsMax = 256
const idleMs = 3_600_000
/** As much as the system allows: a burst waits here while lines are searched. */
const receiveBufferBytes = 16 * 1024 * 1024
const resumeMs = 100

/** `udp://127.0.0.1:5514`, `tcp://…`, `tls://…`. Throws a `UsageError`. */
export function parseListenerAddress(text: string): ListenerAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const transport = /^(udp|tcp|tls):$/.exec(url?.protocol ?? "")?.[1] as ListenerAddress["transport"] | undefined
  const host = url?.hostname.replace(/^\[(.*)\]$/, "$1") ?? ""
  if (!url || !transport || isIP(host) === 0 || url.port === "") {
    throw new UsageError(`--syslog ${text} is no address to listen on: give udp://, tcp:// or tls:// with an IP address and a port`)
  }
  return { transport, host, port: Number(url.port) }
}

/** Throws a `UsageError` where the address cannot be had. */
export async function openSyslogListener(address: ListenerAddress, spool: Spool, tls?: TlsFiles): Promise<SyslogListener> {
  if (address.transport === "udp") return await datagrams(address, spool)
  return await streams(address, spool, tls)
}

async function datagrams(address: ListenerAddress, spool: Spool): Promise<SyslogListener> {
  const socket = createSocket({ type: isIP(address.host) === 6 ? "udp6" : "udp4", recvBufferSize: receiveBufferBytes })
  const counts = { received: 0 }
  socket.on("message", (bytes) => {
    counts.received++
    if (bytes.length > 0) spool.offer(oneLine(withoutEnd(bytes)))
  })
  await bound(socket, address)
  const { port } = socket.address()
  return {
    address: { ...address, port },
    get received() {
      return counts.received
    },
    get dropped() {
      return spool.dropped
    },
    connections: 0,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

function bound(socket: DatagramSocket, { host, port }: ListenerAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", (error) => reject(new UsageError(`cannot listen on udp://${host}:${port}: ${error.message}`)))
    socket.bind(port, host, () => resolve())
  })
}

async function streams(address: ListenerAddress, spool: Spool, tls: TlsFiles | undefined): Promise<SyslogListener> {
  const counts = { received: 0 }
  const open = new Set<Socket>()
  const accept = (socket: Socket): void => {
    open.add(socket)
    const framing = createFraming((message) => {
      counts.received++
      spool.add(message)
    })
    socket.setTimeout(idleMs, () => socket.destroy())
    socket.on("data", (chunk) => {
      framing.take(chunk)
      if (spool.isFull) pauseUntilRoom(socket, spool)
    })
    // A connection that breaks is the sender's to open again; what came before it broke is kept.
    socket.on("error", () => socket.destroy())
    socket.on("close", () => {
      framing.end()
      open.delete(socket)
    })
  }
  const server = address.transport === "tls" ? createTlsServer(await tlsOptions(tls), accept) : createServer(accept)
  server.maxConnections = connectionsMax
  await listening(server, address)
  const { port } = server.address() as AddressInfo
  return {
    address: { ...address, port },
    get received() {
      return counts.received
    },
    get dropped() {
      return spool.dropped
    },
    get connections() {
      return open.size
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}

function pauseUntilRoom(socket: Socket, spool: Spool): void {
  socket.pause()
  const timer = setInterval(() => {
    if (spool.isFull && !socket.destroyed) return
    clearInterval(timer)
    socket.resume()
  }, resumeMs)
}

async function tlsOptions(files: TlsFiles | undefined) {
  if (!files) throw new UsageError("tls:// needs --tls-cert and --tls-key")
  const read = (path: string): Promise<Buffer> =>
    readFile(path).catch((error: Error) => {
      throw new UsageError(`cannot read ${path}: ${error.message}`)
    })
  const ca = files.ca === undefined ? {} : { ca: await read(files.ca), requestCert: true, rejectUnauthorized: true }
  return { cert: await read(files.cert), key: await read(files.key), minVersion: "TLSv1.2" as const, ...ca }
}

function listening(server: Server, { transport, host, port }: ListenerAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(new UsageError(`cannot listen on ${transport}://${host}:${port}: ${error.message}`)))
    server.listen(port, host, () => resolve())
  })
}

function withoutEnd(bytes: Buffer): Buffer {
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d || bytes[end - 1] === 0)) end--
  return bytes.subarray(0, end)
}
