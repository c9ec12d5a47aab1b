import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";

const FILE = fileURLToPath(new URL("../docker/compose.yaml", import.meta.url));

/** The command of compose 2 or newer on this machine, which needs no engine to check a file. */
const compose = [["docker", "compose"], ["docker-compose"]].find((command) =>
  /^v?([2-9]|[1-9]\d)\./.test(run(command, "version", "--short").stdout ?? ""),
);

function run([program, ...first]: readonly string[], ...args: string[]) {
  return spawnSync(program ?? "", [...first, ...args], { encoding: "utf8" });
}

interface Service {
  image: string;
  healthcheck?: { test: string[] };
  ports: { published: string; target: number; host_ip?: string }[];
  environment: Record<string, string>;
  volumes?: { type: string; source: string; target: string }[];
  depends_on?: Record<string, { condition: string }>;
}

describe.skipIf(compose === undefined)("docker/compose.yaml (needs docker compose 2)", () => {
  let services: Record<string, Service>;

  beforeAll(() => {
    const { status, stdout, stderr } = run(compose ?? [], "-f", FILE, "config", "--format", "json");
    expect(stderr).toBe("");
    expect(status).toBe(0);
    services = JSON.parse(stdout).services;
  });

  it("has Postgres on 5442 and PgBouncer on 6442, reachable from this machine only", () => {
    const ports = Object.entries(services).map(([name, { ports }]) => [
      name,
      ports.map((port) => `${port.host_ip}:${port.published}`),
    ]);
    expect(Object.fromEntries(ports)).toEqual({
      postgres: ["127.0.0.1:5442"],
      pgbouncer: ["127.0.0.1:6442"],
    });
  });

  it("pins every image to a full version", () => {
    for (const { image } of Object.values(services)) expect(image).toMatch(/:v?\d+\.\d+[\w.-]*$/);
  });

  it("checks the health of every service, and starts PgBouncer once Postgres is healthy", () => {
    for (const { healthcheck } of Object.values(services)) {
      expect(healthcheck?.test.length).toBeGreaterThan(1);
    }
    expect(services.pgbouncer?.depends_on?.postgres?.condition).toBe("service_healthy");
  });

  it("pools by transaction", () => {
    expect(services.pgbouncer?.environment.POOL_MODE).toBe("transaction");
  });

  it("keeps the data in a named volume, mounted where the image of Postgres 18 wants it", () => {
    expect(services.postgres?.volumes).toMatchObject([
      { type: "volume", source: "postgres-data", target: "/var/lib/postgresql" },
    ]);
  });
});
