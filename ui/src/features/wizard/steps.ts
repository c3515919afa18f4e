export type Step = "source" | "answers" | "place" | "preview" | "platform" | "create";

export const steps: readonly { id: Step; label: string; optional?: boolean }[] = [
  { id: "source", label: "Source" },
  { id: "answers", label: "Answers" },
  { id: "place", label: "Place" },
  { id: "preview", label: "Preview" },
  { id: "platform", label: "Platform", optional: true },
  { id: "create", label: "Create" },
];
