export { ACTS, type Act, playAct, THREAD } from "./acts.ts";
export { chatModel, getWeather, type WeatherAgent, weatherAgent } from "./agent.ts";
export { DATABASE_URL } from "./database.ts";
export { say, sayBranch, sayMessage, shortId } from "./say.ts";
