/** Which files a unit starts, read from its text: they may be gone while the unit is not. */

/** The executable and the script of a unit of systemd or launchd, as far as they are whole paths. */
export function unitProgram(text: string): readonly string[] {
  const start = /^ExecStart=(.*)$/m.exec(text)?.[1];
  const words = start === undefined ? launchdWords(text) : systemdWords(start);
  return words.map((word) => word.replace(/^(?::|file:\/\/)(?=\/)/, ""))
    .filter((word) => word.startsWith("/"));
}

function systemdWords(line: string): string[] {
  return Array.from(
    line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g),
    ([, quoted, plain]) => (quoted ?? plain!).replace(/\\(.)/g, "$1").replaceAll("%%", "%"),
  );
}

function launchdWords(text: string): string[] {
  const list = /<key>ProgramArguments<\/key>\s*<array>([^]*?)<\/array>/.exec(text)?.[1] ?? "";
  return Array.from(
    list.matchAll(/<string>([^<]*)<\/string>/g),
    ([, word]) => word!.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"),
  );
}
