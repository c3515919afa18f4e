import type { DiagnosticView, Failure } from "../api/views";

export function placeText({ file, line, column }: DiagnosticView): string {
  return `${file}:${line}:${column}`;
}

/** A failure as text, for a report. */
export function failureText(failure: Failure, title?: string): string {
  return [
    title,
    failure.message,
    failure.hint,
    failure.field ? `Field: ${failure.field}` : null,
    ...failure.diagnostics.map((found) => `${placeText(found)}: ${found.message} [${found.code}]`),
    `Code: ${failure.code}`,
  ]
    .filter(Boolean)
    .join("\n");
}

export function diagnosticText(found: DiagnosticView): string {
  return [
    `${placeText(found)}: ${found.severity}: ${found.message} [${found.code}]`,
    found.source ? `  ${found.source}\n  ${caretLine(found)}` : null,
    found.help ? `  help: ${found.help}` : null,
  ]
    .filter(Boolean)
    .join("\n");
}

/** Spaces and carets that stand below the marked part of the source line. */
export function caretLine({ source, line, column, endLine, endColumn }: DiagnosticView): string {
  const start = Math.max(0, column - 1);
  const end = endLine === line ? endColumn - 1 : [...source].length;
  const lead = [...source].slice(0, start).map((sign) => (sign === "\t" ? "\t" : " "));
  return lead.join("").padEnd(start) + "^".repeat(Math.max(1, end - start));
}
