// JSON of cloud services: sign-ins and audit trails are somebody remote at this service; findings name the actor.
import type { FieldValue, Outcome } from "../../../model/log-record.js"
import type { Draft } from "../draft.js"
import { isAddress } from "../endpoint.js"
import { actionOf, outcomeOf } from "../verdict.js"
import { at } from "./flatten.js"
import { type FieldTable, fieldsBy, type JsonKind, type JsonObject, stampAt } from "./kind.js"

const cloudtrail: JsonKind = {
  name: "cloudtrail",
  title: "AWS CloudTrail",
  is: (object) => "eventSource" in object && "eventName" in object && ("eventVersion" in object || "awsRegion" in object),
  draft(object) {
    const source = String(at(object, "sourceIPAddress") ?? "")
    const said = at(object, "responseElements.ConsoleLogin") ?? at(object, "responseElements.SwitchRole")
    const failed = object.errorCode !== undefined || object.errorMessage !== undefined
    return {
      fields: fieldsBy(
        {
          // A service of AWS calling in the customer's name stands there by its host name.
          [isAddress(source) ? "source.ip" : "source.domain"]: "sourceIPAddress",
          "user.name": ["userIdentity.userName", "userIdentity.sessionContext.sessionIssuer.userName", "userIdentity.principalId"],
          "user_agent.original": "userAgent",
          "event.action": "eventName",
          "event.provider": "eventSource",
          "cloud.account.id": ["recipientAccountId", "userIdentity.accountId"],
          "tls.client.server_name": "tlsDetails.clientProvidedHostHeader",
        },
        object,
      ),
      time: stampAt(object, "eventTime"),
      outcome: said === undefined ? (failed ? "failure" : "success") : outcomeOf(said),
      exchange: isAddress(source) ? "service" : undefined,
    }
  },
}

const guardduty: JsonKind = {
  name: "guardduty",
  title: "AWS GuardDuty findings",
  is: (object) =>
    ("schemaVersion" in object || "SchemaVersion" in object) &&
    ("service" in object || "Service" in object) &&
    ("type" in object || "Type" in object) &&
    ("severity" in object || "Severity" in object),
  draft(object) {
    const finding = lowerFirst(object)
    const action = "service.action"
    const inbound = at(finding, `${action}.networkConnectionAction.connectionDirection`)
    const remote = [
      `${action}.networkConnectionAction.remoteIpDetails.ipAddressV4`,
      `${action}.awsApiCallAction.remoteIpDetails.ipAddressV4`,
      `${action}.portProbeAction.portProbeDetails.remoteIpDetails.ipAddressV4`,
      `${action}.kubernetesApiCallAction.remoteIpDetails.ipAddressV4`,
      `${action}.rdsLoginAttemptAction.remoteIpDetails.ipAddressV4`,
    ]
    const local = [
      "resource.instanceDetails.networkInterfaces.privateIpAddress",
      `${action}.networkConnectionAction.localIpDetails.ipAddressV4`,
    ]
    const outbound = inbound === "OUTBOUND"
    const domain = at(finding, `${action}.dnsRequestAction.domain`)
    const blocked = at(finding, `${action}.networkConnectionAction.blocked`)
    return {
      fields: fieldsBy(
        {
          "source.ip": outbound || domain !== undefined ? local : remote,
          "destination.ip": outbound ? remote : inbound === undefined ? [] : local,
          [outbound ? "destination.port" : "source.port"]: `${action}.networkConnectionAction.remotePortDetails.port`,
          [outbound ? "source.port" : "destination.port"]: `${action}.networkConnectionAction.localPortDetails.port`,
          "dns.question.name": `${action}.dnsRequestAction.domain`,
          "user.name": "resource.accessKeyDetails.userName",
          "rule.name": "type",
        },
        finding,
      ),
      time: stampAt(finding, "service.eventFirstSeen", "createdAt"),
      end: stampAt(finding, "service.eventLastSeen", "updatedAt"),
      direction: outbound ? "outbound" : inbound === "INBOUND" ? "inbound" : undefined,
      exchange: domain === undefined ? "service" : "question",
      action: blocked === undefined ? "unknown" : blocked === "true" ? "blocked" : "allowed",
    }
  },
}

/** GuardDuty writes `service` to S3 and `Service` in its API. */
function lowerFirst(value: unknown, depth = 0): JsonObject {
  const lower = (inner: unknown): unknown =>
    depth > 8 || typeof inner !== "object" || inner === null
      ? inner
      : Array.isArray(inner)
        ? inner.slice(0, 64).map((each) => lowerFirstAny(each, depth + 1))
        : lowerFirst(inner, depth + 1)
  return Object.fromEntries(
    Object.entries(value as object).map(([key, inner]) => [key.charAt(0).toLowerCase() + key.slice(1), lower(inner)]),
  )
}

function lowerFirstAny(value: unknown, depth: number): unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? lowerFirst(value, depth) : value
}

const azureTable: FieldTable = {
  "source.ip": [
    "callerIpAddress",
    "properties.ipAddress",
    "ipAddress",
    "IPAddress",
    "CallerIpAddress",
    "properties.initiatedBy.user.ipAddress",
    "initiatedBy.user.ipAddress",
  ],
  "user.name": [
    "properties.userPrincipalName",
    "userPrincipalName",
    "UserPrincipalName",
    "identity",
    "caller",
    "Caller",
    "properties.initiatedBy.user.userPrincipalName",
    "initiatedBy.user.userPrincipalName",
  ],
  "user_agent.original": ["properties.userAgent", "userAgent", "UserAgent"],
  "event.action": ["operationName.value", "operationName", "OperationName", "activityDisplayName", "properties.activityDisplayName"],
  "event.provider": ["category.value", "category", "Category"],
}

const azure: JsonKind = {
  name: "azure",
  title: "Microsoft Entra sign-ins and audit, Azure activity",
  is: (object) =>
    ("operationName" in object && ("callerIpAddress" in object || "resourceId" in object || "correlationId" in object)) ||
    (("userPrincipalName" in object || "UserPrincipalName" in object) && ("ipAddress" in object || "IPAddress" in object)) ||
    ("activityDisplayName" in object && "initiatedBy" in object),
  draft(object) {
    const code =
      at(object, "properties.status.errorCode") ?? at(object, "status.errorCode") ?? at(object, "ResultType") ?? at(object, "resultType")
    const said =
      at(object, "resultSignature") ??
      at(object, "result") ??
      at(object, "properties.result") ??
      at(object, "status.value") ??
      at(object, "status")
    return {
      fields: fieldsBy(azureTable, object),
      time: stampAt(
        object,
        "properties.createdDateTime",
        "createdDateTime",
        "time",
        "eventTimestamp",
        "TimeGenerated",
        "activityDateTime",
        "properties.activityDateTime",
      ),
      outcome:
        code !== undefined && /^-?\d+$/.test(String(code))
          ? Number(code) === 0
            ? "success"
            : "failure"
          : azureOutcome(String(code ?? said ?? "")),
      exchange: "service",
    }
  },
}

function azureOutcome(text: string): Outcome {
  return /^(?:success|succeeded|started|accepted|ok)/i.test(text) ? "success" : outcomeOf(text)
}

const microsoft365: JsonKind = {
  name: "microsoft-365",
  title: "Microsoft 365 unified audit",
  is: (object) => "Operation" in object && ("Workload" in object || "RecordType" in object),
  draft: (object) => ({
    fields: fieldsBy(
      {
        "source.ip": ["ClientIP", "ClientIPAddress", "ActorIpAddress"],
        "user.name": ["UserId", "UserKey", "MailboxOwnerUPN"],
        "user_agent.original": ["UserAgent", "ClientInfoString"],
        "event.action": "Operation",
        "event.provider": "Workload",
        "url.full": ["ObjectId", "SiteUrl"],
        "file.name": "SourceFileName",
        "email.subject": ["Item.Subject", "AffectedItems.Subject"],
        "email.from.address": "P2Sender",
        "email.to.address": "*Recipients",
      },
      object,
    ),
    time: inUtc(stampAt(object, "CreationTime")),
    outcome: /LoginFailed/i.test(String(object.Operation)) ? "failure" : azureOutcome(String(at(object, "ResultStatus") ?? "")),
    exchange: "service",
  }),
}

/** CreationTime is UTC by Microsoft's schema and carries no zone. */
function inUtc(stamp: Draft["time"]): Draft["time"] {
  return stamp && !stamp.offsets ? { ...stamp, offsets: [0], utc: true } : stamp
}

const gcpAudit: JsonKind = {
  name: "gcp-audit",
  title: "Google Cloud audit and flow logs",
  is: (object) => "logName" in object && ("protoPayload" in object || "jsonPayload" in object || "httpRequest" in object),
  draft(object) {
    const flow = at(object, "jsonPayload.connection.src_ip") !== undefined
    const code = at(object, "protoPayload.status.code")
    const disposition = at(object, "jsonPayload.disposition")
    const status = Number(at(object, "httpRequest.status"))
    return {
      fields: fieldsBy(
        {
          "source.ip": [
            "protoPayload.requestMetadata.callerIp",
            "jsonPayload.connection.src_ip",
            "httpRequest.remoteIp",
            "jsonPayload.sourceIP",
          ],
          "source.port": "jsonPayload.connection.src_port",
          "destination.ip": ["jsonPayload.connection.dest_ip", "httpRequest.serverIp"],
          "destination.port": "jsonPayload.connection.dest_port",
          "network.transport": "jsonPayload.connection.protocol",
          "user.name": "protoPayload.authenticationInfo.principalEmail",
          "user_agent.original": ["protoPayload.requestMetadata.callerSuppliedUserAgent", "httpRequest.userAgent"],
          "event.action": "protoPayload.methodName",
          "url.full": "httpRequest.requestUrl",
          "http.request.method": "httpRequest.requestMethod",
          "http.response.status_code": "httpRequest.status",
          "http.request.referrer": "httpRequest.referer",
          "dns.question.name": "jsonPayload.queryName",
        },
        object,
      ),
      time: stampAt(object, "jsonPayload.start_time", "timestamp", "receiveTimestamp"),
      end: stampAt(object, "jsonPayload.end_time"),
      action: actionOf(disposition),
      outcome:
        status >= 100
          ? status < 400
            ? "success"
            : "failure"
          : "protoPayload" in object
            ? code === undefined || Number(code) === 0
              ? "success"
              : "failure"
            : undefined,
      exchange: flow ? undefined : at(object, "jsonPayload.queryName") === undefined ? "service" : "question",
    }
  },
}

const kubernetesAudit: JsonKind = {
  name: "kubernetes-audit",
  title: "Kubernetes audit",
  is: (object) => "auditID" in object && ("requestURI" in object || "verb" in object),
  draft(object) {
    const hops = Array.isArray(object.sourceIPs)
      ? object.sourceIPs.filter((each): each is string => typeof each === "string").slice(0, 64)
      : []
    const code = Number(at(object, "responseStatus.code"))
    const decision =
      at(object, "annotations.authorization.k8s.io/decision") ??
      (object.annotations as Record<string, unknown> | undefined)?.["authorization.k8s.io/decision"]
    const fields: Record<string, FieldValue> = fieldsBy(
      {
        "user.name": "user.username",
        "user_agent.original": "userAgent",
        "url.path": "requestURI",
        "event.action": "verb",
        "http.response.status_code": "responseStatus.code",
      },
      object,
    )
    const draft: Draft = {
      // The list is X-Forwarded-For with the peer behind it.
      fields: hops.length > 0 ? { ...fields, "source.ip": hops[hops.length - 1] as string } : fields,
      ...(hops.length > 1 && { forwarded: hops.slice(0, -1).join(", ") }),
      time: stampAt(object, "requestReceivedTimestamp", "stageTimestamp"),
      action: actionOf(decision === undefined ? undefined : String(decision)),
      outcome: code >= 100 ? (code < 400 ? "success" : "failure") : undefined,
      exchange: "service",
    }
    return draft
  },
}

export const cloudKinds: readonly JsonKind[] = [cloudtrail, guardduty, microsoft365, gcpAudit, kubernetesAudit, azure]
