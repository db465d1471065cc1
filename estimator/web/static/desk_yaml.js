/*
 * The YAML editor: line numbers in step, mistakes while one types, suggestions, Ctrl-S. The page works without it.
 *
 * It asks only this site, and says in the polite live region what is new. Whatever is typed can be undone by the
 * browser's own undo.
 */
(() => {
  "use strict";
  const form = document.getElementById("yaml");
  if (!form || !window.fetch) return;
  const $ = (id) => document.getElementById(id);
  const text = $("text"), box = $("box"), offers = $("offers"), summary = $("summary"), said = $("said");
  const gutter = box.querySelector(".gutter"), beside = box.querySelector(".beside");
  const field = (name) => form.elements[name];
  const element = (tag, content, name) => {
    const one = document.createElement(tag);
    one.textContent = content;
    if (name) one.className = name;
    return one;
  };
  const ask = async (address, more) => {
    const answer = await fetch(address, {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": field("csrf_token").value },
      body: JSON.stringify({ file: field("file").value, text: text.value, ...more }),
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
  const place = () => {
    const before = text.value.slice(0, text.selectionStart).split("\n");
    return { line: before.length, column: before[before.length - 1].length + 1 };
  };
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

  /* Mistakes. */
  let checked = 0;
  const check = later(500, async () => {
    const mine = ++checked;
    try {
      const found = await ask(form.dataset.check);
      if (mine !== checked) return;
      const page = new DOMParser().parseFromString(found.listed, "text/html");
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

  /* Suggestions. */
  let offered = [], chosen = -1, asked = 0;
  const choose = (at) => {
    chosen = at;
    [...offers.children].forEach((one, index) => one.setAttribute("aria-selected", index === at));
    if (at < 0) return text.removeAttribute("aria-activedescendant");
    text.setAttribute("aria-activedescendant", `offer-${at}`);
    offers.children[at].scrollIntoView({ block: "nearest" });
  };
  const close = () => { asked++; offers.hidden = true; offered = []; choose(-1); };
  const open = (found, at) => {
    offered = found.items;
    if (!offered.length) return close();
    offers.replaceChildren(...offered.map((one, index) => {
      const item = element("li", one.label);
      item.id = `offer-${index}`;
      item.setAttribute("role", "option");
      item.append(" ", element("small", one.detail));
      item.addEventListener("mousedown", (event) => { event.preventDefault(); take(index); });
      return item;
    }));
    const style = getComputedStyle(text), pen = document.createElement("canvas").getContext("2d");
    pen.font = `${style.fontSize} ${style.fontFamily}`;
    const left = parseFloat(style.paddingLeft) + pen.measureText("m").width * (at.column - 1 - offered[0].replaces);
    offers.style.left = `${Math.max(0, Math.min(left, box.scrollLeft + box.clientWidth - 300))}px`;
    offers.style.top = `${parseFloat(style.paddingTop) + parseFloat(style.lineHeight) * at.line}px`;
    offers.hidden = false;
    choose(-1);
    offers.scrollIntoView({ block: "nearest" });
    said.textContent = found.said;
  };
  const suggest = async (first) => {
    const mine = ++asked, at = place();
    const found = await ask(form.dataset.complete, at).catch(() => ({ items: [] }));
    if (mine !== asked || document.activeElement !== text) return;
    open(found, at);
    if (first && offered.length) choose(0);
  };
  const insert = (words) => {
    if (document.execCommand("insertText", false, words)) return;
    text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input"));
  };
  const take = (at) => {
    const one = offered[at];
    close();
    text.setSelectionRange(text.selectionStart - one.replaces, text.selectionEnd);
    insert(one.insert);
    close();
  };
  const soon = later(120, () => suggest());
  text.addEventListener("input", (event) => {
    close();
    box.classList.add("stale");
    if (text.value.split("\n").length !== gutter.children.length) number();
    check();
    const before = text.value.slice(0, text.selectionStart);
    if (event.inputType !== "insertFromPaste" && /[\w-]$|: $|[[{,] ?$/.test(before)) soon();
  });
  text.addEventListener("keydown", (event) => {
    const { key } = event, ctrl = event.ctrlKey || event.metaKey;
    if (ctrl && key.toLowerCase() === "s") {
      event.preventDefault();
      return form.requestSubmit(form.querySelector("[name=save]"));
    }
    if (ctrl && key === " ") {
      event.preventDefault();
      return suggest(true);
    }
    if (offers.hidden) return;
    const last = offered.length - 1;
    if (key === "ArrowDown") choose(chosen < last ? chosen + 1 : 0);
    else if (key === "ArrowUp") choose(chosen > 0 ? chosen - 1 : last);
    else if ((key === "Enter" || key === "Tab") && chosen >= 0 && !event.shiftKey) take(chosen);
    else if (key === "Escape") close();
    else {
      if (["Enter", "Tab", "ArrowLeft", "ArrowRight", "Home", "End"].includes(key)) close();
      return;
    }
    event.preventDefault();
  });
  text.addEventListener("blur", close);
  text.addEventListener("mousedown", close);
  text.setAttribute("aria-autocomplete", "list");
  text.setAttribute("aria-controls", "offers");

  /* Nothing typed is lost. */
  form.addEventListener("submit", () => { leaving = true; field("line").value = place().line; });
  window.addEventListener("beforeunload", (event) => { if (!leaving && text.value !== written) event.preventDefault(); });

  const line = Number(field("line").value || location.hash.replace("#line-", ""));
  for (const one of beside.querySelectorAll("b")) marks[one.dataset.line] = one.textContent;
  mark();
  if (line) show(line);
})();
