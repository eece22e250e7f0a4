// Sending: the very bytes that were shown arrive at the named recipient alone, and a server that refuses is a sentence.
import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import { afterEach, expect, test } from "vitest"
import { sendMessage } from "../../src/app/deliver/smtp.js"

let server: Server | undefined
afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())))

interface Talk {
  readonly commands: string[]
  data: string
}

/** As much of RFC 5321 as one message needs; `refuse` answers the recipient with 550. */
function mailServer(refuse: boolean): Promise<{ readonly port: number; readonly talk: Talk }> {
  const talk: Talk = { commands: [], data: "" }
  server = createServer((socket: Socket) => {
    let inData = false
    let rest = ""
    socket.write("220 test\r\n")
    socket.on("data", (chunk) => {
      rest += chunk.toString("latin1")
      if (inData) {
        const end = rest.indexOf("\r\n.\r\n")
        if (end < 0) return
        talk.data = rest.slice(0, end + 2)
        rest = rest.slice(end + 5)
        inData = false
        socket.write("250 taken\r\n")
      }
      for (let end = rest.indexOf("\r\n"); end >= 0 && !inData; end = rest.indexOf("\r\n")) {
        const command = rest.slice(0, end)
        rest = rest.slice(end + 2)
        talk.commands.push(command)
        const verb = command.slice(0, 4).toUpperCase()
        if (verb === "DATA") inData = true
        const answer =
          { EHLO: "250 test", RCPT: refuse ? "550 unknown" : "250 ok", DATA: "354 go on", QUIT: "221 bye", STAR: "502 no TLS here" }[
            verb
          ] ?? "250 ok"
        socket.write(`${answer}\r\n`)
        if (verb === "QUIT") socket.end()
      }
    })
  })
  return new Promise((resolve) => {
    const own = server as Server
    own.listen(0, "127.0.0.1", () => resolve({ port: (own.address() as AddressInfo).port, talk }))
  })
}

const message = Buffer.from("To: cert@cert.example\r\nSubject: x\r\n\r\nbody\r\n.dot\r\n")
const envelope = { from: "rssi@corp.example", to: "cert@cert.example" }

test("the message arrives as it is, for one recipient", async () => {
  const { port, talk } = await mailServer(false)
  expect(await sendMessage({ host: "127.0.0.1", port, security: "none" }, message, envelope)).toContain("250")
  expect(talk.commands.filter((one) => /^(?:MAIL|RCPT)/.test(one))).toEqual([
    "MAIL FROM:<rssi@corp.example>",
    "RCPT TO:<cert@cert.example>",
  ])
  expect(talk.data.replace(/^\.\./gm, ".")).toBe(message.toString("latin1"))
})

test("a server that refuses the recipient is told to the user", async () => {
  const { port } = await mailServer(true)
  await expect(sendMessage({ host: "127.0.0.1", port, security: "none" }, message, envelope)).rejects.toThrow(
    /did not take the message.*nothing was sent/s,
  )
})

test("a server without TLS is not spoken to where TLS is asked for", async () => {
  const { port, talk } = await mailServer(false)
  await expect(sendMessage({ host: "127.0.0.1", port, security: "starttls" }, message, envelope)).rejects.toThrow(
    "did not take the message",
  )
  expect(talk.data).toBe("")
})
