// Passkeys: fetches a challenge, lets the browser answer it, sends the answer back. Bytes travel as base64url.
(() => {
  "use strict";

  const toBytes = (text) => {
    const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;
  };
  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

  const opened = (options) => {
    options.challenge = toBytes(options.challenge);
    if (options.user) options.user.id = toBytes(options.user.id);
    for (const list of [options.allowCredentials, options.excludeCredentials]) {
      for (const known of list ?? []) known.id = toBytes(known.id);
    }
    return options;
  };

  const packed = (credential) => {
    const response = { clientDataJSON: toText(credential.response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = toText(credential.response[name]);
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports();
    return {
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    };
  };

  const post = async (url, token, body) => {
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token };
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    const data = await answer.json().catch(() => ({}));
    if (data.redirect_url && !answer.ok) location.assign(data.redirect_url);
    if (!answer.ok) throw new Error(data.detail || "The portal did not accept this passkey. Try again.");
    return data;
  };

  const words = (error) =>
    error.name === "NotAllowedError" || error.name === "AbortError"
      ? "Nothing was done: the passkey was not used in time, or the question was closed. Try again."
      : error.name === "InvalidStateError"
        ? "This device has a passkey for your account already."
        : error.message;

  const wire = (part) => {
    const form = part.querySelector("[data-passkey-form]");
    const problem = part.querySelector("[data-passkey-error]");
    const button = form.querySelector("button");
    part.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      problem.hidden = true;
      button.disabled = true;
      const token = form.elements.csrfmiddlewaretoken.value;
      try {
        const publicKey = opened(await post(part.dataset.begin, token, {}));
        const credential = await navigator.credentials[part.dataset.passkey]({ publicKey });
        const done = await post(part.dataset.complete, token, packed(credential));
        location.assign(done.redirect_url);
      } catch (error) {
        problem.textContent = words(error);
        problem.hidden = false;
        button.disabled = false;
      }
    });
  };

  if (window.PublicKeyCredential) document.querySelectorAll("[data-passkey]").forEach(wire);
})();
