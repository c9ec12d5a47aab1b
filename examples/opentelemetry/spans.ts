import { subscribe } from "node:diagnostics_channel";
import { type Attributes, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { OperationEvent, StatementEvent } from "@waypost/pg";

const tracer = trace.getTracer("waypost");

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** A span for what has just ended, below the span that is active where it was called. */
function span(
  name: string,
  kind: SpanKind,
  { durationMs, errorCode }: { durationMs: number; errorCode: string | undefined },
  attributes: Attributes,
): void {
  const end = Date.now();
  const ended = tracer.startSpan(name, { kind, startTime: end - durationMs, attributes });
  if (errorCode !== undefined) {
    ended.setAttribute("error.type", errorCode);
    if (SQLSTATE.test(errorCode)) ended.setAttribute("db.response.status_code", errorCode);
    ended.setStatus({ code: SpanStatusCode.ERROR });
  }
  ended.end(end);
}

/** Publishes operations and statements of all savers of this process, by the stable conventions for databases. */
export function traceWaypost(): void {
  subscribe("waypost.operation", (message) => {
    const event = message as OperationEvent;
    span(event.operation, SpanKind.INTERNAL, event, {
      "waypost.thread_id": event.threadId,
      "waypost.tries": event.tries,
      "waypost.statements": event.statements,
      "waypost.rows": event.rows,
      "waypost.bytes": event.bytes,
      "waypost.bytes_sent": event.bytesSent,
    });
  });
  subscribe("waypost.statement", (message) => {
    const event = message as StatementEvent;
    span(event.name || "postgresql", SpanKind.CLIENT, event, {
      "db.system.name": "postgresql",
      "db.query.text": event.text, // with placeholders: it never holds values
      "db.query.summary": event.name || undefined,
      "db.response.returned_rows": event.rows,
    });
  });
}
