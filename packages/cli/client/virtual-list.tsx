import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** Rows that are drawn above and below what is seen. */
const MARGIN = 12;

interface Props {
  readonly label: string;
  readonly role: "listbox" | "tree";
  readonly count: number;
  readonly rowHeight: number;
  readonly row: (index: number) => ComponentChildren;
  /** Called with the rows that are drawn. */
  readonly onRange?: (first: number, last: number) => void;
  /** Scrolled into view whenever it changes. */
  readonly at?: number | undefined;
  /** Where the list is longer than before and its end was in view, the end stays in view. */
  readonly sticksToEnd?: boolean;
  readonly children?: ComponentChildren;
}

/** A list of rows of one height, of which only those in view are drawn. */
export function VirtualList(props: Props) {
  const { label, role, count, rowHeight, row, onRange, at, sticksToEnd = false, children } = props;
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(false);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(800);
  useLayoutEffect(() => {
    const element = box.current as HTMLDivElement;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const element = box.current as HTMLDivElement;
    if (sticksToEnd && atEnd.current) element.scrollTop = element.scrollHeight;
  }, [count, sticksToEnd]);
  useLayoutEffect(() => {
    const element = box.current as HTMLDivElement;
    if (at === undefined || at < 0) return;
    const [from, to] = [at * rowHeight, (at + 1) * rowHeight];
    if (from >= element.scrollTop && to <= element.scrollTop + element.clientHeight) return;
    element.scrollTop = from - element.clientHeight / 2;
  }, [at, rowHeight]);
  const first = Math.max(0, Math.floor(top / rowHeight) - MARGIN);
  const last = Math.min(count - 1, Math.ceil((top + height) / rowHeight) + MARGIN);
  useEffect(() => onRange?.(first, last), [first, last, onRange]);
  const scrolled = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: ScrollEvent) => {
    atEnd.current = scrollTop + clientHeight > scrollHeight - rowHeight;
    setTop(scrollTop);
  };
  const indexes = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  return (
    <div class="list" ref={box} onScroll={scrolled} {...{ role, tabIndex: 0, "aria-label": label }}>
      <div class="list-rows" style={{ height: `${count * rowHeight}px` }}>
        <div style={{ transform: `translateY(${first * rowHeight}px)` }}>{indexes.map(row)}</div>
      </div>
      {children}
    </div>
  );
}

type ScrollEvent = { readonly currentTarget: HTMLDivElement };
