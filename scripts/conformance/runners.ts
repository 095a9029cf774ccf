// Which file of records is run by what: one function for each kind of file but operators. A file
// has a head, which some kinds need, and cases.

import { runInitializer } from "./initializers.js";
import type { RecordedInitializer } from "./initializers.js";
import { runModule } from "./modules.js";
import type { RecordedModule } from "./modules.js";
import type { Outcome } from "./operators.js";

/** Runs a case of a file. */
type Runner = (recorded: unknown, id: string, head: unknown) => Outcome;

/** By the kinds that folder.ts tells apart. */
export const runners: Readonly<Record<string, Runner>> = {
  modules: (recorded, id) => runModule(recorded as RecordedModule, id),
  initializers: (recorded, id) => runInitializer(recorded as RecordedInitializer, id),
};
