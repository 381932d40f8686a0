// What a program expects of the generated types: it does not compile when an answer's field may be missing, when a path or a
// status is not there, or when a value has another type.
import type { components, paths } from "./schema";

type Joining = paths["/v1/events/{event_id}/queue"]["post"];
type Joined = Joining["responses"][201]["content"]["application/json"];
type Refused = Joining["responses"][409]["content"]["application/json"];

export function position(joined: Joined): number {
  const status: components["schemas"]["gateway.v1.QueueStatus"] = joined.status;
  return status === "QUEUE_STATUS_READY" ? 0 : joined.position_hint;
}

export function isTaken(refused: Refused): boolean {
  return refused.error.code === "INVENTORY_CONFLICT";
}

export const reserve: NonNullable<
  paths["/v1/reservations"]["post"]["requestBody"]
>["content"]["application/json"] = { event_id: "evt_1", seat_ids: ["A-1", "A-2"], quantity: 2 };
