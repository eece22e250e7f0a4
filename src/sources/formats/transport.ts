// Transport protocols under one name each: logs write names in any case, or IANA numbers.

const names: Readonly<Record<string, string>> = {
  "1": "icmp",
  "6": "tcp",
  "17": "udp",
  "47": "gre",
  "50": "esp",
  "58": "ipv6-icmp",
  "132": "sctp",
}

export function transport(text: string | number | undefined): string | undefined {
  return text === undefined ? undefined : (names[String(text)] ?? String(text).toLowerCase())
}
