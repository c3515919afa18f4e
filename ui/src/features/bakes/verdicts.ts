import ChevronsRight from "@lucide/svelte/icons/chevrons-right";
import CircleHelp from "@lucide/svelte/icons/circle-question-mark";
import CircleX from "@lucide/svelte/icons/circle-x";
import Database from "@lucide/svelte/icons/database";
import Play from "@lucide/svelte/icons/play";

import type { StepVerdict } from "../../api/views";

/** What becomes of a task: a sign and a word, so that the colour says nothing by itself. */
export const verdictSigns = {
  run: { icon: Play, word: "Run", long: "run" },
  reuse: { icon: Database, word: "Reuse", long: "reuse" },
  skip: { icon: ChevronsRight, word: "Skip", long: "skip" },
  unknown: { icon: CircleHelp, word: "Open", long: "open until others have run" },
  fail: { icon: CircleX, word: "Fail", long: "fail" },
} satisfies Record<StepVerdict, object>;
