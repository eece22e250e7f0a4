// Flow logs of clouds as text, and plain key=value lines of appliances that have no shape of their own.
import { stampOf } from "../../time/stamp.js"
import { fieldsOf } from "../draft.js"
import { isAddress } from "../endpoint.js"
import { transport } from "../transport.js"
import { integer, plainFirewallShapes } from "./firewall.js"
import type { MessageShape } from "./shape.js"

/** Version 2 in its default order: `2 account interface src dst sport dport protocol packets bytes start end ACTION status`. */
const vpcFlow: MessageShape = {
  name: "aws-vpc-flow",
  title: "AWS VPC flow logs",
  hint: /^\d \S+ \S+ \S+ \S+ \d{1,5} \d{1,5} \d{1,3} \d+ \d+ \d{10} \d{10} (?:ACCEPT|REJECT) /,
  parse(message) {
    const cells = message.slice(0, 1000).split(" ")
    if (!isAddress(cells[3] ?? "")) return undefined
    return {
      fields: fieldsOf({
        "source.ip": cells[3],
        "destination.ip": cells[4],
        "source.port": integer(cells[5]),
        "destination.port": integer(cells[6]),
        "network.transport": transport(cells[7]),
        "cloud.account.id": cells[1],
        "observer.ingress.interface.name": cells[2],
      }),
      time: stampOf(cells[10] ?? ""),
      end: stampOf(cells[11] ?? ""),
      action: cells[12] === "ACCEPT" ? "allowed" : "blocked",
    }
  },
}

/** Azure NSG flow tuples: `epoch,src,dst,sport,dport,T|U,I|O,A|D,…`. */
const nsgTuple: MessageShape = {
  name: "azure-nsg-flow",
  title: "Azure NSG flow tuples",
  hint: /^"?\d{10},[\da-fA-F.:]+,[\da-fA-F.:]+,\d{1,5},\d{1,5},[TU],[IO],[AD](?:,|"|$)/,
  parse(message) {
    const cells = message.replace(/^"|"[,\s]*$/g, "").split(",")
    return {
      fields: fieldsOf({
        "source.ip": cells[1],
        "destination.ip": cells[2],
        "source.port": integer(cells[3]),
        "destination.port": integer(cells[4]),
        "network.transport": cells[5] === "T" ? "tcp" : "udp",
      }),
      time: stampOf(cells[0] ?? ""),
      direction: cells[6] === "I" ? "inbound" : "outbound",
      action: cells[7] === "A" ? "allowed" : "blocked",
    }
  },
}

export const cloudShapes: readonly MessageShape[] = [vpcFlow, nsgTuple, ...plainFirewallShapes]
