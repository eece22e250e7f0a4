// File servers: who logged in from where, and which file went which way.
import { type Draft, fieldsOf } from "../draft.js"
import { isAddress } from "../endpoint.js"
import type { MessageShape } from "./shape.js"

/** vsftpd, ProFTPD, Pure-FTPd: one shape each within one format, since all of them say the same. */
const ftpServer: MessageShape = {
  name: "ftp-server",
  title: "FTP servers (vsftpd, ProFTPD, Pure-FTPd)",
  hint: /\[pid \d+\] .{0,200}\bClient "|^(?:proftpd|pure-ftpd|vsftpd)\b|\bproftpd\[\d+\]|\bpure-ftpd\b|\([^()\s]{1,253}\[[\da-fA-F.:]{3,45}\]\) - /,
  parse(message) {
    return vsftpd(message) ?? proftpd(message) ?? pureftpd(message)
  },
}

function vsftpd(message: string): Draft | undefined {
  const match =
    /\[pid \d+\] (?:\[([^\]]{1,64})\] )?(?:(OK|FAIL) ([A-Z]+)|(CONNECT|DEBUG|FTP \w+)): Client "(?:::ffff:)?([\da-fA-F.:]{3,45})"(?:, "([^"]{0,1024})")?/.exec(
      message,
    )
  if (!match || !isAddress(match[5] as string)) return undefined
  return {
    fields: fieldsOf({
      "source.ip": match[5],
      "user.name": match[1],
      "event.action": match[3] ?? match[4],
      "file.path": match[3] === undefined || match[3] === "LOGIN" ? undefined : match[6],
    }),
    outcome: match[2] === "OK" ? "success" : match[2] === "FAIL" ? "failure" : "unknown",
    exchange: "service",
  }
}

function proftpd(message: string): Draft | undefined {
  const match = /\((?:[^()[\s]{1,253})\[(?:::ffff:)?([\da-fA-F.:]{3,45})\]\) - (.{0,1024})/.exec(message)
  if (!match || !isAddress(match[1] as string)) return undefined
  const said = match[2] as string
  return {
    fields: fieldsOf({
      "source.ip": match[1],
      "user.name": /\b(?:USER|ANON) ([^\s:]{1,64})/.exec(said)?.[1],
    }),
    outcome: /Login successful/i.test(said)
      ? "success"
      : /failed|no such user|incorrect|denied|refused|maximum login/i.test(said)
        ? "failure"
        : "unknown",
    exchange: "service",
  }
}

function pureftpd(message: string): Draft | undefined {
  const match =
    /^(?:pure-ftpd(?:\[\d+\])?: )?\(([^@()\s]{1,64})@([\da-fA-F.:]{3,45})\) \[(?:INFO|WARNING|NOTICE|ERROR|DEBUG)\] (.{0,1024})/.exec(
      message,
    )
  if (!match || !isAddress(match[2] as string)) return undefined
  const said = match[3] as string
  return {
    fields: fieldsOf({ "source.ip": match[2], "user.name": match[1] === "?" ? /\[([^\]]{1,64})\]/.exec(said)?.[1] : match[1] }),
    outcome: /is now logged in/.test(said) ? "success" : /failed/i.test(said) ? "failure" : "unknown",
    exchange: "service",
  }
}

/** `Sun Jan  3 02:11:09 2021 1 A 1000 /file b _ o r alice ftp 0 * c`: as wu-ftpd, ProFTPD and vsftpd write transfers. */
const xferlog: MessageShape = {
  name: "xferlog",
  title: "FTP transfers (xferlog)",
  hint: /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} \d+ \S+ \d+ \S/,
  parse(message) {
    const match =
      /^\S+ \S+ +\d{1,2} \S+ \d{4} \d+ (?:::ffff:)?(\S{2,253}) (\d+) (.{1,2000}) [ab] [CUT_]+ ([oid]) [agr] (\S{1,64}) \S+ [01] \S+ ([ci])\s*$/.exec(
        message,
      )
    if (!match) return undefined
    const host = match[1] as string
    return {
      fields: fieldsOf({
        [isAddress(host) ? "source.ip" : "source.domain"]: host,
        "user.name": match[5],
        "file.path": match[3],
        "event.action": { o: "download", i: "upload", d: "delete" }[match[4] as "o" | "i" | "d"],
      }),
      outcome: match[6] === "c" ? "success" : "failure",
      exchange: "service",
    }
  },
}

export const transferShapes: readonly MessageShape[] = [ftpServer, xferlog]
