/**
 * Puts remarks in the margin where there is room for one: each level with its passage, none over another. They stay where
 * they are in the document, below their passage, which is what a screen reader and the keyboard go through.
 */
const ROOM = 58; // rem that the page must have
const GAP = 12;

export function enhance(page) {
  const text = page.querySelector(".reading");
  if (!text) {
    return;
  }
  const threads = () => [...text.querySelectorAll(".remark, .writing-remark")];
  const passage = (thread) => text.querySelector(`#m-${CSS.escape(thread.id.slice(1))}`) ?? thread.closest(".block") ?? thread;
  let active = null;
  let pressing = false;
  let pending = null; // the thread to open once the pointer is let go

  const lay = () => {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const wide = page.clientWidth >= ROOM * rem && !page.querySelector(".two-panes");
    page.dataset.margin = wide ? "on" : "off";
    const all = threads();
    if (!wide) {
      all.forEach((each) => (each.style.top = ""));
      text.style.minHeight = "";
      return;
    }
    const origin = text.getBoundingClientRect().top;
    const wanted = all.map((each) => passage(each).getBoundingClientRect().top - origin);
    const heights = all.map((each) => each.offsetHeight);
    const tops = [];
    let free = 0;
    all.forEach((_, i) => {
      tops[i] = Math.max(wanted[i], free);
      free = tops[i] + heights[i] + GAP;
    });
    // The thread one is at stands level with its passage: those before it make room upwards.
    const at = all.indexOf(active);
    if (at >= 0 && tops[at] > wanted[at]) {
      tops[at] = wanted[at];
      for (let i = at - 1; i >= 0 && tops[i] + heights[i] + GAP > tops[i + 1]; i -= 1) {
        tops[i] = tops[i + 1] - GAP - heights[i];
      }
      free = tops[at] + heights[at] + GAP;
      for (let i = at + 1; i < all.length; i += 1) {
        tops[i] = Math.max(wanted[i], free);
        free = tops[i] + heights[i] + GAP;
      }
    }
    all.forEach((each, i) => (each.style.top = `${tops[i]}px`));
    text.style.minHeight = `${free}px`;
  };

  const open = (thread) => {
    active = thread;
    text.querySelectorAll("[data-open]").forEach((each) => delete each.dataset.open);
    if (thread) {
      thread.dataset.open = "";
      const id = thread.id.slice(1);
      text.querySelectorAll(".passage").forEach((each) => each.dataset.threads.split(" ").includes(id) && (each.dataset.open = ""));
    }
    lay();
  };

  text.addEventListener("click", (event) => {
    const mark = event.target.closest(".passage");
    if (mark && !event.target.closest("a") && getSelection().isCollapsed) {
      const thread = document.getElementById(`r${mark.dataset.threads.split(" ")[0]}`);
      open(thread);
      thread?.focus({ preventScroll: page.dataset.margin === "on" });
    }
  });
  text.addEventListener("focusin", (event) => {
    const thread = event.target.closest(".remark");
    if (thread && thread !== active && !pressing) {
      open(thread);
    } else {
      pending = thread;
    }
  });
  // What is being pressed stays where it is until it is let go: moved away under the pointer, it would not be pressed.
  text.addEventListener("pointerdown", () => {
    pressing = true;
    pending = null;
  });
  const released = () => {
    if (pressing) {
      setTimeout(() => {
        pressing = false;
        if (pending && pending !== active) {
          open(pending);
        }
      });
    }
  };
  addEventListener("pointerup", released);
  addEventListener("pointercancel", released);
  const targeted = () => {
    const thread = location.hash.startsWith("#r") ? document.getElementById(location.hash.slice(1)) : null;
    if (thread && text.contains(thread)) {
      open(thread);
      passage(thread).scrollIntoView({ block: "center" });
      thread.focus({ preventScroll: true });
    }
  };

  const seen = new ResizeObserver(lay);
  seen.observe(page);
  const watch = () => threads().forEach((each) => seen.observe(each));
  watch();
  page.addEventListener("palier:threads", () => {
    watch();
    lay();
  });
  document.fonts?.ready.then(lay);
  lay();
  targeted();
  addEventListener("hashchange", targeted);
}
