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
      name: "adapters-know-core-only",
      severity: "error",
      from: { path: `^packages/${ADAPTERS}/src` },
      to: { path: "^packages/", pathNot: `^packages/(core/|$1/)` },
    },
    {
      name: "only-tests-know-the-suite",
      comment: "The comparison, which is not published, counts on the wire as the suite does.",
      severity: "error",
      from: { pathNot: "^(packages/(conformance|testing|compare)/|packages/[^/]+/test/|test/)" },
      to: { path: "^packages/conformance/" },
    },
    {
      name: "only-tests-know-what-tests-share",
      severity: "error",
      from: { pathNot: "^(packages/testing/|packages/[^/]+/test/|test/)" },
      to: { path: "^packages/testing/" },
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
