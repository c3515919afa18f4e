import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";

import svelteConfig from "./svelte.config.js";

/** Imports go app -> features -> shared -> api; features do not know one another. */
const layers = [
  { files: ["src/api/**"], forbid: ["**/shared/**", "**/features/**", "**/app/**"] },
  { files: ["src/shared/**"], forbid: ["**/features/**", "**/app/**"] },
  { files: ["src/features/**"], forbid: ["**/app/**"], forbidAlso: "^\\.\\./(?!\\.\\./)" },
];

const tauri = {
  group: ["@tauri-apps/*"],
  message: "Only api/tauri.ts knows Tauri; everything else talks to Host.",
};

export default ts.config(
  { ignores: ["dist/", "node_modules/", "src/api/generated/"] },
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      "no-console": "error",
      "no-restricted-imports": ["error", { patterns: [tauri] }],
      "svelte/no-navigation-without-resolve": "off",
      // Svelte's own check reports ignores that ignore nothing.
      "svelte/no-unused-svelte-ignore": "off",
      // Only what a component reads has to be reactive; these classes say so themselves with $state.
      "svelte/prefer-svelte-reactivity": "off",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { varsIgnorePattern: "^_", argsIgnorePattern: "^_" },
      ],
      "@typescript-eslint/no-non-null-assertion": "error",
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  ...layers.map(({ files, forbid, forbidAlso }) => {
    const message = "Imports go app -> features -> shared -> api.";
    const patterns = [tauri, { group: forbid, message }];
    if (forbidAlso) patterns.push({ regex: forbidAlso, message });
    return { files, rules: { "no-restricted-imports": ["error", { patterns }] } };
  }),
  { files: ["src/api/tauri.ts"], rules: { "no-restricted-imports": "off" } },
);
