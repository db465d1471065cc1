/*
 * The YAML editor: line numbers in step, mistakes while one types, Ctrl-S. The page works without it.
 *
 * It asks only this site, and says in the polite live region what is new.
 */
(() => {
  "use strict";
  const form = document.getElementById("yaml");
  if (!form || !window.fetch) return;
  const $ = (id) => document.getElementById(id);
  const text = $("text"), box = $("box"), summary = $("summary"), said = $("said");
  const gutter = box.querySelector(".gutter"), beside = box.querySelector(".beside");
  const field = (name) => form.elements[name];
  const element = (tag, content, name) => {
    const one = document.createElement(tag);
    one.textContent = content;
    if (name) one.className = name;
    return one;
  };
  const ask = async () => {
    const answer = await fetch(form.dataset.check, {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": field("csrf_token").value },
      body: JSON.stringify({ file: field("file").value, text: text.value }),
    });
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.error || "");
    return found;
  };
  const later = (delay, act) => {
    let waiting;
    return () => { clearTimeout(waiting); waiting = setTimeout(act, delay); };
  };
  const written = text.value;
  let leaving = false, marks = {};
  $("keys").hidden = false;
  /* The list keeps its height, so that the text stays where it is while mistakes come and go. */
  form.classList.add("live");

  /* Lines. */
  const number = () => {
    const lines = text.value.split("\n");
    text.rows = lines.length;
    if (!CSS.supports("field-sizing", "content")) text.cols = Math.max(40, ...lines.map((one) => one.length + 2));
    gutter.replaceChildren(...lines.flatMap((_, at) => {
      const one = element("span", at + 1, marks[at + 1] ? "bad-line" : "");
      one.id = `line-${at + 1}`;
      return [one, "\n"];
    }));
    return lines;
  };
  const mark = () => {
    const lines = number();
    beside.replaceChildren(...lines.flatMap((line, at) => {
      const words = marks[at + 1];
      return words ? [element("span", line, "blank"), element("b", words), "\n"] : ["\n"];
    }));
    box.classList.remove("stale");
  };
  const show = (line, column) => {
    const lines = text.value.split("\n");
    const at = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + Math.max(0, (column || 1) - 1);
    text.focus({ preventScroll: true });
    text.setSelectionRange(at, at);
    const target = $(`line-${line}`);
    if (target) box.scrollTo(0, target.offsetTop - box.clientHeight / 2);
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    if (!link) return;
    event.preventDefault();
    box.scrollIntoView({ block: "nearest" });
    show(Number(link.dataset.line), Number(link.dataset.column));
  });

  /* Mistakes, from our own server, into a document that runs nothing. */
  const own = window.trustedTypes?.createPolicy("desk_yaml", { createHTML: (text) => text });
  const parsed = (text) => new DOMParser().parseFromString(own ? own.createHTML(text) : text, "text/html");
  let checked = 0;
  const check = later(500, async () => {
    const mine = ++checked;
    try {
      const found = await ask();
      if (mine !== checked) return;
      const page = parsed(found.listed);
      $("listed").replaceChildren(...[...page.body.childNodes].map((one) => document.importNode(one, true)));
      marks = found.beside;
      mark();
      if (summary.textContent !== found.summary) said.textContent = found.summary;
      summary.textContent = found.summary;
    } catch (error) {
      if (mine !== checked) return;
      summary.textContent = said.textContent = error.message && !(error instanceof TypeError) ? error.message : form.dataset.lost;
    }
  });

  text.addEventListener("input", () => {
    box.classList.add("stale");
    if (text.value.split("\n").length !== gutter.children.length) number();
    check();
  });
  text.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[name=save]"));
  });

  /* Nothing typed is lost. */
  form.addEventListener("submit", () => { leaving = true; field("line").value = text.value.slice(0, text.selectionStart).split("\n").length; });
  window.addEventListener("beforeunload", (event) => { if (!leaving && text.value !== written) event.preventDefault(); });

  const line = Number(field("line").value || location.hash.replace("#line-", ""));
  for (const one of beside.querySelectorAll("b")) marks[one.dataset.line] = one.textContent;
  mark();
  if (line) show(line);
})();
