// `sillage serve`: a TAXII 2.1 server over the workspace, until it is interrupted.
import { readFile } from "node:fs/promises"
import { buildCommand } from "@stricli/core"
import type { Workspace } from "../../hits/store/workspace.js"
import { UsageError } from "../../model/problem.js"
import { isLoopback, listen } from "../server/server.js"
import { taxiiRoutes } from "../server/taxii.js"
import { type CliContext, guarded } from "./context.js"
import { inWorkspace, type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"

interface ServeFlags extends WorkspaceFlags {
  readonly host?: string
  readonly port?: number
  readonly title?: string
  readonly contact?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly anonymous?: boolean
}

const text = (input: string): string => input

export const serveCommand = buildCommand<ServeFlags, [], CliContext>({
  docs: {
    brief: "Serve the workspace's collections over TAXII 2.1",
    fullDescription: [
      "Serves the collections of the workspace over TAXII 2.1, so that bulletins can be published and sightings collected. It listens on this",
      "machine only unless --host says otherwise, and then asks for a certificate. Collections, and the tokens that open them, are made with",
      "sillage collection.",
      "",
      "Examples:",
      "  sillage serve                                            # http://127.0.0.1:8021/taxii2/",
      "  sillage serve --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem",
      "",
      "Ctrl-C ends it; requests under way are cut off, nothing that was answered is lost.",
    ].join("\n"),
  },
  parameters: {
    flags: {
      workspace: workspaceFlag,
      host: { kind: "parsed", parse: text, optional: true, brief: "Address to listen on (default: 127.0.0.1)", placeholder: "ADDRESS" },
      port: { kind: "parsed", parse: portNumber, optional: true, brief: "Port (default: 8021; 0: any free one)", placeholder: "N" },
      title: { kind: "parsed", parse: text, optional: true, brief: "What clients see as the server's name", placeholder: "TEXT" },
      contact: { kind: "parsed", parse: text, optional: true, brief: "Whom clients may write to", placeholder: "TEXT" },
      tlsCert: { kind: "parsed", parse: text, optional: true, brief: "Certificate chain, PEM", placeholder: "FILE" },
      tlsKey: { kind: "parsed", parse: text, optional: true, brief: "Its key, PEM", placeholder: "FILE" },
      anonymous: { kind: "boolean", optional: true, withNegated: false, brief: "Reading needs no token (this machine only)" },
    },
  },
  func(this: CliContext, flags: ServeFlags): Promise<void> {
    return guarded(this, () => inWorkspace(flags, (workspace) => run(flags, workspace)))
  },
})

async function run(flags: ServeFlags, workspace: Workspace): Promise<number> {
  const host = flags.host ?? "127.0.0.1"
  const tls = await tlsOf(flags)
  if (!isLoopback(host) && !tls) throw new UsageError(`--host ${host} is reached by others: give --tls-cert and --tls-key`)
  if (!isLoopback(host) && flags.anonymous) throw new UsageError(`--anonymous is for this machine only, not for --host ${host}`)
  const routes = taxiiRoutes({
    workspace,
    title: flags.title ?? "Sillage",
    ...(flags.contact === undefined ? {} : { contact: flags.contact }),
    anonymousRead: flags.anonymous ?? false,
    now: () => new Date().toISOString(),
  })
  const server = await listen(routes, { host, port: flags.port ?? 8021, ...(tls ? { tls } : {}) }).catch((error: Error) => {
    throw new UsageError(`cannot listen on ${host}: ${error.message}`)
  })
  process.stderr.write(`TAXII 2.1 at ${server.url}/taxii2/ (Ctrl-C ends it)\n`)
  await new Promise<void>((stopped) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopped())
  })
  await server.close()
  return 0
}

async function tlsOf({ tlsCert, tlsKey }: ServeFlags): Promise<{ readonly cert: Buffer; readonly key: Buffer } | undefined> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  if (tlsCert === undefined || tlsKey === undefined) throw new UsageError("--tls-cert and --tls-key go together")
  const read = (path: string): Promise<Buffer> =>
    readFile(path).catch((error: Error) => {
      throw new UsageError(`cannot read ${path}: ${error.message}`)
    })
  return { cert: await read(tlsCert), key: await read(tlsKey) }
}

function portNumber(input: string): number {
  const port = Number(input)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`${input} is no port`)
  return port
}
