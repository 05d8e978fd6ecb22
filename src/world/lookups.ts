/** How long the system looks for the address of a name. */

/** The variable of the C library of Linux that resolv.conf's `options` can stand in as well. */
const VARIABLE = "RES_OPTIONS";
/** Seconds for each name server, and rounds over all of them. */
const OPTIONS = "timeout:2 attempts:2";

/** Environment variables of this process that the C library sees as well. */
export interface Variables {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
}

/**
 * Has a dead name server cost 2 seconds before the next is asked, and 4 if there is none; else 5 and 10,
 * longer than anything here waits. A lookup cannot be called off, and Node does not end before it has.
 */
export function boundLookups(variables: Variables): void {
  if (variables.get(VARIABLE) === undefined) variables.set(VARIABLE, OPTIONS);
}
