// Protocols of command lines: SMTP with its envelope and message head, FTP with its commands.
import type { Loss } from "./losses.js"
import type { Side } from "./side.js"
import type { Application, Time } from "./stream.js"

/** Of a longer line, only the end is read. */
const lineCharsMax = 64 * 1024
/** Written at a time: a message with more of them comes in several records. */
const headCharsMax = 64 * 1024
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

  /** `cut` where a line is too long. */
  push(bytes: Buffer, start: number, end: number, cut: () => unknown): string[] {
    const lines: string[] = []
    const text = this.#rest + bytes.toString("latin1", start, end)
    let from = 0
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", from)) {
      lines.push(text.slice(from, text[at - 1] === "\r" ? at - 1 : at))
      from = at + 1
    }
    if (text.length - from > lineCharsMax) cut()
    this.#rest = text.slice(Math.max(from, text.length - lineCharsMax))
    return lines
  }

  /** What stands behind the last line end. */
  take(): string[] {
    const line = this.#rest.replace(/\r$/, "")
    this.#rest = ""
    return line === "" ? [] : [line]
  }
}

export function smtpApplication(
  client: Side,
  emit: (message: SmtpMessage) => void,
  upgrade: (side: Side) => Application,
  lose: (kind: Loss) => void,
): Application {
  const lines: readonly [Lines, Lines] = [new Lines(), new Lines()]
  let facts: { time?: Time; hello?: string; banner?: string; from?: string; to: string[]; head: string[]; status?: number } = {
    to: [],
    head: [],
  }
  let headChars = 0
  let phase: "commands" | "head" | "body" = "commands"
  let startTls = false
  const write = (): void => {
    const { time, ...rest } = facts
    if (time && (facts.from !== undefined || facts.to.length > 0)) emit({ time, ...rest })
  }
  /** The rest of the same message follows. */
  const writePart = (): void => {
    write()
    facts.to = []
    facts.head = []
    headChars = 0
  }
  const flush = (): void => {
    write()
    headChars = 0
    facts = {
      to: [],
      head: [],
      ...(facts.hello !== undefined && { hello: facts.hello }),
      ...(facts.banner !== undefined && { banner: facts.banner }),
    }
  }
  const command = (line: string, time: Time): void => {
    const match = /^(HELO|EHLO|MAIL FROM:|RCPT TO:|DATA|BDAT|RSET|QUIT|STARTTLS)\s*(.*)$/i.exec(line)
    if (!match) return
    const verb = (match[1] as string).toUpperCase()
    const rest = match[2] as string
    if (verb === "HELO" || verb === "EHLO") facts.hello = rest
    else if (verb === "MAIL FROM:") {
      flush()
      facts.time = time
      facts.from = address(rest)
    } else if (verb === "RCPT TO:") {
      if (facts.to.length >= recipientsMax) writePart()
      facts.to.push(address(rest))
    } else if (verb === "DATA") phase = "head"
    else if (verb === "BDAT") lose("bdat")
    else if (verb === "STARTTLS") startTls = true
    else if (verb === "QUIT") flush()
  }
  const content = (line: string): void => {
    if (line === ".") {
      phase = "commands"
      flush()
    } else if (phase === "head" && line === "") phase = "body"
    else if (phase === "head") {
      if (headChars > headCharsMax && (!/^[ \t]/.test(line) || headChars > 4 * headCharsMax)) writePart()
      headChars += line.length
      facts.head.push(line)
    }
  }
  const said = (line: string, time: Time): void => (phase === "commands" ? command(line, time) : content(line))
  let last: Time | undefined
  return {
    name: "smtp",
    data(side, bytes, start, end, time) {
      last = time
      for (const line of lines[side].push(bytes, start, end, () => phase !== "body" && lose("line-long"))) {
        if (side === client) said(line, time)
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
      for (const line of lines[side].take()) if (side === client && last) said(line, last)
      return true
    },
    end() {
      if (last) for (const line of lines[client].take()) said(line, last)
      flush()
    },
  }
}

export function ftpApplication(client: Side, emit: (command: FtpCommand) => void, lose: (kind: Loss) => void): Application {
  const lines = new Lines()
  let user: string | undefined
  let last: Time | undefined
  const said = (line: string, time: Time): void => {
    const match = /^([A-Za-z]{3,4})(?: (.*))?$/.exec(line)
    if (!match) return
    const command = (match[1] as string).toUpperCase()
    const argument = match[2] ?? ""
    if (command === "USER") user = argument
    // A password is nobody's indicator, and no report should carry it.
    emit({ time, command, argument: command === "PASS" ? "" : argument, ...(user !== undefined && { user }) })
  }
  const rest = (): void => {
    for (const line of lines.take()) if (last) said(line, last)
  }
  return {
    name: "ftp",
    data(side, bytes, start, end, time) {
      last = time
      // What a server says is not read.
      if (side === client) for (const line of lines.push(bytes, start, end, () => lose("line-long"))) said(line, time)
      return undefined
    },
    gap(side) {
      if (side === client) rest()
      return side === client
    },
    end: rest,
  }
}

/** `<someone@mail.example> SIZE=100` */
function address(text: string): string {
  return /<([^>]*)>/.exec(text)?.[1] ?? (text.split(" ")[0] as string)
}
