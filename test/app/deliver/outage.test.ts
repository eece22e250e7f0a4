// Receivers that are down for an hour while alerts go on coming: in a simulated clock, with real receivers on the loopback interface.
import { mkdtempSync, rmSync } from "node:fs"
import { createServer as createHttp } from "node:http"
import { createServer, type Server, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { AlertOutput, Told } from "../../../src/app/deliver/alert-output.js"
import { outputOf } from "../../../src/app/deliver/alert-target.js"
import { Outbox } from "../../../src/app/deliver/outbox.js"
import { initWorkspace, type StateStore, type Workspace } from "../../../src/hits/store/workspace.js"
import { createFraming } from "../../../src/sources/live/syslog-framing.js"
import { alertWith } from "./alerts.js"
import { SimulatedClock } from "./simulated-clock.js"

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** A server that can be down: nothing listens then, and a connection is refused. */
class Receiver {
  readonly got: string[] = []
  readonly #sockets = new Set<Socket>()
  readonly #make: (got: string[]) => Server
  #server: Server | undefined
  #port = 0

  constructor(make: (got: string[]) => Server) {
    this.#make = make
  }

  /** Below the ports that the system gives away, so that nobody takes it while it is down. */
  async choosePort(from: number): Promise<number> {
    for (this.#port = from; ; this.#port++) {
      try {
        await this.up()
        await this.down()
        return this.#port
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error
      }
    }
  }

  async up(): Promise<void> {
    const server = this.#make(this.got)
    server.on("connection", (socket) => {
      this.#sockets.add(socket)
      socket.on("error", () => socket.destroy()).on("close", () => this.#sockets.delete(socket))
    })
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(this.#port, "127.0.0.1", resolve))
    this.#server = server
  }

  async down(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()))
    this.#server = undefined
  }
}

/** `answer` is the status of each call. */
const webhook = (answer: () => number) => (got: string[]) =>
  createHttp((request, response) => {
    let body = ""
    request.setEncoding("utf8").on("data", (part: string) => {
      body += part
    })
    request.on("end", () => {
      const status = answer()
      if (status < 300) got.push(...(JSON.parse(body) as { alerts: { id: string }[] }).alerts.map(({ id }) => id))
      response.writeHead(status).end()
    })
  })

const syslog = (got: string[]): Server =>
  createServer((socket) => {
    const framing = createFraming((message) => got.push(/externalId=(\S+)/.exec(message.toString("utf8"))?.[1] ?? "no id"))
    socket.on("data", (chunk) => framing.take(chunk))
  })

let folder: string
let workspace: Workspace
let clock: SimulatedClock
let receivers: readonly Receiver[]
let answer: number
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sillage-outage-"))
  workspace = initWorkspace(folder)
  clock = new SimulatedClock()
  answer = 204
  receivers = [new Receiver(webhook(() => answer)), new Receiver(syslog)]
})
afterEach(async () => {
  for (const receiver of receivers) await receiver.down()
  workspace.close()
  rmSync(folder, { recursive: true, force: true })
})

/** One process: its outbox, and what it did. */
class Sender {
  readonly outbox: Outbox
  readonly outputs: readonly AlertOutput[]
  attempts = 0
  reads = 0
  largest = 0
  readonly problems: string[] = []
  #inFlight = 0

  constructor(state: StateStore, outputs: readonly AlertOutput[]) {
    this.outputs = outputs.map((output) => ({ ...output, deliver: (batch) => this.#deliver(output, batch) }))
    const counted: StateStore = {
      ...state,
      get: (kind, key) => {
        this.reads++
        return state.get(kind, key)
      },
      transaction: (body) => state.transaction(body),
    }
    this.outbox = new Outbox(counted, this.outputs, { clock, problem: (message) => this.problems.push(message) })
  }

  async #deliver(output: AlertOutput, batch: readonly Told[]): Promise<void> {
    this.attempts++
    this.largest = Math.max(this.largest, batch.length)
    this.#inFlight++
    try {
      await output.deliver(batch)
    } finally {
      this.#inFlight--
    }
  }

  put(told: readonly Told[]): void {
    workspace.state.transaction(() => this.outbox.put(told))
    this.outbox.wake()
  }

  readonly settled = async (): Promise<void> => {
    do await new Promise((resume) => setImmediate(resume))
    while (this.#inFlight > 0)
    await new Promise((resume) => setImmediate(resume))
  }

  async pass(ms: number): Promise<void> {
    await clock.pass(ms, this.settled)
  }

  waiting(): readonly number[] {
    return this.outbox.status().map(({ waiting }) => waiting)
  }
}

async function startSender(ports: readonly number[]): Promise<Sender> {
  const context = { version: "1", env: {} }
  const outputs = [`http://127.0.0.1:${ports[0]}/hook`, `cef+tcp://127.0.0.1:${ports[1]}`]
  return new Sender(workspace.state, await Promise.all(outputs.map((target) => outputOf(target, context))))
}

const portsOf = async (): Promise<readonly number[]> => {
  const ports: number[] = []
  for (const receiver of receivers) ports.push(await receiver.choosePort((ports.at(-1) ?? 20_000 + (process.pid % 10_000)) + 1))
  return ports
}

/** The process is killed: nothing is closed, and what was not committed is gone. */
function kill(): void {
  clock.forgetAll()
  workspace.close()
  workspace = initWorkspace(folder)
}

const idOf = (at: number): string => `alert-${String(at).padStart(5, "0")}`
const idsTo = (end: number): readonly string[] => Array.from({ length: end }, (_, at) => idOf(at))
let next: number
beforeEach(() => {
  next = 0
})

/** Alerts every ten seconds, for so long. */
async function goOn(sender: Sender, forMs: number): Promise<void> {
  for (let passed = 0; passed < forMs; passed += 10 * second) {
    sender.put(Array.from({ length: 5 }, () => alertWith({ id: idOf(next++) })))
    await sender.pass(10 * second)
  }
}

/** Everything got there; over TCP, what the system has taken needs a moment more. */
async function drained(sender: Sender): Promise<void> {
  for (let minutes = 0; sender.waiting().some((count) => count > 0); minutes++) {
    if (minutes > 10) throw new Error(`still waiting: ${sender.waiting().join(", ")}`)
    await sender.pass(minute)
  }
  await sender.pass(second)
  for (let tries = 0; tries < 500 && receivers.some(({ got }) => new Set(got).size < next); tries++)
    await new Promise((resume) => setTimeout(resume, 10))
}

const firsts = (got: readonly string[]): readonly string[] => [...new Set(got)]

/** From a second to a minute between two attempts: some 65 in an hour, and one for each output that is tried. */
const attemptsMax = 2 * (6 + 60)

describe("a webhook and a syslog server that are down for an hour, while alerts go on coming,", () => {
  test("get all of them when they are back, in order and once, and were asked about once a minute", async () => {
    const sender = await startSender(await portsOf())
    await goOn(sender, hour)
    expect(sender.waiting()).toEqual([next, next])
    expect([sender.attempts <= attemptsMax, sender.attempts >= 100]).toEqual([true, true])
    expect([sender.largest <= 100, clock.mostWaiting, clock.calls]).toEqual([true, 2, sender.attempts - 2])
    // Of the queue a batch is read for each attempt, and its ends where something is asked of them.
    expect(sender.reads).toBeLessThan(sender.attempts * 105 + next * 4)
    expect(sender.problems).toHaveLength(2)
    for (const receiver of receivers) await receiver.up()
    await drained(sender)
    for (const { got } of receivers) expect(got).toEqual(idsTo(next))
    expect(workspace.state.entries("outbox-refused")).toEqual([])
    expect(workspace.state.entries(`outbox ${sender.outputs[0]?.name}`)).toEqual([])
    await sender.outbox.close(0)
  }, 60_000)

  test("get all of them in order and once where the process was killed in the middle of the hour", async () => {
    const ports = await portsOf()
    const killed = await startSender(ports)
    await goOn(killed, hour / 2)
    kill()
    const sender = await startSender(ports)
    expect(sender.waiting()).toEqual([next, next])
    await goOn(sender, hour / 2)
    expect(killed.attempts + sender.attempts).toBeLessThanOrEqual(attemptsMax + 2 * 6)
    for (const receiver of receivers) await receiver.up()
    await drained(sender)
    for (const { got } of receivers) expect(got).toEqual(idsTo(next))
    await sender.outbox.close(0)
  }, 60_000)

  test("get all of them where the process was killed while they were being told, and again only what half a second may hold", async () => {
    const ports = await portsOf()
    const killed = await startSender(ports)
    await goOn(killed, hour)
    for (const receiver of receivers) await receiver.up()
    while (receivers.some(({ got }) => got.length === 0)) await killed.pass(200)
    await killed.pass(200)
    kill()
    const sender = await startSender(ports)
    await drained(sender)
    for (const { got } of receivers) {
      expect(firsts(got)).toEqual(idsTo(next))
      expect(got.length - next).toBeLessThanOrEqual(300)
    }
    await sender.outbox.close(0)
  }, 60_000)

  test("get all of them where the webhook answers with errors instead", async () => {
    const sender = await startSender(await portsOf())
    for (const receiver of receivers) await receiver.up()
    await goOn(sender, minute)
    for (const status of [503, 429, 500, 401]) {
      answer = status
      await goOn(sender, hour / 4)
    }
    const [hook, server] = receivers as [Receiver, Receiver]
    await sender.settled()
    expect([hook.got.length, sender.waiting()]).toEqual([30, [next - 30, 0]])
    answer = 204
    await drained(sender)
    expect([hook.got, server.got]).toEqual([idsTo(next), idsTo(next)])
    await sender.outbox.close(0)
  }, 60_000)
})
