/**
 * Comments a passage where one reads it. A "comment" link of a block opens its form there instead of on a new page; words that
 * are selected can be commented too, or take a remark that is being moved. The server's own page does the same without.
 */
import { enhance as autosave } from "./autosave.js";
import { enhance as savedRemark } from "./saved-remark.js";
import { enhance as serverDraft } from "./server-draft.js";

const AROUND = 60;

/** The words of a block as the server counts them: without calls, tools, numbers and remarks. */
function wordsOf(node) {
  const copy = node.cloneNode(true);
  copy.querySelectorAll?.(".call, .tool, .row-tool, .remark, .writing-remark, .folio").forEach((each) => each.remove());
  return copy.textContent.replace(/\s+/g, " ");
}

/** What is selected inside the text: its words, what stands around them, the block where it begins; null outside. */
function selected(text) {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) {
    return null;
  }
  const range = selection.getRangeAt(0);
  const element = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement);
  const first = element(range.startContainer).closest(".block");
  const last = element(range.endContainer).closest(".block");
  const within = element(range.startContainer).closest(".remark, .writing-remark");
  if (!first || !text.contains(first) || within) {
    return null;
  }
  const words = wordsOf(range.cloneContents()).trim();
  const before = document.createRange();
  before.setStart(first, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const after = document.createRange();
  after.setStart(range.endContainer, range.endOffset);
  after.setEnd(last ?? first, (last ?? first).childNodes.length);
  return words.length < 2
    ? null
    : {
        exact: words,
        prefix: wordsOf(before.cloneContents()).slice(-AROUND),
        suffix: wordsOf(after.cloneContents()).slice(0, AROUND),
        block: first,
        rect: range.getBoundingClientRect(),
      };
}

export function enhance(page) {
  const text = page.querySelector(".reading");
  const tool = page.querySelector("[data-selection-tool]");
  const placing = document.getElementById("place-form");
  if (!text) {
    return;
  }
  let chosen = null;

  const fill = (form, what) => {
    for (const name of ["quote", "prefix", "suffix"]) {
      const field = form.elements[name];
      if (field) {
        field.value = name === "quote" ? what.exact : what[name];
      }
    }
  };

  /** Fetch the page with this block's form open, take the form out of it and put it below the block. */
  const write = async (block, what) => {
    const known = block.querySelector(":scope > .writing-remark");
    let form = known;
    if (!known) {
      const url = new URL(page.dataset.comment, location.href);
      url.searchParams.set("comment", block.dataset.block);
      const answer = await fetch(url, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) {
        location.href = `${url}#${block.id}`;
        return;
      }
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      form = fresh.querySelector(`#${CSS.escape(block.id)} > .writing-remark, #new-${block.id.slice(2)}`);
      if (!form) {
        location.href = `${url}#${block.id}`;
        return;
      }
      const row = block.closest("table");
      (row ? row.parentElement : block)[row ? "after" : "append"](form);
      form.querySelectorAll("form[data-autosave]").forEach((each) => autosave(each));
      form.querySelectorAll("[data-server-draft]").forEach((each) => serverDraft(each));
      form.querySelectorAll("[data-saved-remarks]").forEach((each) => savedRemark(each));
    }
    if (what) {
      fill(form.querySelector("form"), what);
    }
    page.dispatchEvent(new Event("palier:threads"));
    form.querySelector("textarea")?.focus();
    form.scrollIntoView({ block: "nearest" });
  };

  text.addEventListener("click", (event) => {
    const link = event.target.closest("a.tool");
    if (link && page.dataset.comment && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      write(link.closest(".block"), null);
    }
  });

  if (!tool) {
    return;
  }
  document.addEventListener("selectionchange", () => {
    const found = selected(text);
    if (found) {
      chosen = found;
      tool.style.top = `${Math.max(8, found.rect.top - 56)}px`;
      tool.style.left = `${Math.max(8, found.rect.left)}px`;
    }
    tool.hidden = !found && !tool.contains(document.activeElement);
  });
  tool.addEventListener("mousedown", (event) => event.preventDefault()); // keep the selection
  tool.querySelector("button").addEventListener("click", () => {
    if (!chosen) {
      return;
    }
    tool.hidden = true;
    if (placing) {
      fill(placing, chosen);
      const block = document.createElement("input");
      Object.assign(block, { type: "hidden", name: "block", value: chosen.block.dataset.block });
      placing.append(block);
      placing.submit();
    } else {
      write(chosen.block, chosen);
    }
  });
}
