import { writeFileSync } from "node:fs";
import { serializerPage } from "../src/serializer-table.ts";

const { path, fresh } = await serializerPage();
writeFileSync(path, fresh);
