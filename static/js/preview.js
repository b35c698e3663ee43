/**
 * Shows a text as it will be read while it is typed. On an element of `data-preview-url="URL"`: the form inside is posted
 * there with `fragment=1` after a pause, and the HTML answered (200, or 422 with its reason) takes the place of what
 * `[data-preview]` holds. Any other answer, or none, leaves the preview as it was: the button still works.
 */
const PAUSE_MS = 600;

export function enhance(element) {
  const form = element.querySelector("form");
  const place = element.querySelector("[data-preview]");
  const source = form.querySelector("textarea");
  let pause;
  let coming;

  async function refresh() {
    coming?.abort();
    coming = new AbortController();
    const body = new FormData(form);
    body.append("fragment", "1");
    try {
      const answer = await fetch(element.dataset.previewUrl, { method: "POST", body, signal: coming.signal });
      if (answer.status === 200 || answer.status === 422) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        place.replaceChildren(...page.body.childNodes);
      }
    } catch {
      // away, or a newer text is on its way
    }
  }

  source.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(refresh, PAUSE_MS);
  });
  form.querySelector("[data-preview-button]").hidden = true;
  if (source.value.trim()) {
    refresh();
  }
}
