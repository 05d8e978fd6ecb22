import assert from "node:assert/strict";
import { folderSense } from "../../src/base/same_folder.ts";
import { FakeClock } from "../fakes/fake_clock.ts";

/** A machine with these links, folders that are gone, and mounts; notes what was looked at. */
function machine(given: {
  readonly links?: Readonly<Record<string, string>>;
  readonly gone?: readonly string[];
  readonly mounts?: readonly string[];
}): {
  readonly files: {
    readText(path: string): string | undefined;
    realPath(path: string): string | undefined;
  };
  readonly looked: string[];
} {
  const looked: string[] = [];
  const realPath = (path: string): string | undefined => {
    looked.push(path);
    return given.gone?.includes(path) ? undefined : given.links?.[path] ?? path;
  };
  return { files: { readText: () => given.mounts?.join("\n"), realPath }, looked };
}

const ROOT = "27 0 254:1 / / rw,relatime - ext4 /dev/vda1 rw";

Deno.test("folderSense() knows a folder by all names that links give it", () => {
  const { files } = machine({
    links: { "/home/me/work": "/srv/work", "/srv/work/now": "/srv/work/v2" },
    gone: ["/srv/work/old"],
  });
  const folders = folderSense(files, new FakeClock());
  assert.ok(folders.isSame("/home/me/work", "/srv/work"));
  assert.ok(folders.isSame("/srv/work", "/home/me/work"));
  assert.ok(folders.isSame("/home/me/work/now", "/srv/work/v2"), "a link below a link");
  assert.ok(folders.isWithin("/home/me/work/now/a", "/srv/work/v2"));
  assert.ok(folders.isWithin("/srv/work/a", "/home/me/work"));
  assert.ok(folders.isWithin("/home/me/work/a", "/srv"));
  assert.ok(folders.isSame("/home/me/work/old/a", "/srv/work/old/a"), "gone, below a link");
  assert.equal(folders.keyOf("/home/me/work"), folders.keyOf("/srv/work"));
  assert.notEqual(folders.keyOf("/home/me/work"), folders.keyOf("/home/me"));
  assert.ok(!folders.isSame("/home/me/work", "/home/me"));
  assert.ok(!folders.isWithin("/srv/workshop", "/home/me/work"));
  assert.ok(!folders.isWithin("unknown", "/"));
});

Deno.test("folderSense() knows a folder that is mounted at several places", () => {
  const { files } = machine({
    mounts: [
      ROOT,
      "50 27 254:1 /srv/big\\040disk /home/me/disk rw - ext4 /dev/vda1 rw",
      "51 27 254:2 / /other rw - ext4 /dev/vdb rw",
      "no mount",
    ],
  });
  const folders = folderSense(files, new FakeClock());
  assert.ok(folders.isSame("/home/me/disk", "/srv/big disk"));
  assert.ok(folders.isSame("/home/me/disk/a", "/srv/big disk/a"));
  assert.ok(folders.isWithin("/home/me/disk/a", "/srv"));
  assert.ok(folders.isWithin("/srv/big disk/a", "/home/me/disk"));
  assert.ok(!folders.isSame("/other", "/"), "another file system");
});

Deno.test("folderSense() does not wait for a server that may be away", () => {
  const mounts = [
    ROOT,
    "60 27 0:50 / /mnt/nas rw - nfs4 nas:/export rw",
    "61 27 0:51 / /home/me rw - nfs4 homes:/me rw",
  ];
  const { files, looked } = machine({ mounts, links: { "/home/me/l": "/home/me/src" } });
  const folders = folderSense(files, new FakeClock(), { answering: ["/home/me", undefined] });
  assert.ok(!folders.isSame("/mnt/nas/a/b", "/home/me/src"));
  assert.ok(folders.isSame("/mnt/nas/a/b", "/mnt/nas/a/b"));
  assert.ok(folders.isSame("/home/me/l", "/home/me/src"), "one that answers");
  assert.deepEqual(looked.filter((path) => path.startsWith("/mnt/nas")), []);
});

Deno.test("folderSense() looks at a folder once, and again when a link may have changed", () => {
  const links: Record<string, string> = { "/now": "/v1" };
  const { files, looked } = machine({ links });
  const clock = new FakeClock();
  const folders = folderSense(files, clock);
  assert.ok(folders.isSame("/now", "/v1"));
  assert.ok(folders.isWithin("/now/a", "/v1"));
  assert.deepEqual(looked, ["/now", "/v1", "/v1/a"]);
  links["/now"] = "/v2";
  clock.jumpTo(clock.now() + 1_000);
  assert.ok(folders.isSame("/now", "/v2"));
  assert.ok(!folders.isSame("/now", "/v1"));
});
