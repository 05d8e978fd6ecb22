import { folderOf } from "../base/folder_of.ts";
import type { Files } from "../base/world.ts";

/** The git work tree that holds the folder, or the folder itself: the nearest one with `.git` in it. */
export function workspaceOf(files: Files, cwd: string): string {
  // Above a path that is not whole is nothing that could be looked at.
  for (let folder = cwd; folder.startsWith("/") && folder !== "/"; folder = folderOf(folder)) {
    // A folder in a clone, a file in a linked work tree or a submodule.
    if (isThere(files, `${folder}/.git`)) return folder;
  }
  return cwd;
}

function isThere(files: Files, path: string): boolean {
  try {
    return files.stat(path) !== undefined;
  } catch {
    return false; // a folder we may not look into
  }
}
