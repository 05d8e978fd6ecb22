/** The settings of the picker as it takes them. */
import type { Settings } from "../../config/settings.ts";
import { columnsOf, parseBindings, parseHeight } from "../../picker/choices.ts";
import { keymapOf } from "../../picker/keys/keymap.ts";
import { parsePartStyles } from "../../picker/render/style.ts";
import type { PickerLooks } from "./run_options.ts";

/** The settings that say how the picker looks and which keys it has. */
export type LooksSettings = Pick<
  Settings,
  | "pickerHeight"
  | "pickerColumns"
  | "pickerEditing"
  | "pickerKeys"
  | "pickerTheme"
  | "pickerColours"
>;

/** What they say. They were checked when they were read. */
export function looksOf(settings: LooksSettings): PickerLooks {
  return {
    height: parseHeight(settings.pickerHeight),
    columns: columnsOf(settings.pickerColumns),
    keymap: keymapOf(parseBindings(settings.pickerKeys), settings.pickerEditing),
    theme: settings.pickerTheme,
    styles: parsePartStyles(settings.pickerColours),
  };
}
