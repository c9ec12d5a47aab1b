import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Outline, OutlineRow, StepLine } from "../src/view/api.ts";
import { type Answer, useAnswer } from "./answer.ts";
import { textOf } from "./place.ts";
import { server } from "./server.ts";

/** How often a thread that is looked at is asked for news, in milliseconds; the longer one where none came lately. */
const OFTEN = 1000;
const SELDOM = 5000;
const LATELY = 60_000;
/** Lines that are asked for at once. */
const BATCH = 100;

export interface ThreadState {
  readonly outline: Answer<Outline>;
  readonly lineOf: (row: OutlineRow) => StepLine | undefined;
  /** Asks for the lines of these rows, as far as they are not known. */
  readonly want: (rows: readonly OutlineRow[]) => void;
  /** Why no news come. */
  readonly lost: Error | undefined;
}

/** A thread as it grows. */
export function useThread(thread: string): ThreadState {
  const [version, lost] = useVersion(thread);
  const isThere = version !== "";
  const outline = useAnswer(
    (signal) => server.outline(thread, signal),
    isThere ? thread : undefined,
    version,
  );
  const [lineOf, want] = useLines(thread, outline.value?.version);
  return { outline, lineOf, want, lost };
}

function useVersion(thread: string): [string, Error | undefined] {
  const [seen, setSeen] = useState({ thread, version: "" });
  const [lost, setLost] = useState<Error>();
  useEffect(() => {
    setLost(undefined);
    const stopped = new AbortController();
    const { signal } = stopped;
    let timer: ReturnType<typeof setTimeout>;
    let known = "";
    let changed = Date.now();
    const look = async () => {
      try {
        const now = document.hidden ? known : await server.version(thread, signal);
        if (now !== known) changed = Date.now();
        known = now;
        setSeen({ thread, version: now });
        setLost(undefined);
      } catch (error) {
        if (!signal.aborted) setLost(error as Error);
      }
      if (signal.aborted) return;
      timer = setTimeout(look, Date.now() - changed < LATELY ? OFTEN : SELDOM);
    };
    look();
    return () => {
      stopped.abort();
      clearTimeout(timer);
    };
  }, [thread]);
  return [seen.thread === thread ? seen.version : "", lost];
}

interface Known {
  readonly line: StepLine;
  readonly version: string;
}

function useLines(
  thread: string,
  version: string | undefined,
): [ThreadState["lineOf"], ThreadState["want"]] {
  const known = useRef(new Map<string, Known>());
  const [, setCount] = useState(0);
  const asked = useRef<AbortController>(null);
  useEffect(() => {
    known.current.clear();
    return () => asked.current?.abort();
  }, [thread]);
  const want = useCallback(
    (rows: readonly OutlineRow[]) => {
      if (version === undefined) return;
      const steps = rows.filter(({ kind }) => kind === "step");
      const missing = steps.filter((row) => known.current.get(textOf(row))?.version !== version);
      asked.current?.abort();
      if (missing.length === 0) return;
      const asking = new AbortController();
      asked.current = asking;
      const load = async () => {
        const ids = [...new Set(missing.map(({ id }) => id))];
        for (let i = 0; i < ids.length; i += BATCH) {
          const lines = await server.lines(thread, ids.slice(i, i + BATCH), asking.signal);
          if (asking.signal.aborted) return;
          for (const line of lines) known.current.set(textOf(line), { line, version });
          setCount((count) => count + 1);
        }
      };
      // The poll that asks for the version tells what is wrong.
      load().catch(() => {});
    },
    [thread, version],
  );
  const lineOf = useCallback((row: OutlineRow) => known.current.get(textOf(row))?.line, []);
  return [lineOf, want];
}
