import assert from "node:assert/strict";
import { giveToOwner, hubFolder, removeHub } from "../../../src/app/hub/folder.ts";
import { denoFiles } from "../../../src/world/deno.ts";

function withFolder(test: (path: string) => void): void {
  const path = Deno.makeTempDirSync({ prefix: "rr-hub-" });
  try {
    test(path);
  } finally {
    Deno.removeSync(path, { recursive: true });
  }
}

function namesIn(path: string): string[] {
  return [...Deno.readDirSync(path)].map(({ name }) => name).sort();
}

const OURS = [
  "hub.json",
  "token",
  "swarm.key",
  "relay.key",
  "history.db",
  "history.db-wal",
  "hub.sock",
];

Deno.test("removeHub() takes what a hub has written, and leaves what else a person has there", () => {
  withFolder((parent) => {
    const path = `${parent}/hub`;
    const folder = hubFolder(path);
    Deno.mkdirSync(`${path}/photos`, { recursive: true });
    const theirs = ["notes.txt", "swarm.keys", "my-history.db", "photos/one.jpg"];
    for (const name of [...OURS, ...theirs]) Deno.writeTextFileSync(`${path}/${name}`, "x");
    removeHub(folder, { files: denoFiles() });
    assert.deepEqual(namesIn(path), ["my-history.db", "notes.txt", "photos", "swarm.keys"]);
    assert.deepEqual(namesIn(`${path}/photos`), ["one.jpg"]);
  });
});

Deno.test("removeHub() takes the folder too if all in it was the hub's", () => {
  withFolder((parent) => {
    const path = `${parent}/hub`;
    Deno.mkdirSync(path);
    for (const name of OURS) Deno.writeTextFileSync(`${path}/${name}`, "x");
    removeHub(hubFolder(path), { files: denoFiles() });
    assert.deepEqual(namesIn(parent), []);
  });
});

// Only root can give a file to somebody else.
Deno.test(
  "giveToOwner() gives what root has written to the one whose folder it is",
  { ignore: Deno.uid() !== 0 },
  () => {
    withFolder((path) => {
      const folder = hubFolder(path);
      Deno.writeTextFileSync(folder.tokenPath, "x");
      Deno.writeTextFileSync(folder.swarmKeyPath, "x");
      Deno.chownSync(path, 12_345, 12_345);
      giveToOwner(folder);
      for (const file of [folder.tokenPath, folder.swarmKeyPath]) {
        assert.equal(Deno.statSync(file).uid, 12_345);
      }
    });
  },
);
