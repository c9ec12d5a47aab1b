import { useState } from "preact/hooks";
import { bytes, number } from "../src/units.ts";
import type { WriteInfo, WritesPage } from "../src/view/api.ts";
import { useAnswer } from "./answer.ts";
import { Icon } from "./icons.tsx";
import { type At, server } from "./server.ts";
import { Hint, Problem, Text } from "./text.tsx";
import { More, Value } from "./value.tsx";

interface Props {
  readonly at: At;
  readonly subject: string;
  readonly version: string;
}

/** The pending writes of a checkpoint: what the tasks that ran from it have stored. */
export function WritesTab({ at, subject, version }: Props) {
  const { value, error } = useAnswer((signal) => server.writes(at, 0, signal), subject, version);
  if (error) return <Problem error={error} />;
  if (value === undefined) return null;
  if (value.total === 0) return <Hint>Nothing has run from this checkpoint.</Hint>;
  return <Writes key={value.total} at={at} first={value} />;
}

function Writes({ at, first }: { readonly at: At; readonly first: WritesPage }) {
  const [writes, setWrites] = useState(first.writes);
  const load = async () => {
    const page = await server.writes(at, writes.length);
    setWrites([...writes, ...page.writes]);
  };
  return (
    <>
      {writes.map((write, i) => {
        const isFirst = write.taskId !== writes[i - 1]?.taskId;
        return (
          <>
            {isFirst && <TaskHead write={write} />}
            <Write key={`${write.taskId} ${write.idx}`} at={at} write={write} position={i} />
          </>
        );
      })}
      {writes.length < first.total && (
        <More label={`${number(first.total - writes.length)} more`} load={load} />
      )}
    </>
  );
}

function TaskHead({ write: { taskId, path } }: { readonly write: WriteInfo }) {
  return (
    <h3 class="task-head">
      <code class="id">
        <Text>{taskId}</Text>
      </code>
      {path !== "" && (
        <code class="path">
          <Text>{path}</Text>
        </code>
      )}
    </h3>
  );
}

interface WriteProps {
  readonly at: At;
  readonly write: WriteInfo;
  readonly position: number;
}

function Write({ at, write, position }: WriteProps) {
  const [isOpen, setIsOpen] = useState(false);
  const source = { ...at, position };
  const { value, error } = useAnswer(
    (signal) => server.value(source, [], 0, signal),
    isOpen ? `${at.thread} ${at.namespace} ${at.id} ${write.taskId} ${write.idx}` : undefined,
  );
  return (
    <section class="channel">
      <button
        {...{ type: "button", class: "channel-head", "aria-expanded": isOpen }}
        onClick={() => setIsOpen(!isOpen)}
      >
        <span class="chevron">
          <Icon name={isOpen ? "open" : "closed"} />
        </span>
        <strong class="channel-name">
          <Text>{write.channel}</Text>
        </strong>
        <span class="size">{bytes(write.bytes)}</span>
      </button>
      {isOpen && error && <Problem error={error} />}
      {isOpen && value && <Value shape={value} source={source} />}
    </section>
  );
}
