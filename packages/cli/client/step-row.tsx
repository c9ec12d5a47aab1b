import { bytes, duration, number } from "../src/units.ts";
import type { ChangeInfo, RunRow, StepLine, StepRow } from "../src/view/api.ts";
import { Graph, graphWidth, Lead } from "./graph.tsx";
import { Icon } from "./icons.tsx";
import { Moment, Text } from "./text.tsx";

interface Props {
  readonly row: StepRow;
  readonly line: StepLine | undefined;
  readonly height: number;
  readonly isChosen: boolean;
  readonly isLatest: boolean;
  readonly isAgainst: boolean;
  readonly onChoose: (event: MouseEvent) => void;
}

/** One step of the picture: where it stands, what ran, what that changed, how long it took. */
export function StepRowView(props: Props) {
  const { row, line, height, isChosen, isLatest, isAgainst, onChoose } = props;
  const classes = ["step-row", row.current ? "" : "aside", isAgainst ? "against" : ""];
  return (
    <button
      {...{
        type: "button",
        role: "treeitem",
        class: classes.filter(Boolean).join(" "),
        tabIndex: -1,
      }}
      {...{ style: { height: `${height}px` }, "aria-selected": isChosen, onClick: onChoose }}
      data-step={row.id}
    >
      <Graph row={row} height={height} state={stateOf(row, line)} />
      <span class="step-text">
        <span class="step-head">
          <strong>
            <Text>{line?.title ?? row.source ?? "…"}</Text>
          </strong>
          <Badges line={line} />
          {isLatest && <span class="badge latest">latest</span>}
          {isAgainst && <span class="badge">compared with</span>}
        </span>
        <span class="step-words">{line && <Words line={line} />}</span>
      </span>
      <span class="step-size">{line !== undefined && line.bytes > 0 && bytes(line.bytes)}</span>
      <Time line={line} />
      <span class="step-when">
        <Moment ts={row.ts} />
      </span>
    </button>
  );
}

function stateOf(row: StepRow, line: StepLine | undefined) {
  const states = line?.pending.map(({ state }) => state) ?? [];
  if (line === undefined) return row.mark === undefined ? "plain" : "open";
  if (states.includes("failed")) return "failed";
  if (states.includes("interrupted")) return "interrupted";
  return states.length > 0 || line.next.length > 0 ? "open" : "plain";
}

function Badges({ line }: { line: StepLine | undefined }) {
  const of = (state: string) => line?.pending.some((task) => task.state === state);
  return (
    <>
      {of("failed") && (
        <span class="badge failed">
          <Icon name="failed" /> failed
        </span>
      )}
      {of("interrupted") && (
        <span class="badge interrupted">
          <Icon name="interrupted" /> waits
        </span>
      )}
      {line?.answered && (
        <span class="badge quiet">
          <Icon name="interrupted" /> answered
        </span>
      )}
      {line?.retried && (
        <span class="badge quiet">
          <Icon name="failed" /> ran again
        </span>
      )}
    </>
  );
}

/** Of a step that failed, waits or goes on, that; of the others, what changed. */
function Words({ line }: { line: StepLine }) {
  const open = line.pending.find(({ text }) => text !== "");
  if (open !== undefined) return <Text>{`${open.node}: ${open.text}`}</Text>;
  const changes = line.changes.slice(0, 4).map(wordsOf);
  const next = line.next.length === 0 ? [] : [`next: ${line.next.join(", ")}`];
  return <Text>{[...next, ...changes].join("  ·  ")}</Text>;
}

const wordsOf = ({ node, channel, words }: ChangeInfo): string =>
  [node, channel === undefined ? "→" : channel, words]
    .filter((part) => part !== undefined)
    .join(" ");

/** Of the longest bar, in milliseconds: about what people wait for an answer. */
const LONGEST = 600_000;

/** How long a step took, and a bar on a logarithmic scale. */
function Time({ line }: { line: StepLine | undefined }) {
  if (line?.time === undefined) return <span class="step-time" />;
  const { ms, waited } = line.time;
  const share = Math.min(1, Math.log1p(ms) / Math.log1p(LONGEST));
  const title = waited ? "with the wait for an answer or the next run" : "since the step before";
  return (
    <span class="step-time" title={title}>
      {duration(ms)}
      <span class={waited ? "bar waited" : "bar"} style={{ width: `${share * 100}%` }} />
    </span>
  );
}

interface RunProps {
  readonly row: RunRow;
  readonly height: number;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** A subgraph that ran, folded or open. */
export function RunRowView({ row, height, isOpen, onToggle }: RunProps) {
  const { lead, name, steps } = row;
  const width = graphWidth(lead);
  return (
    <button
      {...{
        type: "button",
        role: "treeitem",
        class: "step-row run-row",
        "aria-expanded": isOpen,
        tabIndex: -1,
      }}
      {...{ style: { height: `${height}px` }, onClick: onToggle }}
    >
      <svg class="graph" width={width} height={height} aria-hidden="true">
        <Lead lead={lead} height={height} />
      </svg>
      <span class="chevron">
        <Icon name={isOpen ? "open" : "closed"} />
      </span>
      <span class="step-text">
        <span class="step-head">
          <Text>{name}</Text>
          <span class="badge quiet">
            subgraph · {number(steps)} {steps === 1 ? "step" : "steps"}
          </span>
        </span>
      </span>
    </button>
  );
}
