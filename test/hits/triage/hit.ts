// A hit for tests: one failed contact of a documentation address, overlaid with what the case says.
import type { Hit } from "../../../src/model/hit.js"

export type HitPatch = Partial<Omit<Hit, "indicator">> & { readonly indicator?: Partial<Hit["indicator"]> }

export function hitOf(patch: HitPatch = {}): Hit {
  const base: Hit = {
    type: "hit",
    id: "h1",
    indicator: { value: "203.0.113.7", type: "ipv4-addr", bulletin: "CERT", marks: [] },
    observed: "203.0.113.7",
    strength: "exact",
    notes: [],
    where: "source.ip",
    direction: "inbound",
    action: "unknown",
    outcome: "unknown",
    validity: "inside",
    echo: null,
    contact: null,
    source: { path: "logs/a.log", line: 1 },
    also: [],
    format: "access-log",
    time: { earliest: "2021-03-04T05:06:07Z", latest: "2021-03-04T05:06:07Z" },
    record: "203.0.113.7 …",
    truncated: false,
    fields: {},
    grade: "seen",
  }
  return { ...base, ...patch, indicator: { ...base.indicator, ...patch.indicator } }
}
