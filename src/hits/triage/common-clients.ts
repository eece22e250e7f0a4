// Clients that everybody has: that two addresses share one of them says nothing. What is not here need not be rare.
import type { ClientKind } from "../client-fields.js"

/** Programs whose names a user agent or an SSH version may begin with, and words of crawlers, monitors and scanners in it. */
const tools =
  /^(?:curl|wget|python|aiohttp|httpx|requests|scrapy|go-http|okhttp|java|apache-httpclient|jakarta|libwww|lwp|ruby|faraday|php|guzzle|axios|node|undici|got|postman|insomnia|winhttp|wininet|microsoft|ms-office|outlook|cfnetwork|dalvik|apple|ios|mac ?os|thunderbird|vlc|git|dart|rest-client|powershell)\b|compatible;|\+https?:|bot\b|bot\/|crawl|spider|slurp|scan|monitor|uptime|pingdom|feed|zgrab|masscan|nmap|censys|shodan|nuclei|nikto|sqlmap|gobuster|dirbuster/i
const shells = /openssh|libssh|paramiko|putty|winscp|jsch|dropbear|filezilla|asyncssh|ssh-2\.0-go|nmap|zgrab/i
/** Names that misconfigured hosts and well-known mailers give. */
const greetings =
  /^(?:\[?127\.|localhost|localdomain|user|admin|pc|windows|win-[a-z0-9]+|desktop-[a-z0-9]+|ylmf-pc|mail|smtp|server|host)\b/i

export type Engine = "chromium" | "firefox" | "safari" | "explorer"

/** Whose engine a browser's user agent names: the browsers of one engine share its TLS client. */
export function engineOf(agent: string): Engine | undefined {
  if (!/^Mozilla\/[45]\.0 \(/.test(agent)) return undefined
  if (/MSIE |Trident\//.test(agent)) return "explorer"
  if (tools.test(agent)) return undefined
  // On iOS every browser has the engine of the system.
  if (/iPhone|iPad|iPod/.test(agent)) return "safari"
  if (/(?:Chrome|Chromium)\/\d/.test(agent)) return "chromium"
  if (/Gecko\/.*Firefox\/\d/.test(agent)) return "firefox"
  return /Version\/\d.*Safari\//.test(agent) ? "safari" : undefined
}

/** By its name alone: undefined where the value names nothing (a fingerprint, an identifier). */
export function isCommonClient(kind: ClientKind, value: string): boolean | undefined {
  if (kind === "user-agent") return engineOf(value) !== undefined || tools.test(value)
  if (kind === "version") return shells.test(value) || tools.test(value)
  if (kind === "helo") return greetings.test(value) || !value.includes(".")
  return undefined
}
