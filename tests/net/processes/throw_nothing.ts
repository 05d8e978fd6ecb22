/** Rejects and throws where nobody looks, under the nets and then without them. */
import { createLogger } from "../../../src/base/log.ts";
import { installNets } from "../../../src/net/node/process_handlers.ts";

const print = (line: string): void =>
  void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
const logger = createLogger((level, _, { error }) => print(`${level}: ${error}`), "debug");

/** Lets a rejection reach the end of its turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

const first = installNets(logger);
const second = installNets(logger);
first[Symbol.dispose]();
Promise.reject(new Event("close"));
await turn();
Promise.reject(new Error("a promise"));
await turn();
queueMicrotask(() => {
  throw new Error("a listener");
});
await turn();
print("alive");
second[Symbol.dispose]();
Promise.reject(new Error("after the nets"));
await turn();
print("not reached");
