/** Has the system put on the disk what SQLite has committed. */
import { close, fdatasync, open } from "node:fs";
import { realPath } from "../../process/lock.ts";

/**
 * A function that resolves when all that was committed so far would survive a loss of power.
 *
 * SQLite itself (`synchronous = NORMAL`) waits for the disk at checkpoints only, which makes writing
 * cheap; what was committed since stands in the write-ahead log. Here nothing waits but who asks.
 *
 * Only that file may be opened: closing the database or its `-shm` would drop SQLite's locks on it.
 */
export function historySettler(dbPath: string): () => Promise<void> {
  if (dbPath === ":memory:") return () => Promise.resolve();
  const path = `${realPath(dbPath)}-wal`;
  return async () => {
    const fd = await openOrNothing(path);
    if (fd === undefined) return;
    try {
      await call((done) => fdatasync(fd, done));
    } finally {
      await call((done) => close(fd, done));
    }
  };
}

// Without such a file everything is in the database, where a checkpoint has put it.
function openOrNothing(path: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  open(path, "r", (error, fd) => {
    if (error === null) resolve(fd);
    else if (error.code === "ENOENT") resolve(undefined);
    else reject(error);
  });
  return promise;
}

function call(act: (done: (error: Error | null) => void) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  act((error) => error ? reject(error) : resolve());
  return promise;
}
