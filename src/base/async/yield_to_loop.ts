/**
 * Lets the event loop do what is waiting (read sockets, send what was written, answer signals) before
 * a piece of synchronous work goes on. A microtask would not do: they all run before the next event.
 */
export function yieldToLoop(): Promise<void> {
  // Not setTimeout(0), which is 1 to 4 ms long; both runtimes have this one as a global.
  return new Promise((resolve) => void setImmediate(resolve));
}
