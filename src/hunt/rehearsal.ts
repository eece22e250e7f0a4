// Lines as logs have them, searched once before the first real ones: the engine compiles what it runs when it is first run, and an alert
// would wait for that longer than for anything else.
import type { Indicator } from "../model/indicator.js"
import type { ObservableType } from "../model/observable.js"
import type { WorkUnit } from "../model/work-unit.js"

export interface Rehearsal {
  readonly unit: WorkUnit
  readonly text: Uint8Array
}

/** Each of another format. */
const logs: readonly ((number: number, value: string) => string)[] = [
  (number, value) => `2026-03-15T10:00:${seconds(number)}Z fw1 action=allow proto=tcp src=${value} spt=1024 dst=10.0.0.7 dpt=443 rule=17`,
  (number, value) => `<134>Mar 15 10:00:${seconds(number)} host1 sshd[${number}]: Failed password for root from ${value} port 22 ssh2`,
  (number, value) => `${value} - - [15/Mar/2026:10:00:${seconds(number)} +0000] "GET /a?b=${number} HTTP/1.1" 200 512 "-" "curl/8.0"`,
  (number, value) =>
    `{"timestamp":"2026-03-15T10:00:${seconds(number)}.000000+0000","event_type":"dns","src_ip":"10.0.0.7","dest_ip":"${value}","dns":{"rrname":"${value}"}}`,
]

const linesEach = 100
/** Where nothing of these types is listed, the lines hold nothing that is. */
const types: readonly ObservableType[] = ["ipv4-addr", "domain-name", "ipv6-addr"]

/** Nothing of it is told anywhere. */
export function rehearsals(indicators: readonly Indicator[]): readonly Rehearsal[] {
  const listed = types.map((type) => indicators.find((one) => one.type === type)?.value).find((value) => value !== undefined)
  return logs.map((line, log) => {
    const lines = Array.from(
      { length: linesEach },
      (_, at) => `${line(at, at % 10 === 9 && listed !== undefined ? listed : "192.0.2.1")}\n`,
    )
    const text = Buffer.from(lines.join(""))
    const path = `rehearsal-${log}.log`
    return { unit: { id: path, path, file: path, size: text.length, mtimeMs: 0 }, text }
  })
}

function seconds(number: number): string {
  return String(number % 60).padStart(2, "0")
}
