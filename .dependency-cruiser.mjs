/** The folders of core, each of which imports from those before it only. */
const LAYERS = [
  "errors",
  "driver",
  "serializer",
  "input",
  "sharing",
  "schema",
  "sql",
  "execution",
  "locks",
  "checkpoints",
  "maintenance",
];
const CORE = "^packages/core/src";

const layers = LAYERS.map((layer, i) => ({
  name: `core-${layer}-looks-back-only`,
  comment: `${layer} may import from ${LAYERS.slice(0, i).join(", ") || "nothing"}.`,
  severity: "error",
  from: { path: `${CORE}/${layer}/` },
  to: { path: `${CORE}/`, pathNot: `${CORE}/(${LAYERS.slice(0, i + 1).join("|")})/` },
}));

const ADAPTERS = "(pg|postgres-js|kysely)";

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...layers,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "core-knows-no-driver",
      severity: "error",
      from: { path: CORE },
      to: { path: "^packages/(?!core/)" },
    },
    {
      name: "adapters-know-core-and-store-only",
      severity: "error",
      from: { path: `^packages/${ADAPTERS}/src` },
      to: { path: "^packages/", pathNot: `^packages/(core/|store/|$1/)` },
    },
    {
      name: "store-knows-core-only",
      severity: "error",
      from: { path: "^packages/store/src" },
      to: { path: "^packages/", pathNot: "^packages/(core|store)/" },
    },
    {
      name: "savers-do-without-the-store",
      comment: "Who does not import the store must not load it.",
      severity: "error",
      from: { path: `^packages/${ADAPTERS}/src/(?!store)` },
      to: { path: "^packages/store/" },
    },
    {
      name: "what-users-install-knows-no-tests",
      severity: "error",
      from: { path: `^packages/(core|store|cli|dev-postgres|conformance|${ADAPTERS})/src` },
      to: { path: "^packages/(testing|compare)/" },
    },
    {
      name: "only-tests-know-the-suite",
      severity: "error",
      from: { path: `^packages/(core|store|cli|dev-postgres|${ADAPTERS})/src` },
      to: { path: "^packages/conformance/" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["waypost-source", "import", "types"],
      extensions: [".ts", ".js"],
    },
  },
};
