// Indicators of every type and shape, with values and titles that try to break out of every target's quoting.
import type { Bulletin } from "../../../src/model/bulletin.js"
import type { Indicator } from "../../../src/model/indicator.js"
import type { ObservableType } from "../../../src/model/observable.js"

const title = "Alert \"x\"; drop ip any any -> any any (sid:1;) </script> *) --> ${jndi:ldap://x} \u202e \r\n=cmd|' /C calc'!A0"

const values: readonly (readonly [ObservableType, string])[] = [
  ["ipv4-addr", "203.0.113.9"],
  ["ipv4-addr", "198.51.100.0/24"],
  ["ipv4-addr", "192.0.2.3-192.0.2.12"],
  ["ipv6-addr", "2001:db8::1"],
  ["ipv6-addr", "2001:db8:1::/48"],
  ["domain-name", "evil.example"],
  ["domain-name", "deep.evil.example"],
  ["domain-name", "xn--bcher-kva.example"],
  ["domain-name", "under_score.example"],
  ["url", "http://evil.example/a'?b=c;d=(e)&f=(g)|h$i`j"],
  ["url", "http://evil.example:8080/Path/%22%3B/x"],
  ["url", "http://evil.example/lower/path"],
  ["url", "https://evil.example/seen/by/none"],
  ["email-addr", "attacker@evil.example"],
  ["file:name", "x'); DROP TABLE logs;--.exe"],
  ["file:name", '"quoted" \\back\\ *?.dll'],
  ["file:name", "#starts.txt"],
  ["file:name", "=cmd|' /C calc'!A0"],
  ["file:name", "-"],
  ["file:path", "C:\\Windows\\Temp\\evil.exe"],
  ["file:hashes.MD5", "d41d8cd98f00b204e9800998ecf8427e"],
  ["file:hashes.SHA-1", "da39a3ee5e6b4b0d3255bfef95601890afd80709"],
  ["file:hashes.SHA-256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["file:hashes.SHA-512", "0".repeat(128)],
  ["x-ja3", "e7d705a3286e19ea42f587b344ee6865"],
  ["x-ja4", "t13d1516h2_8daaf6152771_b186095e22b6"],
  ["user-agent", 'Mozilla/5.0"; sid:1; content:"\\x'],
  ["user-agent", "line\nbreak\ttab\u2028sep"],
]

export const hostileIndicators: readonly Indicator[] = values.map(([type, value], at) => ({
  type,
  value,
  bulletin: title,
  marks: [],
  provenance: `bulletin:${at + 1}`,
  comment: 'it\'s "bad"\n</td><script>alert(1)</script>,=1+1',
  validFrom: "2021-01-01T00:00:00Z",
  validUntil: "2021-12-31T00:00:00Z",
  confidence: 80,
}))

export const hostileBulletin: Bulletin = {
  format: "text",
  title,
  publisher: "Publisher",
  published: "2021-07-21",
  tlp: "green",
  pap: "green",
  window: { from: null, to: null },
  request: null,
  contact: null,
  actors: [],
  indicators: hostileIndicators,
  leftOut: [],
  problems: [],
}
