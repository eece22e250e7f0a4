// Protocols of command lines: SMTP with its envelope and message head, FTP with its commands.
import type { Side } from "./side.js"
import type { Application, Time } from "./stream.js"

const lineCharsMax = 16 * 1024
const headLinesMax = 500
const recipientsMax = 1000

export interface SmtpMessage {
  readonly time: Time
  readonly hello?: string
  readonly banner?: string
  readonly from?: string
  readonly to: readonly string[]
  /** Head of the message, line by line. */
  readonly head: readonly string[]
  /** Code of the server's last answer. */
  readonly status?: number
}

export interface FtpCommand {
  readonly time: Time
  readonly command: string
  readonly argument: string
  readonly user?: string
}

/** Splits one direction into lines, bounded. */
class Lines {
  #rest = ""

  push(bytes: Buffer, start: number, end: number): string[] {
    const lines: string[] = []
    const text = this.#rest + bytes.toString("latin1", start, end)
    let from = 0
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", from)) {
      lines.push(text.slice(from, text[at - 1] === "\r" ? at - 1 : at))
      from = at + 1
    }
    this.#rest = text.slice(Math.max(from, text.length - lineCharsMax))
    return lines
  }

  clear(): void {
    this.#rest = ""
  }
}

export function smtpApplication(client: Side, emit: (message: SmtpMessage) => void, upgrade: (side: Side) => Application): Application {
  const lines: readonly [Lines, Lines] = [new Lines(), new Lines()]
  let facts: { time?: Time; hello?: string; banner?: string; from?: string; to: string[]; head: string[]; status?: number } = {
    to: [],
    head: [],
  }
  let phase: "commands" | "head" | "body" = "commands"
  let startTls = false
  const flush = (): void => {
    const { time, ...rest } = facts
    if (time && (facts.from !== undefined || facts.to.length > 0)) emit({ time, ...rest })
    facts = {
      to: [],
      head: [],
      ...(facts.hello !== undefined && { hello: facts.hello }),
      ...(facts.banner !== undefined && { banner: facts.banner }),
    }
  }
  const command = (line: string, time: Time): void => {
    const match = /^(HELO|EHLO|MAIL FROM:|RCPT TO:|DATA|RSET|QUIT|STARTTLS)\s*(.*)$/i.exec(line)
    if (!match) return
    const verb = (match[1] as string).toUpperCase()
    const rest = match[2] as string
    if (verb === "HELO" || verb === "EHLO") facts.hello = rest
    else if (verb === "MAIL FROM:") {
      flush()
      facts.time = time
      facts.from = address(rest)
    } else if (verb === "RCPT TO:" && facts.to.length < recipientsMax) facts.to.push(address(rest))
    else if (verb === "DATA") phase = "head"
    else if (verb === "STARTTLS") startTls = true
    else if (verb === "QUIT") flush()
  }
  const content = (line: string): void => {
    if (line === ".") {
      phase = "commands"
      flush()
    } else if (phase === "head" && line === "") phase = "body"
    else if (phase === "head" && facts.head.length < headLinesMax) facts.head.push(line)
  }
  return {
    name: "smtp",
    data(side, bytes, start, end, time) {
      for (const line of lines[side].push(bytes, start, end)) {
        if (side === client) phase === "commands" ? command(line, time) : content(line)
        else {
          const status = Number(/^(\d{3})[ -]/.exec(line)?.[1] ?? 0)
          if (status === 220 && facts.banner === undefined) facts.banner = line.slice(4)
          if (status > 0) facts.status = status
          if (startTls && status === 220) return upgrade(client)
        }
      }
      return undefined
    },
    gap(side) {
      lines[side].clear()
    },
    end: flush,
  }
}

export function ftpApplication(client: Side, emit: (command: FtpCommand) => void): Application {
  const lines: readonly [Lines, Lines] = [new Lines(), new Lines()]
  let user: string | undefined
  return {
    name: "ftp",
    data(side, bytes, start, end, time) {
      for (const line of lines[side].push(bytes, start, end)) {
        const match = side === client ? /^([A-Za-z]{3,4})(?: (.*))?$/.exec(line) : null
        if (!match) continue
        const command = (match[1] as string).toUpperCase()
        const argument = match[2] ?? ""
        if (command === "USER") user = argument
        // A password is nobody's indicator, and no report should carry it.
        emit({ time, command, argument: command === "PASS" ? "" : argument, ...(user !== undefined && { user }) })
      }
      return undefined
    },
    gap(side) {
      lines[side].clear()
    },
    end() {},
  }
}

/** `<someone@mail.example> SIZE=100` */
function address(text: string): string {
  return /<([^>]*)>/.exec(text)?.[1] ?? (text.split(" ")[0] as string)
}
