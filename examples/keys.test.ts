import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "waypost-keys-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** util-linux has it; the `script` of macOS takes other arguments. */
const terminal = spawnSync("script", ["--version"], { encoding: "utf8" });

describe.skipIf(!terminal.stdout?.includes("util-linux"))(
  "keys that are not set (needs script of util-linux)",
  () => {
    const { OPENAI_API_KEY: _, LANGSMITH_API_KEY: __, ...env } = process.env;
    const code = `
      import { askForKeys } from "./agent/src/keys.ts";
      await askForKeys();
      const { OPENAI_API_KEY, LANGSMITH_API_KEY } = process.env;
      console.log("lengths " + [OPENAI_API_KEY?.length, LANGSMITH_API_KEY?.length]);`;
    const file = join(folder, "keys.sh");

    it("are asked for on a terminal, which does not show them", async () => {
      writeFileSync(file, `exec "${process.execPath}" --input-type=module --eval '${code}'`);
      const child = spawn("script", ["-qec", `sh ${file}`, "/dev/null"], { cwd: HERE, env });
      let shown = "";
      for await (const chunk of child.stdout.setEncoding("utf8")) {
        const before = shown;
        shown += chunk;
        const asked = (name: string) => !before.includes(name) && shown.includes(name);
        if (asked("OPENAI_API_KEY (")) child.stdin.write("secret\r");
        if (asked("LANGSMITH_API_KEY (")) child.stdin.write("\r");
      }
      expect(shown).toContain("lengths 6,0");
      expect(shown).not.toContain("secret");
    });

    it("are not asked for elsewhere", async () => {
      const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
        cwd: HERE,
        env,
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [shown] = await once(child.stdout, "data");
      expect(String(shown)).toBe("lengths ,\n");
    });
  },
);
