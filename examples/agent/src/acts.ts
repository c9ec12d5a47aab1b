import { HumanMessage } from "@langchain/core/messages";
import type { RunnableConfig } from "@langchain/core/runnables";
import type { BaseCheckpointSaver } from "@langchain/langgraph";
import { type WeatherAgent, weatherAgent } from "./agent.ts";
import { questionsIn, say, sayBranch, sayMessage, shortId } from "./say.ts";

/** The story of every example. Each act runs in a process of its own: only Postgres connects them. */
export const ACTS = ["ask", "follow-up", "fork"] as const;
export type Act = (typeof ACTS)[number];

/** The thread that the acts talk in where none is named. */
export const THREAD = "weather-chat";

/** Where the acts talk, and about what. */
interface Story {
  readonly thread: string;
  readonly city: keyof typeof OTHER_CITY;
}

const OTHER_CITY = { sf: "nyc", nyc: "sf" } as const;

const questionsAbout = (city: Story["city"]): Readonly<Record<Act, string>> => ({
  ask: `what's the weather in ${city}`,
  "follow-up": "do I need a jacket there?",
  fork: `and what's the weather in ${OTHER_CITY[city]}?`,
});

/**
 * Plays the act that the command line names: `node index.ts ask|follow-up|fork [thread-id]`.
 *
 * @param story a thread for when the command line names none, and a city
 * @param args the act and the thread's id; by default those of this process
 * @returns the thread and the question that was asked in it
 * @throws if the conversation isn't as the acts before left it
 */
export async function playAct(
  checkpointer: BaseCheckpointSaver<number>,
  { thread: usual = THREAD, city = "sf" }: Partial<Story> = {},
  [name, thread = usual]: readonly string[] = process.argv.slice(2),
) {
  const act = ACTS.find((known) => known === name);
  if (act === undefined) throw new Error(`Name an act: ${ACTS.join(", ")}.`);
  const questions = questionsAbout(city);
  say(`process ${process.pid}, thread ${thread}`);
  if (act === "ask") await checkpointer.deleteThread(thread); // of an earlier run
  const agent = await weatherAgent(checkpointer);
  const config = { configurable: { thread_id: thread } };

  if (act === "ask") await ask(agent, questions.ask, config);
  if (act === "follow-up") await followUp(agent, questions, config);
  if (act === "fork") await fork(agent, questions, config);
  return { act, thread, question: questions[act] };
}

type Questions = ReturnType<typeof questionsAbout>;

/** Act 2: a new process, which knows the thread's id and nothing else. */
async function followUp(agent: WeatherAgent, questions: Questions, config: RunnableConfig) {
  const { values } = await agent.getState(config);
  const found = values.messages?.length ?? 0;
  if (found === 0) throw new Error("The thread is empty: run the act `ask` first.");
  say(`found ${found} messages of an earlier process in Postgres`);
  await ask(agent, questions["follow-up"], config);
}

/** Act 3: back to the moment before the follow-up, and on from there with another question. */
async function fork(agent: WeatherAgent, questions: Questions, config: RunnableConfig) {
  const original = await agent.getState(config);
  const earlier = await afterFirstTurn(agent, config);
  say(`going back to checkpoint ${shortId(earlier)}, after the first answer`);
  await ask(agent, questions.fork, earlier);

  const branches = {
    original: await agent.getState(original.config),
    fork: await agent.getState(config),
  };
  for (const [name, branch] of Object.entries(branches)) {
    say(`branch "${name}", checkpoint ${shortId(branch.config)}`);
    sayBranch(branch.values.messages);
  }
  expectQuestions(branches.original.values, [questions.ask, questions["follow-up"]]);
  expectQuestions(branches.fork.values, [questions.ask, questions.fork]);
  say("both branches are intact");
}

/** Asks a question at the tip of a thread, or at the checkpoint that the config names. */
async function ask(agent: WeatherAgent, question: string, config: RunnableConfig): Promise<void> {
  const before = (await agent.getState(config)).values.messages?.length ?? 0;
  const { messages } = await agent.invoke({ messages: [new HumanMessage(question)] }, config);
  for (const message of messages.slice(before)) sayMessage(message);
}

async function afterFirstTurn(agent: WeatherAgent, config: RunnableConfig) {
  for await (const state of agent.getStateHistory(config)) {
    const finished = state.next.length === 0;
    if (finished && questionsIn(state.values).length === 1) return state.config;
  }
  throw new Error("The thread has no first turn: run the act `ask` first.");
}

function expectQuestions(values: unknown, expected: readonly string[]): void {
  const found = questionsIn(values);
  if (found.join("\n") !== expected.join("\n")) {
    throw new Error(`Expected the questions ${expected.join(" / ")}, found ${found.join(" / ")}`);
  }
}
