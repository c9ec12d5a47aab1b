import { useState } from "preact/hooks";
import { bytes } from "../src/units.ts";
import type { ChannelInfo } from "../src/view/api.ts";
import { useAnswer } from "./answer.ts";
import { Icon } from "./icons.tsx";
import { type At, server } from "./server.ts";
import { Hint, Problem, Text } from "./text.tsx";
import { Value } from "./value.tsx";

/** Values up to this size are open from the beginning, in bytes. */
const SMALL = 4000;

/** The channels at a step. Their values are asked for when they are opened. */
export function StateTab({ at, subject }: { readonly at: At; readonly subject: string }) {
  const { value, error } = useAnswer((signal) => server.channels(at, signal), subject);
  if (error) return <Problem error={error} />;
  if (value === undefined) return null;
  if (value.length === 0) return <Hint>The state is empty.</Hint>;
  return (
    <>
      {value.map((channel) => (
        <Channel key={channel.channel} at={at} info={channel} subject={subject} />
      ))}
    </>
  );
}

interface Props {
  readonly at: At;
  readonly info: ChannelInfo;
  readonly subject: string;
}

function Channel({ at, info, subject }: Props) {
  const { channel, bytes: size, changed, version } = info;
  const [isOpen, setIsOpen] = useState((size ?? 0) <= SMALL);
  const source = { ...at, channel };
  const { value, error } = useAnswer(
    (signal) => server.value(source, [], 0, signal),
    isOpen ? `${subject}\n${channel}` : undefined,
  );
  return (
    <section class="channel">
      <button
        {...{
          type: "button",
          class: "channel-head",
          "aria-expanded": isOpen,
          title: `version ${version}`,
        }}
        onClick={() => setIsOpen(!isOpen)}
      >
        <span class="chevron">
          <Icon name={isOpen ? "open" : "closed"} />
        </span>
        <strong class="channel-name">
          <Text>{channel}</Text>
        </strong>
        {changed && <span class="badge">changed</span>}
        <span class="size">{size === undefined ? "" : bytes(size)}</span>
      </button>
      {isOpen && error && <Problem error={error} />}
      {isOpen && value && <Value shape={value} source={source} />}
    </section>
  );
}
