// Routers and firewalls of households and small offices, whose lines are sentences rather than fields.
import { type Draft, fieldsOf } from "../draft.js"
import { endpoint, isAddress, side } from "../endpoint.js"
import { actionOf } from "../verdict.js"
import type { MessageShape } from "./shape.js"

/** `[DoS Attack: SYN/ACK Scan] from source: A, port P, …`, `[LAN access from remote] from A:P to B:Q, …`, `[admin login failure] from source A, …`. */
const netgear: MessageShape = {
  name: "netgear",
  title: "Netgear routers",
  hint: /^\[(?:DoS Attack|LAN access from remote|remote login|admin login|site blocked|Log Cleared|Access Control|UPnP|Internet connected)\b/i,
  parse(message) {
    const kind = /^\[([^\]]{1,120})\]/.exec(message)?.[1]
    if (kind === undefined) return undefined
    const from = /\bfrom (?:source:? )?([\da-fA-F.:]{3,45}?)(?::(\d{1,5}))?(?:,? port (\d{1,5}))?(?=[\s,]|$)/.exec(message)
    const to = /\bto ([\d.]{7,15}):(\d{1,5})\b/.exec(message)
    const source = from && isAddress(from[1] as string) ? { ip: from[1] as string, ...portOf(from[2] ?? from[3]) } : {}
    const site = /\bsite (?:allowed|blocked): ([^\]\s]{1,253})\]/i.exec(message)?.[1]
    const login = /login/i.test(kind)
    return {
      fields: fieldsOf({
        ...side("source", source),
        ...(to ? side("destination", { ip: to[1] as string, ...portOf(to[2]) }) : {}),
        "url.domain": site,
        "rule.name": kind,
      }),
      exchange: to || site !== undefined ? (site === undefined ? undefined : "proxy") : "service",
      action: /^(?:DoS Attack|site blocked)/i.test(kind) ? "blocked" : /^LAN access/i.test(kind) ? "allowed" : "unknown",
      outcome: login ? (/fail/i.test(kind) ? "failure" : "success") : undefined,
    } satisfies Draft
  },
}

function portOf(text: string | undefined): { readonly port?: number } {
  return text === undefined ? {} : { port: Number(text) }
}

/** `Anmeldung des Benutzers admin an der FRITZ!Box-Benutzeroberfläche von IP-Adresse A gescheitert`, in German, English and French. */
const fritz: MessageShape = {
  name: "fritz-box",
  title: "FRITZ!Box event log",
  hint: /FRITZ!(?:Box|OS|NAS)|\b(?:IP-Adresse|adresse IP) [\da-fA-F.:]{3,45} (?:gescheitert|angemeldet|hergestellt)/,
  parse(message) {
    const address = /\b(?:IP-Adresse|IP address|[Aa]dresse IP|from|von|depuis)(?: der)?:? \(?([\da-fA-F.:]{3,45})(?=[\s),.;]|$)/.exec(
      message,
    )?.[1]
    if (address === undefined || !isAddress(address.replace(/\.$/, ""))) return undefined
    const failed = /gescheitert|fehlgeschlagen|falsches|failed|wrong|invalid|échou|erron/i.test(message)
    return {
      fields: fieldsOf({
        ...side("source", endpoint(address.replace(/\.$/, ""))),
        "user.name": /\b(?:Benutzers?|user|l'utilisateur) "?([\w.@-]{1,64})/i.exec(message)?.[1],
      }),
      outcome: failed
        ? "failure"
        : /angemeldet|erfolgreich|hergestellt|logged (?:in|on)|successful|connecté/i.test(message)
          ? "success"
          : "unknown",
      exchange: "service",
    }
  },
}

/** `msg_id="3000-0148" Deny IN-INTERFACE OUT-INTERFACE BYTES PROTOCOL HEADER TTL A B P Q …`. */
const watchguard: MessageShape = {
  name: "watchguard",
  title: "WatchGuard Firebox",
  hint: /\bmsg_id="[\dA-F]{4}-[\dA-F]{4}"/,
  parse(message) {
    const match =
      /\b(Allow|Deny|Block(?:ed)?|Drop)\s+(\S{1,64})\s+(\S{1,64})(?:\s+\d{1,6})?\s+([a-z]{2,8})(?:\s+\d{1,3}\s+\d{1,3})?\s+([\da-fA-F.:]{3,45})\s+([\da-fA-F.:]{3,45})(?:\s+(\d{1,5})\s+(\d{1,5}))?/.exec(
        message,
      )
    if (!match || !isAddress(match[5] as string) || !isAddress(match[6] as string)) return undefined
    return {
      fields: fieldsOf({
        ...side("source", { ip: match[5] as string, ...portOf(match[7]) }),
        ...side("destination", { ip: match[6] as string, ...portOf(match[8]) }),
        "network.transport": match[4],
        "rule.name": /\(([^()]{1,120})\)\s*$/.exec(message)?.[1],
      }),
      action: actionOf(match[1]),
    }
  },
}

export const householdShapes: readonly MessageShape[] = [watchguard, netgear, fritz]
