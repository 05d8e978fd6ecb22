/** Changing keys of an existing config file; loads a TOML editor, so only what writes the config does it. */
import { patch } from "@decimalturn/toml-patch";
import { parse } from "smol-toml";
import { type ConfigValues, keyLine } from "./template.ts";

/**
 * The config text with `values` set and the keys of `removed` gone: every other key, unknown ones
 * included, and all comments stay.
 *
 * @param text a config file without syntax errors
 */
export function editConfig(
  text: string,
  values: ConfigValues,
  removed: readonly string[] = [],
): string {
  const wanted: Record<string, unknown> = { ...parse(text), ...values };
  for (const key of removed) delete wanted[key];
  const edited = patch(withExamplesFilled(text, values), wanted);
  const check = parse(edited);
  for (const [key, value] of Object.entries(wanted)) {
    // The editor is young: better no new file than one that lost a setting.
    if (JSON.stringify(check[key]) !== JSON.stringify(value)) {
      throw new Error(`Cannot edit the config: the key ${key} would be lost`);
    }
  }
  if (removed.some((key) => Object.hasOwn(check, key))) {
    throw new Error(`Cannot edit the config: ${removed.join(", ")} would stay`);
  }
  return edited;
}

/** A key that is not set yet takes the place of its commented example, if there is one. */
function withExamplesFilled(text: string, values: ConfigValues): string {
  const table = parse(text);
  let out = text;
  for (const [key, value] of Object.entries(values)) {
    if (Object.hasOwn(table, key)) continue;
    const filled = out.replace(
      new RegExp(`^#[ \\t]*${key}[ \\t]*=.*$`, "m"),
      () => keyLine(key, value),
    );
    if (isSetAtTop(filled, key, value)) out = filled;
  }
  return out;
}

// The example may stand below a [table], or in a text of several lines.
function isSetAtTop(text: string, key: string, value: unknown): boolean {
  try {
    return JSON.stringify(parse(text)[key]) === JSON.stringify(value);
  } catch {
    return false;
  }
}
