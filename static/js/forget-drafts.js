/** Forgets every kept draft when the form inside is sent (signing out): the next person at this screen sees none of them. */
import { forget } from "./drafts.js";

export function enhance(element) {
  element.addEventListener("submit", () => forget(() => true));
}
