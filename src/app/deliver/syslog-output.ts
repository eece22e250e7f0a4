// Alerts to a syslog server: UDP (RFC 5426), TCP with octet counting (RFC 6587), TLS (RFC 5425).
import { createSocket } from "node:dgram"
import { connect, isIP, type Socket } from "node:net"
import { connect as connectTls } from "node:tls"
import type { AlertOutput, Told } from "./alert-output.js"
import { forElsewhere } from "./alert-text.js"
import { type SyslogStyle, syslogLine } from "./syslog-line.js"

export interface SyslogOptions {
  readonly transport: "udp" | "tcp" | "tls"
  readonly host: string
  readonly port: number
  readonly style: SyslogStyle
  readonly version: string
  /** PEM of an authority to trust beside the system's. */
  readonly ca?: string
}

const timeoutMs = 10_000
/** What every receiver over UDP takes (RFC 5426, 3.2). */
const datagramBytesMax = 2048

export function syslogOutput(options: SyslogOptions): AlertOutput {
  const send = options.transport === "udp" ? datagrams(options) : stream(options)
  return {
    name: `syslog ${options.style}+${options.transport}://${options.host}:${options.port}`,
    echoes: false,
    batchMax: 100,
    intervalMs: 200,
    deliver: (batch) => send.lines(linesOf(batch, options)),
    close: async () => send.close(),
  }
}

function linesOf(batch: readonly Told[], { style, version }: SyslogOptions): readonly Buffer[] {
  return batch.flatMap((one) => (one.type === "alert" ? [Buffer.from(syslogLine(forElsewhere(one), style, version))] : []))
}

interface Sender {
  lines(lines: readonly Buffer[]): Promise<void>
  close(): void
}

function datagrams({ host, port }: SyslogOptions): Sender {
  const socket = createSocket(isIP(host) === 6 ? "udp6" : "udp4")
  // Without a listener an error that belongs to no send would end the process; the next send tells.
  socket.on("error", () => undefined)
  return {
    async lines(lines) {
      for (const line of lines) {
        await new Promise<void>((resolve, reject) =>
          socket.send(line.subarray(0, datagramBytesMax), port, host, (error) => (error ? reject(error) : resolve())),
        )
      }
    },
    close: () => socket.close(),
  }
}

/** Syslog has no acknowledgement: taken is what the system has taken for a connection that stands. */
function stream(options: SyslogOptions): Sender {
  let open: Promise<Socket> | undefined
  const lose = (): void => {
    open = undefined
  }
  return {
    async lines(lines) {
      open ??= connection(options, lose)
      const socket = await open.catch((error: Error) => {
        lose()
        throw error
      })
      const framed = Buffer.concat(lines.flatMap((line) => [Buffer.from(`${line.length} `), line]))
      await new Promise<void>((resolve, reject) => {
        const fail = (error: Error): void => {
          socket.destroy()
          lose()
          reject(error)
        }
        const gone = (): void => fail(new Error("the connection was closed"))
        const timer = setTimeout(() => fail(new Error("the receiver takes nothing")), timeoutMs)
        socket.once("error", fail).once("close", gone)
        socket.write(framed, (error) => {
          clearTimeout(timer)
          socket.off("error", fail).off("close", gone)
          if (error) fail(error)
          else resolve()
        })
      })
    },
    close() {
      open?.then((socket) => socket.end()).catch(() => undefined)
    },
  }
}

function connection({ transport, host, port, ca }: SyslogOptions, lose: () => void): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const name = isIP(host) === 0 ? { servername: host } : {}
    const socket = transport === "tls" ? connectTls({ host, port, ...name, ...(ca === undefined ? {} : { ca }) }) : connect({ host, port })
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no connection to ${host}:${port} within ${timeoutMs} ms`)))
    socket.once("error", reject)
    socket.once(transport === "tls" ? "secureConnect" : "connect", () => {
      socket.setTimeout(0)
      socket.off("error", reject)
      socket.on("error", lose)
      socket.on("close", lose)
      socket.resume()
      resolve(socket)
    })
  })
}
