import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { databaseUrl } from "@waypost/conformance/fixtures";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { CLI } from "./run.ts";

/** Where npm has no Chromium for this machine, and no other is named, there is none. */
export const HAS_BROWSER =
  process.env.CHROME_PATH !== undefined || (process.platform === "linux" && process.arch === "x64");

/** A headless Chromium of its own, that of npm's package or of CHROME_PATH. */
export async function startBrowser(): Promise<{ browser: Browser; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "waypost-browser-"));
  const browser = await puppeteer.launch({
    executablePath: process.env.CHROME_PATH ?? (await unpacked(folder)),
    headless: "shell",
    // The sandbox does not start for root, as CI is. The pages are ours.
    args: ["--no-sandbox", "--lang=en"],
  });
  const stop = async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { browser, stop };
}

/** The package unpacks into the folder for temporary files, and takes what lies there, even if it is cut off. */
async function unpacked(folder: string): Promise<string> {
  const { TMPDIR } = process.env;
  process.env.TMPDIR = folder;
  try {
    const { default: chromium } = await import("@sparticuz/chromium");
    return await chromium.executablePath();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}

export interface View {
  readonly origin: string;
  readonly token: string;
  /** The address at which a browser begins. */
  readonly address: (search?: string) => string;
}

/** Runs `waypost view` as long as the work takes, and ends it as Ctrl-C does. */
export async function withView(
  args: readonly string[],
  work: (view: View) => Promise<void>,
  url = databaseUrl(),
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const child = spawn(process.execPath, [CLI, "view", "--json", ...args], {
    env: { PATH: process.env.PATH, DATABASE_URL: url },
  });
  const closed = once(child, "close");
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  try {
    const [line] = await Promise.race([once(child.stdout, "data"), closed]);
    if (typeof line === "number") throw new Error(stderr);
    const { address } = JSON.parse(String(line)) as { address: string };
    const { origin, hash } = new URL(address);
    const token = new URLSearchParams(hash.slice(1)).get("token") ?? "";
    await work({ origin, token, address: (search = "") => `${origin}/${search}${hash}` });
  } finally {
    child.kill("SIGINT");
  }
  const [code] = await closed;
  return { code, stderr };
}

/** A page that fails the test if anything throws in it, or asks somebody. */
export async function openPage(
  browser: Browser,
  address: string,
  size = { width: 1280, height: 800 },
): Promise<{ page: Page; faults: string[] }> {
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  await page.setViewport(size);
  await page.goto(address);
  return { page, faults };
}

/** Waits until the page shows a text. */
export const sees = (page: Page, text: string) =>
  page.waitForFunction(`document.body?.textContent.includes(${JSON.stringify(text)})`);
