/**
 * Loads each enhancement only where the page asks for it, by attribute. Every page works without any of them.
 * A module exports `enhance(element)`, called once for each element that carries its attribute.
 */
const enhancements = [
  ["form[data-autosave]", "./autosave.js"],
  ["[data-forget-drafts]", "./forget-drafts.js"],
  ["form[data-confirm-leave]", "./confirm-leave.js"],
  ["[data-stage-url]", "./upload.js"],
  ["[data-server-draft]", "./server-draft.js"],
  ["[data-saved-remarks]", "./saved-remark.js"],
  ["details[data-menu]", "./menu.js"],
  ["[data-preview-url]", "./preview.js"],
  ["[data-margin]", "./margin.js"],
  [".reading-page", "./comment.js"],
  ["[data-pdf]", "./original.js"],
  ["[data-coming]", "./coming.js"],
];

for (const [selector, module] of enhancements) {
  const found = document.querySelectorAll(selector);
  if (found.length > 0) {
    import(module).then(({ enhance }) => found.forEach((element) => enhance(element)));
  }
}

// A form shown again starts at its summary of errors.
document.querySelector("[data-focus]")?.focus();
