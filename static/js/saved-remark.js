/**
 * Puts a saved remark into the one being written as soon as it is chosen: its words where the cursor is, its kind when none is
 * chosen yet. Without this script the server does it for a remark that was left empty.
 */
export function enhance(select) {
  const form = select.form;
  const field = form.elements.text;

  select.addEventListener("change", () => {
    const { text, kind } = select.selectedOptions[0].dataset;
    if (!text) {
      return;
    }
    const glue = field.value.trim() && field.selectionStart > 0 && !/\s$/.test(field.value.slice(0, field.selectionStart)) ? " " : "";
    field.setRangeText(glue + text, field.selectionStart, field.selectionEnd, "end");
    const kinds = [...form.querySelectorAll("input[name=kind]")];
    if (!kinds.some((each) => each.checked)) {
      kinds.filter((each) => each.value === kind).forEach((each) => (each.checked = true));
    }
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
}
