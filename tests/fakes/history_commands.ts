/** The words of {@linkcode import("./history_generator.ts").generateHistory}. */
import type { Choices } from "./choices.ts";

const WORDS = [
  ...[
    "parser",
    "cache",
    "login",
    "queue",
    "index",
    "render",
    "worker",
    "schema",
    "router",
    "token",
  ],
  ...["session", "cursor", "ledger", "report", "upload", "mailer", "search", "signal", "bridge"],
  ...["config", "layout", "socket", "thread", "import", "export", "editor", "widget", "banner"],
];
const FREQUENT = [
  ...["git status", "ls", "cd ..", "git diff", "ls -la", "git pull", "make", "git add -p", "vim"],
  ...["git push", "clear", "npm test", "cargo build", "git log --oneline", "docker ps", "htop"],
  ...["cargo test", "kubectl get pods", "deno task test", "git stash", "git stash pop", "exit"],
  ...["docker compose up -d", "python3", "df -h", "history", "git commit --amend", "jobs", "fg"],
  ...["npm run build", "terraform plan", "ssh pi", "sudo apt update", "tmux attach", "pwd", "env"],
];
const TOOLS = ["git", "cargo", "npm", "docker", "kubectl", "make", "deno", "go", "pip", "brew"];
const FLAGS = ["--help", "-v", "--all", "-n 20", "--watch", "--release", "-f", "--dry-run", "-q"];

/** Commands typed over and over, the most frequent first; about 400. */
export const HEAD_COMMANDS: readonly string[] = [
  ...FREQUENT,
  ...TOOLS.flatMap((tool) => FLAGS.map((flag) => `${tool} ${flag}`)),
  ...Array.from({ length: 200 }, (_, i) => `cd ~/src/${WORDS[i * 7 % WORDS.length]}-${i % 60}`),
  ...Array.from({ length: 80 }, (_, i) => `vim src/${WORDS[i * 5 % WORDS.length]}_${i}.ts`),
];

type Template = (word: string, n: number, c: Choices) => string;

// One line each; `n` makes nearly every one of them new.
const LINES: readonly Template[] = [
  (w, n, c) => `git commit -m "${c.pick(["Fix", "Add", "Rename", "Speed up"])} ${w} ${n}"`,
  (w, n) => `git checkout -b ${w}-${n}`,
  (_, n) => `git show ${n.toString(16).padStart(8, "0")}`,
  (w, n) => `grep -rn "${w}${n % 9973}" src/${w}`,
  (w, n) => `cargo test ${w}::case_${n} -- --nocapture`,
  (_, n) => `kill -9 ${n % 65536}`,
  (w, n) => `kubectl logs -f ${w}-${n.toString(36)} -n staging`,
  (w, n) => `docker run --rm -it -p ${n % 65536}:80 registry.example/${w}:${n % 977}`,
  (w, n) => `curl -sS https://api.example/v1/${w}/${n} | jq '.items[] | .name'`,
  (w, n, c) => `ssh ${c.pick(["deploy", "root", "ana"])}@${w}-${n % 997}.example`,
  (w, n) => `cp ~/Downloads/${w}-${n}.tar.gz /tmp/`,
  (w, n) => `find . -name '${w}*' -newermt '2024-01-${1 + n % 28}' -size +${n % 9999}k`,
  (w, n) => `psql -c "select * from ${w} where id = ${n}"`,
  (w, n) => `vim +${n % 4000} src/${w}/${w}_${n % 613}.ts`,
  (w, n) => `ffmpeg -i ${w}${n}.mov -vf scale=1280:-1 -c:v libx264 -crf 23 ${w}${n}.mp4`,
];

const UNICODE: readonly Template[] = [
  (_, n) => `git commit -m "Übersetzung für Größe ${n}"`,
  (_, n) => `echo "안녕하세요 ${n}" >> notes.txt`,
  (_, n) => `mv "фото ${n}.jpg" Bilder/`,
  (_, n) => `echo 🚀 deploy ${n} ✅`,
];

const MULTI_LINE: readonly Template[] = [
  (w, n) => `for f in ${w}*.log; do\n  gzip -9 "$f" && mv "$f.gz" archive-${n}/\ndone`,
  (w, n) => `cat > ${w}-${n}.yml <<'END'\nname: ${w}\nreplicas: ${n % 9}\nEND`,
  (w, n) => `docker build \\\n  --tag ${w}:${n} \\\n  --build-arg VERSION=${n} .`,
  (w, n) => `if [ -d ${w}-${n} ]; then\n\tcd ${w}-${n}\nelse\n\tgit clone git@example:${w}.git\nfi`,
];

/** A command that almost certainly was never typed before: 7 % multi-line, 3 % non-ASCII, 0.2 % long. */
export function freshCommand(choices: Choices): string {
  const kind = choices.unit();
  const templates = kind < 0.07 ? MULTI_LINE : kind < 0.1 ? UNICODE : LINES;
  const command = choices.pick(templates)(choices.pick(WORDS), choices.below(2 ** 31), choices);
  return kind < 0.998 ? command : `${command} ${longTail(choices)}`;
}

// Lengths up to 12 KB, short ones much more often.
function longTail(choices: Choices): string {
  const length = Math.floor(64 * (12_000 / 64) ** choices.unit());
  let text = "";
  while (text.length < length) text += `${choices.pick(WORDS)}=${choices.hex(6)} `;
  return text.slice(0, length).trimEnd();
}
