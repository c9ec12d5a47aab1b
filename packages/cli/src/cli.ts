import manifest from "../package.json" with { type: "json" };

/** As `engines` of the package has it, `>=20.12`. */
const oldest = manifest.engines.node.slice(">=".length);
const [major = 0, minor = 0] = oldest.split(".").map(Number);
const [ownMajor = 0, ownMinor = 0] = process.versions.node.split(".").map(Number);

// The program itself does not load on an older Node.
if (ownMajor < major || (ownMajor === major && ownMinor < minor)) {
  process.stderr.write(
    `error: waypost needs Node ${oldest} or newer, and this is ${process.versions.node}; update Node.\n`,
  );
  process.exitCode = 2;
} else {
  await import("./main.ts");
}
