import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { number } from "../src/units.ts";
import type { MessageInfo, MessagesPage } from "../src/view/api.ts";
import { useAnswer } from "./answer.ts";
import { Icon } from "./icons.tsx";
import { type At, type Source, server } from "./server.ts";
import { Hint, Problem, Text } from "./text.tsx";
import { More, Value } from "./value.tsx";

/** The conversation in the state at a step. */
export function MessagesTab({ at, subject }: { readonly at: At; readonly subject: string }) {
  const [channel, setChannel] = useState<string>();
  const asked = `${subject}\n${channel ?? ""}`;
  const { value, error } = useAnswer(
    (signal) => server.messages(at, channel, undefined, signal),
    asked,
  );
  if (error) return <Problem error={error} />;
  if (value === undefined) return null;
  if (value.channel === undefined) return <Hint>There are no messages at this checkpoint.</Hint>;
  return (
    <>
      {value.channels.length > 1 && (
        <p class="channels">
          {value.channels.map((one) => (
            <button
              {...{ type: "button", "aria-pressed": one.channel === value.channel }}
              onClick={() => setChannel(one.channel)}
            >
              <Text>{one.channel}</Text> {number(one.total)}
            </button>
          ))}
        </p>
      )}
      <Conversation key={asked} at={at} newest={value} />
    </>
  );
}

function Conversation({ at, newest }: { readonly at: At; readonly newest: MessagesPage }) {
  const [pages, setPages] = useState([newest]);
  const oldest = pages[0] as MessagesPage;
  const channel = newest.channel as string;
  const end = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => end.current?.scrollIntoView({ block: "end" }), []);
  const load = async () => {
    const page = await server.messages(at, channel, oldest.from);
    setPages([page, ...pages]);
  };
  return (
    <div class="conversation">
      {oldest.from > 0 && <More label={`${number(oldest.from)} earlier messages`} load={load} />}
      {pages.flatMap(({ messages, from }) =>
        messages.map((message, i) => (
          <Message key={from + i} message={message} source={{ ...at, channel }} />
        )),
      )}
      <div ref={end} />
    </div>
  );
}

function Message({ message, source }: { readonly message: MessageInfo; readonly source: Source }) {
  const { type, name, isNew, blocks, calls, artifact, status, toolCallId } = message;
  const kind = ["human", "user"].includes(type)
    ? "human"
    : ["ai", "assistant"].includes(type)
      ? "ai"
      : type === "tool"
        ? "tool"
        : "other";
  return (
    <article class={`message ${kind}${isNew ? " new" : ""}`}>
      <header>
        <strong>
          <Text>{name === undefined ? type : `${type} ${name}`}</Text>
        </strong>
        {status === "error" && (
          <span class="badge failed">
            <Icon name="failed" /> error
          </span>
        )}
        {toolCallId !== undefined && (
          <code class="id">
            <Text>{toolCallId}</Text>
          </code>
        )}
        {isNew && <span class="badge quiet">new in this step</span>}
      </header>
      {blocks.map(({ type: blockType, value, path }) => (
        <div class={blockType === "text" ? "said" : "block"}>
          {blockType !== "text" && (
            <span class="badge quiet">
              <Text>{blockType}</Text>
            </span>
          )}
          <Value shape={value} source={path && source} path={path} />
        </div>
      ))}
      {calls.map((call) => (
        <div class="call">
          <p>
            <Icon name="call" /> <Text>{call.name}</Text>
            {call.id !== undefined && (
              <code class="id">
                <Text>{call.id}</Text>
              </code>
            )}
          </p>
          <Value shape={call.value} source={call.path && source} path={call.path} />
        </div>
      ))}
      {artifact && (
        <div class="artifact">
          <span class="badge quiet">artifact</span>
          <Value shape={artifact.value} source={artifact.path && source} path={artifact.path} />
        </div>
      )}
    </article>
  );
}
