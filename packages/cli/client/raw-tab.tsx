import { useState } from "preact/hooks";
import { number } from "../src/units.ts";
import type { Raw } from "../src/view/api.ts";
import { useAnswer } from "./answer.ts";
import { Copy } from "./copy.tsx";
import { type At, server } from "./server.ts";
import { Problem, Text } from "./text.tsx";
import { More } from "./value.tsx";

/** The row of a checkpoint as it is stored. */
export function RawTab({ at, subject }: { readonly at: At; readonly subject: string }) {
  const { value, error } = useAnswer((signal) => server.raw(at, 0, signal), subject);
  if (error) return <Problem error={error} />;
  return value === undefined ? null : <Row at={at} first={value} />;
}

function Row({ at, first }: { readonly at: At; readonly first: Raw }) {
  const [text, setText] = useState(first.text);
  const load = async () => setText(text + (await server.raw(at, text.length)).text);
  const rest = first.length - text.length;
  return (
    <>
      <p class="diff-head">
        <span>
          the row of <code>checkpoints</code> as JSON
        </span>
        <Copy label="Copy what is shown" text={text} />
      </p>
      <pre class="raw">
        <Text>{text}</Text>
      </pre>
      {rest > 0 && <More label={`${number(rest)} more characters`} load={load} />}
    </>
  );
}
