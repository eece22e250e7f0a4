// JSON around the line of another log: Docker, journald, GELF, shippers. The inner line says what happened.
import type { FieldValue } from "../../../model/log-record.js"
import type { Draft } from "../draft.js"
import { plainDraft } from "../plain-keys.js"
import { at, flatten } from "./flatten.js"
import { type JsonKind, type JsonObject, stampAt } from "./kind.js"

interface Wrapper {
  readonly name: string
  readonly title: string
  is(object: JsonObject): boolean
  readonly message: readonly string[]
  readonly times: readonly string[]
  readonly host: readonly string[]
  readonly program: readonly string[]
}

const wrappers: readonly Wrapper[] = [
  {
    name: "docker-json",
    title: "Docker and containerd JSON",
    is: (object) =>
      typeof object.log === "string" && ("stream" in object || "time" in object || "kubernetes" in object || "container_name" in object),
    message: ["log"],
    times: ["time", "@timestamp"],
    host: ["kubernetes.host", "kubernetes.pod_name"],
    program: [],
  },
  {
    name: "journald-json",
    title: "systemd journal as JSON",
    is: (object) => "__REALTIME_TIMESTAMP" in object || ("MESSAGE" in object && ("_HOSTNAME" in object || "SYSLOG_IDENTIFIER" in object)),
    message: ["MESSAGE"],
    times: ["_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP"],
    host: ["_HOSTNAME"],
    program: ["SYSLOG_IDENTIFIER", "_COMM"],
  },
  {
    name: "gelf",
    title: "GELF",
    is: (object) => "short_message" in object && ("version" in object || "host" in object),
    message: ["full_message", "short_message"],
    times: ["timestamp"],
    host: ["host"],
    program: ["_application_name", "facility"],
  },
  {
    name: "ecs-message",
    title: "Log lines shipped by Beats and the like",
    is: (object) => typeof object.message === "string" && "@timestamp" in object && typeof object.log === "object" && !("source" in object),
    message: ["event.original", "message"],
    times: ["@timestamp"],
    host: ["host.name", "host.hostname", "agent.hostname"],
    program: ["process.name"],
  },
]

export const wrapperKinds: readonly JsonKind[] = wrappers.map((wrapper) => ({
  name: wrapper.name,
  title: wrapper.title,
  is: wrapper.is,
  draft: (object, _line, inner) => unwrap(wrapper, object, inner),
}))

function unwrap(wrapper: Wrapper, object: JsonObject, inner: (line: string) => Draft): Draft | undefined {
  const message = firstText(object, wrapper.message)
  if (message === undefined) return undefined
  const program = firstText(object, wrapper.program)
  // The program's name in front makes the line one that the message shapes know.
  const line = message.replace(/[\r\n]+$/, "")
  const said = inner(program !== undefined && /^[\w.-]{1,48}$/.test(program) ? `<0>${program}: ${line}` : line)
  const host = firstText(object, wrapper.host)
  const time = stampAt(object, ...wrapper.times)
  // Extra keys of the wrapper (GELF's `_src_ip`) count where the message says nothing.
  const { "host.name": _, ...around } = plainDraft(
    flatten(object).filter(({ key }) => !wrapper.message.includes(key) && !wrapper.host.includes(key)),
  ).fields
  const fields: Record<string, FieldValue> = {
    ...(wrapper.name === "gelf" ? around : {}),
    ...(host !== undefined && { "host.name": host }),
    ...said.fields,
  }
  const known = said.format !== undefined && said.format !== "syslog" ? said.format : wrapper.name
  if (!time || !said.time) return { ...said, format: known, fields, time: said.time ?? time }
  const same =
    time.year === said.time.year && time.month === said.time.month && time.day === said.time.day && time.minute === said.time.minute
  const text = same ? undefined : String(at(object, wrapper.times.find((path) => at(object, path) !== undefined) ?? "") ?? "")
  return { ...said, format: known, fields: { ...fields, ...(text && { "event.created": text }) }, ...(same ? { time } : { created: time }) }
}

function firstText(object: JsonObject, paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const value = at(object, path)
    if (typeof value === "string" && value !== "") return value
  }
  return undefined
}
