// Delivery: whatever a receiver does, every alert gets to it, in order, at least once and with the same id.
import { createSocket } from "node:dgram"
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer as createHttp, type IncomingHttpHeaders } from "node:http"
import { type AddressInfo, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { type AlertOutput, RefusedBatch, type Told } from "../../../src/app/deliver/alert-output.js"
import { outputOf } from "../../../src/app/deliver/alert-target.js"
import { fileOutput } from "../../../src/app/deliver/ndjson-output.js"
import { Outbox, putAside } from "../../../src/app/deliver/outbox.js"
import { openStatusEndpoint } from "../../../src/app/deliver/status-endpoint.js"
import { signatureOf } from "../../../src/app/deliver/webhook-output.js"
import { initWorkspace, type StateStore, StoreError, type Workspace } from "../../../src/hits/store/workspace.js"
import { createFraming } from "../../../src/sources/live/syslog-framing.js"
import { alertWith } from "./alerts.js"

let folder: string
let workspace: Workspace
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sillage-outbox-"))
  workspace = initWorkspace(join(folder, "workspace"))
})
afterEach(() => {
  workspace.close()
  rmSync(folder, { recursive: true, force: true })
})

const alerts = (from: number, to: number): readonly Told[] =>
  Array.from({ length: to - from + 1 }, (_, at) => alertWith({ id: `alert-${String(from + at).padStart(4, "0")}` }))
const context = { version: "1", env: {} }

/** An output that answers as it is told to. */
function output(answer: (batch: readonly Told[], call: number) => void, changes: Partial<AlertOutput> = {}) {
  const taken: string[] = []
  let calls = 0
  const made: AlertOutput = {
    name: "test",
    echoes: false,
    batchMax: 10,
    intervalMs: 0,
    async deliver(batch) {
      answer(batch, ++calls)
      taken.push(...batch.map(({ id }) => id))
    },
    close: async () => {},
    ...changes,
  }
  return { made, taken, calls: () => calls }
}

const until = async (what: () => boolean): Promise<void> => {
  for (const end = performance.now() + 10_000; !what(); ) {
    if (performance.now() > end) throw new Error("waited in vain")
    await new Promise((resume) => setTimeout(resume, 5))
  }
}
const put = (outbox: Outbox, told: readonly Told[]): void => {
  workspace.state.transaction(() => outbox.put(told))
  outbox.wake()
}
const fast = { retryMs: { first: 5, most: 20 } }

describe("a receiver", () => {
  test("that is down gets everything when it is back, in order and once", async () => {
    let isDown = true
    const { made, taken } = output(() => {
      if (isDown) throw new Error("connect ECONNREFUSED")
    })
    const told: string[] = []
    const outbox = new Outbox(workspace.state, [made], { ...fast, problem: (message) => told.push(message) })
    for (let at = 0; at < 5; at++) put(outbox, alerts(10 * at, 10 * at + 9))
    await until(() => (outbox.status()[0]?.failures ?? 0) > 3)
    expect(outbox.status()[0]).toMatchObject({ waiting: 50, delivered: 0 })
    isDown = false
    await until(() => outbox.status()[0]?.waiting === 0)
    await outbox.close(1000)
    expect(taken).toEqual(alerts(0, 49).map(({ id }) => id))
    expect(told).toHaveLength(1)
  })

  test("that is down when the watch ends gets it at the next start", async () => {
    const { made: down } = output(() => {
      throw new Error("down")
    })
    const first = new Outbox(workspace.state, [down], fast)
    put(first, alerts(0, 4))
    await until(() => (first.status()[0]?.failures ?? 0) > 0)
    await first.close(100)
    const { made, taken } = output(() => {})
    const second = new Outbox(workspace.state, [made], fast)
    await until(() => taken.length === 5)
    await second.close(1000)
    const { made: third, taken: again } = output(() => {})
    await new Outbox(workspace.state, [third], fast).close(200)
    expect([taken, again]).toEqual([alerts(0, 4).map(({ id }) => id), []])
  })

  test("that had it when the process was killed gets it again, with the same ids", async () => {
    const { made, taken } = output(() => {})
    const killed = new Outbox(workspace.state, [made], fast)
    put(killed, alerts(0, 4))
    await until(() => taken.length === 5)
    // Nothing is closed, and nothing was forgotten yet.
    const { made: next, taken: again } = output(() => {})
    const outbox = new Outbox(workspace.state, [next], fast)
    await until(() => again.length === 5)
    expect(again).toEqual(taken)
    await outbox.close(1000)
    await killed.close(0)
  })

  test("that refuses a batch for good does not hold up the others, and nothing is lost", async () => {
    const { made, taken } = output(
      (batch) => {
        if (batch.some(({ id }) => id === "alert-0003")) throw new RefusedBatch("413")
      },
      { batchMax: 2 },
    )
    const outbox = new Outbox(workspace.state, [made], fast)
    put(outbox, alerts(0, 9))
    await until(() => taken.length === 8)
    await outbox.close(1000)
    expect(outbox.status()[0]).toMatchObject({ refused: 2 })
    expect(workspace.state.entries<Told>("outbox-refused").map(({ value }) => value.id)).toEqual(["alert-0002", "alert-0003"])
    expect([...putAside(workspace.state)]).toEqual([[made.name, 2]])
    // It takes them now, and another of a name that begins alike is not asked.
    const { made: mended, taken: late } = output(() => {}, { batchMax: 2 })
    const { made: other, taken: never } = output(() => {}, { name: made.name.slice(0, -1) })
    const again = new Outbox(workspace.state, [mended, other], fast)
    expect(again.resend()).toBe(2)
    await until(() => late.length === 2)
    await again.close(1000)
    expect(late).toEqual(["alert-0002", "alert-0003"])
    expect(never).toEqual([])
    expect([...putAside(workspace.state)]).toEqual([])
  })

  test("that refuses a batch for good while the disk is full has it put aside once there is room", async () => {
    let isFull = true
    const { made, taken } = output((batch) => {
      if (batch.some(({ id }) => id === "alert-0003")) throw new RefusedBatch("413")
    })
    const { state } = workspace
    const full: StateStore = {
      ...state,
      set(kind, key, value) {
        if (isFull && kind === "outbox-refused") throw new StoreError("the disk is full", "SQLITE_FULL")
        state.set(kind, key, value)
      },
    }
    const told: string[] = []
    const outbox = new Outbox(full, [made], { ...fast, problem: (message) => told.push(message) })
    put(outbox, alerts(3, 3))
    await until(() => (outbox.status()[0]?.failures ?? 0) > 8)
    expect([outbox.status()[0]?.waiting, outbox.status()[0]?.refused, [...putAside(state)]]).toEqual([1, 0, []])
    isFull = false
    await until(() => outbox.status()[0]?.waiting === 0)
    put(outbox, alerts(4, 4))
    await until(() => taken.length === 1)
    await outbox.close(1000)
    expect([taken, [...putAside(state)]]).toEqual([["alert-0004"], [[made.name, 1]]])
    expect(told.filter((one) => one.includes("put aside"))).toHaveLength(1)
  })

  test("is not asked more often than its rate allows, and gets all of it", async () => {
    const times: number[] = []
    const { made, taken } = output(() => times.push(performance.now()), { batchMax: 5, intervalMs: 60 })
    const outbox = new Outbox(workspace.state, [made], fast)
    for (let at = 0; at < 20; at++) put(outbox, alerts(at, at))
    await until(() => taken.length === 20)
    await outbox.close(1000)
    const steps = times.slice(1).map((time, at) => time - (times[at] as number))
    expect(Math.min(...steps)).toBeGreaterThan(50)
    expect(taken).toEqual(alerts(0, 19).map(({ id }) => id))
  })
})

describe("a file", () => {
  test("whose last line was cut off by a crash or a full disk stays readable", async () => {
    const path = join(folder, "alerts.ndjson")
    await fileOutput(path).deliver(alerts(1, 1))
    appendFileSync(path, '{"type":"alert","id":"cut')
    await fileOutput(path).deliver(alerts(2, 3))
    const lines = readFileSync(path, "utf8").split("\n").filter(Boolean)
    expect(lines.filter((line) => line.endsWith("}")).map((line) => JSON.parse(line).id)).toEqual([
      "alert-0001",
      "alert-0002",
      "alert-0003",
    ])
  })

  test("on a full disk keeps its alerts waiting", async () => {
    await expect(fileOutput("/dev/full").deliver(alerts(1, 1))).rejects.toThrow()
  })
})

describe("a webhook", () => {
  test("gets signed JSON, and what it did not take again with the same key", async () => {
    const calls: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = []
    const server = createHttp((request, response) => {
      let body = ""
      request.on("data", (part) => {
        body += part
      })
      request.on("end", () => {
        calls.push({ headers: request.headers, body })
        response.writeHead(calls.length === 1 ? 503 : 204, calls.length === 1 ? {} : {}).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const { port } = server.address() as AddressInfo
    const hook = await outputOf(`http://127.0.0.1:${port}/hook`, { version: "1", env: { SILLAGE_WEBHOOK_SECRET: "s3cret" } })
    await expect(hook.deliver(alerts(1, 2))).rejects.toThrow("503")
    await hook.deliver(alerts(1, 2))
    server.close()
    server.closeAllConnections()
    const [first, second] = calls as [(typeof calls)[0], (typeof calls)[0]]
    expect(second.headers["x-sillage-signature"]).toBe(signatureOf("s3cret", String(second.headers["x-sillage-timestamp"]), second.body))
    expect(second.headers["idempotency-key"]).toBe(first.headers["idempotency-key"])
    expect(JSON.parse(second.body)).toMatchObject({ type: "alerts", alerts: [{ id: "alert-0001" }, { id: "alert-0002" }] })
  })
})

describe("a syslog server", () => {
  test("over TCP gets counted messages, over a new connection where one broke", async () => {
    const got: string[] = []
    let connections = 0
    const server = createServer((socket) => {
      connections++
      const framing = createFraming((message) => got.push(message.toString("utf8")))
      socket.on("data", (chunk) => {
        framing.take(chunk)
        if (connections === 1) socket.destroy()
      })
      socket.on("error", () => socket.destroy())
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const { port } = server.address() as AddressInfo
    const syslog = await outputOf(`cef+tcp://127.0.0.1:${port}`, context)
    await syslog.deliver(alerts(1, 2))
    await until(() => got.length === 2)
    await new Promise((resume) => setTimeout(resume, 50))
    await syslog.deliver(alerts(3, 3))
    await until(() => got.length === 3)
    await syslog.close()
    server.close()
    expect(connections).toBe(2)
    expect(got.every((line) => line.includes("CEF:0|Sillage|"))).toBe(true)
  })

  test("over UDP gets one datagram for each alert", async () => {
    const socket = createSocket("udp4")
    const got: string[] = []
    socket.on("message", (bytes) => got.push(bytes.toString("utf8")))
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve))
    const syslog = await outputOf(`rfc5424+udp://127.0.0.1:${socket.address().port}`, context)
    await syslog.deliver(alerts(1, 3))
    await until(() => got.length === 3)
    await syslog.close()
    socket.close()
    expect(got.every((line) => line.startsWith("<108>1 "))).toBe(true)
  })
})

test("a mail server gets one digest over SMTP", async () => {
  const mails: string[] = []
  const server = createServer((socket) => {
    let data: string | undefined
    socket.write("220 test ESMTP\r\n")
    socket.on("data", (chunk) => {
      for (const line of chunk.toString("utf8").split("\r\n").slice(0, -1)) {
        if (data !== undefined) {
          if (line !== ".") data += `${line}\n`
          else {
            mails.push(data)
            data = undefined
            socket.write("250 ok\r\n")
          }
        } else if (/^DATA/i.test(line)) {
          data = ""
          socket.write("354 go on\r\n")
        } else if (/^QUIT/i.test(line)) socket.end("221 bye\r\n")
        else socket.write("250 ok\r\n")
      }
    })
    socket.on("error", () => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  const mail = await outputOf(`smtp://127.0.0.1:${port}?from=sillage@host.example&to=soc@host.example`, context)
  await mail.deliver(alerts(1, 3))
  await mail.close()
  server.close()
  expect(mails).toHaveLength(1)
  expect(mails[0]).toMatch(/^Subject: \[TLP:AMBER\] Sillage: 3 alerts, 1 indicator$/m)
  expect(mails[0]).toMatch(/^Message-ID: <[0-9a-f]{32}@sillage\.invalid>$/m)
})

describe("a target is refused that", () => {
  const refused = (target: string, why: string) => expect(outputOf(target, context)).rejects.toThrow(why)
  test("would send alerts unencrypted to another machine", () => refused("http://soc.example/hook", "use https"))
  test("holds a password", () => refused("smtp://me:secret@mail.example?from=a@x.example&to=b@x.example", "password"))
  test("names nobody to write to", () => refused("smtp://mail.example", "from=ADDRESS"))
  test("is of no known kind", () => refused("ftp://host.example/x", "is no target"))
  test("is a file without a name", () => refused("file:", "give a path"))
})

test("health and metrics answer on the loopback interface only", async () => {
  const watch = {
    state: "running",
    reason: null,
    indicators: 1,
    files: 1,
    bytes: 1,
    records: 1,
    hits: 0,
    echoes: 0,
    alerts: 0,
    problems: 0,
    behind: 0,
    swaps: 0,
    swapPauseMs: 0,
    pastLeft: 0,
    deaths: 0,
  } as const
  const view = {
    watch: { ...watch } as { state: "running" | "blocked" } & Omit<typeof watch, "state">,
    outputs: [],
    listeners: [],
    problems: {},
  }
  const endpoint = await openStatusEndpoint("127.0.0.1:0", () => view as never)
  const get = (path: string) => fetch(`http://${endpoint.address}${path}`)
  expect((await get("/healthz")).status).toBe(200)
  expect(await (await get("/metrics")).text()).toContain("sillage_up 1")
  view.watch.state = "blocked"
  expect((await get("/healthz")).status).toBe(503)
  expect((await get("/etc/passwd")).status).toBe(404)
  await endpoint.close()
  await expect(openStatusEndpoint("0.0.0.0:9464", () => view as never)).rejects.toThrow("loopback")
})
