// Sends one finished message through the user's own mail server. The caller has shown it and has the person's yes.
import nodemailer from "nodemailer"
import { UsageError } from "../../model/problem.js"

export interface SmtpServer {
  readonly host: string
  readonly port: number
  /** `tls` from the first byte, `starttls` or nothing at all; `none` is for a server on this machine. */
  readonly security: "tls" | "starttls" | "none"
  readonly user?: string
  readonly password?: string
}

const timeoutMs = 60_000

/** Reads the server's description; throws an Error that names the faulty member. */
export function parseSmtpServer(json: unknown): Omit<SmtpServer, "password"> & { readonly passwordFile?: string } {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw new Error("an object is expected")
  const { host, port, security, user, passwordFile, ...stray } = json as Record<string, unknown>
  const unknown = Object.keys(stray)[0]
  if (unknown !== undefined) throw new Error(`${unknown} is not known here; known are host, port, security, user, passwordFile`)
  if (typeof host !== "string" || host === "") throw new Error("host: a name is expected")
  if (security !== undefined && security !== "tls" && security !== "starttls" && security !== "none")
    throw new Error("security: one of tls, starttls, none")
  const chosen = security ?? "tls"
  if (chosen === "none" && !/^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host))
    throw new Error("security: none is only for a server on this machine")
  const at = port ?? (chosen === "tls" ? 465 : chosen === "starttls" ? 587 : 25)
  if (!Number.isInteger(at) || (at as number) < 1 || (at as number) > 65_535) throw new Error("port: a whole number is expected")
  for (const [name, value] of Object.entries({ user, passwordFile })) {
    if (value !== undefined && typeof value !== "string") throw new Error(`${name}: a text is expected`)
  }
  return {
    host,
    port: at as number,
    security: chosen,
    ...(user === undefined ? {} : { user: user as string }),
    ...(passwordFile === undefined ? {} : { passwordFile: passwordFile as string }),
  }
}

/** What the server answered. */
export async function sendMessage(
  server: SmtpServer,
  message: Uint8Array,
  envelope: { readonly from: string; readonly to: string },
): Promise<string> {
  const transport = nodemailer.createTransport({
    host: server.host,
    port: server.port,
    secure: server.security === "tls",
    requireTLS: server.security === "starttls",
    ignoreTLS: server.security === "none",
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    ...(server.user === undefined ? {} : { auth: { user: server.user, pass: server.password ?? "" } }),
  })
  try {
    const sent = await transport.sendMail({ envelope: { from: envelope.from, to: [envelope.to] }, raw: Buffer.from(message) })
    return String(sent.response)
  } catch (error) {
    throw new UsageError(`${server.host}:${server.port} did not take the message: ${(error as Error).message}; nothing was sent`)
  } finally {
    transport.close()
  }
}
