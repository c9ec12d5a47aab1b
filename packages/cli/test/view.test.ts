import { AIMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import {
  approvalGraph,
  chainGraph,
  collect,
  putChain,
  resumeWith,
  thread,
} from "@waypost/conformance/fixtures";
import type { PgSaver } from "@waypost/pg";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HAS_BROWSER, openPage, sees, startBrowser, type View, withView } from "./browser.ts";
import { withThreads } from "./fixtures.ts";
import { withResearch } from "./research.ts";

let browser: Browser;
let stop: () => Promise<void>;

beforeAll(async () => {
  if (HAS_BROWSER) ({ browser, stop } = await startBrowser());
});
afterAll(() => stop?.());

type Fixture = typeof withThreads;
type Work = (page: Page, view: View, saver: PgSaver) => Promise<void>;
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

/** Opens the page on a fixture's schema; whatever throws in it fails the test. */
const onPage = (fixture: Fixture, search: string, work: Work, size = DESK) =>
  fixture(async (schema, saver) => {
    await withView(["--schema", schema], async (view) => {
      const { page, faults } = await openPage(browser, view.address(search), size);
      await work(page, view, saver);
      await page.close();
      expect(faults).toEqual([]);
    });
  });

const texts = (page: Page, selector: string): Promise<string[]> =>
  page.$$eval(selector, (found) => found.map((one) => String(one.textContent)));
const press = async (page: Page, keys: string) => {
  for (const key of keys) await page.keyboard.press(key as never);
};
const tab = (page: Page, name: string) => page.locator(`[role=tab]::-p-text(${name})`).click();

/** Somebody who has no Chromium for their machine can name one in CHROME_PATH. */
const describeInBrowser = describe.skipIf(!HAS_BROWSER);
const WHERE = HAS_BROWSER ? "" : ", skipped as npm has no Chromium for this machine";

describeInBrowser(`waypost view in a browser${WHERE}`, () => {
  it("lists threads, opens the one that is chosen, and takes the token out of the address", () =>
    onPage(withThreads, "", async (page) => {
      await sees(page, "chat");
      expect(page.url()).not.toContain("token");
      await page.locator(".thread-row::-p-text(chat)").click();
      await page.waitForSelector(".step-row");
      expect(page.url()).toMatch(/\?thread=chat$/);
      await page.reload();
      await page.waitForSelector(".step-row");
    }));

  it("shows nothing without the token", () =>
    withThreads(async (schema) => {
      await withView(["--schema", schema], async ({ origin }) => {
        const context = await browser.createBrowserContext();
        const page = await context.newPage();
        await page.goto(`${origin}/?thread=chat`);
        await sees(page, "waypost view");
        expect((await texts(page, "body")).join()).not.toContain("checkpoints");
        await context.close();
      });
    }));

  it("finds threads by the beginning of their ids, by status, time and metadata", () =>
    onPage(
      (work) =>
        withResearch(async (schema, saver) => {
          for (const [user, id] of Object.entries({ ann: "res-1", bob: "res-2", eve: "other" })) {
            const config = { ...thread(id), metadata: { user } };
            await chainGraph(saver).invoke({ log: [user] }, config);
          }
          await work(schema, saver);
        }),
      "",
      async (page) => {
        const lists = (...names: string[]) =>
          page.waitForFunction(
            `JSON.stringify([...document.querySelectorAll(".thread-name > bdi")].map((e) => e.textContent)) === ${JSON.stringify(JSON.stringify(names))}`,
          );
        await lists("other", "res-2", "res-1", "research");
        await press(page, "/");
        await page.keyboard.type("res");
        await lists("res-2", "res-1", "research");
        await page.locator("[aria-label=Status]").fill("failed");
        await lists("research");
        await page.locator("[aria-label=Status]").fill("");
        await page.locator("[name=metadata]").fill("user=ann");
        await lists("res-1");
        await sees(page, "user: ann");
        await page.locator("[aria-label=Updated]").fill(">30d");
        await lists();
        await page.reload();
        await sees(page, "No thread is found");
        await page.locator("[aria-label=Updated]").fill("1h");
        await lists("res-1");
        await page.focus("[name=prefix]");
        await page.keyboard.press("Enter");
        await page.waitForSelector(".step-row");
        expect(page.url()).toContain("thread=res-1");
      },
    ));

  it("pages through more threads than it has read", () =>
    onPage(
      (work) =>
        withThreads(async (schema, saver) => {
          for (let i = 0; i < 120; i++) await putChain(saver, `t${i}`, 1, () => ({ log: i }));
          await work(schema, saver);
        }),
      "",
      async (page) => {
        await sees(page, "t119");
        await page.waitForFunction(`(() => {
          const list = document.querySelector(".threads .list");
          list.scrollTop = list.scrollHeight;
          return [...list.querySelectorAll(".thread-name")].some((e) => e.textContent === "chat");
        })()`);
      },
    ));

  it("draws forks beside the branch that is current, and subgraphs folded", () =>
    onPage(withResearch, "?thread=research", async (page) => {
      await sees(page, "550 no such mailbox");
      expect(await texts(page, ".thread-header .standing-head")).toEqual([
        expect.stringContaining("failed in mail"),
      ]);
      await sees(page, "update as model");
      const titles = await texts(page, ".step-head > :first-child");
      expect(titles).toEqual([
        ...["input", "__start__", "update as model", "update as model"],
        ...["model", "lookup", "lookup", "approve, write", "gather"],
      ]);
      expect(await page.$$(".step-row.aside")).toHaveLength(2);
      expect(await texts(page, ".step-row .badge.failed")).toEqual([
        expect.stringContaining("failed"),
      ]);
      await page.locator(".run-row").click();
      await sees(page, "reviewed: yes");
      expect(await page.$$(".step-row:not(.run-row)")).toHaveLength(12);
    }));

  it("says of a step what failed, what was asked and answered, and what is next", () =>
    onPage(withResearch, "?thread=research", async (page) => {
      await sees(page, "From here");
      expect((await texts(page, ".task.failed"))[0]).toMatch(/mail failed\s*TypeError: The mail/);
      await press(page, "k");
      await sees(page, "On the way here");
      expect((await texts(page, ".task.past"))[0]).toMatch(
        /approve asked\s*Send the report\?\s*↳ answer: ok/,
      );
    }));

  it("is used by keys, and leads to a step by its link", () =>
    onPage(withResearch, "?thread=research", async (page, view) => {
      await page.waitForSelector('.step-row[aria-selected="true"]');
      const chosen = () =>
        page.$eval('[data-step][aria-selected="true"]', (row) => row.getAttribute("data-step"));
      const latest = await chosen();
      await press(page, "kk3");
      await page.waitForFunction('location.search.includes("tab=state")');
      const early = await chosen();
      expect(early).not.toBe(latest);
      const { page: other } = await openPage(browser, page.url());
      await other.waitForSelector(`[data-step="${early}"][aria-selected="true"]`);
      await other.waitForSelector(".channel");
      await other.close();
      await press(page, "g");
      await page.waitForSelector('.step-row:first-child[aria-selected="true"]');
      await press(page, "n");
      await page.waitForFunction(
        `location.search.includes("step=") && !location.search.includes("${early}")`,
      );
      await press(page, "l");
      await page.waitForSelector(`[data-step="${latest}"][aria-selected="true"]`);
      expect(page.url()).not.toContain(view.token);
    }));

  it("shows what differs from the parent, and from any other step", () =>
    onPage(withThreads, "?thread=chat&tab=diff", async (page) => {
      await page.waitForSelector(".diff .added");
      expect((await texts(page, ".diff .added")).join()).toContain("'b'");
      await page.locator("button::-p-text(another step)").click();
      await page.locator(".picking .step-row").click();
      await page.waitForFunction('location.search.includes("against=")');
      await page.waitForFunction('document.querySelector(".diff")?.textContent.includes("one")');
      expect((await texts(page, ".diff .added")).join()).toContain("'two'");
    }));

  it("follows a thread as it goes on", () =>
    onPage(withThreads, "?thread=chat", async (page, _view, saver) => {
      await sees(page, "latest");
      const before = await page.$eval('[data-step][aria-selected="true"]', (row) =>
        row.getAttribute("data-step"),
      );
      await chainGraph(saver).invoke({ log: ["live"] }, thread("chat"));
      await page.waitForFunction(
        `document.querySelector('[data-step][aria-selected="true"]')?.dataset.step > "${before}"`,
      );
      const [newest] = await collect(saver.list(thread("chat"), { limit: 1 }));
      await page.waitForSelector(`[data-step="${newest?.checkpoint.id}"][aria-selected="true"]`);
      await saver.deleteThread("chat");
      await sees(page, "There is no such thread");
    }));

  it("tells that a thread waits, and that it was answered", () =>
    onPage(withThreads, "?thread=asks", async (page, _view, saver) => {
      await sees(page, "There is no such thread");
      const graph = approvalGraph(saver);
      await graph.invoke({ log: [] }, thread("asks"));
      await page.waitForSelector(".standing.interrupted");
      await page.waitForSelector(".badge.interrupted");
      await graph.invoke(resumeWith("yes"), thread("asks"));
      await page.waitForSelector(".standing.finished");
      await sees(page, "answered");
    }));

  it("draws messages as a conversation, with calls of tools and artifacts", () =>
    onPage(withChat(), "?thread=talk&tab=messages", async (page) => {
      await page.waitForSelector(".message.tool");
      expect(await texts(page, ".message > header > strong")).toEqual([
        "human",
        "ai",
        "tool weather",
      ]);
      expect((await texts(page, ".call"))[0]).toMatch(/weather\s*t1.*cityOslo/);
      expect((await texts(page, ".artifact"))[0]).toMatch(/artifact.*degrees21/);
    }));

  it("asks for values when they are opened, and for large ones in parts", () =>
    onPage(withChat(), "?thread=talk&tab=state", async (page) => {
      const asked: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      await page.waitForSelector(".channel");
      expect(asked.filter((url) => url.includes("channel=text"))).toEqual([]);
      await page.locator(".channel-head::-p-text(text)").click();
      await sees(page, "150,000 more characters");
      await page.locator(".more").click();
      await sees(page, "100,000 more characters");
      await page.locator(".channel-head::-p-text(text)").click();
      await page.locator(".channel-head::-p-text(items)").click();
      await sees(page, "900 more");
      await page.locator(".more").click();
      await sees(page, "800 more");
    }));

  it("shows pending writes and the stored row", () =>
    onPage(withResearch, "?thread=research&tab=writes", async (page) => {
      await page.locator(".channel-head::-p-text(__error__)").click();
      await sees(page, "AbortError");
      await tab(page, "Raw");
      await sees(page, '"channel_versions"');
    }));

  it("draws of 10,000 steps what is in view", () =>
    onPage(
      (work) =>
        withThreads(async (schema, saver) => {
          await putChain(saver, "long", 10_000, (step) => ({ log: step }));
          await work(schema, saver);
        }),
      "?thread=long",
      async (page) => {
        await sees(page, "10,000 checkpoints");
        await page.waitForSelector('.step-row[aria-selected="true"]');
        expect((await page.$$(".step-row")).length).toBeLessThan(80);
        await press(page, "g");
        await page.waitForFunction(
          'document.querySelector(".step-facts")?.textContent.includes("step 0")',
        );
        expect((await page.$$(".step-row")).length).toBeLessThan(80);
      },
    ));

  it("has one pane at a time on a phone, and none is wider than it", () =>
    onPage(
      withResearch,
      "",
      async (page) => {
        const overflow = () => page.evaluate("document.documentElement.scrollWidth > innerWidth");
        await page.locator(".thread-row").click();
        await sees(page, "update as model");
        expect(await overflow()).toBe(false);
        await page.locator(".step-row").click();
        for (const name of ["Overview", "Messages", "State", "Diff", "Writes", "Raw"]) {
          await tab(page, name);
          expect({ name, wide: await overflow() }).toEqual({ name, wide: false });
        }
        await page.locator(".step-box .back").click();
        await page.locator(".thread .back").click();
        await page.locator(".thread-row").wait();
      },
      PHONE,
    ));
});

/** A thread `talk` with a call of a tool, an artifact, a long text and many items. */
function withChat(): Fixture {
  return (work) =>
    withThreads(async (schema, saver) => {
      const call = { id: "t1", name: "weather", args: { city: "Oslo" } };
      await putChain(saver, "talk", 1, () => ({
        messages: [
          new HumanMessage({ id: "1", content: "What's the weather?" }),
          new AIMessage({ id: "2", content: "", tool_calls: [call] }),
          new ToolMessage({
            ...{ id: "3", content: "Rain", tool_call_id: "t1", name: "weather" },
            artifact: { degrees: 21 },
          }),
        ],
        text: "x".repeat(200_000),
        items: Array.from({ length: 1000 }, (_, i) => ({ i })),
      }));
      await work(schema, saver);
    });
}
