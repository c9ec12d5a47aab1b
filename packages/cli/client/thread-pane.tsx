import { useCallback } from "preact/hooks";
import { number } from "../src/units.ts";
import type { Outline, OutlineRow, StandingInfo, StepKey } from "../src/view/api.ts";
import { Copy } from "./copy.tsx";
import { Icon } from "./icons.tsx";
import { type Go, isSame, type Place } from "./place.ts";
import { isStep, type Rows } from "./rows.ts";
import { RunRowView, StepRowView } from "./step-row.tsx";
import { Hint, Moment, Problem, Text } from "./text.tsx";
import type { ThreadState } from "./thread-state.ts";
import { VirtualList } from "./virtual-list.tsx";

interface Props {
  readonly place: Place;
  readonly go: Go;
  readonly state: ThreadState;
  readonly rows: Rows;
  readonly chosen: StepKey | undefined;
  readonly rowHeight: number;
  /** Whether the next step that is clicked is the one to compare with. */
  readonly isPicking: boolean;
  readonly onPick: (step: StepKey) => void;
}

/** A thread as a picture: its steps in time, branches beside each other. */
export function ThreadPane(props: Props) {
  const { place, go, state, rows, chosen, rowHeight, isPicking, onPick } = props;
  const { value: outline, error } = state.outline;
  const { shown } = rows;
  const { want, lineOf } = state;
  const range = useCallback(
    (first: number, last: number) => want(shown.slice(first, last + 1)),
    [want, shown],
  );
  const choose = (row: StepKey) => (event: MouseEvent) => {
    const { namespace, id } = row;
    if (isPicking || event.shiftKey) onPick({ namespace, id });
    else go({ step: { namespace, id }, against: undefined });
  };
  const row = (i: number) => {
    const one = shown[i] as OutlineRow;
    const key = `${one.kind} ${one.namespace} ${one.id}`;
    if (!isStep(one)) {
      const toggled = () => rows.toggle(one);
      return (
        <RunRowView
          key={key}
          row={one}
          height={rowHeight}
          isOpen={rows.isOpen(one)}
          onToggle={toggled}
        />
      );
    }
    return (
      <StepRowView
        {...{ key, row: one, line: lineOf(one), height: rowHeight, onChoose: choose(one) }}
        {...{ isChosen: isSame(one, chosen), isLatest: isSame(one, outline?.latest) }}
        isAgainst={isSame(one, place.against)}
      />
    );
  };
  return (
    <main class={isPicking ? "thread picking" : "thread"}>
      <Header place={place} go={go} outline={outline} lost={state.lost} />
      {isPicking && <p class="banner">Choose the step to compare with. Esc ends it.</p>}
      {error && <Problem error={error} />}
      {outline?.rows.length === 0 && <Hint>The thread has writes, and no checkpoints.</Hint>}
      <VirtualList
        {...{ role: "tree", label: "Steps", count: shown.length, rowHeight, row, onRange: range }}
        {...{ at: rows.positionOf(chosen), sticksToEnd: place.step === undefined }}
      />
    </main>
  );
}

interface HeaderProps {
  readonly place: Place;
  readonly go: Go;
  readonly outline: Outline | undefined;
  readonly lost: Error | undefined;
}

function Header({ place, go, outline, lost }: HeaderProps) {
  const thread = place.thread ?? "";
  const steps = outline?.rows.filter(isStep) ?? [];
  const times = [
    steps[0]?.ts,
    steps.reduce((last, { ts }) => (ts !== null && ts > last ? ts : last), ""),
  ];
  const latest = outline?.latest;
  return (
    <header class="thread-header">
      <div class="title-line">
        <button
          type="button"
          class="back"
          onClick={() => go({ thread: undefined, step: undefined })}
        >
          ‹ Threads
        </button>
        <h2>
          <Text>{thread}</Text>
        </h2>
        <Copy label="Copy the id" text={thread} />
        {lost === undefined ? (
          <span class="live" title="Follows the thread">
            live
          </span>
        ) : (
          <span class="live lost" title={lost.message}>
            no news
          </span>
        )}
      </div>
      {lost && <Problem error={lost} />}
      {outline && (
        <p class="thread-counts">
          <span>
            {number(steps.length)} {steps.length === 1 ? "checkpoint" : "checkpoints"}
          </span>
          {outline.branches > 1 && <span>{number(outline.branches)} branches</span>}
          <span>
            <Moment ts={times[0]} isLong /> – <Moment ts={times[1]} isLong />
          </span>
        </p>
      )}
      {outline?.standing && (
        <Standing
          standing={outline.standing}
          onClick={() => latest && go({ step: latest, tab: "overview", against: undefined })}
        />
      )}
    </header>
  );
}

const ICONS = {
  failed: "failed",
  interrupted: "interrupted",
  "not finished": "next",
  finished: "done",
} as const;

function Standing({ standing, onClick }: { standing: StandingInfo; onClick: () => void }) {
  const { status, node, text, next } = standing;
  return (
    <button type="button" class={`standing ${status.replace(" ", "-")}`} onClick={onClick}>
      <span class="standing-head">
        <Icon name={ICONS[status]} /> {status}
        {node !== undefined && (
          <>
            {" in "}
            <Text>{node}</Text>
          </>
        )}
        {node === undefined && next.length > 0 && <Text>{`, next: ${next.join(", ")}`}</Text>}
      </span>
      {text !== "" && (
        <span class="standing-text">
          <Text>{text}</Text>
        </span>
      )}
    </button>
  );
}
