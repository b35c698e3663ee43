/**
 * Keeps what is typed in a form of `data-autosave="KEY"` in this browser, and offers it back when the page is opened again
 * with something else in its fields. Sending keeps the draft, since the answer may be a refusal or a sign-in page: the KEY
 * therefore names the version of the thing and the person, so that a text once accepted is never offered again.
 * Files, passwords and hidden fields are never kept.
 */
import { forget, keep, read, sweep } from "./drafts.js";

const PAUSE_MS = 400;
const SKIPPED = new Set(["hidden", "file", "password", "submit", "button", "reset", "image"]);
const CHECKED = new Set(["checkbox", "radio"]);

const controls = (form) => [...form.elements].filter((each) => each.name && !SKIPPED.has(each.type));

/** What the form holds, as [name, value] of each control that would be sent. */
function values(form) {
  return controls(form)
    .filter((each) => !CHECKED.has(each.type) || each.checked)
    .flatMap((each) =>
      each.type === "select-multiple" ? [...each.selectedOptions].map((o) => [each.name, o.value]) : [[each.name, each.value]],
    );
}

function restore(form, kept) {
  for (const each of controls(form)) {
    const mine = kept.filter(([name]) => name === each.name).map(([, value]) => value);
    if (CHECKED.has(each.type)) {
      each.checked = mine.includes(each.value);
    } else if (each.type === "select-multiple") {
      [...each.options].forEach((option) => (option.selected = mine.includes(option.value)));
    } else if (mine.length > 0) {
      each.value = mine[0];
    }
    each.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

export function enhance(form) {
  const key = form.dataset.autosave;
  const offer = form.querySelector("[data-draft-offer]");
  sweep();
  const kept = read(key)?.values;
  if (kept && offer && JSON.stringify(kept) !== JSON.stringify(values(form))) {
    offer.hidden = false;
    offer.querySelector("[data-draft-take]").addEventListener("click", () => {
      restore(form, kept);
      offer.hidden = true;
      controls(form)[0]?.focus();
    });
    offer.querySelector("[data-draft-drop]").addEventListener("click", () => {
      forget((draft) => draft.key === key);
      offer.hidden = true;
      controls(form)[0]?.focus();
    });
  }
  let pause;
  const save = () => keep(key, values(form));
  form.addEventListener("input", (event) => {
    if (event.isTrusted) {
      clearTimeout(pause);
      pause = setTimeout(save, PAUSE_MS);
    }
  });
  form.addEventListener("submit", () => {
    clearTimeout(pause);
    save();
  });
}
