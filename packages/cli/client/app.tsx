import { useEffect, useMemo, useState } from "preact/hooks";
import type { StepKey } from "../src/view/api.ts";
import { Help } from "./help.tsx";
import { useKeys } from "./keys.ts";
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
  return (
    <div class={`app at-${pane}`}>
      <ThreadsPane place={place} go={go} />
      {place.thread === undefined ? (
        <main class="thread empty">
          <Hint>Choose a thread, or type its id. Press ? for the keys.</Hint>
          {hasHelp && <Help onClose={onHelp} />}
        </main>
      ) : (
        <ThreadView key={place.thread} {...{ place, go, onHelp }} thread={place.thread} />
      )}
      {place.thread !== undefined && hasHelp && <Help onClose={onHelp} />}
    </div>
  );
}

interface Props {
  readonly place: Place;
  readonly go: Go;
  readonly thread: string;
  readonly onHelp: () => void;
}

function ThreadView({ place, go, thread, onHelp }: Props) {
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
  const toPick = () => {
    setIsPicking(true);
  };
  useKeys({ place, go, rows, chosen, isPicking, stopPicking: () => setIsPicking(false), onHelp });
  useEffect(() => {
    document.title = `${thread} · waypost`;
  }, [thread]);
  return (
    <>
      <ThreadPane {...{ place, go, state, rows, chosen, rowHeight, isPicking }} onPick={pick} />
      {chosen !== undefined && outline !== undefined && (
        <div class={isPicking ? "step-box picking" : "step-box"}>
          <StepPane
            {...{ place, go, thread, step: chosen, version: outline.version, onPick: toPick }}
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
