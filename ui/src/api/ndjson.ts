/** Hands every complete line of a stream of text to `onLine`, and the last one without its end. */
export async function splitLines(
  reader: { read(): Promise<{ done: boolean; value?: string | undefined }> },
  onLine: (line: string) => void,
): Promise<void> {
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + (value ?? "")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim()) onLine(line);
  }
  if (rest.trim()) onLine(rest);
}
