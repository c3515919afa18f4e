import "../styles/index.css";

import { mount } from "svelte";

import { bridgeHost } from "../api/bridge";
import { inTauri, tauriHost } from "../api/tauri";
import { PathPrompt } from "../shared/path-prompt.svelte";
import App from "./App.svelte";

/** The bridge that served the page, or another one named in the address. */
function bridgeBase(): string {
  return new URLSearchParams(location.search).get("bridge")?.replace(/\/$/, "") ?? "";
}

const target = document.getElementById("app");
if (target) {
  const prompt = new PathPrompt();
  const host = inTauri() ? tauriHost() : bridgeHost(bridgeBase(), prompt);
  mount(App, { target, props: { host, prompt } });
}
