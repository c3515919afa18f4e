// Finds things in the page as a person does: by what they are and what they are called.

import { until } from "./webdriver.mjs";

/** Runs in the page: the first visible element of that role and name. */
function find(role, name, exact, within) {
  const selectors = {
    button: "button, [role=button], input[type=button], input[type=submit]",
    link: "a[href], [role=link]",
    tab: "[role=tab]",
    row: "tr, [role=row]",
    heading: "h1, h2, h3, h4, [role=heading]",
    textbox: "input:not([type]), input[type=text], input[type=password], textarea, [role=textbox]",
    checkbox: "input[type=checkbox], [role=checkbox], [role=switch]",
    radio: "input[type=radio], [role=radio]",
    option: "option, [role=option]",
    menuitem: "[role=menuitem], [role=menuitemradio]",
    treeitem: "[role=treeitem]",
    combobox: "select, [role=combobox]",
    dialog: "dialog[open], [role=dialog], [role=alertdialog]",
    status: "[role=status], [role=alert]",
    region: "[role=region], section[aria-label], section[aria-labelledby], aside[aria-label]",
    any: "*",
  };
  const text = (value) => (value ?? "").replace(/\s+/g, " ").trim();
  const called = (element) => {
    const ids = element.getAttribute("aria-labelledby")?.split(/\s+/) ?? [];
    const byIds = text(ids.map((id) => document.getElementById(id)?.textContent).join(" "));
    const labels = text([...(element.labels ?? [])].map((label) => label.textContent).join(" "));
    return (
      byIds ||
      text(element.getAttribute("aria-label")) ||
      labels ||
      text(element.value && element.tagName === "INPUT" && element.type === "submit" ? element.value : "") ||
      text(element.innerText) ||
      text(element.textContent) ||
      text(element.title)
    );
  };
  const shown = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility !== "hidden";
  };
  const wanted = name.toLowerCase();
  const fits = (element) => {
    const said = called(element).toLowerCase();
    return exact ? said === wanted : said.includes(wanted);
  };
  const top = within ?? document;
  return [...top.querySelectorAll(selectors[role])].find((element) => shown(element) && fits(element)) ?? null;
}

/** A page of the application. */
export class Page {
  constructor(session) {
    this.session = session;
  }

  /** The element of that role whose name holds `name`, as soon as it is there. */
  get(role, name, { exact = false, within = null, seconds = 15 } = {}) {
    return until(
      `the ${role} "${name}"`,
      () => this.session.run(find, role, name, exact, within),
      seconds,
    );
  }

  /** Whether there is one now. */
  async has(role, name, { exact = false, within = null } = {}) {
    return (await this.session.run(find, role, name, exact, within)) !== null;
  }

  async click(role, name, options) {
    await this.session.click(await this.get(role, name, options));
  }

  /** Clicks on a row of a table: on its first cell, since the driver finds no middle of a row. */
  async clickRow(name) {
    const row = await this.get("row", name);
    await this.session.click(await this.session.run((row) => row.querySelector("td"), row));
  }

  /** Puts a text in place of what a field holds. */
  async fill(name, text, options) {
    const field = await this.get("textbox", name, options);
    await this.session.clear(field);
    await this.session.type(field, text);
  }

  /** The name of the first element of that role that holds `name`; null where there is none. */
  async nameOf(role, name) {
    const element = await this.session.run(find, role, name, false, null);
    return element && this.session.run((element) => element.getAttribute("aria-label"), element);
  }

  /** All the text that can be read now. */
  text() {
    return this.session.run(() => document.body.innerText);
  }

  /** Waits until the page says something. */
  says(words, seconds = 15) {
    return until(`the page to say "${words}"`, async () => (await this.text()).includes(words), seconds);
  }
}
