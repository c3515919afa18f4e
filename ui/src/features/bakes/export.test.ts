import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { failure } from "../../api";
import { FakeHost } from "../../api/fake";
import type { BakeView, TaskView } from "../../api/views";
import { Desk } from "../../shared/desk.svelte";
import { BakePageState } from "./bake-page.svelte";
import { ExportForm } from "./export-form.svelte";
import ExportChoices from "./ExportChoices.svelte";

const task = (id: string, family: string | null) =>
  ({ id, label: id, family, group: null, kind: "task", state: "succeeded" }) as TaskView;

/** The page of an attempt with two tasks of one matrix and one besides. */
function opened() {
  const host = new FakeHost({
    graph_export: ({ path }) => ({ path, bytes: 3000, stats: null }),
  });
  const page = new BakePageState(new Desk(host), "/p", "bake-1");
  page.view.set({
    row: { id: "bake-1", name: "nightly", batch: "sweep", state: "succeeded" },
    attempt: 2,
    tasks: [task("fit-1", "fit"), task("fit-2", "fit"), task("report", null)],
  } as BakeView);
  return { host, page, form: new ExportForm(new Desk(host), page) };
}

describe("the export of a graph", () => {
  it("writes what is shown, light and on a page as large as the graph, if nothing is chosen", async () => {
    const { host, page, form } = opened();
    page.picture.folding = { folded: ["fit"], opened: [] };
    host.file = "/home/me/x.pdf";
    await form.save();
    expect(host.asked("graph_export")).toEqual([
      {
        project: "/p",
        subject: { kind: "bake", bake: "bake-1", attempt: 2 },
        theme: "light",
        direction: "right",
        format: "pdf",
        path: "/home/me/x.pdf",
        folding: { folded: ["fit"], opened: [] },
        fold: { kind: "nothing" },
        at: null,
        page: "fit",
        orientation: "auto",
        scale: 2,
        stats: false,
      },
    ]);
    expect(form.saved?.path).toBe("/home/me/x.pdf");
    expect(form.command).toBe("bakehouse graph bake-1 -o nightly.pdf -k 2 --fold fit -C /p");
    await form.show();
    expect(host.opened).toEqual(["/home/me/x.pdf"]);
  });

  it("says each choice in the command, and only where it means something", () => {
    const { form } = opened();
    [form.theme, form.turned, form.fold] = ["dark", "down", "open"];
    [form.paper, form.orientation, form.scale] = ["a3", "landscape", 4];
    const start = "bakehouse graph bake-1 -o nightly";
    expect(form.command).toBe(
      `${start}.pdf -k 2 --theme dark --direction down --open fit --paper a3:landscape -C /p`,
    );
    form.format = "png";
    expect(form.command).toContain("--open fit --scale 4 -C /p");
    [form.format, form.fold] = ["mermaid", "folded"];
    expect(form.command).toBe(`${start}.mmd -k 2 --direction down --fold all -C /p`);
    expect(form.request("/x").fold).toEqual({ kind: "all" });
  });

  it("shows the states of the moment that the slider shows", () => {
    const { page, form } = opened();
    page.time.at = Date.UTC(2026, 10, 24, 10, 55);
    expect(form.request("/x").at).toBe("2026-11-24T10:55:00.000Z");
    expect(form.command).toContain("--at 2026-11-24T10:55:00.000Z");
  });

  it("writes nothing when no place is chosen, and tells why a place cannot be written", async () => {
    const { host, form } = opened();
    await form.save();
    expect(host.calls).toEqual([]);
    host.file = "/no/x.pdf";
    host.replies.graph_export = () => {
      throw failure("invalid", "The folder /no does not exist.");
    };
    await form.save();
    expect(form.failure?.message).toBe("The folder /no does not exist.");
    expect([form.saved, form.busy]).toEqual([null, false]);
  });

  it("offers paper for a PDF, size for a PNG, and a theme for pictures alone", async () => {
    const { form } = opened();
    render(ExportChoices, { form });
    const user = userEvent.setup();
    const group = (name: string) => screen.queryByRole("radiogroup", { name });
    const choose = (name: string) => user.click(screen.getByRole("radio", { name }));
    expect(group("Paper")).toBeTruthy();
    expect(group("Pages")).toBeNull();
    await choose("A4");
    expect(group("Pages")).toBeTruthy();
    await choose("PNG");
    expect([group("Paper"), group("Pages")]).toEqual([null, null]);
    expect(group("Size")).toBeTruthy();
    await choose("DOT");
    expect([group("Size"), group("Theme")]).toEqual([null, null]);
    expect(group("Direction")).toBeTruthy();
  });
});
