/** What the parser of flags says when a command line or a command fails. */
import {
  type ApplicationText,
  type ArgumentScannerError,
  formatMessageForArgumentScannerError,
  text_en,
} from "@stricli/core";
import { causeChain } from "../base/rr_error.ts";
import { formatError } from "./print.ts";
import { optionName, unmarkValue } from "./value_words.ts";

/** The texts of the parser in our words; values are never repeated, they may be secrets. */
export const PARSER_TEXT: ApplicationText = {
  ...text_en,
  headers: {
    usage: "Usage",
    aliases: "Aliases",
    commands: "Commands",
    flags: "Options",
    arguments: "Words",
  },
  briefs: {
    ...text_en.briefs,
    help: "Print this help",
    argumentEscapeSequence: "All words after it are words, even if they look like options",
  },
  exceptionWhileParsingArguments: (error) => `error: ${describeScannerError(error)}`,
  exceptionWhileRunningCommand: formatError,
  exceptionWhileLoadingCommandFunction: formatError,
  exceptionWhileLoadingCommandContext: formatError,
  commandErrorResult: formatError,
};

function describeScannerError(error: unknown): string {
  if (!(error instanceof Error)) return causeChain(error);
  return formatMessageForArgumentScannerError(error as ArgumentScannerError, {
    FlagNotFoundError: ({ input, corrections }) =>
      `There is no option --${input}` +
      (corrections.length === 0 ? "" : `, did you mean ${optionName(corrections[0]!)}?`),
    AliasNotFoundError: ({ input }) => `There is no option -${input}`,
    ArgumentParseError: ({ externalFlagNameOrPlaceholder: name, exception }) =>
      `Cannot use the value of --${name}: ${causeChain(exception)}`,
    EnumValidationError: ({ externalFlagName, input, values }) =>
      `Cannot use ${JSON.stringify(unmarkValue(input))} for --${externalFlagName}: expected ${
        values.join(", ")
      }`,
    UnsatisfiedFlagError: ({ externalFlagName }) => `--${externalFlagName} needs a value`,
    UnexpectedFlagError: ({ externalFlagName }) => `--${externalFlagName} was given twice`,
    UnexpectedPositionalError: ({ input }) => `Unexpected word ${JSON.stringify(input)}`,
    UnsatisfiedPositionalError: ({ placeholder }) => `The word <${placeholder}> is missing`,
    InvalidNegatedFlagSyntaxError: ({ externalFlagName }) => `--${externalFlagName} takes no value`,
  });
}
