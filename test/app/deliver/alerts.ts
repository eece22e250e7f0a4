// An alert for tests, and one whose every value was written by an attacker.
import type { Alert } from "../../../src/hits/alerts/alert.js"
import type { Hit } from "../../../src/model/hit.js"

export const nasty = 'a"b\\c]d|e=f\n<script>\r\x1b[31m\u202e,=cmd|\t${x}'

export function hitWith(changes: Partial<Hit> = {}): Hit {
  return {
    type: "hit",
    id: "h1",
    indicator: { value: "203.0.113.9", type: "ipv4-addr", bulletin: "CERT list", marks: [] },
    observed: "203.0.113.9",
    strength: "exact",
    notes: [],
    where: "source.ip",
    direction: "inbound",
    action: "blocked",
    outcome: "failure",
    validity: "unstated",
    echo: null,
    contact: null,
    source: { path: "/var/log/fw.log", line: 12, offset: 600 },
    also: [],
    format: "key-value",
    time: { earliest: "2026-03-15T08:00:01Z", latest: "2026-03-15T08:00:01Z", assumption: [] },
    record: "src=203.0.113.9 dst=10.0.0.5 action=drop",
    truncated: false,
    fields: { "source.ip": "203.0.113.9", "destination.ip": "10.0.0.5" },
    grade: "attempt",
    ...changes,
  }
}

export function alertWith(changes: Partial<Alert> = {}): Alert {
  const example = changes.example ?? hitWith()
  return {
    type: "alert",
    id: "0123456789abcdef",
    revision: 1,
    closed: false,
    found: "live",
    indicator: example.indicator,
    tlp: "amber",
    asset: "10.0.0.5",
    grade: "attempt",
    strength: "exact",
    count: 3,
    firstSeen: "2026-03-15T08:00:01Z",
    lastSeen: "2026-03-15T08:10:00Z",
    raisedAt: "2026-03-15T08:00:02.000Z",
    hits: [example.id],
    example,
    ...changes,
  }
}

export function nastyAlert(): Alert {
  const indicator = { value: nasty, type: "url" as const, bulletin: nasty, marks: [] }
  const example = hitWith({ indicator, record: nasty, source: { path: nasty, line: 1 }, fields: { "url.full": nasty, "user.name": nasty } })
  return alertWith({ indicator, example, asset: nasty })
}
