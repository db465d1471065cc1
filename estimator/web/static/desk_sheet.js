/* The price sheet saves itself into the draft a moment after somebody stops typing. Without it, the buttons save. */
(() => {
  "use strict";
  const form = document.getElementById("sheet"), saved = document.getElementById("saved");
  if (!form) return;
  let timer, busy = false, again = false, open = false;
  const save = async () => {
    if (busy) { again = true; return; }
    busy = true; again = false;
    const sent = new FormData(form);
    sent.set("do", "save");
    try {
      const answer = await fetch(form.action, { method: "POST", body: sent, headers: { Accept: "application/json" } });
      const told = await answer.json();
      if (answer.ok) {
        form.elements.was.value = told.was;
        form.elements.began.value = told.began;
        open = again;
        saved.textContent = told.says;
      } else saved.textContent = "";
    } catch { saved.textContent = ""; }
    busy = false;
    if (again) save();
  };
  form.addEventListener("input", (event) => {
    if (["list", "by", "step"].includes(event.target.name)) return;
    open = true;
    saved.textContent = "";
    clearTimeout(timer);
    timer = setTimeout(save, 1500);
  });
  form.addEventListener("submit", () => { open = false; clearTimeout(timer); });
  addEventListener("beforeunload", (event) => { if (open) event.preventDefault(); });
})();
