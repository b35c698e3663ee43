/**
 * Keeps on the server what is typed inside `data-server-draft="URL"`, a moment after the last key: the whole form around it
 * is posted there, and the words inside say what came of it. The button that does the same works without any script.
 *
 * One save at a time, in order. A server that cannot be reached is tried again when the connection returns, from time to time,
 * and at the next key; meanwhile the browser keeps the text (autosave.js). An answer may carry the draft's `revision`, which
 * the form then sends back: when somebody else has written meanwhile the server refuses (409), and nothing is saved any more.
 */
const PAUSE_MS = 1500;
const AGAIN_MS = 15_000;
const ENDED = new Set([400, 401]); // the session, or the form with it

export function enhance(element) {
  const form = element.closest("form");
  const words = ["kept", "lost", "out", "refused"].map((name) => element.querySelector(`[data-draft-${name}]`));
  const [kept, lost, out, refused] = words;
  let pause;
  let saving = null;
  let waiting = false; // something was typed that the server does not have
  let stopped = false;

  // A browser that puts a page back as it was left would put an old revision back too.
  if (element.dataset.revision && form.elements.revision) {
    form.elements.revision.value = element.dataset.revision;
  }

  const say = (word) => words.filter(Boolean).forEach((each) => (each.hidden = each !== word));

  const later = (ms) => {
    clearTimeout(pause);
    pause = setTimeout(save, ms);
  };

  const refuse = async (answer) => {
    if (!refused) {
      waiting = true;
      say(lost);
      return;
    }
    stopped = true;
    const told = await answer.json().catch(() => ({}));
    refused.querySelector("[data-draft-why]").textContent = told.sentence ?? "";
    say(refused);
  };

  const send = async () => {
    try {
      const answer = await fetch(element.dataset.serverDraft, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(new FormData(form)),
      });
      if (answer.ok) {
        const { revision } = await answer.json();
        if (revision && form.elements.revision) {
          form.elements.revision.value = revision;
        }
        say(waiting ? null : kept);
      } else if (ENDED.has(answer.status)) {
        waiting = true;
        say(out ?? lost);
      } else if (answer.status < 500) {
        await refuse(answer);
      } else {
        throw new Error(answer.status);
      }
    } catch {
      waiting = true;
      say(lost);
      later(AGAIN_MS);
    }
  };

  async function save() {
    clearTimeout(pause);
    if (saving) {
      later(PAUSE_MS);
      return;
    }
    if (stopped || !waiting) {
      return;
    }
    waiting = false;
    saving = send();
    await saving;
    saving = null;
  }

  element.addEventListener("input", () => {
    waiting = true;
    if (!stopped) {
      say(null);
      later(PAUSE_MS);
    }
  });
  window.addEventListener("online", save);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());
  form.addEventListener("submit", (event) => {
    clearTimeout(pause);
    if (saving) {
      // What is on its way changes the revision: the form goes after it.
      event.preventDefault();
      const by = event.submitter;
      saving.then(() => form.requestSubmit(by));
    } else {
      waiting = false;
    }
  });
}
