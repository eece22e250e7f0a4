// Reading single values out of a record's ECS fields.
import type { Fields, FieldValue } from "../../model/log-record.js"

export function text(value: FieldValue | undefined): string | undefined {
  const first = typeof value === "object" ? value[0] : value
  return first === undefined || first === "" ? undefined : String(first)
}

export function number(value: FieldValue | undefined): number | undefined {
  const first = text(value)
  const parsed = first === undefined ? Number.NaN : Number(first)
  return Number.isFinite(parsed) ? parsed : undefined
}

export function port(fields: Fields, side: "source" | "destination"): number | undefined {
  return number(fields[`${side}.port`])
}

const sensitiveActions =
  /\b(?:(?:new|set|enable)-?inboxrule|new-transportrule|set-mailbox|add-mailboxpermission|new-mailboxexportrequest|mailitemsaccessed|updateinboxrules|consent to application|add service principal|add (?:member to role|delegat\w+)|config(?:uration)?[ -_]?(?:change|export|saved?|backup|download)\w*|export\w*|createaccesskey|createuser|attachuserpolicy|putbucketpolicy|add-?user|useradd|password (?:change|reset)|sudo|disable\w* (?:logging|mfa)|stoplogging)\b/i

/** Mail rule, export, configuration, rights: what an intruder does after a login; the action's name, or undefined. */
export function sensitiveAction(fields: Fields): string | undefined {
  const action = text(fields["event.action"])
  if (action && sensitiveActions.test(action)) return action
  const asked = /(?:^|[?&])action=([^&]+)/i.exec(text(fields["url.query"]) ?? "")?.[1]
  if (asked && sensitiveActions.test(asked)) return asked
  const path = text(fields["url.path"])
  const method = text(fields["http.request.method"])
  if (
    path &&
    method === "POST" &&
    /\/(?:ecp\/.*(?:rulesEditor|inboxrules|setobject)|.*(?:config|settings)\/(?:save|export|backup))/i.test(path)
  ) {
    return `POST ${path}`
  }
  return undefined
}
