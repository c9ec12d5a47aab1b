import type { Mode, Saver } from "@waypost/conformance";

/** Whether the server under test is the coordinator of a Citus cluster, over which all tables are to be spread. */
export const IS_DISTRIBUTED = process.env.CITUS_URL !== undefined;

/** The mode with savers whose `setup()` distributes the tables. */
export function distributed(mode: Mode): Mode {
  const { begin } = mode;
  return {
    ...mode,
    distributed: true,
    open: async (url, options) => distributing(await mode.open(url, options)),
    ...(begin && { begin: async (url, options) => distributing(await begin(url, options)) }),
  };
}

function distributing<Opened extends { readonly saver: Saver }>(opened: Opened): Opened {
  const { saver } = opened;
  const setup = saver.setup.bind(saver);
  saver.setup = (options) => setup({ distribute: "citus", ...options });
  return opened;
}
