import type { StepInfo, TaskInfo } from "../src/view/api.ts";
import { Icon } from "./icons.tsx";
import type { Go } from "./place.ts";
import { Hint, Text } from "./text.tsx";
import { Value } from "./value.tsx";

/** What happened at a step, and what is under way from it. */
export function OverviewTab({ info, go }: { readonly info: StepInfo; readonly go: Go }) {
  const { ran, tasks, changes, next } = info;
  const asked = ran.filter(({ questions, error }) => questions.length > 0 || error !== undefined);
  return (
    <>
      {tasks.length + next.length > 0 && (
        <section>
          <h3>From here</h3>
          {tasks.map((task) => (
            <Task task={task} />
          ))}
          {next.length > 0 && (
            <p class="task">
              <Icon name="next" /> next: <Text>{next.join(", ")}</Text>
            </p>
          )}
        </section>
      )}
      {asked.length > 0 && (
        <section>
          <h3>On the way here</h3>
          {asked.map((task) => (
            <Task task={task} isPast />
          ))}
        </section>
      )}
      <section>
        <h3>Changed</h3>
        {changes.length === 0 ? (
          <Hint>Nothing of the application's state.</Hint>
        ) : (
          <Changes info={info} />
        )}
      </section>
      <section>
        <h3>Metadata</h3>
        <Value shape={info.metadata} source={undefined} />
      </section>
      <Relatives info={info} go={go} />
    </>
  );
}

function Changes({ info: { changes } }: { readonly info: StepInfo }) {
  return (
    <table class="changes">
      <tbody>
        {changes.map(({ node, channel, words }) => (
          <tr>
            <th scope="row">
              {node !== undefined && <Text>{`${node} `}</Text>}
              <Text>{channel ?? "→"}</Text>
            </th>
            <td>
              <Text>{words}</Text>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const WORDS = {
  done: "done, waits for the others",
  interrupted: "asks",
  failed: "failed",
  stopped: "stopped, runs again",
} as const;

function Task({ task, isPast = false }: { readonly task: TaskInfo; readonly isPast?: boolean }) {
  const { node, state, questions, answer } = task;
  // A task that is done may have been stopped before.
  const error = state === "done" && !isPast ? undefined : task.error;
  const hadFailed = isPast && error !== undefined;
  const words = isPast ? (hadFailed ? "failed, and ran again" : "asked") : WORDS[state];
  const shown = isPast ? (hadFailed ? "failed" : "interrupted") : state;
  return (
    <div class={`task ${shown}${isPast ? " past" : ""}`}>
      <p>
        <Icon name={shown} /> <Text>{node ?? "a task"}</Text> {words}
      </p>
      {error && (
        <pre class="error-text">
          <Text>{error.text}</Text>
        </pre>
      )}
      {error && error.value.kind === "record" && error.value.size > 2 && (
        <Value shape={error.value} source={undefined} />
      )}
      {questions.map((question) => (
        <blockquote>
          <Value shape={question} source={undefined} />
        </blockquote>
      ))}
      {answer && (
        <p class="answer">
          ↳ answer: <Value shape={answer} source={undefined} />
        </p>
      )}
    </div>
  );
}

/** Steps that this one comes from and leads to. */
function Relatives({ info, go }: { readonly info: StepInfo; readonly go: Go }) {
  const { parent, children, namespace } = info;
  const to = (id: string) => (
    <button
      {...{ type: "button", class: "id link", key: id }}
      onClick={() => go({ step: { namespace, id }, against: undefined })}
    >
      <Text>{id}</Text>
    </button>
  );
  return (
    <section class="relatives">
      <h3>Checkpoints</h3>
      <p>parent {parent === null ? "none" : to(parent)}</p>
      <p>children {children.length === 0 ? "none" : children.slice(0, 50).map(to)}</p>
      {namespace !== "" && (
        <p>
          namespace{" "}
          <code>
            <Text>{namespace}</Text>
          </code>
        </p>
      )}
    </section>
  );
}
