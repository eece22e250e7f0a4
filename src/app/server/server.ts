// The local HTTP server: listens on the loopback unless told otherwise, with TLS where a certificate is given.
import { createServer as createTlsServer } from "node:https"
import type { AddressInfo } from "node:net"
import { serve } from "@hono/node-server"
import type { Hono } from "hono"

export interface ServerOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer }
}

export interface Listening {
  /** With scheme, host and port. */
  readonly url: string
  close(): Promise<void>
}

const headersTimeoutMs = 10_000
const requestTimeoutMs = 60_000

export function listen(app: Hono, { host, port, tls }: ServerOptions): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const secure = tls ? { createServer: createTlsServer, serverOptions: { ...tls, minVersion: "TLSv1.2" as const } } : {}
    const server = serve({ fetch: app.fetch, hostname: host, port, ...secure }, (at: AddressInfo) => {
      const name = at.family === "IPv6" ? `[${at.address}]` : at.address
      resolve({ url: `${tls ? "https" : "http"}://${name}:${at.port}`, close })
    })
    // A client that sends slowly must not hold a place for ever.
    if ("headersTimeout" in server) {
      server.headersTimeout = headersTimeoutMs
      server.requestTimeout = requestTimeoutMs
    }
    server.once("error", reject)
    const close = (): Promise<void> =>
      new Promise((closed) => {
        server.close(() => closed())
        if ("closeAllConnections" in server) server.closeAllConnections()
      })
  })
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host)
}
