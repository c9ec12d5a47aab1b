import { useEffect, useRef, useState } from "preact/hooks";
import { number } from "../src/units.ts";
import type { ThreadItem } from "../src/view/api.ts";
import { Filters } from "./filters.tsx";
import { Icon } from "./icons.tsx";
import type { Go, Place } from "./place.ts";
import { server } from "./server.ts";
import { Hint, Moment, Problem, Text } from "./text.tsx";
import { VirtualList } from "./virtual-list.tsx";

const ROW = 52;

interface Found {
  readonly threads: readonly ThreadItem[];
  readonly more: boolean;
  readonly error: Error | undefined;
  readonly isLoading: boolean;
}

const NOTHING: Found = { threads: [], more: false, error: undefined, isLoading: true };

/** Threads that are found, a page more whenever the end comes into view. */
function useThreads(parameters: Readonly<Record<string, string>>): [Found, () => void, () => void] {
  const [found, setFound] = useState(NOTHING);
  const [round, setRound] = useState(0);
  const given = useRef(new AbortController());
  const wanted = JSON.stringify(parameters);
  const ask = async (before: readonly ThreadItem[]) => {
    const { signal } = given.current;
    const last = before.at(-1);
    setFound((old) => ({ ...old, isLoading: true, error: undefined }));
    try {
      const after = { after: last?.threadId, afterCheckpoint: last?.checkpointId };
      const page = await server.threads({ ...parameters, ...after }, signal);
      setFound({
        ...page,
        threads: [...before, ...page.threads],
        error: undefined,
        isLoading: false,
      });
    } catch (error) {
      if (!signal.aborted)
        setFound({ threads: before, more: false, error: error as Error, isLoading: false });
    }
  };
  useEffect(() => {
    given.current = new AbortController();
    ask([]);
    return () => given.current.abort();
  }, [wanted, round]);
  const next = () => {
    if (found.more && !found.isLoading) ask(found.threads);
  };
  return [found, next, () => setRound(round + 1)];
}

export function ThreadsPane({ place, go }: { readonly place: Place; readonly go: Go }) {
  const [found, next, again] = useThreads(filterOf(place));
  const { threads, error, isLoading, more } = found;
  const row = (i: number) => {
    const thread = threads[i];
    if (thread === undefined) return null;
    const isChosen = thread.threadId === place.thread;
    return <ThreadRow key={thread.threadId} thread={thread} isChosen={isChosen} go={go} />;
  };
  const near = (_first: number, last: number) => {
    if (last >= threads.length - 10) next();
  };
  return (
    <nav class="threads" aria-label="Threads">
      <header>
        <h1>Threads</h1>
        <button type="button" class="quiet" onClick={again} title="Look again (r)" id="refresh">
          <Icon name="again" />
        </button>
      </header>
      <Filters place={place} go={go} first={threads[0]} />
      {error && <Problem error={error} />}
      {!isLoading && !error && threads.length === 0 && <Hint>No thread is found.</Hint>}
      <VirtualList
        role="listbox"
        label="Threads"
        count={threads.length}
        rowHeight={ROW}
        row={row}
        onRange={near}
      >
        {more && <p class="hint">{isLoading ? "…" : ""}</p>}
      </VirtualList>
    </nav>
  );
}

/** The filters as the server has them. */
function filterOf({ prefix, metadata, status, updated }: Place): Readonly<Record<string, string>> {
  const isOlder = updated.startsWith(">");
  const [updatedAfter, updatedBefore] = isOlder ? ["", updated.slice(1)] : [updated, ""];
  return { prefix, metadata, status, updatedAfter, updatedBefore };
}

interface RowProps {
  readonly thread: ThreadItem;
  readonly isChosen: boolean;
  readonly go: Go;
}

function ThreadRow({ thread, isChosen, go }: RowProps) {
  const { threadId, updatedAt, checkpoints, status, labels } = thread;
  const chosen = () => go({ thread: threadId, step: undefined, against: undefined });
  return (
    <button
      {...{ type: "button", role: "option", class: "thread-row", style: { height: `${ROW}px` } }}
      {...{ "aria-selected": isChosen, onClick: chosen, tabIndex: -1 }}
    >
      <span class="thread-name">
        <Text>{threadId}</Text>
        {status !== "idle" && <span class={`badge ${status}`}>{status}</span>}
      </span>
      <span class="thread-facts">
        <Moment ts={updatedAt} />
        <span>
          {number(checkpoints)} {checkpoints === 1 ? "checkpoint" : "checkpoints"}
        </span>
        {labels.map((label) => (
          <Text key={label}>{label}</Text>
        ))}
      </span>
    </button>
  );
}
