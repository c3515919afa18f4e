/** Every screen has an address; this is the one list of them. */
export type BakeTab = "graph" | "timeline" | "table" | "compare";

const bakeTabs: readonly BakeTab[] = ["graph", "timeline", "table", "compare"];

export type SettingsSection = "look" | "platform" | "credentials" | "templates" | "diagnostics";

export type Place =
  | { screen: "home" }
  | { screen: "new" }
  | { screen: "settings"; section: SettingsSection }
  | { screen: "live"; project: string | null; row: string | null }
  | { screen: "bakes"; project: string | null }
  | { screen: "template"; project: string }
  | { screen: "newBake"; project: string; batch: string | null }
  | { screen: "bake"; project: string; bake: string; tab: BakeTab; task: string | null };

const sections: readonly SettingsSection[] = [
  "look",
  "platform",
  "credentials",
  "templates",
  "diagnostics",
];

const inProject = (project: string | null, rest: string) =>
  project === null ? `#/${rest}` : `#/p/${encodeURIComponent(project)}/${rest}`;

function withQuery(address: string, query: Record<string, string | null>): string {
  const parts = Object.entries(query).flatMap(([key, value]) =>
    value === null ? [] : [`${key}=${encodeURIComponent(value)}`],
  );
  return parts.length ? `${address}?${parts.join("&")}` : address;
}

export function addressOf(place: Place): string {
  switch (place.screen) {
    case "home":
      return "#/home";
    case "new":
      return "#/new";
    case "settings":
      return `#/settings/${place.section}`;
    case "live":
      return withQuery(inProject(place.project, "live"), { row: place.row });
    case "bakes":
      return inProject(place.project, "bakes");
    case "template":
      return inProject(place.project, "template");
    case "newBake":
      return withQuery(inProject(place.project, "new-bake"), { batch: place.batch });
    case "bake": {
      const tab = place.tab === "graph" ? null : place.tab;
      const address = inProject(place.project, `bakes/${encodeURIComponent(place.bake)}`);
      return withQuery(address, { tab, task: place.task });
    }
  }
}

/** The place of an address; home where there is none. */
export function placeOf(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split("?");
  const parts = path.split("/").map(decoded);
  const asked = new URLSearchParams(query);
  if (parts[0] === "p" && parts[1]) return inside(parts[1], parts.slice(2), asked);
  if (parts[0] === "new") return { screen: "new" };
  if (parts[0] === "live") return { screen: "live", project: null, row: null };
  if (parts[0] === "bakes") return { screen: "bakes", project: null };
  if (parts[0] === "settings") {
    return { screen: "settings", section: sections.find((name) => name === parts[1]) ?? "look" };
  }
  return { screen: "home" };
}

function inside(project: string, parts: string[], asked: URLSearchParams): Place {
  if (parts[0] === "template") return { screen: "template", project };
  if (parts[0] === "new-bake") return { screen: "newBake", project, batch: asked.get("batch") };
  if (parts[0] === "bakes" && parts[1]) {
    const tab = bakeTabs.find((name) => name === asked.get("tab")) ?? "graph";
    return { screen: "bake", project, bake: parts[1], tab, task: asked.get("task") };
  }
  if (parts[0] === "bakes") return { screen: "bakes", project };
  return { screen: "live", project, row: asked.get("row") };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function projectOf(place: Place): string | null {
  return "project" in place ? place.project : null;
}
