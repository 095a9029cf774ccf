// The declarations compile under earlier versions of TypeScript, with the same messages.

import { test } from "vitest";

import { expectMessages } from "./shape-messages.js";

const compilers = ["typescript-v5", "typescript-v6"];
test.each(compilers)("messages of %s", (version) => expectMessages(version), 300_000);
