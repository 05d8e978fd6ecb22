/** What the host part of a multiaddr says about where it is. */

/** The host of an address: the first value, such as `192.0.2.7` or `relay.example`. */
export function hostOf(addr: string): string {
  const parts = addr.split("/");
  return (parts[1] === "ip6zone" ? parts[4] : parts[2]) ?? "";
}

/** Whether it is an IPv4 address. */
export function isIp4(host: string): boolean {
  return /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?!$)|$)){4}$/.test(host);
}

/** Whether it is an IPv6 address. */
export function isIp6(host: string): boolean {
  return /^[0-9a-fA-F:.]+$/.test(host) && host.includes(":") && URL.canParse(`http://[${host}]`);
}

/** Whether it means every interface, which nobody can dial. */
export function isUnspecified(host: string): boolean {
  return host === "0.0.0.0" || /^[0:]+$/.test(host);
}

/** Whether it means the machine itself. */
export function isLoopback(host: string): boolean {
  return host.startsWith("127.") || host === "localhost" || /^(0{0,4}:)+0{0,3}1$/.test(host) ||
    /^::ffff:127\./i.test(host);
}

/** Whether it is an IP address that is reached from its own network only. Names are not. */
export function isPrivate(host: string): boolean {
  if (isLoopback(host)) return true;
  if (host.includes(":")) return /^(f[cd]|fe[89ab])/i.test(host);
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/
    .test(host);
}

/** Whether it is what container engines give to a host on its own bridges unless told otherwise. */
export function isBridgeLike(host: string): boolean {
  return /^(172\.(1[7-9]|2\d|3[01])\.0\.1|192\.168\.(122|16|32|48|64|80|96|112|128|144|160|176|192|208|224|240)\.1|10\.(0\.3|88\.0|42\.0|244\.0)\.1)$/
    .test(host);
}

/**
 * Whether two IP addresses look like the same network: the first 24 bits of IPv4, 64 of IPv6. The
 * real masks are not known; it decides only on what is tried first.
 */
export function sameNetwork(a: string, b: string): boolean {
  if (a.includes(":") !== b.includes(":")) return false;
  if (a.includes(":")) return prefix64(a) === prefix64(b);
  const [networkOfA, networkOfB] = [a, b].map((host) => /^(\d+\.\d+\.\d+)\.\d+$/.exec(host)?.[1]);
  return networkOfA !== undefined && networkOfA === networkOfB;
}

function prefix64(host: string): string {
  const [head = "", tail] = host.toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  const missing = tail === undefined
    ? 0
    : 8 - groups.length - (tail === "" ? 0 : tail.split(":").length);
  const filled = [...groups, ...Array<string>(Math.max(0, missing)).fill("0")];
  return filled.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":");
}
