import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

/** Names of this machine's loopback. Any other in `Host` is of a site that had its name resolve to it. */
const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** Nothing of what is stored can run, be framed, be kept, or be read by another origin. */
const HEADERS = {
  "Content-Security-Policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cache-Control": "no-store",
};

export function protect(response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
}

/** Whether a request was sent to this machine by its own name; the port may be that of a tunnel. */
export function isForLoopback({ headers }: IncomingMessage): boolean {
  return LOOPBACK.includes((headers.host ?? "").replace(/:\d+$/, ""));
}

/** Whether a request has the token. Digests are of one length, whatever was sent. */
export function hasToken({ headers }: IncomingMessage, token: string): boolean {
  return timingSafeEqual(digest(headers.authorization ?? ""), digest(`Bearer ${token}`));
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
