/**
 * What looks like a secret. A list of data: each rule with the texts that must occur for its pattern to
 * be worth running, so that an ordinary command costs a few substring searches and no pattern at all.
 *
 * Patterns begin with something literal and bound every repetition: linear in the command. A value
 * that starts with `$`, `<`, `{` or a backtick is a variable or a placeholder, not a secret.
 */

/** One kind of secret. */
export interface SecretRule {
  /** For reports and tests. */
  readonly name: string;
  /** Lower case; at least one of them occurs in the lower-cased command if `pattern` can match. */
  readonly hints: readonly string[];
  readonly pattern: RegExp;
}

/** The rules, in no order. */
export const SECRET_RULES: readonly SecretRule[] = [
  {
    name: "AWS access key id",
    hints: ["akia", "asia", "abia", "acca"],
    pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/,
  },
  {
    name: "AWS secret key",
    hints: ["aws_secret", "aws_session", "aws configure"],
    pattern:
      /aws_(?:secret_access_key|session_token)['"]?\s{0,4}[=: ]\s{0,4}['"]?[A-Za-z0-9/+=]{16,}/i,
  },
  { name: "GitHub token", hints: ["gh"], pattern: /\bgh[pousr]_[A-Za-z0-9]{30,}/ },
  {
    name: "GitHub fine-grained token",
    hints: ["github_pat_"],
    pattern: /\bgithub_pat_[A-Za-z0-9_]{22,}/,
  },
  {
    name: "GitLab token",
    hints: ["gl"],
    pattern: /\bgl(?:pat|dt|ptt|rt|cbt|soat|ft|imt|agent|oas)-[A-Za-z0-9_.-]{20,}/,
  },
  {
    name: "Slack token",
    hints: ["xox"],
    pattern: /\bxox[abceoprs](?:\.[a-z]{4})?-[A-Za-z0-9-]{10,}/,
  },
  { name: "Slack app token", hints: ["xapp-"], pattern: /\bxapp-\d-[A-Za-z0-9-]{10,}/ },
  {
    name: "Slack webhook",
    hints: ["hooks.slack.com"],
    pattern: /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9_/-]{20,}/,
  },
  {
    name: "Stripe key",
    hints: ["k_live_", "k_test_", "whsec_"],
    pattern: /\b(?:[sr]k_(?:live|test)_|whsec_)[A-Za-z0-9]{16,}/,
  },
  { name: "Google API key", hints: ["aiza"], pattern: /\bAIza[A-Za-z0-9_-]{35}/ },
  {
    name: "Google OAuth token",
    hints: ["ya29.", "gocspx-"],
    pattern: /\b(?:ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,})/,
  },
  { name: "npm token", hints: ["npm_"], pattern: /\bnpm_[A-Za-z0-9]{36}/ },
  {
    name: "npm legacy token",
    hints: ["_authtoken"],
    pattern: /_authToken['"]?[= ]\s{0,4}['"]?[^\s$<{`'"]{8,}/i,
  },
  { name: "PyPI token", hints: ["pypi-"], pattern: /\bpypi-[A-Za-z0-9_-]{50,}/ },
  {
    name: "Anthropic key",
    hints: ["sk-ant-"],
    pattern: /\bsk-ant-[A-Za-z0-9]{2,16}-[A-Za-z0-9_-]{20,}/,
  },
  {
    name: "OpenAI key",
    hints: ["sk-"],
    pattern: /\bsk-(?:(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{32,})/,
  },
  {
    name: "other vendor's token",
    hints: [
      "dop_v1_",
      "hf_",
      "sg.",
      "dckr_",
      "hvs.",
      "nfp_",
      "pul-",
      "dapi",
      "shp",
      "tskey-",
      "lin_api_",
    ],
    pattern:
      /\b(?:dop_v1_[a-f0-9]{64}|hf_[A-Za-z]{30,}|SG\.[\w-]{16,32}\.[\w-]{16,64}|dckr_(?:pat|oat)_[\w-]{20,}|hvs\.[\w-]{24,}|nfp_[A-Za-z0-9]{36,}|pul-[a-f0-9]{40}|dapi[a-f0-9]{32}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|tskey-[a-z]{3,8}-[\w-]{16,}|lin_api_[A-Za-z0-9]{32,})/,
  },
  {
    name: "private key block",
    hints: ["private key", "age-secret-key-"],
    pattern: /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|AGE-SECRET-KEY-1[A-Z0-9]{20,}/i,
  },
  {
    name: "JSON web token",
    hints: ["eyj"],
    pattern: /\beyJ[A-Za-z0-9_-]{10,4096}\.eyJ[A-Za-z0-9_-]{10,4096}\.[A-Za-z0-9_-]{10,}/,
  },
  {
    name: "authorization header",
    hints: ["authorization", "x-api-key", "private-token", "x-auth-token", "x-vault-token"],
    pattern:
      /\b(?:authorization|x-api-key|private-token|x-auth-token|x-vault-token)['"]?\s{0,4}[:=]\s{0,4}['"]?(?:(?:bearer|basic|token|apikey)\s{1,4})?[^\s$<{`'"]{8,}/i,
  },
  {
    name: "bearer token",
    hints: ["bearer"],
    pattern: /\bbearer\s{1,4}(?=[A-Za-z._~+/-]{0,64}[0-9])[A-Za-z0-9._~+/=-]{16,}/i,
  },
  {
    name: "password in a URL",
    hints: ["://"],
    pattern: /:\/\/[^\s:@/'"]{0,128}:(?![$<{`*])[^\s@/'"]{1,256}@/,
  },
  {
    name: "secret as a flag",
    hints: ["pass", "secret", "token", "key"],
    pattern:
      /--?(?:[a-z0-9]{1,24}-){0,3}(?:password|passwd|passphrase|pass|secret|token|api-?key|access-?key|secret-?key|secret-access-key|private-?key-?data|client-?secret|auth-?token)(?:=|\s{1,4})(?!-)['"]?(?![$<{`*-])[^\s'"]{3,}/i,
  },
  {
    name: "secret in a variable",
    hints: ["passw", "passphrase", "secret", "token", "key", "_pwd", "credential"],
    pattern:
      /\b[A-Z0-9_]{0,64}(?:PASSWORD|PASSWD|PASSPHRASE|PWD|SECRET|TOKEN|APIKEY|API_KEY|ACCESS_KEY|SECRET_KEY|ACCOUNT_KEY|PRIVATE_KEY|ENCRYPTION_KEY|MASTER_KEY|CREDENTIALS?)=(?!["']?[$<{`*/~.]|""|''|["']?(?:true|false|\d{1,3})\b)['"]?[^\s'"]{4,}/,
  },
  {
    name: "password of a database client",
    hints: ["mysql", "mariadb"],
    pattern:
      /\b(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump)\s(?:[^\n|;&]{0,256}\s)?-p(?![$<{`*])['"]?[^\s'"]{3,}/,
  },
  {
    name: "password of a tool",
    hints: ["sshpass", "openssl", "redis-cli", "htpasswd", "smbclient", "ldap"],
    pattern:
      /\bsshpass\s{1,4}-p\s{0,4}(?![$<{`*])\S|\bopenssl\s[^\n]{0,512}pass:(?![$<{`*])\S|\bredis-cli\s(?:[^\n|;&]{0,256}\s)?-a\s{1,4}(?![$<{`*])\S|\bhtpasswd\s(?:[^\n|;&]{0,128}\s)?-[a-zA-Z]{0,6}b|\bsmbclient\s[^\n|;&]{0,256}-U\s{0,4}\S{1,64}%(?![$<{`*])\S|\bldap[a-z]{1,12}\s(?:[^\n|;&]{0,256}\s)?-w\s{1,4}(?![$<{`*])\S/,
  },
  {
    name: "password of an HTTP client",
    hints: ["curl", "wget", "http"],
    pattern:
      /\b(?:curl|wget|https?)\s(?:[^\n|;&]{0,1024}\s)?(?:-u|--user|--proxy-user|-U|-a|--auth)(?:=|\s{0,4})['"]?[^\s:'"$<{]{1,128}:(?![$<{`*/])[^\s'"]{1,}/,
  },
  {
    name: "password at a registry",
    hints: ["login"],
    pattern:
      /\b(?:docker|podman|helm|oras|skopeo|buildah|nerdctl|az|oc)\s[^\n|;&]{0,256}login\s(?:[^\n|;&]{0,256}\s)?-p(?:=|\s{1,4})(?![$<{`*])\S/,
  },
];

/**
 * One look at the command decides about nine in ten: ten times as fast as a search for each hint. But to make
 * it takes longer than such a search for a few commands, and `rr record` has a single one.
 */
let anyHint: RegExp | undefined;
const FEW_COMMANDS = 8;
let looked = 0;

function hasNoHint(command: string): boolean {
  if (looked++ < FEW_COMMANDS) return false; // each hint is searched for
  anyHint ??= new RegExp(
    SECRET_RULES.flatMap((rule) => rule.hints).map((hint) => hint.replace(/\W/g, "\\$&")).join("|"),
    "i",
  );
  return !anyHint.test(command);
}

/** The name of the first rule that the command matches; `undefined` if it looks harmless. */
export function findSecret(command: string): string | undefined {
  if (hasNoHint(command)) return undefined;
  const lower = command.toLowerCase();
  for (const rule of SECRET_RULES) {
    if (rule.hints.some((hint) => lower.includes(hint)) && rule.pattern.test(command)) {
      return rule.name;
    }
  }
  return undefined;
}
