/** Addresses of the settings, refused before a command has made a key or opened a port. */
import { parseBind } from "../../base/http.ts";
import { quoted } from "../../base/printable.ts";
import { RrError, toError } from "../../base/rr_error.ts";
import { SETTINGS } from "../../config/schema.ts";
import type { Settings } from "../../config/settings.ts";
import { isTransport, parsePeerAddr, parseRelayAddr } from "../../net/addrs/addrs.ts";
import { parseTrackerUrl, shownUrl } from "../../tracker/client/tracker_url.ts";

/** The settings that hold addresses. */
export type AddressSetting =
  | "trackers"
  | "relays"
  | "moreRelays"
  | "peers"
  | "p2pListen"
  | "relayListen"
  | "trackerBind"
  | "metricsBind";

interface Rule {
  /** Throws if it is none. */
  readonly check: (text: string) => void;
  /** Completes "expected ...". */
  readonly expected: string;
  /** What may be shown of it. */
  readonly show?: (text: string) => string;
}

const RELAY: Rule = {
  check: parseRelayAddr,
  expected: "an address such as /dns4/relay.example/tcp/4001/p2p/12D3KooW...",
};
const LISTEN: Rule = {
  check: (text) => {
    if (!isTransport(text) || !/^\/ip[46]\//.test(text)) throw new RangeError("no TCP address");
  },
  expected: "an address such as /ip4/0.0.0.0/tcp/8845 or /ip6/::/tcp/8845",
};
const BIND: Rule = { check: parseBind, expected: "host:port, such as 127.0.0.1:8850" };
const RULES: Readonly<Record<AddressSetting, Rule>> = {
  trackers: {
    check: parseTrackerUrl,
    expected: "a URL such as http://tracker.example:8850",
    show: shownUrl,
  },
  relays: RELAY,
  moreRelays: RELAY,
  peers: {
    check: (text) => {
      if (parsePeerAddr(text) === undefined) throw new RangeError("no peer's address");
    },
    expected: "an address such as /ip4/192.168.1.20/tcp/8845/p2p/12D3KooW...",
  },
  p2pListen: LISTEN,
  relayListen: LISTEN,
  trackerBind: BIND,
  metricsBind: BIND,
};

/** Whether this is a setting with a rule here. */
export function isAddressSetting(name: string): name is AddressSetting {
  return Object.hasOwn(RULES, name);
}

/**
 * Refuses a value that is no address.
 *
 * @param what where it came from, as in "Cannot use ... for <what>"
 * @throws {RrError} with `code`
 */
export function checkAddress(
  name: AddressSetting,
  text: string,
  what: string,
  code: "usage" | "config" = "usage",
): void {
  const { check, expected, show = String } = RULES[name];
  try {
    check(text.trim());
  } catch (cause) {
    const value = quoted(show(text.trim()));
    // What the rule says of it would say the same again.
    const why = toError(cause) instanceof RangeError || cause instanceof RrError ? {} : { cause };
    throw new RrError(code, `Cannot use ${value} for ${what}: expected ${expected}`, why);
  }
}

/**
 * Refuses addresses of the settings, naming the flag, variable or key that they came from.
 *
 * @throws {RrError} `usage` for a flag, else `config`
 */
export function checkAddresses(settings: Settings, names: readonly AddressSetting[]): void {
  for (const name of names) {
    const value = settings[name];
    const { source, name: from } = settings.origins[name];
    const what = source === "config" ? `${SETTINGS[name].key} in the config` : from;
    for (const text of typeof value === "string" ? [value] : value ?? []) {
      checkAddress(name, text, what, source === "flag" ? "usage" : "config");
    }
  }
}
