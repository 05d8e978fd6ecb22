import type { ColumnName, Height } from "../../picker/choices.ts";
import type { Keymap } from "../../picker/keys/keymap.ts";
import type { ChoiceAction } from "../../picker/state/scope.ts";
import type { Filter } from "../../picker/state/state.ts";
import type { QueryPlace } from "../../search/language/filters.ts";
import type { PartStyle } from "../../picker/render/style.ts";
import type { ThemeName } from "../../picker/render/theme.ts";
import type { TypedAhead } from "./typed_ahead.ts";
import type { MatchMode } from "../../search/query.ts";

/** What a person chose about the picker. */
export interface PickerLooks {
  readonly height: Height;
  readonly columns: readonly ColumnName[];
  readonly keymap: Keymap;
  readonly theme: ThemeName;
  readonly styles: readonly PartStyle[];
}

/** How the picker starts. */
export interface PickerRunOptions {
  /** The text already typed. @default {""} */
  readonly query?: string | undefined;
  /** What Enter does. @default {"edit"} */
  readonly enter?: ChoiceAction | undefined;
  /** @default {"fuzzy"} */
  readonly mode?: MatchMode | undefined;
  /** @default {all runs} */
  readonly filter?: Filter | undefined;
  /** What `.` means in filters. @default {nowhere} */
  readonly place?: QueryPlace | undefined;
  /** The list grows upwards, as for the Up key. @default {false} */
  readonly upward?: boolean | undefined;
  /** Down below the newest leaves, as for the Up key. @default {false} */
  readonly leavesBelow?: boolean | undefined;
  /** How it looks and which keys it has. @default {as if nothing was chosen} */
  readonly looks?: PickerLooks | undefined;
  /**
   * A line editor waits behind it, which keeps to itself whether the terminal marks pastes.
   * @default {false}
   */
  readonly inLineEditor?: boolean | undefined;
  /** Is told how to get what was typed behind the choice. */
  readonly typedAhead?: TypedAhead | undefined;
  /** Ends the picker as if it had been left. */
  readonly signal?: AbortSignal | undefined;
}
