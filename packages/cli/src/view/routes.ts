import type { Session } from "../session.ts";
import { keyOf } from "../show/thread.ts";
import { readWrites } from "../show/writes.ts";
import type { Outline, WritesPage } from "./api.ts";
import { diffOf } from "./diff.ts";
import { messagesPage } from "./messages.ts";
import { OpenThreads } from "./open-threads.ts";
import { outlineRows } from "./outline.ts";
import type { Query } from "./query.ts";
import { rawAt } from "./raw.ts";
import { standingAt, stepAt, stepInfo, stepLines, writeInfo } from "./steps.ts";
import { threadsPage } from "./threads.ts";
import { channelsAt, ValueReader } from "./values.ts";

/** Steps whose lines are told at once. */
const MOST_STEPS = 200;
/** Writes of one answer. */
const WRITES = 200;

/** Answers what the page asks for, by the last part of the path. All of it reads. */
export type Routes = Readonly<Record<string, (query: Query) => Promise<unknown>>>;

export function routes(session: Session): Routes {
  const threads = new OpenThreads(session);
  const reader = new ValueReader(session);
  const open = async (query: Query) => {
    const threadId = query.text("thread");
    return { threadId, opened: await threads.at(threadId) };
  };
  return {
    threads: (query) => threadsPage(session, query),
    version: (query) => threads.version(query.text("thread")),
    async outline(query): Promise<Outline> {
      const { threadId, opened } = await open(query);
      const { thread, version, marks } = opened;
      return {
        ...{ threadId, version, rows: outlineRows(thread, marks), branches: thread.tips.length },
        latest: thread.latest && { namespace: "", id: thread.latest.id },
        standing: await standingAt(session, threadId, opened),
      };
    },
    async lines(query) {
      const { threadId, opened } = await open(query);
      return stepLines(session, threadId, opened, query.all("id", MOST_STEPS));
    },
    async step(query) {
      const { threadId, opened } = await open(query);
      return stepInfo(session, threadId, opened, query.step());
    },
    async channels(query) {
      const { threadId, opened } = await open(query);
      return channelsAt(session, threadId, opened.thread, stepAt(opened, query.step()));
    },
    value: (query) =>
      reader.channel(query.text("thread"), query.step(), {
        channel: query.text("channel"),
        path: query.path("path"),
        from: query.count("from", 0),
      }),
    async messages(query) {
      const { threadId, opened } = await open(query);
      const before = query.optional("before") && query.count("before", 0);
      return messagesPage(session, reader, threadId, opened, query.step(), {
        channel: query.optional("channel"),
        before: before === undefined || before === "" ? undefined : before,
      });
    },
    async diff(query) {
      const { threadId, opened } = await open(query);
      const to = stepAt(opened, query.step());
      const against = query.optional("against");
      const from =
        against === undefined
          ? opened.thread.parentOf(to)
          : stepAt(opened, { namespace: query.optional("againstNamespace") ?? "", id: against });
      return diffOf(reader, threadId, from, to);
    },
    async writes(query): Promise<WritesPage> {
      const key = query.step();
      const from = query.count("from", 0);
      const all = await readWrites(session, query.text("thread"), [key]);
      const writes = all.get(keyOf(key)) ?? [];
      return { writes: writes.slice(from, from + WRITES).map(writeInfo), total: writes.length };
    },
    write: (query) =>
      reader.write(query.text("thread"), query.step(), {
        position: query.count("position", 0),
        path: query.path("path"),
        from: query.count("from", 0),
      }),
    raw: (query) => rawAt(session, query.text("thread"), query.step(), query.count("from", 0)),
  };
}
