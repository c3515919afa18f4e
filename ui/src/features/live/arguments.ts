/** Splits a line into arguments as a shell would, with quotes and backslashes. */
export function splitArguments(line: string): string[] {
  const found: string[] = [];
  let word = "";
  let open = false;
  let quote: string | null = null;
  for (let at = 0; at < line.length; at++) {
    const sign = line[at] ?? "";
    if (sign === "\\" && quote !== "'" && at + 1 < line.length) {
      word += line[++at];
      open = true;
    } else if (quote) {
      if (sign === quote) quote = null;
      else word += sign;
    } else if (sign === "'" || sign === '"') {
      quote = sign;
      open = true;
    } else if (/\s/.test(sign)) {
      if (open || word) found.push(word);
      word = "";
      open = false;
    } else word += sign;
  }
  if (open || word) found.push(word);
  return found;
}
