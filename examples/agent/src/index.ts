export { ACTS, type Act, actFrom, playAct } from "./acts.ts";
export { type WeatherAgent, weatherAgent } from "./agent.ts";
