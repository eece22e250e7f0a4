// All message shapes, the most exact first. Adding one is one object in its family's file and one fixture folder.
import { ciscoShapes } from "./cisco.js"
import { cloudShapes } from "./cloud.js"
import { deliveryShapes } from "./delivery.js"
import { eventShapes } from "./event-formats.js"
import { firewallShapes } from "./firewall.js"
import { hostShapes } from "./host.js"
import { householdShapes } from "./household.js"
import { mailShapes } from "./mail.js"
import { resolverShapes } from "./resolver.js"
import { sensorShapes } from "./sensor.js"
import type { MessageShape } from "./shape.js"
import { transferShapes } from "./transfer.js"
import { vpnShapes } from "./vpn.js"

export const messageShapes: readonly MessageShape[] = [
  ...ciscoShapes,
  ...eventShapes,
  ...householdShapes,
  ...firewallShapes,
  ...vpnShapes,
  ...transferShapes,
  ...hostShapes,
  ...mailShapes,
  ...resolverShapes,
  ...deliveryShapes,
  ...sensorShapes,
  ...cloudShapes,
]
