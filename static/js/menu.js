/** Closes an open <details data-menu> on Escape, on a click elsewhere, and when the keyboard leaves it. */
export function enhance(details) {
  const close = () => {
    details.open = false;
  };
  details.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && details.open) {
      close();
      details.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!details.contains(event.target)) {
      close();
    }
  });
  details.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !details.contains(event.relatedTarget)) {
      close();
    }
  });
}
