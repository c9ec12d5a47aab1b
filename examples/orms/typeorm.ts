import { DATABASE_URL } from "@waypost/example-agent";
import { PgSaver } from "@waypost/pg";
import type pg from "pg";
import { DataSource } from "typeorm";
import { demonstrate, ITEM, schema } from "./order.ts";

const dataSource = await new DataSource({ type: "postgres", url: DATABASE_URL }).initialize();
const pool: pg.Pool = (dataSource.driver as unknown as { master: pg.Pool }).master;

await demonstrate("TypeORM", pool, new PgSaver(pool, { schema }), async (work) => {
  const queryRunner = dataSource.createQueryRunner();
  const client: pg.PoolClient = await queryRunner.connect();
  await queryRunner.startTransaction();
  try {
    await queryRunner.query(`INSERT INTO ${schema}.orders (item) VALUES ($1)`, [ITEM]);
    await work(new PgSaver(client, { schema }));
    await queryRunner.commitTransaction();
  } catch (error) {
    await queryRunner.rollbackTransaction();
    throw error;
  } finally {
    await queryRunner.release();
  }
});
await dataSource.destroy();
