import { bytes, duration } from "../src/units.ts";
import type { StepInfo, StepKey } from "../src/view/api.ts";
import { type Answer, useAnswer } from "./answer.ts";
import { Copy } from "./copy.tsx";
import { DiffTab } from "./diff-tab.tsx";
import { MessagesTab } from "./messages-tab.tsx";
import { OverviewTab } from "./overview-tab.tsx";
import { addressOf, type Go, type Place, TABS, type Tab, textOf } from "./place.ts";
import { RawTab } from "./raw-tab.tsx";
import { type At, server } from "./server.ts";
import { StateTab } from "./state-tab.tsx";
import { Moment, Problem, Text } from "./text.tsx";
import { WritesTab } from "./writes-tab.tsx";

interface Props {
  readonly place: Place;
  readonly go: Go;
  readonly thread: string;
  readonly step: StepKey;
  /** Of the thread: what is shown is asked for anew when it changes. */
  readonly version: string;
  readonly onPick: () => void;
}

/** One step: what happened, and what the state was then. */
export function StepPane({ place, go, thread, step, version, onPick }: Props) {
  const at: At = { thread, ...step };
  const subject = `${thread}\n${textOf(step)}`;
  const info = useAnswer((signal) => server.step(at, signal), subject, version);
  return (
    <section class="step" aria-label="Step">
      <Header {...{ place, go, step, info }} />
      <div class="tabs" role="tablist">
        {TABS.map((tab, i) => (
          <button
            {...{ type: "button", role: "tab", key: tab, "aria-selected": tab === place.tab }}
            {...{ onClick: () => go({ tab }, true), title: `${i + 1}` }}
          >
            {NAMES[tab]}
          </button>
        ))}
      </div>
      {/* Another step is another tab: what was opened in this one is not that one's. */}
      <div class="tab" role="tabpanel" key={`${subject}\n${place.tab}`}>
        <TabOf {...{ place, go, at, info, onPick }} subject={subject} version={version} />
      </div>
    </section>
  );
}

const NAMES: Readonly<Record<Tab, string>> = {
  overview: "Overview",
  messages: "Messages",
  state: "State",
  diff: "Diff",
  writes: "Writes",
  raw: "Raw",
};

interface TabProps {
  readonly place: Place;
  readonly go: Go;
  readonly at: At;
  readonly info: Answer<StepInfo>;
  readonly subject: string;
  readonly version: string;
  readonly onPick: () => void;
}

function TabOf({ place, go, at, info, subject, version, onPick }: TabProps) {
  if (place.tab === "messages") return <MessagesTab at={at} subject={subject} />;
  if (place.tab === "state") return <StateTab at={at} subject={subject} />;
  if (place.tab === "diff")
    return <DiffTab {...{ at, subject, onPick, go }} against={place.against} />;
  if (place.tab === "writes") return <WritesTab at={at} subject={subject} version={version} />;
  if (place.tab === "raw") return <RawTab at={at} subject={subject} />;
  if (info.error) return <Problem error={info.error} />;
  return info.value ? <OverviewTab info={info.value} go={go} /> : null;
}

interface HeaderProps {
  readonly place: Place;
  readonly go: Go;
  readonly step: StepKey;
  readonly info: Answer<StepInfo>;
}

function Header({ place, go, step, info: { value } }: HeaderProps) {
  const link = location.origin + addressOf({ ...place, step });
  return (
    <header class="step-header">
      <div class="title-line">
        <button
          type="button"
          class="back"
          onClick={() => history.length > 1 && go({ step: undefined })}
        >
          ‹ Steps
        </button>
        <h2>
          <Text>{value?.title ?? "…"}</Text>
        </h2>
        <Copy label="Copy a link to this step" text={link} icon="link" />
      </div>
      <p class="step-facts">
        {value?.step !== null && value !== undefined && <span>step {value.step}</span>}
        {value && <Moment ts={value.ts} isLong />}
        {value?.time && (
          <span>
            {value.time.waited ? "waited " : ""}
            {duration(value.time.ms)}
          </span>
        )}
        {value !== undefined && value.bytes > 0 && <span>{bytes(value.bytes)} written</span>}
        <code class="id">
          <Text>{step.id}</Text>
          <Copy label="Copy the checkpoint's id" text={step.id} />
        </code>
      </p>
    </header>
  );
}
