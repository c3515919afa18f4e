import { configure, render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";

import { failure } from "../api";
import type { FakeHost } from "../api/fake";
import { madeUpHost } from "../fixture/host";
import { PathPrompt } from "../shared/path-prompt.svelte";
import App from "./App.svelte";

// Everything shares two cores with other tests.
configure({ asyncUtilTimeout: 10_000 });

const path = "/home/mira/code/wheat-heads";
const project = `#/p/${encodeURIComponent(path)}`;

async function open(hash: string, query = "", change: (host: FakeHost) => void = () => {}) {
  history.replaceState(null, "", hash);
  delete document.documentElement.dataset.ready;
  const host = madeUpHost(new URLSearchParams(query));
  change(host);
  render(App, { host, prompt: new PathPrompt() });
  await waitFor(() => expect(document.documentElement.dataset.ready).toBe("true"));
  return { host, user: userEvent.setup() };
}

const button = (name: string | RegExp) => screen.findByRole("button", { name });

describe("the window", () => {
  beforeEach(() => void (document.body.innerHTML = ""));

  it("shows what needs people, what runs, and the projects", async () => {
    await open("#/home");
    expect(await screen.findByText("Out of memory, 31.9 of 32 GiB")).toBeTruthy();
    expect(screen.getByText("5 of 8 tasks")).toBeTruthy();
    expect(await button("rye-lm")).toBeTruthy();
  });

  it("asks where credentials are kept, and takes the answer", async () => {
    const { host, user } = await open("#/home", "undecided");
    expect(screen.getByText("No keyring answers on the session bus.")).toBeTruthy();
    await user.click(await button("This session only"));
    expect(host.asked("credentials_choose")).toEqual([{ kind: "session" }]);
    await waitFor(() => expect(screen.queryByText("Where should credentials be kept?")).toBeNull());
  });

  it("offers another port where the platform could not be started", async () => {
    const { host, user } = await open("#/home", "off");
    await user.click(await button("Use this port"));
    expect(host.asked("platform_restart")).toEqual([{ port: 7472 }]);
  });

  it("says what failed where it failed, and tries again", async () => {
    let times = 0;
    const { user } = await open(`${project}/bakes`, "", (host) => {
      const answer = host.replies.bake_table;
      host.replies.bake_table = (request) => {
        if (times++ === 0) throw failure("unreachable", "The platform did not answer.");
        return answer?.(request) ?? Promise.reject(new Error("no answer"));
      };
    });
    expect(await screen.findByText("The platform did not answer.")).toBeTruthy();
    await user.click(await button("Retry"));
    expect(await screen.findByRole("table", { name: "Bakes" })).toBeTruthy();
  });

  it("makes a project step by step, and keeps the answers on the way back", async () => {
    const { host, user } = await open("#/new");
    await user.click(await button(/Continue/));
    const name = await screen.findByLabelText("Project name");
    await user.clear(name);
    await user.type(name, "Rye");
    await waitFor(() => expect(screen.getByLabelText("Project id")).toHaveProperty("value", "rye"));
    await user.click(await button(/Continue/));
    await user.click(await button("Back"));
    expect(await screen.findByLabelText("Project name")).toHaveProperty("value", "Rye");
    for (const step of [/Continue/, /Continue/, /Create the project/])
      await user.click(await button(step));
    expect(await button("Open the project")).toBeTruthy();
    expect(host.asked("project_make")).toMatchObject([
      { ask: { template: "ml", answers: { flow_name: "Rye" }, parent: "/home/mira/code" } },
    ]);
    await user.click(await button("Undo"));
    expect(await screen.findByText("It was taken back")).toBeTruthy();
    expect(host.asked("project_undo")).toEqual([{ undo: "undo-1" }]);
  });

  it("shows a wrong answer while it is typed, and goes no further", async () => {
    const { user } = await open("#/new");
    await user.click(await button(/Continue/));
    await user.type(await screen.findByLabelText("Project id"), "-1");
    expect(await screen.findByText("Only small letters and underscores.")).toBeTruthy();
    expect(await button(/Continue/)).toHaveProperty("disabled", true);
  });

  it("starts a live job with what was typed", async () => {
    const { host, user } = await open(`${project}/live?row=train%2Ftry-3`);
    const form = await screen.findByRole("region", { name: "Start train" });
    expect(await within(form).findByText("Needs dataset")).toBeTruthy();
    await user.type(within(form).getByLabelText(/dataset/), "wheat");
    await user.click(within(form).getByRole("button", { name: "Start train" }));
    expect(host.asked("live_start")).toEqual([
      {
        project: path,
        job: "train",
        suffix: null,
        params: { dataset: "wheat" },
        work: expect.any(String),
      },
    ]);
  });

  it("says since when a job was asked to stop, until the platform confirms", async () => {
    const { host, user } = await open(`${project}/live`);
    await user.click(await button("Stop jupyter"));
    expect(await screen.findByText(/Asked to stop \d+ s ago/)).toBeTruthy();
    const table = await host.call("live_table", { project: path });
    const rows = table.rows.map((row) =>
      row.job === "jupyter" ? { ...row, state: "cancelled" as const } : row,
    );
    host.tell({ kind: "liveChanged", table: { ...table, rows } });
    await waitFor(() => expect(screen.queryByText(/Asked to stop/)).toBeNull());
    expect(await screen.findByRole("row", { name: "jupyter, cancelled" })).toBeTruthy();
  });

  it("finds commands by a few letters and runs them", async () => {
    const { user } = await open(`${project}/live`);
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox"), "#new bake of ex");
    await user.keyboard("{Enter}");
    expect(await screen.findByRole("heading", { name: "New bake" })).toBeTruthy();
    expect(location.hash).toBe(`${project}/new-bake?batch=export-edge`);
  });

  it("shows problems of files with their place, and the jobs beside them", async () => {
    const { user } = await open(`${project}/live`, "broken");
    await user.click(await button("Show problems"));
    const problems = await screen.findByRole("region", { name: "Problems" });
    expect(within(problems).getByText(".apolo/live.yml:12:5")).toBeTruthy();
    expect(screen.getByRole("row", { name: "jupyter, running" })).toBeTruthy();
  });

  it("does not act on single keys while a text is typed", async () => {
    const { user } = await open(`${project}/live`);
    await user.type(await screen.findByLabelText("Filter jobs"), "?");
    expect(screen.queryByRole("heading", { name: "Keyboard" })).toBeNull();
  });
});
