import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { HOSTILE, putChain } from "@waypost/conformance/fixtures";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HAS_BROWSER, openPage, startBrowser, withView } from "./browser.ts";
import { withThreads } from "./fixtures.ts";

const RUNS = [
  "<script>window.ran = 1</script>",
  '<img src=x onerror="window.ran = 1">',
  "<svg onload=window.ran=1><iframe srcdoc='<script>parent.ran=1</script>'>",
  "javascript:window.ran=1",
  "[a link](javascript:window.ran=1) ![x](http://127.0.0.1:9/leak.png)",
  "</bdi></div></body><style>*{display:none}</style>",
  "{{constructor.constructor('window.ran=1')()}}",
] as const;
/** What a terminal or the direction of text would hide. */
const HIDES =
  "\u001b[2J\u001b]8;;http://evil.example\u0007link\u001b]8;;\u0007 \u202egnp.exe\u202c \u2066x\u2069";
const EVIL = [...RUNS, HIDES, ...HOSTILE].join("\n");

let browser: Browser;
let stop: () => Promise<void>;

beforeAll(async () => {
  if (HAS_BROWSER) ({ browser, stop } = await startBrowser());
});
afterAll(() => stop?.());

const WHERE = HAS_BROWSER ? "" : ", skipped as npm has no Chromium for this machine";

/** Elements and attributes that no text may have made, and what ran. */
const MADE = `JSON.stringify({
  ran: window.ran,
  elements: [...document.querySelectorAll("body script, body style, img, iframe, a, object, embed")].map((e) => e.outerHTML),
  handlers: [...document.querySelectorAll("body *")].flatMap((e) => [...e.attributes]).filter((a) => /^on|^srcdoc|^href/.test(a.name)).map((a) => a.value),
})`;
const NOTHING = JSON.stringify({ elements: [], handlers: [] });

describe.skipIf(!HAS_BROWSER)(`waypost view of hostile content${WHERE}`, () => {
  it("runs nothing of the names of threads, channels and values", () =>
    withThreads(async (schema, saver) => {
      for (const name of RUNS) await putChain(saver, name, 1, () => ({ [name]: EVIL }));
      await withView(["--schema", schema], async ({ address }) => {
        const { page, faults } = await openPage(browser, address());
        for (const name of RUNS) {
          await page.goto(address(`?${new URLSearchParams({ thread: name, tab: "state" })}`));
          await page.waitForSelector(".channel .text-value");
          expect({ name, made: await page.evaluate(MADE) }).toEqual({ name, made: NOTHING });
          const title = await page.$eval(".thread-header h2", ({ textContent }) => textContent);
          expect(title).toBe(name);
        }
        await page.close();
        expect(faults).toEqual([]);
      });
    }));

  it("shows everything stored as text, in every tab, and sends nothing elsewhere", () =>
    withThreads(async (schema, saver) => {
      const call = { id: EVIL, name: EVIL, args: { [EVIL]: EVIL } };
      await putChain(saver, "evil", 2, (step) => ({
        messages: [
          new HumanMessage({ id: "1", name: EVIL, content: EVIL }),
          new AIMessage({
            id: `2${step}`,
            content: [
              { type: "image_url", image_url: { url: "http://127.0.0.1:9/leak.png" } },
              { type: "text", text: EVIL },
              { type: EVIL, data: EVIL },
            ],
            tool_calls: [call],
          }),
        ],
        [EVIL]: `${EVIL}${step}`,
      }));
      await withView(["--schema", schema], async ({ origin, address }) => {
        const { page, faults } = await openPage(browser, address("?thread=evil"));
        const elsewhere: string[] = [];
        page.on("request", (request) => {
          if (!request.url().startsWith(origin)) elsewhere.push(request.url());
        });
        for (const tab of ["overview", "messages", "state", "diff", "writes", "raw"]) {
          await page.goto(`${origin}/?thread=evil&tab=${tab}`);
          await page.waitForSelector(READY[tab] as string);
          expect({ tab, made: await page.evaluate(MADE) }).toEqual({ tab, made: NOTHING });
          const text = await shown(page);
          for (const sign of ["\u001b", "\u202e", "\u2066"]) expect(text).not.toContain(sign);
        }
        await page.goto(`${origin}/?thread=evil&tab=messages`);
        await page.waitForSelector(".message .text-value");
        const text = await shown(page);
        for (const wanted of [...RUNS, "\\x1b[2J", "\\u202egnp.exe"])
          expect(text).toContain(wanted);
        await page.close();
        expect({ faults, elsewhere }).toEqual({ faults: [], elsewhere: [] });
      });
    }));

  it("would run nothing even if it were put into the page as markup", () =>
    withThreads(async (schema) => {
      await withView(["--schema", schema], async ({ address, token }) => {
        const { page } = await openPage(browser, address("?thread=chat"));
        await page.waitForSelector(".step-row");
        const attempts = await page.evaluate(`(async () => {
          const tried = [];
          const attempt = (name, act) => { try { act(); tried.push(name); } catch {} };
          attempt("innerHTML", () => { document.body.innerHTML = "<img src=x onerror='window.ran=1'>"; });
          const script = document.createElement("script");
          attempt("script", () => { script.textContent = "window.ran = 1"; document.body.append(script); });
          attempt("remote", () => { const s = document.createElement("script"); s.src = "data:text/javascript,window.ran=1"; document.body.append(s); });
          const sent = await fetch("http://127.0.0.1:9/").then(() => "sent", () => "blocked");
          return JSON.stringify({ tried, ran: window.ran, sent });
        })()`);
        expect(JSON.parse(String(attempts))).toEqual({ tried: [], sent: "blocked" });
        expect(await page.content()).not.toContain(token);
        await page.close();
      });
    }));
});

const READY: Readonly<Record<string, string>> = {
  overview: ".changes",
  messages: ".message .text-value",
  state: ".channel .text-value",
  diff: ".diff",
  writes: ".tab .hint",
  raw: ".raw",
};

const shown = (page: Page) => page.$eval("body", (body) => String(body.textContent));
