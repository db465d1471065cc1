/* Passkeys: asks the server for options, lets the browser make or use a key, and sends its answer as a form. */
(() => {
  const forms = document.querySelectorAll("form[data-passkey]");
  if (!window.PublicKeyCredential) return;

  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), one => one.charCodeAt(0));
  const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const asked = async form => {
    const answer = await fetch(form.dataset.passkey, {
      method: "POST",
      headers: { "X-CSRFToken": form.elements.csrf_token.value, Accept: "application/json" },
    });
    if (!answer.ok) throw new Error((await answer.json()).error);
    return answer.json();
  };

  const withBytes = options => {
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    for (const name of ["allowCredentials", "excludeCredentials"])
      for (const one of options[name] || []) one.id = bytes(one.id);
    return options;
  };

  const said = credential => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
      if (credential.response[name]) response[name] = text(credential.response[name]);
    return JSON.stringify({
      id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: {},
    });
  };

  const run = async form => {
    const options = await asked(form);
    if (options.next) return location.assign(options.next);
    const publicKey = withBytes(options);
    const ways = navigator.credentials;
    const credential = await (options.user ? ways.create({ publicKey }) : ways.get({ publicKey }));
    form.elements.credential.value = said(credential);
    form.submit();
  };

  for (const form of forms) {
    form.hidden = false;
    const problem = form.querySelector("[role=alert]");
    form.addEventListener("submit", event => {
      event.preventDefault();
      problem.hidden = true;
      run(form).catch(() => {
        problem.textContent = form.dataset.failed;
        problem.hidden = false;
      });
    });
  }
})();
