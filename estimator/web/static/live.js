/*
 * Follows the answers in place while they change. Every page works fully without it.
 *
 * On the questions page it shows the estimate so far under the form and keeps the address in step; on the
 * estimate and compare pages it follows their own forms and links without a reload: the new page's content takes the
 * old one's place, what stood open stays open, the focus goes to the next question. It fetches only pages of this
 * site, stores nothing, and says what changed in a polite live region.
 */
(() => {
  "use strict";
  const main = document.getElementById("main");
  const said = document.getElementById("said");
  if (!main || !said || !window.fetch || !history.pushState) return;
  let asked = 0;

  const url = (form, button) => {
    const query = new URLSearchParams([...new FormData(form, button)].filter(([, value]) => value));
    const [where, anchor] = form.action.split("#");
    return where.split("?")[0] + "?" + query + (anchor ? "#" + anchor : "");
  };
  /* Our own pages only, into a document that runs nothing: where browsers ask who made a text into HTML, it is this. */
  const own = window.trustedTypes?.createPolicy("live", { createHTML: (text) => text });
  const parsed = (text) => new DOMParser().parseFromString(own ? own.createHTML(text) : text, "text/html");
  const page = async (address) => {
    const mine = ++asked;
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    const text = (await answer.text()).replace(/<style>[^]*?<\/style>/, "");
    return mine === asked ? { ok: answer.ok, doc: parsed(text) } : null;
  };
  const say = (text) => { said.textContent = text; };
  const headline = (doc) => doc.querySelector("[data-headline]");

  /* Questions: the estimate so far. */
  const questions = main.querySelector("form[data-live]");
  const preview = document.getElementById("so-far");
  if (questions && preview) {
    let waiting;
    const refresh = async () => {
      const address = url(questions);
      const given = new URL(address).searchParams;
      const ready = ["treatment", "insurance", "sessions", "psychotherapy"].every((name) => given.get(name));
      history.replaceState(null, "", location.pathname + "?" + address.split("?")[1]);
      const got = ready && await page(address).catch(() => null);
      if (!got) return;
      const found = got.ok && headline(got.doc);
      preview.textContent = found ? found.dataset.headline : "";
      preview.hidden = !found;
      if (found) say(found.dataset.headline);
    };
    questions.addEventListener("input", (event) => {
      clearTimeout(waiting);
      waiting = setTimeout(refresh, event.target.type === "radio" ? 50 : 500);
    });
  }

  /* The strip is needed only where the amount itself is out of sight, or to say what has moved. */
  const watch = window.IntersectionObserver && new IntersectionObserver(([seen]) => {
    const strip = main.querySelector(".strip:not([data-moved])");
    if (strip) strip.classList.toggle("away", seen.intersectionRatio > 0.5);
  }, { threshold: [0, 0.5, 1] });
  const follow = () => {
    const amount = main.querySelector(".headline");
    if (watch) { watch.disconnect(); if (amount) watch.observe(amount); }
  };
  follow();

  /* Estimate and compare: follow the page's own forms and links in place. */
  if (!main.querySelector("[data-refresh]")) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const show = async (address, key) => {
    const got = await page(address).catch(() => null);
    if (!got) { if (got === null && asked) return; location.href = address; return; }
    const next = got.doc.getElementById("main");
    if (!next || !headline(got.doc)) { location.href = address; return; }
    const open = [...main.querySelectorAll("details[open][id]:not(.chip)")].map((one) => one.id);
    const typed = [...main.querySelectorAll("input[id]:not([name])")].map((one) => [one.id, one.value]);
    main.replaceChildren(...[...next.childNodes].map((part) => document.importNode(part, true)));
    open.forEach((id) => { const one = document.getElementById(id); if (one) one.open = true; });
    typed.forEach(([id, value]) => { const one = document.getElementById(id); if (one) one.value = value; });
    document.title = got.doc.title;
    document.querySelectorAll("[data-do][hidden]").forEach((button) => { button.hidden = false; });
    const wrong = main.querySelector("[aria-invalid]");
    const part = key && document.getElementById(key);
    const place = wrong || (part && part.querySelector("[tabindex]")) || part || main.querySelector("h1");
    if (!place.matches("input, select, a, summary")) place.tabIndex = -1;
    place.focus({ preventScroll: true });
    place.scrollIntoView({ block: "nearest", behavior: still.matches ? "auto" : "smooth" });
    const moved = main.querySelector("[data-moved]");
    const sentence = wrong && document.getElementById(wrong.getAttribute("aria-describedby"));
    say(sentence ? sentence.textContent : moved ? moved.dataset.moved : headline(got.doc).dataset.headline);
    follow();
  };
  let here = location.pathname + location.search;
  const go = (address, key) => {
    history.pushState({ key }, "", address);
    here = location.pathname + location.search;
    show(address, key);
  };
  main.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-refresh]");
    if (!form) return;
    event.preventDefault();
    go(url(form, event.submitter), form.dataset.refresh);
  });
  main.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-refresh]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(link.href, link.dataset.refresh || link.id);
  });
  addEventListener("popstate", (event) => {
    // An anchor alone is no other page.
    if (location.pathname + location.search === here) return;
    here = location.pathname + location.search;
    show(location.href, event.state && event.state.key);
  });
})();

/* Copy the link, print: buttons that only scripts can serve are only shown by them. */
(() => {
  "use strict";
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-do]");
    if (!button) return;
    if (button.dataset.do === "print") return print();
    const said = document.getElementById("said");
    const part = document.getElementById(button.dataset.from);
    try {
      await navigator.clipboard.writeText(part ? part.textContent : button.dataset.link || location.href);
      said.textContent = button.dataset.done;
      button.textContent = button.dataset.done;
    } catch { if (!part) location.href = button.dataset.link || location.href; }
  });
  document.querySelectorAll("[data-do][hidden]").forEach((button) => { button.hidden = false; });
})();
