// What a record was aimed at: an edge login, Exchange, VPN, administration or mail service, or something public.
import type { Hit } from "../../model/hit.js"
import type { Fields } from "../../model/log-record.js"
import { isAuthentication } from "../authentication.js"
import { quoted, say, type Words } from "../sentences.js"
import { port, text } from "./fields.js"
import { aimedAt, type ServiceName } from "./phrases.js"

export type Target = { readonly kind: "sensitive" | "public"; readonly name: Words } | { readonly kind: "unknown" }

const paths: readonly (readonly [RegExp, ServiceName])[] = [
  [/^\/(?:owa|ecp|ews|mapi|autodiscover|oab|rpc|microsoft-server-activesync|powershell)(?:\/|$|\?)/i, "exchange"],
  [
    /^\/(?:remote(?:\/|$)|dana(?:-na)?\/|\+cscoe\+|\+cscot\+|global-protect|ssl-vpn|sslvpn|vpns?(?:\/|$)|logon\/logonpoint|my\.policy|tmui\/|cgi-bin\/welcome|api\/v2\/cmdb|sra_)/i,
    "edge",
  ],
  [
    /^\/(?:wp-login\.php|wp-admin|administrator|admin|phpmyadmin|pma|manager\/html|jenkins|webadmin|solr\/admin|actuator|api\/admin|console|cpanel|plesk|citrix|rdweb|adfs)(?:\/|$|\?|\.)/i,
    "administration",
  ],
  [
    /(?:^|\/)(?:log[io]n|sign-?in|auth|oauth2?|saml2?|sso|user\/login|users\/sign_in)(?:\/|$|\?|\.(?:php|aspx?|jsp|html?|do|cgi))/i,
    "login-page",
  ],
  [/^\/(?:webmail|roundcube|zimbra|horde|squirrelmail|sogo|service\/soap)(?:\/|$|\?)/i, "mail"],
]

const ports: Readonly<Record<number, ServiceName>> = {
  22: "ssh",
  23: "telnet",
  139: "file-sharing",
  445: "file-sharing",
  500: "ike",
  1194: "openvpn",
  1701: "l2tp",
  1723: "pptp",
  2222: "ssh",
  3389: "remote-desktop",
  4433: "edge",
  4443: "edge",
  4500: "ike",
  5900: "vnc",
  5985: "winrm",
  5986: "winrm",
  8291: "router",
  8443: "administration",
  10443: "edge",
  25: "mail",
  110: "mail",
  143: "mail",
  465: "mail",
  587: "mail",
  993: "mail",
  995: "mail",
}

const loginPage = /(?:log[io]n|log-?on|sign-?in|\/auth\/?$|^\/remote\/?$|^\/(?:owa|ecp|adfs|rdweb|webmail)\/?$|welcome\.cgi)/i

export function targetOf(hit: Pick<Hit, "fields" | "format" | "record">): Target {
  const path = text(hit.fields["url.path"]) ?? pathOf(text(hit.fields["url.full"]))
  if (path !== undefined) {
    const found = paths.find(([pattern]) => pattern.test(path))
    if (found) return sensitive(found[1], path)
    return { kind: "public", name: quoted(path) }
  }
  if (isAuthentication(hit.fields)) return sensitive("login", text(hit.fields["event.action"]) ?? hit.format)
  const number = port(hit.fields, "destination")
  if (number === undefined) return { kind: "unknown" }
  const service = ports[number]
  if (service) return sensitive(service, `port ${number}`)
  // A firewall's 443 may be a shop window or a VPN portal: the record does not tell.
  return number === 443 || number === 80 ? { kind: "unknown" } : { kind: "public", name: quoted(`port ${number}`) }
}

function sensitive(service: ServiceName, detail: string): Target {
  return { kind: "sensitive", name: say(aimedAt(service), { detail: quoted(detail) }) }
}

function pathOf(url: string | undefined): string | undefined {
  const match = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^?#]*)/i.exec(url ?? "")
  return match ? match[1] || "/" : undefined
}

/** The form of a login, fetched and not sent. */
export function isLoginPage(fields: Fields): boolean {
  const method = text(fields["http.request.method"])
  const path = text(fields["url.path"]) ?? pathOf(text(fields["url.full"]))
  if (path === undefined || (method !== undefined && method !== "GET" && method !== "HEAD")) return false
  return loginPage.test(path)
}
