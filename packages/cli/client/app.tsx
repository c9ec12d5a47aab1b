import { useEffect, useMemo, useState } from "preact/hooks";
import type { StepKey } from "../src/view/api.ts";
import { Help } from "./help.tsx";
import { threadKey, useKeys } from "./keys.ts";
import { type Go, type Place, usePlace } from "./place.ts";
import { useRows } from "./rows.ts";
import { StepPane } from "./step-pane.tsx";
import { Hint } from "./text.tsx";
import { ThreadPane } from "./thread-pane.tsx";
import { useThread } from "./thread-state.ts";
import { ThreadsPane } from "./threads-pane.tsx";

const NARROW = matchMedia("(max-width: 760px)");

export function App() {
  const [place, go] = usePlace();
  const [hasHelp, setHasHelp] = useState(false);
  const pane = place.step ? "step" : place.thread === undefined ? "threads" : "thread";
  const onHelp = () => setHasHelp(!hasHelp);
  const actions: Readonly<Record<string, () => void>> = {
    "?": onHelp,
    "/": () => document.getElementById("prefix")?.focus(),
    r: () => document.getElementById("refresh")?.click(),
  };
  useKeys((key) => actions[key]);
  return (
    <div class={`app at-${pane}`}>
      <ThreadsPane place={place} go={go} />
      {place.thread === undefined ? (
        <main class="thread empty">
          <Hint>Choose a thread, or type its id. Press ? for the keys.</Hint>
        </main>
      ) : (
        <ThreadView key={place.thread} {...{ place, go }} thread={place.thread} />
      )}
      {hasHelp && <Help onClose={onHelp} />}
    </div>
  );
}

interface Props {
  readonly place: Place;
  readonly go: Go;
  readonly thread: string;
}

function ThreadView({ place, go, thread }: Props) {
  const state = useThread(thread);
  const rowHeight = useRowHeight();
  const [isPicking, setIsPicking] = useState(false);
  const outline = state.outline.value;
  // Without a step in the address, the latest is looked at, and followed.
  const chosen = place.step ?? outline?.latest;
  const all = useMemo(() => outline?.rows ?? [], [outline]);
  const rows = useRows(all, chosen);
  const pick = (against: StepKey) => {
    setIsPicking(false);
    go({ step: chosen, against, tab: "diff" });
  };
  useKeys((key) => {
    if (key === "Escape" && isPicking) return () => setIsPicking(false);
    return threadKey(key, { place, go, rows, chosen });
  });
  useEffect(() => {
    document.title = `${thread} · waypost`;
  }, [thread]);
  return (
    <>
      <ThreadPane {...{ place, go, state, rows, chosen, rowHeight, isPicking }} onPick={pick} />
      {chosen !== undefined && outline !== undefined && (
        <div class={isPicking ? "step-box picking" : "step-box"}>
          <StepPane
            {...{
              place,
              go,
              thread,
              step: chosen,
              version: outline.version,
              onPick: () => setIsPicking(true),
            }}
          />
        </div>
      )}
    </>
  );
}

/** On a narrow screen, a step has two lines. */
function useRowHeight(): number {
  const [isNarrow, setIsNarrow] = useState(NARROW.matches);
  useEffect(() => {
    const changed = () => setIsNarrow(NARROW.matches);
    NARROW.addEventListener("change", changed);
    return () => NARROW.removeEventListener("change", changed);
  }, []);
  return isNarrow ? 52 : 44;
}
