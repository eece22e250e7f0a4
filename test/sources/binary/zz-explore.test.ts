import { readFileSync } from "node:fs"
import { test } from "vitest"
import { evtx } from "../../../src/sources/formats/binary/evtx/evtx.js"
import { decodeBytes, parseLine, sharedData, filesBelow } from "./decode.js"
test("x", async () => {
  const oracle = JSON.parse(readFileSync(`${sharedData}/logs/evtx_oracle.json`, "utf8"))
  let shown = 0
  for (const e of oracle) {
    const r = await decodeBytes(evtx, readFileSync(`${sharedData}/logs/evtx-attack-samples/${e.file}`))
    if (r.records.length !== e.records || r.problems.length) console.log(e.file, r.records.length, e.records, r.problems.slice(0, 3))
    const ids: any = {}, ips: any = {}
    let first = "z", last = ""
    for (const x of r.records) {
      const o = JSON.parse(x.text)
      ids[o.winlog.event_id] = (ids[o.winlog.event_id] ?? 0) + 1
      if (o["@timestamp"] < first) first = o["@timestamp"]
      if (o["@timestamp"] > last) last = o["@timestamp"]
      for (const m of x.text.matchAll(/(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g)) ips[m[0]] = (ips[m[0]] ?? 0) + 1
    }
    const t = (s: string) => s.replace("T", " ").slice(0, 26)
    if (t(first) !== e.first || t(last) !== e.last) console.log("time", e.file, first, e.first, last, e.last)
    for (const k of new Set([...Object.keys(ids), ...Object.keys(e.ids)])) if (ids[k] !== e.ids[k]) console.log("ids", e.file, k, ids[k], e.ids[k])
    for (const k of new Set([...Object.keys(ips), ...Object.keys(e.ips)])) if (ips[k] !== e.ips[k] && shown++ < 40) console.log("ips", e.file, k, ips[k], e.ips[k])
  }
  for (const f of filesBelow(`${sharedData}/logs/evtx-malformed`, ".evtx")) {
    const r = await decodeBytes(evtx, readFileSync(f))
    console.log(f, r.records.length, r.problems.length, r.problems.slice(0, 4), r.records[0]?.text.slice(0, 900))
  }
})
