// What a watch reads beside files: syslog listeners, NATS subjects, standard input and the system's journal, each through a spool in the workspace.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { UsageError } from "../../model/problem.js"
import { type NatsIdentity, openNatsListener, parseNatsAddress } from "../../sources/live/nats-listener.js"
import { type PipeSource, spoolJournal, spoolLines } from "../../sources/live/pipe-source.js"
import { Spool } from "../../sources/live/spool.js"
import { openSyslogListener, parseListenerAddress, type TlsFiles } from "../../sources/live/syslog-listener.js"
import type { ListenerStatus } from "../deliver/status-endpoint.js"

export interface InputFlags {
  readonly syslog?: readonly string[]
  readonly nats?: readonly string[]
  readonly stdin?: boolean
  readonly journald?: boolean
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly tlsCa?: string
}

interface Listener {
  readonly received: number
  readonly dropped: number
  readonly connections: number
  close(): Promise<void>
}

export interface WatchInputs {
  /** Folders to follow, and the names under which their records are shown. */
  readonly shownAs: Readonly<Record<string, string>>
  readonly listening: readonly string[]
  status(): readonly ListenerStatus[]
  /** Deletes what is searched and no longer wanted. */
  release(searched: (path: string, bytes: number) => boolean): void
  /** More may come through a pipe. */
  readonly isOpen: boolean
  close(): Promise<void>
}

/** What was searched of a spool is kept up to this, so that new indicators find the past there too. */
const keptBytes = 256 * 1024 * 1024

/** What is open so far. */
interface Opened {
  readonly shownAs: Record<string, string>
  readonly spools: Spool[]
  readonly listeners: { readonly name: string; readonly listener: Listener }[]
  readonly pipes: { readonly name: string; readonly source: PipeSource }[]
}

/** Throws a `UsageError` for an address that is none or cannot be had; nothing is left open then. */
export async function openInputs(
  workspace: string,
  flags: InputFlags,
  problem: (where: string, message: string) => void,
): Promise<WatchInputs> {
  const opened: Opened = { shownAs: {}, spools: [], listeners: [], pipes: [] }
  try {
    await openEach(workspace, flags, problem, opened)
  } catch (error) {
    await closeAll(opened)
    throw error
  }
  const { shownAs, spools, listeners, pipes } = opened
  let open = pipes.length
  for (const { name, source } of pipes) {
    void source.ended.then((reason) => {
      open--
      if (reason !== undefined) problem(name, reason)
    })
  }
  return {
    shownAs,
    listening: listeners.map(({ name }) => name),
    status: () => listeners.map(({ name, listener: { received, dropped, connections } }) => ({ name, received, dropped, connections })),
    release: (searched) => {
      for (const spool of spools) spool.release(searched, keptBytes)
    },
    get isOpen() {
      return open > 0
    },
    close: () => closeAll(opened),
  }
}

async function openEach(
  workspace: string,
  flags: InputFlags,
  problem: (where: string, message: string) => void,
  { shownAs, spools, listeners, pipes }: Opened,
): Promise<void> {
  const spoolOf = (name: string, shown: string): Spool => {
    const spool = new Spool(join(workspace, "spool", name))
    shownAs[spool.folder] = shown
    spools.push(spool)
    return spool
  }
  const tls = tlsFiles(flags)
  for (const text of flags.syslog ?? []) {
    const address = parseListenerAddress(text)
    const { transport, host, port } = address
    const spool = spoolOf(`${transport}-${host.replaceAll(":", ".")}-${port}`, `${transport}://${host}:${port}`)
    const listener = await openSyslogListener(address, spool, tls)
    const shown = host.includes(":") ? `[${host}]` : host
    listeners.push({ name: `${transport}://${shown}:${listener.address.port}`, listener })
  }
  for (const text of flags.nats ?? []) {
    const address = parseNatsAddress(text)
    const name = `${address.server}/${address.subject}`
    const spool = spoolOf(encodeURIComponent(name).replaceAll("*", "%2A"), name)
    listeners.push({ name, listener: await openNatsListener(address, spool, natsIdentity(), (message) => problem(name, message)) })
  }
  if (flags.stdin) pipes.push({ name: "stdin", source: spoolLines(process.stdin, spoolOf("stdin", "stdin")) })
  if (flags.journald) pipes.push({ name: "journald", source: await spoolJournal(spoolOf("journald", "journald")) })
}

async function closeAll({ spools, listeners, pipes }: Opened): Promise<void> {
  for (const { source } of pipes) source.close()
  await Promise.all(listeners.map(({ listener }) => listener.close()))
  for (const spool of spools) spool.close()
}

/** From the environment, where no process list shows it. */
function natsIdentity(): NatsIdentity {
  const { SILLAGE_NATS_USER: user, SILLAGE_NATS_PASSWORD: password, SILLAGE_NATS_TOKEN: token } = process.env
  return {
    ...(user ? { user } : {}),
    ...(password ? { password } : {}),
    ...(token ? { token } : {}),
    ...textOf("credentials", "SILLAGE_NATS_CREDS"),
    ...textOf("ca", "SILLAGE_TLS_CA"),
  }
}

/** The text of the file that a variable names. */
function textOf<Name extends string>(name: Name, variable: string): { readonly [Key in Name]?: string } {
  const path = process.env[variable]
  if (!path) return {}
  try {
    return { [name]: readFileSync(path, "utf8") } as { readonly [Key in Name]: string }
  } catch (error) {
    throw new UsageError(`cannot read the file that ${variable} names: ${(error as Error).message}`)
  }
}

function tlsFiles({ tlsCert, tlsKey, tlsCa }: InputFlags): TlsFiles | undefined {
  if (tlsCert === undefined || tlsKey === undefined) return undefined
  return { cert: tlsCert, key: tlsKey, ...(tlsCa === undefined ? {} : { ca: tlsCa }) }
}
