/** Flags that several commands share. Their values are checked where settings are loaded. */

import { MAX_LABEL_CHARS } from "../../history/check_entry.ts";
import type { ParsedSpec, SwitchSpec } from "../define_command.ts";

/** What {@linkcode textFlag} makes. */
export interface TextFlag extends ParsedSpec<string> {
  readonly optional: true;
}

/** What {@linkcode listFlag} makes. */
export interface ListFlag extends TextFlag {
  readonly variadic: ",";
}

/** A flag with one value. */
export function textFlag(brief: string, placeholder: string): TextFlag {
  return { kind: "parsed", parse: String, optional: true, placeholder, brief };
}

/** A flag with one value that is not blank, as that of an unset variable is. */
export function filledFlag(brief: string, placeholder: string): TextFlag {
  const parse = (text: string): string => {
    if (text.trim() !== "") return text;
    throw new Error(`expected a ${placeholder}, not nothing; leave the option out instead`);
  };
  return { ...textFlag(brief, placeholder), parse };
}

/** A flag with a name that an entry can hold. */
export function nameFlag(brief: string, placeholder = "name"): TextFlag {
  const parse = (text: string): string => {
    if (text.length <= MAX_LABEL_CHARS) return text;
    throw new Error(`expected at most ${MAX_LABEL_CHARS} characters`);
  };
  return { ...textFlag(brief, placeholder), parse };
}

/**
 * Refuses a name for a person or a device that is blank, or does not stand on one line.
 *
 * @throws {Error} that completes "Cannot use ...:"
 */
export function checkNewName(text: string): string {
  if (text.trim() !== "" && !/\p{C}/u.test(text)) return text;
  throw new Error("expected a name of visible characters");
}

/** A flag with a name that is written into the config. */
export function newNameFlag(flag: TextFlag): TextFlag {
  return { ...flag, parse: (text) => checkNewName(flag.parse(text)) };
}

/** A flag whose value no message repeats. */
export function secretFlag(brief: string, placeholder: string): TextFlag {
  return { ...textFlag(brief, placeholder), secret: true };
}

/** A flag with values separated by commas, which may also be repeated. */
export function listFlag(brief: string, placeholder: string): ListFlag {
  return { ...textFlag(`${brief} (separated by commas)`, placeholder), variadic: "," };
}

/** A flag without a value. */
export function switchFlag(brief: string): SwitchSpec {
  return { kind: "boolean", brief };
}

/** The flag with values that completion offers, each with its meaning. */
export function offering<F extends ParsedSpec<string>>(
  flag: F,
  values: readonly (readonly [string, string])[],
): F {
  return { ...flag, proposals: values.map(([completion, brief]) => ({ completion, brief })) };
}

/**
 * A parser of whole numbers within bounds, both included; what it throws becomes
 * `Cannot use "value" for --flag: ...`.
 */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^[+-]?\d{1,16}$/.test(text.trim()) ? Number(text) : NaN;
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
    throw new Error(
      most === Number.MAX_SAFE_INTEGER
        ? `expected a whole number of at least ${least}`
        : `expected a whole number from ${least} to ${most}`,
    );
  };
}

export const SWARM_KEY_FLAG: TextFlag = textFlag(
  "Swarm key [env RUSTORY_SWARM_KEY_PATH, default ~/.config/rustory/swarm.key]",
  "file",
);
export const USER_ID_FLAG: TextFlag = nameFlag(
  "Whose history it is [env RUSTORY_USER_ID, default $USER]",
);
export const DEVICE_ID_FLAG: TextFlag = nameFlag(
  "Name of this device [env RUSTORY_DEVICE_ID, default the machine's host name]",
);
export const HOSTNAME_FLAG: TextFlag = nameFlag(
  "Host name to record [env HOSTNAME, default the machine's]",
);
export const TRACKERS_FLAG: ListFlag = listFlag("Trackers [env RUSTORY_TRACKERS]", "urls");
export const TRACKER_TOKEN_FLAG: TextFlag = secretFlag(
  "What the trackers ask for [env RUSTORY_TRACKER_TOKEN, which does not show in process lists]",
  "token",
);
export const RELAY_FLAG: ListFlag = listFlag("Relays [env RUSTORY_RELAY_ADDR]", "multiaddrs");
export const JSON_FLAG: SwitchSpec = switchFlag("Print JSON");
