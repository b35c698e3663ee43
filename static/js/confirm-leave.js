/** Asks before leaving a form of `data-confirm-leave` in which something was typed and not sent. The words are the browser's. */
export function enhance(form) {
  let unsent = false;
  form.addEventListener("input", () => {
    unsent = true;
  });
  form.addEventListener("submit", () => {
    unsent = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsent) {
      event.preventDefault();
    }
  });
}
