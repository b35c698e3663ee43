/**
 * Keeps on the server what is typed inside `data-server-draft="URL"`, a moment after the last key: the whole form around it
 * is posted there, and the words inside say whether it was kept. The button that does the same works without any script.
 */
const PAUSE_MS = 1500;

export function enhance(element) {
  const form = element.closest("form");
  const kept = element.querySelector("[data-draft-kept]");
  const lost = element.querySelector("[data-draft-lost]");
  let pause;

  const say = (word) => {
    kept.hidden = word !== kept;
    lost.hidden = word !== lost;
  };

  const save = async () => {
    try {
      const answer = await fetch(element.dataset.serverDraft, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(new FormData(form)),
      });
      say(answer.ok ? kept : lost);
    } catch {
      say(lost);
    }
  };

  element.addEventListener("input", () => {
    say(null);
    clearTimeout(pause);
    pause = setTimeout(save, PAUSE_MS);
  });
  form.addEventListener("submit", () => clearTimeout(pause));
}
