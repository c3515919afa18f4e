/**
 * Signs that change how a text looks without being seen: control characters, marks that turn the
 * direction of writing, blanks of no width, and tags. Line feed and tab stay.
 */
const unseen =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** A text of others with every unseen sign written out, such as `‹U+202E›`. */
export function visible(text: string): string {
  return text.replace(unseen, (sign) => {
    const code = (sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    return `‹U+${code}›`;
  });
}

/** The same for a name or a path, which has neither lines nor tabs. */
export function visibleName(name: string): string {
  return visible(name).replace(/[\n\t]/g, (sign) => (sign === "\n" ? "‹U+000A›" : "‹U+0009›"));
}
