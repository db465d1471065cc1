/* The form of one price: says while one chooses a day that a price begins on it already. Without it, saving asks. */
(() => {
  "use strict";
  const form = document.querySelector(".price-form");
  if (!form) return;
  const said = document.getElementById("stands"), stands = JSON.parse(form.dataset.stands);
  const start = form.elements.start;
  const say = () => {
    const sentence = stands[start.value] || "";
    if (said.textContent !== sentence) said.textContent = sentence;
    form.elements.replaces.value = sentence ? start.value : "";
  };
  start.addEventListener("input", say);
  start.addEventListener("change", say);
  say();
})();
