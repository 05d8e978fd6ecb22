import { checkJsonCost as check, JsonCostError } from "../base/json_cost.ts";
import { WireError } from "./wire_error.ts";

/** Reading shorter messages never takes long; our own peers stay below it. */
const UNCHECKED_BYTES = 2 * 1024 * 1024;

/** @throws {WireError} `too-large`, if there are too many values in it; `invalid`, if too deep ones */
export function checkJsonCost(json: Uint8Array): void {
  try {
    check(json, UNCHECKED_BYTES);
  } catch (error) {
    if (error instanceof JsonCostError) throw new WireError(error.code, error.message);
    throw error;
  }
}
