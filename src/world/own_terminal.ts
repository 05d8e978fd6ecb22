/** The terminal that controls this process, where there is one. */
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import process from "node:process";

/**
 * Whether a terminal controls this process, as it does a daemon that was started in a shell with `&` or
 * `nohup`. The system stops such a process as soon as it reads a key there or sets the terminal, since
 * the keys belong to the shell in front of it.
 *
 * @param path of the terminal, such as `/dev/pts/3`
 */
export async function isOwnTerminal(path: string): Promise<boolean> {
  if (!hasTerminal()) return false;
  try {
    return process.platform === "linux"
      ? controlling(fs.readFileSync("/proc/self/stat", "utf8")) === fs.statSync(path).rdev
      : `/dev/${await nameOfTerminal()}` === path;
  } catch {
    return true; // there is one, and nobody tells which: then it may be this one
  }
}

/** A service has none; then nothing has to be read or started to know it. */
function hasTerminal(): boolean {
  try {
    const { O_RDONLY, O_NOCTTY, O_NONBLOCK } = fs.constants;
    fs.closeSync(fs.openSync("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK));
    return true;
  } catch (error) {
    return (error as { code?: string }).code !== "ENXIO";
  }
}

/** The device number; the name before it, in parentheses, may hold anything, parentheses too. */
function controlling(stat: string): number {
  const [, , , , device] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(device);
}

function nameOfTerminal(): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("ps", ["-o", "tty=", "-p", String(process.pid)], (error, stdout) => {
      if (error === null) resolve(stdout.trim());
      else reject(error);
    });
  });
}
