/**
 * Sends the file of a `data-stage-url` field as soon as it is chosen, with its progress, so that a form shown again loses
 * nothing. POST multipart: `file`, `name` (of the hidden input that will carry the staged id), `csrf_token`. Answer: the HTML
 * of components/staged.html, with 201 when it is received and 4xx when it is refused. When the network fails, the file stays
 * in its input and goes with the form. XMLHttpRequest because fetch does not tell how much has been sent.
 */
function send(url, body, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.responseType = "document";
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress((100 * event.loaded) / event.total));
    request.addEventListener("load", () => resolve(request));
    request.addEventListener("error", reject);
    request.addEventListener("abort", reject);
    request.send(body);
  });
}

export function enhance(field) {
  const input = field.querySelector("input[type=file]");
  const place = field.querySelector("[data-staged]");
  const progress = field.querySelector("[data-progress]");
  const failed = field.querySelector("[data-upload-failed]");
  const form = input.form;
  let latest = 0;

  const show = (percent) => {
    progress.querySelector("progress").value = percent;
    progress.querySelector("[data-percent]").textContent = `${Math.round(percent)} %`;
  };

  const busy = (is) => {
    progress.hidden = !is;
    form.querySelectorAll("button:not([type=button])").forEach((button) => button.toggleAttribute("disabled", is));
  };

  input.addEventListener("change", async () => {
    const file = input.files[0];
    if (!file) {
      return;
    }
    const turn = (latest += 1);
    const body = new FormData();
    body.append("csrf_token", form.elements.csrf_token?.value ?? "");
    body.append("name", field.dataset.stagedName);
    body.append("file", file);
    failed.hidden = true;
    show(0);
    busy(true);
    try {
      const { status, response } = await send(field.dataset.stageUrl, body, show);
      if (turn !== latest) {
        return;
      }
      const fragment = response?.querySelector(".staged, .field-error");
      if (!fragment || status >= 500) {
        throw new Error(`status ${status}`);
      }
      place.querySelectorAll(".field-error").forEach((error) => error.remove());
      if (status === 201) {
        place.replaceChildren(fragment);
        input.required = false;
      } else {
        place.append(fragment); // what was received before still stands
      }
      input.value = ""; // received: not to be sent twice; refused: nothing to send
    } catch {
      failed.hidden = false;
    } finally {
      if (turn === latest) {
        busy(false);
      }
    }
  });
}
