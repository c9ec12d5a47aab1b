import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Node can't make certificates by itself. */
export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** An authority that signs certificates for servers, valid for a day. PEM everywhere. */
export class Authority implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "waypost-tls-"));
  /** Its own certificate, as a file and as text. */
  readonly file = join(this.folder, "ca.pem");
  readonly certificate: string;

  constructor() {
    const key = ["-keyout", join(this.folder, "ca.key"), "-out", this.file];
    this.#openssl("req", "-x509", ...KEY, ...key, "-subj", "/CN=Test authority", "-days", "1");
    this.certificate = readFileSync(this.file, "utf8");
  }

  /** @param names as in a certificate's extension, e.g. `DNS:localhost` */
  sign(names: string): { readonly key: string; readonly certificate: string } {
    const [key, request, extension, certificate] = ["key", "csr", "ext", "pem"].map((suffix) =>
      join(this.folder, `server.${suffix}`),
    ) as [string, string, string, string];
    writeFileSync(extension, `subjectAltName=${names}\n`);
    this.#openssl("req", ...KEY, "-keyout", key, "-out", request, "-subj", "/CN=server");
    const by = ["-CA", this.file, "-CAkey", join(this.folder, "ca.key"), "-CAcreateserial"];
    const signed = ["-in", request, "-extfile", extension, "-out", certificate, "-days", "1"];
    this.#openssl("x509", "-req", ...by, ...signed);
    return { key: readFileSync(key, "utf8"), certificate: readFileSync(certificate, "utf8") };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }

  #openssl(...args: string[]): void {
    execFileSync("openssl", args, { stdio: "ignore" });
  }
}
