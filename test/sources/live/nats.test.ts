// Lines from NATS as they come in, with the real server where it is installed: what is kept, and what happens while the server is away.
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { UsageError } from "../../../src/model/problem.js"
import { type NatsIdentity, type NatsListener, openNatsListener, parseNatsAddress } from "../../../src/sources/live/nats-listener.js"
import { Spool } from "../../../src/sources/live/spool.js"

describe("an address", () => {
  const check = (text: string, server: string, subject: string): void => expect(parseNatsAddress(text)).toEqual({ server, subject })
  const refused = (text: string): void => expect(() => parseNatsAddress(text)).toThrow(/--nats/)

  test("names a server and a subject", () => check("nats://127.0.0.1:4222/logs.fw1", "nats://127.0.0.1:4222", "logs.fw1"))
  test("may hold wildcards, and leave out the port", () => check("tls://nats.example/logs.*.>", "tls://nats.example:4222", "logs.*.>"))
  test("without a subject is none", () => refused("nats://127.0.0.1:4222"))
  test("with a wildcard within a word or `>` before the end is none", () => {
    refused("nats://127.0.0.1/logs.a*")
    refused("nats://127.0.0.1/logs.>.x")
    refused("nats://127.0.0.1/logs..x")
  })
  test("with a password is refused: a process list would show it", () => refused("nats://me:secret@127.0.0.1/logs"))
  test("with an escape that is none is a wrong invocation, and says so", () => {
    for (const text of ["nats://127.0.0.1/%zz", "nats://127.0.0.1/logs.%ff", "nats://127.0.0.1/%"]) {
      expect(() => parseNatsAddress(text)).toThrow(UsageError)
      expect(() => parseNatsAddress(text)).toThrow(/--nats .* holds a %/)
    }
    check("nats://127.0.0.1/logs.%66w1", "nats://127.0.0.1:4222", "logs.fw1")
  })
  test("with what would be left out of its subject, or a control character in it, is none", () => {
    for (const text of ["nats://127.0.0.1/logs?fw1", "nats://127.0.0.1/logs#fw1", "nats://127.0.0.1/logs%00", "nats://127.0.0.1/a%1bb"])
      refused(text)
    check("nats://127.0.0.1/logs%3Ffw1", "nats://127.0.0.1:4222", "logs?fw1")
  })
  test("of another kind is none", () => refused("http://127.0.0.1/logs"))
})

describe("a subject of a real server", () => {
  let folder: string
  let port: number
  let server: ChildProcess | undefined
  let listener: NatsListener | undefined
  let spool: Spool
  const problems: string[] = []

  beforeEach(async (context) => {
    if (!isInstalled()) return context.skip("nats-server is not installed")
    folder = mkdtempSync(join(tmpdir(), "sillage-nats-"))
    spool = new Spool(folder)
    port = await freePort()
    problems.length = 0
  })
  afterEach(async () => {
    await listener?.close()
    await stop()
    if (folder) rmSync(folder, { recursive: true, force: true })
    listener = undefined
  })

  async function start(...more: readonly string[]): Promise<void> {
    server = spawn("nats-server", ["-a", "127.0.0.1", "-p", String(port), ...more], { stdio: "ignore" })
    await until(() => canConnect(port))
  }
  async function stop(): Promise<void> {
    if (!server) return
    const gone = new Promise((resolve) => server?.once("close", resolve))
    server.kill("SIGKILL")
    await gone
    server = undefined
  }
  const listen = async (subject: string, identity: NatsIdentity = {}): Promise<void> => {
    const address = parseNatsAddress(`nats://127.0.0.1:${port}/${subject}`)
    listener = await openNatsListener(address, spool, identity, (message) => problems.push(message))
  }
  const isConnected = (): Promise<void> => until(() => listener?.connections === 1)
  const kept = (): readonly string[] => {
    spool.flush()
    const names = readdirSync(folder)
      .filter((name) => name.endsWith(".log"))
      .sort()
    return names.flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean))
  }
  async function publish(subject: string, ...messages: readonly string[]): Promise<void> {
    const { connect: open } = await import("@nats-io/transport-node")
    const client = await open({ servers: `127.0.0.1:${port}` })
    for (const message of messages) client.publish(subject, message)
    await client.flush()
    await client.close()
  }

  test("is kept line by line, and no other subject is", async () => {
    await start()
    await listen("logs.>")
    await isConnected()
    await publish("logs.fw1", "one", "two\r\nthree\n", "")
    await publish("metrics.fw1", "no")
    await publish("logs.fw2", "four")
    await until(() => listener?.received === 4)
    expect(kept()).toEqual(["one", "two", "three", "four"])
    expect(problems).toEqual([])
  })

  test("is waited for, once told of, until its server is there, and again when that was away", async () => {
    await listen("logs")
    await until(() => problems.length > 0)
    await start()
    await isConnected()
    await publish("logs", "before")
    await until(() => listener?.received === 1)
    await stop()
    await until(() => listener?.connections === 0)
    await start()
    await isConnected()
    await publish("logs", "after")
    await until(() => listener?.received === 2)
    expect(kept()).toEqual(["before", "after"])
    expect(problems[0]).toMatch(/trying again until it works/)
  })

  test("that asks for a name and a password gets them, and a wrong one is told of", async () => {
    await start("--user", "watch", "--pass", "right")
    await listen("logs", { user: "watch", password: "wrong" })
    await until(() => problems.length > 0)
    expect(problems[0]).toMatch(/authori/i)
    await listener?.close()
    await listen("logs", { user: "watch", password: "right" })
    await isConnected()
  })

  test("with a line beyond the room of one is kept in overlapping pieces", async () => {
    const config = join(folder, "nats.conf")
    writeFileSync(config, "max_payload: 4MB\n")
    await start("-c", config)
    await listen("logs")
    await isConnected()
    const long = Array.from({ length: 300_000 }, (_, at) => `word${at}`).join(" ")
    await publish("logs", long)
    await until(() => (listener?.received ?? 0) > 2)
    const pieces = kept()
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(1024 * 1024)
    for (const word of ["word0 ", " word150000 ", " word299999"]) expect(pieces.some((piece) => piece.includes(word))).toBe(true)
  })
})

function isInstalled(): boolean {
  try {
    execFileSync("nats-server", ["--version"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as { readonly port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy()
      resolve(true)
    })
    socket.on("error", () => resolve(false))
  })
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 20_000; !(await holds()); ) {
    if (performance.now() > end) throw new Error("waited in vain")
    await new Promise((resume) => setTimeout(resume, 20))
  }
}
