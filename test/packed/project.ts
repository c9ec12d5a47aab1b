import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Runtime } from "./runtimes.ts";

const execute = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PACKAGES = {
  core: "@waypost/core",
  store: "@waypost/store",
  conformance: "@waypost/conformance",
  pg: "@waypost/pg",
  "postgres-js": "@waypost/postgres-js",
  kysely: "@waypost/kysely",
  cli: "waypost",
} as const;

/** The files that `pnpm publish` would publish, by the names of the packages. */
export type Tarballs = Readonly<Record<string, string>>;

/** Packs what has been built of these packages, by default of all. */
export async function pack(
  folder: string,
  names = Object.keys(PACKAGES) as (keyof typeof PACKAGES)[],
): Promise<Tarballs> {
  const packed = names.map(async (name) => {
    const destination = join(folder, name);
    await mkdir(destination);
    if (!existsSync(join(ROOT, "packages", name, "dist"))) {
      throw new Error("The packages are not built; run `npm run build` first.");
    }
    const cwd = join(ROOT, "packages", name);
    await execute("npx", ["-y", "pnpm@12.21.0", "pack", "--pack-destination", destination], {
      cwd,
    });
    const [file] = readdirSync(destination);
    return [PACKAGES[name], `file:${join(destination, file as string)}`] as const;
  });
  return Object.fromEntries(await Promise.all(packed));
}

/** An application of a user's, outside of this repository. */
export class Project {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<Project> {
    return new Project(await mkdtemp(join(tmpdir(), "waypost-packed-")));
  }

  async write(file: string, content: string | object): Promise<void> {
    const text = typeof content === "string" ? content : JSON.stringify(content, undefined, 2);
    await mkdir(dirname(join(this.folder, file)), { recursive: true });
    await writeFile(join(this.folder, file), text);
  }

  /** Installs exactly these, and refuses what does not fit together. */
  async install(dependencies: Readonly<Record<string, string>>): Promise<void> {
    await this.write("package.json", { private: true, type: "module", dependencies });
    const flags = ["--strict-peer-deps", "--no-audit", "--no-fund", "--prefer-offline"];
    await execute("npm", ["install", ...flags], { cwd: this.folder });
  }

  has(name: string): boolean {
    return existsSync(join(this.folder, "node_modules", name, "package.json"));
  }

  /** Runs a file of the project, and returns what it printed as JSON. */
  async run(
    [program, ...options]: NonNullable<Runtime["command"]>,
    [file, ...args]: readonly [string, ...string[]],
    env: Readonly<Record<string, string>>,
  ): Promise<unknown> {
    const { stdout } = await execute(program, [...options, file, ...args], {
      cwd: this.folder,
      env: { ...process.env, NODE_OPTIONS: "", ...env },
      timeout: 115_000, // whoever waits has given up by then
    });
    return JSON.parse(stdout);
  }

  /** The compiler's complaints about a file and the types of Waypost, `""` if there are none. */
  async typeCheck(file: string, resolution: "node16" | "bundler"): Promise<string> {
    const tsc = createRequire(join(ROOT, "package.json")).resolve("typescript/bin/tsc");
    const config = {
      compilerOptions: {
        strict: true,
        noEmit: true,
        target: "es2022",
        lib: ["es2023", "dom", "esnext.disposable"],
        types: ["node"],
        skipLibCheck: false,
        exactOptionalPropertyTypes: true,
        ...(resolution === "node16"
          ? { module: "node16", moduleResolution: "node16" }
          : { module: "esnext", moduleResolution: "bundler" }),
      },
      files: [file],
    };
    await this.write(`tsconfig.${resolution}.json`, config);
    return execute(process.execPath, [tsc, "-p", `tsconfig.${resolution}.json`], {
      cwd: this.folder,
    }).then(
      ({ stdout }) => stdout,
      (error: { stdout: string }) => withoutOthers(error.stdout),
    );
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

/** LangChain's own types do not pass the strictest settings, which is no fault of an application's. */
function withoutOthers(complaints: string): string {
  // Each begins a line; what belongs to it is indented.
  const each = complaints.split(/^(?=\S)/m);
  return each.filter((text) => !/^node_modules\/(?!@waypost\/)/.test(text)).join("");
}
