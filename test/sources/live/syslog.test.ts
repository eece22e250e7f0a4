// Syslog as it comes in: framing, what is kept, and what is counted as lost.
import { createSocket } from "node:dgram"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { connect as connectTls } from "node:tls"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { lineBytesMax } from "../../../src/sources/live/pieces.js"
import { spoolJournal, spoolLines } from "../../../src/sources/live/pipe-source.js"
import { Spool } from "../../../src/sources/live/spool.js"
import { createFraming } from "../../../src/sources/live/syslog-framing.js"
import { openSyslogListener, parseListenerAddress, type SyslogListener } from "../../../src/sources/live/syslog-listener.js"

describe("a stream of messages", () => {
  const check = (stream: string | Buffer, expected: readonly string[]): void => {
    const bytes = Buffer.from(stream as string)
    // However the stream is cut into chunks, the messages are the same.
    for (const size of [1, 3, 7, bytes.length].filter((one) => bytes.length / one < 4096)) {
      const found: string[] = []
      const framing = createFraming((message) => found.push(message.toString("utf8")))
      for (let at = 0; at < bytes.length; at += size) framing.take(bytes.subarray(at, at + size))
      framing.end()
      expect(found).toEqual(expected)
    }
  }

  test("is cut at line ends", () => check("<1>a\n<1>b\r\n\n<1>c", ["<1>a", "<1>b", "<1>c"]))
  test("is cut by octet counts, also where messages hold line ends", () =>
    check("5 <1>ab8 <1>c\nd\re4 <1>x", ["<1>ab", "<1>c d e", "<1>x"]))
  test("may change its framing from message to message", () => check("5 <1>ab<1>line\n4 <1>x", ["<1>ab", "<1>line", "<1>x"]))
  test("that begins with a number and is no count is a line", () =>
    check("42 apples\n7\n12345678901 <1>x\n", ["42 apples", "7", "12345678901 <1>x"]))
  test("is counted in bytes and not in characters", () => check("8 <1>é\u00e0x4 <1>y", ["<1>é\u00e0x".slice(0, 6), "<1>y"]))
  test("that ends within a message hands over what there is", () => check("99 <1>cut", ["<1>cut"]))
  test("with NULs at the end of messages loses them", () => check("<1>a\0\n<1>b\0", ["<1>a", "<1>b"]))

  test("with a message longer than the room hands it over in overlapping pieces, and goes on", () => {
    for (const head of ["", `${3 * lineBytesMax} `]) {
      const found: Buffer[] = []
      const framing = createFraming((message) => found.push(Buffer.from(message)))
      const body = Buffer.alloc(3 * lineBytesMax, "<1>abcdefg ")
      framing.take(Buffer.concat([Buffer.from(head), body, Buffer.from(head === "" ? "\n<1>next\n" : "<1>next\n")]))
      framing.end()
      expect(found.at(-1)?.toString()).toBe("<1>next")
      expect(Math.max(...found.map(({ length }) => length))).toBeLessThanOrEqual(lineBytesMax)
      expect(found.slice(0, -1).reduce((sum, { length }) => sum + length, 0)).toBeGreaterThanOrEqual(body.length)
    }
  })
})

describe("a listener", () => {
  let folder: string
  const open: SyslogListener[] = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sillage-syslog-"))
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((listener) => listener.close()))
    rmSync(folder, { recursive: true, force: true })
  })

  const listen = async (url: string, spool: Spool, tls?: Parameters<typeof openSyslogListener>[2]): Promise<SyslogListener> => {
    const listener = await openSyslogListener(parseListenerAddress(url), spool, tls)
    open.push(listener)
    return listener
  }
  const kept = (spool: Spool): readonly string[] =>
    readdirSync(spool.folder)
      .sort()
      .flatMap((name) => readFileSync(join(spool.folder, name), "utf8").split("\n"))
      .filter(Boolean)
  const until = async (what: () => boolean): Promise<void> => {
    for (const end = performance.now() + 10_000; !what(); ) {
      if (performance.now() > end) throw new Error("waited in vain")
      await new Promise((resume) => setTimeout(resume, 5))
    }
  }
  const send = (port: number, texts: readonly string[]): Promise<void> => {
    const socket = createSocket("udp4")
    const sent = texts.map((text) => new Promise<void>((resolve) => socket.send(text, port, "127.0.0.1", () => resolve())))
    return Promise.all(sent).then(() => void socket.close())
  }

  test("over UDP keeps every datagram as one record", async () => {
    const spool = new Spool(folder)
    const listener = await listen("udp://127.0.0.1:0", spool)
    await send(listener.address.port, ["<1>a\n", "<1>b\nc", ""])
    await until(() => listener.received === 3)
    spool.flush()
    expect([...kept(spool)].sort()).toEqual(["<1>a", "<1>b c"])
  })

  test("over TCP keeps what came before a connection broke", async () => {
    const spool = new Spool(folder)
    const listener = await listen("tcp://127.0.0.1:0", spool)
    const socket = connect(listener.address.port, "127.0.0.1")
    socket.write("<1>a\n6 <1>b\ncd<1>half")
    await until(() => listener.received === 2)
    socket.destroy()
    await until(() => listener.connections === 0)
    spool.flush()
    expect(kept(spool)).toEqual(["<1>a", "<1>b c", "d<1>half"])
  })

  test("over TLS takes only clients of its authority where one is named", async () => {
    const at = (name: string): string => `test/fixtures/feeds/tls/${name}`
    const read = (name: string): Buffer => readFileSync(at(name))
    const spool = new Spool(folder)
    const listener = await listen("tls://127.0.0.1:0", spool, { cert: at("server.pem"), key: at("server-key.pem"), ca: at("ca.pem") })
    const dial = (client: object): Promise<void> =>
      new Promise((resolve) => {
        const socket = connectTls({
          host: "127.0.0.1",
          port: listener.address.port,
          servername: "localhost",
          ca: read("ca.pem"),
          ...client,
        })
        socket.on("error", () => resolve())
        socket.on("close", () => resolve())
        socket.end("4 <1>x")
      })
    await dial({})
    await dial({ cert: read("client.pem"), key: read("client-key.pem") })
    await until(() => listener.received === 1)
    spool.flush()
    expect(kept(spool)).toEqual(["<1>x"])
  })

  test("drops datagrams while the spool is full, and counts them: none is lost unseen", async () => {
    const spool = new Spool(folder, { bytesMax: 550_000, fileBytes: 4000 })
    const listener = await listen("udp://127.0.0.1:0", spool)
    for (let burst = 0; burst < 10; burst++) {
      await send(
        listener.address.port,
        Array.from({ length: 20 }, (_, at) => `<1>${"x".repeat(4000)} ${burst} ${at}`),
      )
      await until(() => listener.received === 20 * (burst + 1))
    }
    spool.flush()
    expect(listener.dropped).toBeGreaterThan(0)
    expect(kept(spool).length + listener.dropped).toBe(200)
  })

  test("lets a stream wait while the spool is full, and loses nothing of it", async () => {
    const spool = new Spool(folder, { bytesMax: 600_000, fileBytes: 50_000 })
    const listener = await listen("tcp://127.0.0.1:0", spool)
    const socket = connect(listener.address.port, "127.0.0.1")
    const lines = Array.from({ length: 20_000 }, (_, at) => `<1>${at} ${"x".repeat(60)}`)
    socket.end(`${lines.join("\n")}\n`)
    const seen = new Set<string>()
    await until(() => {
      for (const line of kept(spool)) seen.add(line)
      spool.release(() => true, 0)
      return listener.connections === 0 && listener.received > 0 && seen.size >= lines.length
    })
    expect([seen.size, listener.dropped]).toEqual([lines.length, 0])
  })

  test("is refused where its address is none or has no certificate", async () => {
    for (const url of ["udp://host.example:514", "http://127.0.0.1:1", "udp://127.0.0.1", "514"])
      expect(() => parseListenerAddress(url)).toThrow("--syslog")
    await expect(listen("tls://127.0.0.1:0", new Spool(folder))).rejects.toThrow("--tls-cert")
  })

  test("keeps the journal from where its spool ends", async () => {
    const fake = join(folder, "journal")
    const { writeFileSync } = await import("node:fs")
    // Answers its arguments and two entries, as journalctl does.
    const script = `#!/bin/sh\nprintf '{"ARGS":"%s"}\\n{"__CURSOR":"s=1;i=2","MESSAGE":"x"}\\n' "$*"\n`
    writeFileSync(fake, script, { mode: 0o755 })
    const run = async (): Promise<readonly string[]> => {
      const spool = new Spool(join(folder, "spool"))
      const source = await spoolJournal(spool, fake)
      expect(await source.ended).toContain("ended with 0")
      spool.close()
      return kept(spool)
    }
    expect((await run())[0]).toContain("--lines=0")
    expect((await run())[2]).toContain("--after-cursor=s=1;i=2")
  })

  test("keeps the lines of a pipe, long ones in overlapping pieces", async () => {
    const spool = new Spool(folder)
    const long = "y".repeat(2_500_000)
    await spoolLines(Readable.from([Buffer.from("a\r\nb"), Buffer.from(`c\n${long}`), Buffer.from("\nlast")]), spool).ended
    const lines = kept(spool)
    expect([lines[0], lines[1], lines.at(-1)]).toEqual(["a", "bc", "last"])
    expect(lines.slice(2, -1).reduce((sum, { length }) => sum + length, 0)).toBeGreaterThanOrEqual(long.length)
    expect(spool.dropped).toBe(0)
  })
})
