/** How a picker ended. */
import type { ChoiceAction } from "../../picker/state/scope.ts";

/** What the person did. */
export type Outcome =
  | { readonly kind: "chosen"; readonly action: ChoiceAction; readonly command: string }
  /** Enter with another text than at the start, which nothing matches: the line that was meant. */
  | { readonly kind: "typed"; readonly text: string }
  /** Left without a choice, or the terminal is gone. */
  | { readonly kind: "cancelled" }
  /** There is nothing to choose from. */
  | { readonly kind: "nothing" };

/** Exit code of a picker that was left without a choice, as after ctrl-c. */
export const EXIT_CANCELLED = 130;
/** Exit code when there is nothing to choose. */
const EXIT_NOTHING = 1;

/** The exit code of an outcome. */
export function exitCodeOfOutcome(outcome: Outcome): number {
  if (outcome.kind === "chosen") return 0;
  return outcome.kind === "cancelled" ? EXIT_CANCELLED : EXIT_NOTHING;
}

/**
 * What goes to stdout for a shell widget: `edit` or `run`, a newline, then the command exactly as
 * recorded, without a newline at its end; nothing if the line is to stay as it was. What was typed and
 * matches nothing is to be edited, whatever Enter does: nobody has seen it as a command yet.
 */
export function widgetAnswer(outcome: Outcome): string {
  switch (outcome.kind) {
    case "chosen":
      return `${outcome.action}\n${outcome.command}`;
    case "typed":
      return `edit\n${outcome.text}`;
    default:
      return "";
  }
}
