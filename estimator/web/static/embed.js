/*
 * A clinic puts this on a page of its own, to show its cost estimator there:
 *
 *   <script src="https://…/embed.js" data-clinic="riverbend" data-title="What it may cost" async></script>
 *
 * The frame grows and shrinks with what it shows. All that comes out of it is its height; no cookie, nothing stored.
 * While the frame is silent, as where the clinic has not listed this site, a link stands in its place.
 */
(() => {
  "use strict";
  const tag = document.currentScript;
  const { clinic, title, lang } = tag.dataset;
  if (!clinic) return;
  const address = new URL("c/" + encodeURIComponent(clinic), tag.src);
  if (lang) address.searchParams.set("lang", lang);
  const frame = document.createElement("iframe");
  frame.title = title || "Ketamine Cost Estimator";
  frame.referrerPolicy = "no-referrer";
  Object.assign(frame.style, { display: "block", width: "100%", height: "60rem", border: "0" });
  const link = document.createElement("a");
  link.href = address;
  link.textContent = frame.title;
  link.hidden = true;
  let visits = 0, told = false;
  frame.addEventListener("load", () => {
    frame.contentWindow.postMessage("estimator-height?", address.origin);
    if (visits++ && frame.getBoundingClientRect().top < 0) frame.scrollIntoView();
    setTimeout(() => {
      if (told) return;
      link.hidden = false;
      frame.style.height = "0";
    }, 5000);
  });
  addEventListener("message", (event) => {
    if (event.origin !== address.origin || event.source !== frame.contentWindow) return;
    const height = event.data && event.data.estimatorHeight;
    if (!Number.isInteger(height) || height < 1 || height > 100000) return;
    told = link.hidden = true;
    frame.style.height = height + "px";
  });
  frame.src = address;
  tag.after(frame, link);
})();
