// Several files at once: each is posted alone, with a line that shows how far it is and what came of it.
// Without this script the form posts all its files together.
for (const form of document.querySelectorAll("form[data-upload]")) {
  const field = form.querySelector("input[type=file]");
  const list = form.querySelector("[data-upload-list]") ?? form.appendChild(Object.assign(document.createElement("ol"), { className: "uploads" }));
  const said = form.appendChild(Object.assign(document.createElement("p"), { className: "soft" }));
  said.setAttribute("role", "status");
  const { uploadYes = "Read", uploadNo = "Not read", uploadLooking = "Reading" } = form.dataset;
  const drop = form.querySelector(".drop") ?? form;
  form.dataset.again = "";

  const mark = (state) => {
    const word = document.createElement("span");
    word.className = `status is-${state}`;
    return word;
  };

  function line(file) {
    const item = document.createElement("li");
    const name = Object.assign(document.createElement("b"), { textContent: file.name });
    const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
    const state = mark("idle");
    bar.setAttribute("aria-label", `${file.name}, sent`);
    state.textContent = "Waiting";
    item.append(name, state, bar);
    list.append(item);
    return { item, bar, state };
  }

  function finish({ item, bar, state }, ok, words, url) {
    bar.remove();
    state.className = `status is-${ok ? "ok" : "late"}`;
    state.textContent = ok ? uploadYes : uploadNo;
    const says = document.createElement("p");
    if (url) says.append(Object.assign(document.createElement("a"), { href: url, textContent: words }));
    else says.textContent = words;
    item.append(says);
  }

  const send = (file, shown) => new Promise((done) => {
    const request = new XMLHttpRequest();
    const data = new FormData(form);
    data.delete(field.name);
    data.append(field.name, file, file.name);
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-Upload", "one");
    shown.state.textContent = "Sending";
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) shown.bar.value = event.loaded / event.total;
      if (event.loaded === event.total) shown.state.textContent = uploadLooking;
    };
    request.onload = () => {
      let answer = null;
      try { answer = JSON.parse(request.responseText); } catch { /* not JSON: an error page or a sign-in */ }
      const lost = request.status === 413 ? "This file is too large: 10 MB at most." : "The server did not take this file. Sign in again if it was long ago, then send it once more.";
      finish(shown, Boolean(answer?.ok), answer?.words ?? lost, answer?.url);
      done(Boolean(answer?.ok));
    };
    request.onerror = () => {
      finish(shown, false, "Not sent: the server did not answer. Choose the file again to retry.");
      done(false);
    };
    request.send(data);
  });

  async function take(files) {
    const all = [...files].map((file) => [file, line(file)]);
    let read = 0;
    for (const [file, shown] of all) read += await send(file, shown);
    said.textContent = `${read} of ${all.length} files ${uploadYes.toLowerCase()}. `;
    if (read && form.dataset.uploadDone) said.append(Object.assign(document.createElement("a"), { href: form.dataset.uploadDone, textContent: "Continue" }));
    field.value = "";
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.files.length) take(field.files); else field.focus();
  });
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("is-over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("is-over");
    if (event.dataTransfer.files.length) take(event.dataTransfer.files);
  });
}
