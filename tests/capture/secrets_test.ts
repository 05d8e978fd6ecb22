/** Examples are put together here so that no file holds anything that looks like a real secret. */
import assert from "node:assert/strict";
import { findSecret, SECRET_RULES } from "../../src/capture/secrets.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const text = (length: number): string =>
  Array.from({ length }, (_, i) => ALPHABET[i * 29 % ALPHABET.length]).join("");
const upper = (length: number): string => text(length).toUpperCase().replace(/[^A-Z2-7]/g, "Q");
const hex = (length: number): string => "0123456789abcdef".repeat(8).slice(0, length);
const join = (...parts: string[]): string => parts.join("");

const SECRETS: Record<string, readonly string[]> = {
  "AWS access key id": [`aws s3 ls ${join("AK", "IA", upper(16))}`, join("ASI", "A", upper(16))],
  "AWS secret key": [
    `export AWS_SECRET_ACCESS_KEY=${text(40)}`,
    `aws configure set aws_secret_access_key ${text(40)}`,
    `aws_session_token = "${text(200)}"`,
  ],
  "GitHub token": [
    `git clone x ${join("gh", "p_", text(36))}`,
    `echo ${join("gh", "s_", text(40))}`,
  ],
  "GitHub fine-grained token": [`gh auth ${join("github", "_pat_", text(22), "_", text(59))}`],
  "GitLab token": [`x ${join("gl", "pat-", text(20))}`, `x ${join("gl", "rt-", text(26))}`],
  "Slack token": [`slackcat ${join("xo", "xb-", "123456789012-", text(24))}`],
  "Slack app token": [`x ${join("xa", "pp-1-", text(20))}`],
  "Slack webhook": [`curl https://hooks.${join("slack", ".com")}/services/T00/B00/${text(24)}`],
  "Stripe key": [`stripe ${join("sk", "_live_", text(24))}`, `x ${join("rk", "_test_", text(24))}`],
  "Google API key": [`curl x?key=${join("AI", "za", text(35))}`],
  "Google OAuth token": [`x ${join("ya", "29.", text(40))}`, `x ${join("GOC", "SPX-", text(28))}`],
  "npm token": [`echo ${join("np", "m_", text(36))}`],
  "npm legacy token": [`npm config set //r.example/:_authToken=${hex(32)}`],
  "PyPI token": [`twine upload ${join("py", "pi-AgEI", text(60))}`],
  "Anthropic key": [`x ${join("sk-", "ant-", "api03-", text(90))}`],
  "OpenAI key": [`x ${join("sk-", "proj-", text(48))}`, `x ${join("s", "k-", text(48))}`],
  "other vendor's token": [
    `doctl ${join("dop", "_v1_", hex(64))}`,
    `x ${join("dckr", "_pat_", text(27))}`,
    `x ${join("hv", "s.", text(30))}`,
  ],
  "private key block": [
    `cat > k <<E\n${join("-----BEGIN ", "OPENSSH PRIVATE KEY-----")}\nabc\nE`,
    `x ${join("AGE-SECRET", "-KEY-1", upper(58))}`,
  ],
  "JSON web token": [`x ${join("ey", "J", text(20), ".ey", "J", text(40), ".", text(43))}`],
  "authorization header": [
    `curl -H 'Authorization: token ${hex(40)}' x`,
    `curl -H "X-Api-Key: ${text(20)}" x`,
    `http x authorization:"Basic ${text(20)}="`,
  ],
  "bearer token": [`wscat -H 'auth: Bearer ${hex(32)}'`],
  "password in a URL": [
    "git clone https://ana:hunter2@git.example/x",
    "psql postgres://ana:pw@db/x",
    "redis-cli -u redis://:pw@cache",
  ],
  "secret as a flag": [
    "deploy --password hunter2",
    "deploy --password=hunter2",
    "vault login -token=s3cr3t",
    "x --api-key 'abc123'",
    "x --client-secret abc123",
    "x --db-password hunter2",
  ],
  "secret in a variable": [
    "PGPASSWORD=hunter2 psql",
    "export GITHUB_TOKEN=abcdef123456",
    "docker run -e MYSQL_ROOT_PASSWORD=hunter2 mysql",
    "API_KEY='abcdef' ./run",
  ],
  "password of a database client": ["mysql -u root -phunter2 shop", "mysqldump -phunter2 shop"],
  "password of a tool": [
    "sshpass -p hunter2 ssh x",
    "openssl rsa -in k -passin pass:hunter2",
    "redis-cli -h x -a hunter2 ping",
    "htpasswd -b file ana hunter2",
  ],
  "password of an HTTP client": [
    "curl -u ana:hunter2 https://x",
    "curl -s --user ana:hunter2 https://x",
    "http -a ana:hunter2 x",
  ],
  "password at a registry": ["docker login -u ana -p hunter2 r.example"],
};

const HARMLESS = [
  "git commit -m 'add password prompt'",
  "git push --force-with-lease",
  "grep -rn token= src",
  "cat password.txt",
  "deploy --password",
  "deploy --password $PASSWORD",
  'deploy --password "$(pass show x)"',
  "deploy --token=${TOKEN}",
  "deploy --password-stdin < file",
  "export GITHUB_TOKEN=$(gh auth token)",
  "export SECRET=$OTHER",
  "PASSWORD= ./run",
  "TOKEN='' ./run",
  "kubectl get secret my-secret -o yaml",
  "kubectl create secret generic x --from-file=key=./file",
  "curl -u ana https://x",
  "curl -u ana: https://x",
  "curl -H 'Authorization: Bearer $TOKEN' x",
  'curl -H "Authorization: Bearer ${TOKEN}" x',
  "curl https://host:8080/path@2x.png",
  "ssh ana@host:22",
  "scp a ana@host:/tmp",
  "git clone git@github.com:x/y.git",
  "docker run -p 8080:80 x",
  "mysql -u root -p shop",
  "mysql -P 3306 -h x",
  "ssh-keygen -t ed25519 -f ~/.ssh/id",
  "openssl rsa -in k -passin env:PASS",
  "npm install --save-dev x",
  "pip install sk-learn-extra-long-name-of-a-package",
  "task-runner --tokens 5",
  "make MAX_TOKENS=100",
  "KEY_FILE=~/.ssh/id ./run",
  "PWD=/tmp ls",
  "http :8080/users name:=true",
  "echo bearer of good news for everybody",
  `git show ${hex(40)}`,
  `docker pull x@sha256:${hex(64)}`,
  "asia tour planning",
  "ls ghost_town glossary-of-terms",
];

for (const [name, commands] of Object.entries(SECRETS)) {
  Deno.test(`findSecret() sees: ${name}`, () => {
    for (const command of commands) {
      assert.ok(findSecret(command) !== undefined, command);
      const rule = SECRET_RULES.find((one) => one.name === name);
      assert.ok(rule !== undefined && rule.pattern.test(command), `the rule itself: ${command}`);
      assert.ok(
        rule.hints.some((hint) => command.toLowerCase().includes(hint)),
        `hint: ${command}`,
      );
    }
  });
}

Deno.test("findSecret() leaves ordinary commands alone", () => {
  for (const command of HARMLESS) assert.equal(findSecret(command), undefined, command);
});

Deno.test("SECRET_RULES has an example for every rule, and lower-case hints", () => {
  assert.deepEqual(SECRET_RULES.map((rule) => rule.name).sort(), Object.keys(SECRETS).sort());
  for (const { hints } of SECRET_RULES) {
    for (const hint of hints) assert.equal(hint, hint.toLowerCase());
  }
});

Deno.test("findSecret() gets through a megabyte of anything", () => {
  // A pattern that is not linear would hang here for minutes.
  const pieces = ["curl -u ", "mysql ", "://", "eyJ", "--password ", "A_", "bearer ", "openssl "];
  for (const piece of pieces) findSecret(piece.repeat(Math.ceil(1_000_000 / piece.length)));
});
