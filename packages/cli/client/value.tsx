import { useState } from "preact/hooks";
import { number } from "../src/units.ts";
import type { ItemsShape, Shape } from "../src/view/api.ts";
import { Icon } from "./icons.tsx";
import { type Source, server } from "./server.ts";
import { Problem, Text } from "./text.tsx";

interface Props {
  readonly shape: Shape;
  /** Where the rest of it is found; undefined where nothing more can be asked for. */
  readonly source: Source | undefined;
  readonly path?: readonly number[];
}

/** A stored value: what is small is open, the rest is asked for when it is opened. */
export function Value({ shape, source, path = [] }: Props) {
  if (shape.kind === "text") return <LongText shape={shape} source={source} path={path} />;
  if (shape.kind === "word") {
    return (
      <code class="word">
        <Text>{shape.text}</Text>
      </code>
    );
  }
  if (shape.kind === "unreadable") {
    return (
      <em class="unreadable">
        <Text>{shape.text}</Text>
      </em>
    );
  }
  return <Items shape={shape} source={source} path={path} />;
}

type TextShape = Shape & { readonly kind: "text" };

function LongText({ shape, source, path = [] }: Props & { shape: TextShape }) {
  const [more, setMore] = useState("");
  const shown = shape.text + more;
  const rest = shape.length - shown.length;
  const load = async () => {
    const next = source && (await server.value(source, path, shown.length));
    if (next?.kind === "text") setMore(more + next.text);
  };
  return (
    <span class="text-value">
      {shown === "" ? <code class="word">""</code> : <Text>{shown}</Text>}
      {rest > 0 && <More label={`${number(rest)} more characters`} load={source && load} />}
    </span>
  );
}

function Items({ shape, source, path = [] }: Props & { shape: ItemsShape }) {
  const [items, setItems] = useState(shape.items);
  const [isOpen, setIsOpen] = useState(shape.items !== undefined);
  const count = items?.length ?? 0;
  const load = async () => {
    const next = source && (await server.value(source, path, count));
    if (next?.kind === "list" || next?.kind === "record") {
      setItems([...(items ?? []), ...(next.items ?? [])]);
    }
  };
  if (shape.size === 0) {
    return <code class="word">{`${shape.name ?? ""} ${shape.kind === "list" ? "[]" : "{}"}`}</code>;
  }
  const noun = shape.kind === "list" ? "items" : "fields";
  const title = `${shape.name ?? ""} ${number(shape.size)} ${shape.size === 1 ? noun.slice(0, -1) : noun}`;
  const toggled = () => {
    setIsOpen(!isOpen);
    if (items === undefined) load().catch(() => setIsOpen(false));
  };
  const isStuck = items === undefined && source === undefined;
  return (
    <div class="items">
      <button
        type="button"
        class="fold"
        aria-expanded={isOpen}
        onClick={toggled}
        disabled={isStuck}
      >
        <Icon name={isOpen ? "open" : "closed"} />
        <Text>{title}</Text>
      </button>
      {isOpen && (
        <dl>
          {items?.map(({ key, value }, i) => (
            <div class="item" key={key}>
              <dt>
                <Text>{key}</Text>
              </dt>
              <dd>
                <Value shape={value} source={source} path={[...path, i]} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {isOpen && items !== undefined && count < shape.size && (
        <More label={`${number(shape.size - count)} more`} load={source && load} />
      )}
    </div>
  );
}

/** Asks for the next part. Without a way to ask, it says only that there is more. */
export function More({ label, load }: { label: string; load: (() => Promise<void>) | undefined }) {
  const [error, setError] = useState<Error>();
  if (error !== undefined) return <Problem error={error} />;
  if (load === undefined) return <span class="hint">{` … ${label}`}</span>;
  return (
    <button type="button" class="more" onClick={() => load().catch(setError)}>
      {label}
    </button>
  );
}
