/** A server for a system's systemd of the tests: `rr` where the units look for it, and folders of its own. */
import { bundle } from "../../scripts/bundle.ts";
import { RR_PERMISSIONS } from "../../scripts/permissions.ts";
import { ROOT } from "../../scripts/tools.ts";
import { formatSwarmKey } from "../../src/net/keys/swarm_key.ts";

/** Writes a script that can be run. */
export async function program(path: string, script: string): Promise<void> {
  await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
  await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** Shell lines that make a server: `rr` where the units look for it, and folders of its own. */
export async function serverWith(
  folder: string,
  units: readonly string[],
): Promise<string> {
  await bundle(`${folder}/dist`);
  await Deno.mkdir(`${folder}/service`);
  for await (const { name } of Deno.readDir(`${ROOT}service`)) {
    await Deno.copyFile(`${ROOT}service/${name}`, `${folder}/service/${name}`);
  }
  await Deno.writeTextFile(
    `${folder}/service/swarm.key`,
    formatSwarmKey(crypto.getRandomValues(new Uint8Array(32))),
  );
  await program(
    `${folder}/rr`,
    `exec /usr/local/bin/deno run --quiet --unstable-net --no-config --no-lock ` +
      `${RR_PERMISSIONS.join(" ")} /usr/local/bin/dist/cli.js "$@"`,
  );
  return `
    mount -t tmpfs tmpfs /usr/local/bin
    touch /usr/local/bin/deno && mount --bind ${Deno.execPath()} /usr/local/bin/deno
    cp -r ${folder}/dist ${folder}/rr /usr/local/bin/
    mkdir -p /etc/rustory && mount -t tmpfs -o mode=700 tmpfs /etc/rustory
    mount -t tmpfs tmpfs /etc/systemd/system
    mount -t tmpfs tmpfs /var/lib
    for unit in ${units.join(" ")}; do
      mkdir /run/systemd/system/rustory-$unit.service.d
      printf '[Unit]\\nDefaultDependencies=no\\nWants=\\nAfter=\\n[Service]\\nTimeoutStopSec=2\\n' \\
        > /run/systemd/system/rustory-$unit.service.d/test.conf
    done
  `;
}
