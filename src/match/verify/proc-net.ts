// Addresses as Linux prints them in /proc/net/tcp, tcp6, udp and udp6 (semantics 5.3): 32-bit words in little-endian hex.

import { reportAddress, unwrap } from "./addresses.js"
import { eachMatch } from "./each-match.js"
import type { Scan } from "./scan.js"

// `sl local_address rem_address st`, see proc_pid_net(5).
const line = /(?<![\w:])\d{1,8}:\s{1,8}([0-9A-F]{8}|[0-9A-F]{32}):[0-9A-F]{4}\s([0-9A-F]{8}|[0-9A-F]{32}):[0-9A-F]{4}\s[0-9A-F]{2}\s/g

export function littleEndianAddresses(scan: Scan): void {
  if (!(scan.tables.ipv4 || scan.tables.ipv6)) return
  eachMatch(line, scan.text, (match) => {
    for (const words of [match[1] as string, match[2] as string]) {
      const from = match.index + match[0].lastIndexOf(words, words === match[1] ? match[0].indexOf(words) : match[0].length)
      reportWords(scan, words, from)
    }
  })
}

function reportWords(scan: Scan, words: string, from: number): void {
  const swapped = words.replace(/(..)(..)(..)(..)/g, "$4$3$2$1")
  const address = BigInt(`0x${swapped}`)
  const seen = words.length === 8 ? ({ version: 4, first: address, last: address } as const) : unwrap(address)
  reportAddress(scan, seen, from, from + words.length, "exact", [])
}
