import { playAct } from "@waypost/example-agent";
import { openSaver } from "./saver.ts";

await using saver = await openSaver();

await playAct(saver);
