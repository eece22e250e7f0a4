// Addresses with what logs glue to them: ports, brackets, interfaces, names.
import { parseIpv4 } from "../../model/address.js"
import { bareAddress } from "../roles.js"

export interface Endpoint {
  readonly ip?: string
  /** A host name, where no address stands. */
  readonly domain?: string
  readonly port?: number
}

/** Looks like one address, in any spelling that logs use, without port. */
export function isAddress(text: string): boolean {
  if (text.length < 2 || text.length > 60) return false
  if (quad.test(text)) return !/[3-9]\d\d|2[6-9]\d|25[6-9]/.test(text)
  return sixChars.test(text) && bareAddress(text) !== undefined
}

const quad = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/
const sixChars = /^\[?[\da-fA-F]{0,4}:[\da-fA-F:.]*(?:%[\w.-]+)?\]?$/

/** `203.0.113.9:443`, `[2001:db8::9]:443`, `203.0.113.9/443`, `203.0.113.9#53`, `203.0.113.9(443)`, `host.example:443`, or bare. */
export function endpoint(text: string | undefined): Endpoint {
  if (text !== undefined && parseIpv4(text) !== undefined) return { ip: text }
  const bare = text?.trim().replace(/^"|"$/g, "") ?? ""
  if (bare === "" || bare === "-" || bare.length > 300) return {}
  const glued =
    /^(?:\[([^\]]{1,60})\]|(\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:]{2,40}(?=[/#([])|[^\s:/#()[\]]{1,253}))(?:[:/#]|\(|\[)(\d{1,5})[)\]]?(?::.*)?$/.exec(
      bare,
    )
  if (glued && !isAddress(bare)) return { ...hostOrAddress((glued[1] ?? glued[2]) as string), port: Number(glued[3]) }
  const loose = /^([\da-fA-F:]*:[\da-fA-F:.]+):(\d{1,5})$/.exec(bare)
  if (loose && !isAddress(bare) && isAddress(loose[1] as string)) return { ip: loose[1] as string, port: Number(loose[2]) }
  return hostOrAddress(bare.replace(/^\[([^\]]*)\]$/, "$1"))
}

/** ECS fields of one side: `source`, `destination`, `client`… */
export function side(name: string, end: Endpoint): Record<string, string | number | undefined> {
  return { [`${name}.ip`]: end.ip, [`${name}.domain`]: end.domain, [`${name}.port`]: end.port }
}

function hostOrAddress(text: string): Endpoint {
  if (isAddress(text)) return { ip: text }
  return isHostName(text) ? { domain: text } : {}
}

export function isHostName(text: string): boolean {
  return (
    text.length <= 253 &&
    /^[A-Za-z0-9_](?:[A-Za-z0-9_-]*\.)*[A-Za-z0-9_-]*[A-Za-z]\.?$/.test(text) &&
    !/^(?:unknown|none|null|localhost-unset)$/i.test(text)
  )
}
