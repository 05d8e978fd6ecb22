/** How long the system looks for the address of a name. */

/** The variable of the C library of Linux that resolv.conf's `options` can stand in as well. */
const VARIABLE = "RES_OPTIONS";
/**
 * Seconds for each name server, and rounds over all of them. With 2 s for a dead one, the two requests of a
 * list of devices would not get through in their 5 s.
 */
const OPTIONS = "timeout:1 attempts:3";

/** Environment variables of this process that the C library sees as well. */
export interface Variables {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
}

/**
 * Has a dead name server cost a second before the next is asked, and 3 if there is none; else 5 and 10,
 * longer than anything here waits. A lookup cannot be called off, and Node does not end before it has.
 */
export function boundLookups(variables: Variables): void {
  if (variables.get(VARIABLE) === undefined) variables.set(VARIABLE, OPTIONS);
}
