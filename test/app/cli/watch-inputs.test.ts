// Inputs of a watch: all of them are open, or none is.
import { mkdtempSync, rmSync } from "node:fs"
import { connect, createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { openInputs } from "../../../src/app/cli/watch-inputs.js"

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sillage-inputs-"))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const listening = (server: Server) =>
  new Promise<number>((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)))
const closed = (server: Server) => new Promise((resolve) => server.close(resolve))
const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy()
      resolve(true)
    }).once("error", () => resolve(false))
  })

test("what is open already is closed where another input cannot be had", async () => {
  const taken = createServer()
  const free = createServer()
  const [busy, port] = [await listening(taken), await listening(free)]
  await closed(free)
  const syslog = [`tcp://127.0.0.1:${port}`, `tcp://127.0.0.1:${busy}`]
  await expect(openInputs(root, { syslog }, () => {})).rejects.toThrow()
  expect(await answers(port)).toBe(false)
  await closed(taken)
})
