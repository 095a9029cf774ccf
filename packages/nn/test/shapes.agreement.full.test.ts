// Many times more calls than in the quick run: see NABLA_DRAWS in vitest.config.ts.

import "./shapes.agreement.test.js";
