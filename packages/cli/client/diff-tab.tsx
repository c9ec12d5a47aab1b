import { number } from "../src/units.ts";
import type { ChannelDiff, Hunk, StepKey } from "../src/view/api.ts";
import { useAnswer } from "./answer.ts";
import { type Go, textOf } from "./place.ts";
import { type At, server } from "./server.ts";
import { Hint, Problem, Text } from "./text.tsx";

interface Props {
  readonly at: At;
  readonly subject: string;
  /** By default the parent. */
  readonly against: StepKey | undefined;
  readonly go: Go;
  readonly onPick: () => void;
}

/** What differs between the values of two steps. */
export function DiffTab({ at, subject, against, go, onPick }: Props) {
  const asked = `${subject}\n${against === undefined ? "" : textOf(against)}`;
  const { value, error } = useAnswer((signal) => server.diff(at, against, signal), asked);
  return (
    <>
      <p class="diff-head">
        <span>
          against{" "}
          {against !== undefined ? (
            <code class="id">
              <Text>{against.id}</Text>
            </code>
          ) : (
            "the parent"
          )}
        </span>
        <button type="button" onClick={onPick}>
          another step…
        </button>
        {against !== undefined && (
          <button type="button" onClick={() => go({ against: undefined }, true)}>
            the parent
          </button>
        )}
      </p>
      {error && <Problem error={error} />}
      {value?.channels.length === 0 && <Hint>The values are the same.</Hint>}
      {value?.channels.map((channel) => (
        <Channel key={channel.channel} diff={channel} />
      ))}
      {value !== undefined && value.same > 0 && value.channels.length > 0 && (
        <Hint>
          {number(value.same)} other {value.same === 1 ? "channel is" : "channels are"} the same.
        </Hint>
      )}
    </>
  );
}

function Channel({ diff }: { readonly diff: ChannelDiff }) {
  const { channel, change, hunks, hidden } = diff;
  return (
    <section class="channel">
      <h3>
        <Text>{channel}</Text> <span class="badge quiet">{change}</span>
      </h3>
      {hunks === undefined ? (
        <Hint>Too much differs to be told line by line. The tab State has the value.</Hint>
      ) : (
        <div class="diff">
          {hunks.map((hunk) => (
            <HunkLines key={hunk.after} hunk={hunk} />
          ))}
        </div>
      )}
      {hidden > 0 && <Hint>{number(hidden)} more lines differ.</Hint>}
    </section>
  );
}

const KINDS: Readonly<Record<string, string>> = { "+": "added", "-": "removed" };

function HunkLines({ hunk }: { readonly hunk: Hunk }) {
  return (
    <>
      <span class="hunk">{`@@ ${hunk.before} → ${hunk.after}`}</span>
      {hunk.lines.map((line) => (
        <span class={KINDS[line[0] ?? ""] ?? "kept"}>
          <span class="diff-sign">{line[0]}</span>
          <Text>{line.slice(1)}</Text>
        </span>
      ))}
    </>
  );
}
