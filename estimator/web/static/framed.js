/*
 * On a page that a clinic's own site shows inside its page: tells that site how high the page is, and nothing else,
 * once it has asked and is one of those that the clinic lists. What leads away from the clinic's pages opens in a
 * tab of its own, because no site may show those inside its page.
 */
(() => {
  "use strict";
  const { by, clinic } = document.currentScript.dataset;
  if (parent === window) return;
  let to = "", last = 0;
  const tell = () => {
    const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
    if (to && height !== last) parent.postMessage({ estimatorHeight: last = height }, to);
  };
  addEventListener("message", (event) => {
    if (event.source !== parent || !by.split(" ").includes(event.origin) || event.data !== "estimator-height?") return;
    to = event.origin;
    last = 0;
    tell();
  });
  new ResizeObserver(tell).observe(document.documentElement);
  /* Before anything else looks: links that a refreshed part of the page brings. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || link.target || !/^http/.test(link.protocol)) return;
    const stays = link.origin === location.origin &&
      (link.pathname.split("/").includes(clinic) || new URLSearchParams(link.search).get("clinic") === clinic);
    if (!stays && link.href.split("#")[0] !== location.href.split("#")[0]) link.target = "_blank";
  }, true);
})();
