import { expect, it } from "vitest";
import { serializerPage } from "../src/serializer-table.ts";

it("the guide's table says what the serializers do; `npm run docs:serializer` writes it", async () => {
  const { current, fresh } = await serializerPage();
  expect(current).toBe(fresh);
});
