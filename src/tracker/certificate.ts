/** What is wrong with the certificate of an https server that was not believed. */
import { connect } from "node:tls";

/** Time for the second look; the request itself has failed already. */
const LOOK_MS = 2_000;

/** From when to when a certificate is good; `undefined` where that could not be read. */
export interface CertificateDates {
  readonly fromMs: number | undefined;
  readonly untilMs: number | undefined;
}

/** A request that was not sent, as the server's certificate was not believed. */
export class CertificateError extends Error {
  /** OpenSSL's word, such as `DEPTH_ZERO_SELF_SIGNED_CERT`. */
  readonly code: string;
  readonly dates: CertificateDates;

  /** Creates the error from what TLS said. */
  constructor(cause: Error, code: string, dates: CertificateDates) {
    super(cause.message, { cause });
    this.name = "CertificateError";
    this.code = code;
    this.dates = dates;
  }
}

/** The code of an error that is about the certificate, and not about the way there; else `undefined`. */
export function certificateCode(error: unknown): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /CERT|_SIGNATURE$|^HOSTNAME_MISMATCH$/.test(code)
    ? code
    : undefined;
}

/**
 * Asks the server for its certificate once more: Deno has one and the same code for an unknown
 * authority and for a certificate that has expired. Sends nothing. Never rejects.
 */
export function readCertificateDates(
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<CertificateDates> {
  const { promise, resolve } = Promise.withResolvers<CertificateDates>();
  const socket = connect({ host, port, servername: host, rejectUnauthorized: false });
  const end = (dates: CertificateDates): void => {
    signal.removeEventListener("abort", giveUp);
    socket.destroy();
    resolve(dates);
  };
  const giveUp = (): void => end({ fromMs: undefined, untilMs: undefined });
  signal.addEventListener("abort", giveUp, { once: true });
  socket.setTimeout(LOOK_MS, giveUp);
  socket.once("error", giveUp);
  socket.once("secureConnect", () => {
    const { valid_from: from, valid_to: until } = socket.getPeerCertificate();
    end({ fromMs: timeOf(from), untilMs: timeOf(until) });
  });
  return promise;
}

/** @param text as OpenSSL writes it: `Jan  1 00:00:00 2030 GMT` */
function timeOf(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? undefined : time;
}
