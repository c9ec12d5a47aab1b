import { context, SpanKind, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { DATABASE_URL, playAct, say } from "@waypost/example-agent";
import { PgSaver } from "@waypost/pg";
import { traceWaypost } from "./spans.ts";

// Yours would send them to a collector: BatchSpanProcessor and an OTLP exporter.
const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
trace.setGlobalTracerProvider(provider);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
traceWaypost();

await using saver = PgSaver.fromConnString(DATABASE_URL, {
  schema: "example_opentelemetry",
});
await saver.setup();
exporter.reset();

// As your web framework does for each request.
const act = process.argv[2] ?? "";
await trace.getTracer("application").startActiveSpan(act, async (request) => {
  await playAct(saver);
  await saver.copyThread("nothing", "copy").catch(() => {}); // there is no such thread
  request.end();
});

const count = (n: unknown, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;
const spans = exporter.getFinishedSpans();
const request = spans.find((span) => span.name === act);
const children = spans.filter(
  (span) => span.parentSpanContext?.spanId === request?.spanContext().spanId,
);
say(`spans, all ${children.length} below "${act}"`);
for (const { name, kind, attributes } of children) {
  const facts = [
    "waypost.statements" in attributes && count(attributes["waypost.statements"], "statement"),
    count(attributes["waypost.rows"] ?? attributes["db.response.returned_rows"], "row"),
    SpanKind[kind],
    attributes["db.system.name"],
    "error.type" in attributes && `error ${attributes["error.type"]}`,
  ];
  say(`  ${name}: ${facts.filter(Boolean).join(", ")}`);
}
await provider.shutdown();
