// Health and figures of a running watch, for a service manager and Prometheus, on the loopback interface.
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import type { WatchStatus } from "../../hunt/watch.js"
import { UsageError } from "../../model/problem.js"
import { isLoopback } from "./alert-target.js"
import type { OutboxStatus } from "./outbox.js"

export interface StatusView {
  readonly watch: WatchStatus
  readonly outputs: readonly OutboxStatus[]
  /** Messages received and lost, by listener. */
  readonly listeners: readonly ListenerStatus[]
  readonly problems: Readonly<Record<string, number>>
}

export interface ListenerStatus {
  readonly name: string
  readonly received: number
  readonly dropped: number
  readonly connections: number
}

export interface StatusEndpoint {
  readonly address: string
  close(): Promise<void>
}

/** `GET /healthz` (200 or 503, JSON) and `GET /metrics` (Prometheus text). Throws a `UsageError` for another interface. */
export async function openStatusEndpoint(listen: string, view: () => StatusView): Promise<StatusEndpoint> {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(listen)
  const host = match?.[1] ?? match?.[2] ?? ""
  if (!match || !isLoopback(host)) throw new UsageError(`--listen ${listen} is no loopback address with a port, such as 127.0.0.1:9464`)
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?")[0]
    if (request.method !== "GET" || (path !== "/healthz" && path !== "/metrics")) {
      response.writeHead(404).end()
      return
    }
    const now = view()
    if (path === "/metrics") response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(metricsText(now))
    else {
      const { watch, outputs } = now
      const healthy = watch.state === "running"
      response
        .writeHead(healthy ? 200 : 503, { "content-type": "application/json" })
        .end(`${JSON.stringify({ healthy, watch, outputs })}\n`)
    }
  })
  // Figures, and nothing that takes long: a client that only holds on is let go.
  Object.assign(server, { requestTimeout: 5000, headersTimeout: 5000, maxConnections: 16 })
  await listening(server, Number(match[3]), host)
  const { port } = server.address() as AddressInfo
  return {
    address: `${host.includes(":") ? `[${host}]` : host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(new UsageError(`cannot listen on ${host}:${port}: ${error.message}`)))
    server.listen(port, host, () => resolve())
  })
}

/** As Prometheus reads it; names end in their unit, totals in `_total`. */
export function metricsText({ watch, outputs, listeners, problems }: StatusView): string {
  const lines: string[] = []
  const metric = (name: string, type: "counter" | "gauge", help: string, values: readonly (readonly [string, number])[]): void => {
    lines.push(`# HELP sillage_${name} ${help}`, `# TYPE sillage_${name} ${type}`)
    for (const [labels, value] of values) lines.push(`sillage_${name}${labels} ${value}`)
  }
  metric("up", "gauge", "1 while logs are searched", [["", watch.state === "running" ? 1 : 0]])
  metric("indicators", "gauge", "Indicators in force", [["", watch.indicators]])
  metric("files", "gauge", "Files followed", [["", watch.files]])
  metric("searched_bytes_total", "counter", "Stored bytes searched", [["", watch.bytes]])
  metric("searched_records_total", "counter", "Records searched", [["", watch.records]])
  metric("behind_bytes", "gauge", "Bytes written and not yet searched", [["", watch.behind]])
  metric("hits_total", "counter", "Hits, echoes apart", [["", watch.hits]])
  metric("echoes_total", "counter", "Hits that are no evidence of contact", [["", watch.echoes]])
  metric("alerts_total", "counter", "Alerts and their revisions", [["", watch.alerts]])
  metric("swaps_total", "counter", "Changes of the indicators in force", [["", watch.swaps]])
  metric("swap_pause_seconds", "gauge", "Longest pause of the search by such a change", [["", watch.swapPauseMs / 1000]])
  metric("past_left", "gauge", "Logs whose past is still to be searched for new indicators", [["", watch.pastLeft]])
  metric("thread_deaths_total", "counter", "Searching threads that died", [["", watch.deaths]])
  metric(
    "problems_total",
    "counter",
    "Problems by code",
    Object.entries(problems).map(([code, count]) => [`{code=${label(code)}}`, count]),
  )
  metric(
    "outbox_waiting",
    "gauge",
    "Alerts not yet taken by their receiver",
    each(outputs, "output", ({ waiting }) => waiting),
  )
  metric(
    "delivered_total",
    "counter",
    "Alerts taken by their receiver",
    each(outputs, "output", ({ delivered }) => delivered),
  )
  metric(
    "delivery_failures_total",
    "counter",
    "Failed deliveries",
    each(outputs, "output", ({ failures }) => failures),
  )
  metric(
    "received_total",
    "counter",
    "Messages received",
    each(listeners, "listener", ({ received }) => received),
  )
  metric(
    "dropped_total",
    "counter",
    "Messages lost before they could be stored",
    each(listeners, "listener", ({ dropped }) => dropped),
  )
  return `${lines.join("\n")}\n`
}

function each<One extends { readonly name: string }>(all: readonly One[], name: string, value: (one: One) => number): [string, number][] {
  return all.map((one) => [`{${name}=${label(one.name)}}`, value(one)])
}

function label(text: string): string {
  return `"${text.replace(/[\\"\n]/g, (mark) => (mark === "\n" ? "\\n" : `\\${mark}`))}"`
}
