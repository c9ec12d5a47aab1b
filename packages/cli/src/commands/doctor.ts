import { Command } from "commander";
import { CHECKS } from "../checks.ts";
import { print, printJson, style } from "../output.ts";
import { globalsOf, Session } from "../session.ts";

const MARKS = {
  ok: style("green", "✓"),
  warning: style("yellow", "!"),
  problem: style("red", "✗"),
} as const;

export const doctorCommand = (): Command =>
  new Command("doctor")
    .description("check connection, pooler, rights, tables, settings and JIT, and say what to do")
    .action(async (_, command: Command) => {
      const globals = globalsOf(command);
      await using session = new Session(globals);
      const findings = [];
      for (const check of CHECKS) findings.push(...(await check(session)));
      if (globals.json) printJson(findings);
      else {
        for (const { level, what, advice } of findings) {
          print(`${MARKS[level]} ${what}${advice === undefined ? "" : `\n  ${advice}`}`);
        }
      }
      if (findings.some(({ level }) => level === "problem")) process.exitCode = 1;
    });
