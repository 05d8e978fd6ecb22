/** One notion of "this folder" for hooks, rules, filters and importers. */

/**
 * An absolute path without `.`, `..` and slashes too many, by its text alone: what a shell means by it,
 * which need not be what the file system makes of a `..` behind a link. A relative path stays as it is.
 */
export function cleanFolder(path: string): string {
  if (!path.startsWith("/")) return path;
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** Whether the folder is `root` or lies below it; both clean. Below a folder without a name is nothing. */
export function isWithin(folder: string, root: string): boolean {
  if (folder === root) return true;
  return root !== "" && folder.startsWith(root.endsWith("/") ? root : `${root}/`);
}
