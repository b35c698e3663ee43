/**
 * Shows a PDF as it was handed in, page by page as one comes to them, with its words selectable. The link that downloads
 * it is there before and stays when this fails.
 */
const AHEAD = "600px";

export async function enhance(aside) {
  const missing = aside.querySelector("[data-pdf-missing]");
  const failed = aside.querySelector("[data-pdf-failed]");
  try {
    const library = await import(aside.dataset.pdfLibrary);
    library.GlobalWorkerOptions.workerSrc = aside.dataset.pdfWorker;
    const { promise } = library.getDocument({ url: aside.dataset.pdf, isEvalSupported: false, useWasm: false, useSystemFonts: true, enableXfa: false });
    const pdf = await promise;
    missing.hidden = true;
    await show(aside, library, pdf);
  } catch {
    missing.hidden = true;
    failed.hidden = false;
  }
}

async function show(aside, library, pdf) {
  const first = await pdf.getPage(1);
  const { width, height } = first.getViewport({ scale: 1 });
  const coming = new IntersectionObserver(
    (entries) => {
      for (const entry of entries.filter((each) => each.isIntersecting)) {
        coming.unobserve(entry.target);
        draw(entry.target, library, pdf, aside.clientWidth);
      }
    },
    { root: aside, rootMargin: AHEAD },
  );
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const sheet = document.createElement("div");
    sheet.className = "sheet";
    sheet.dataset.page = number;
    sheet.style.aspectRatio = `${width} / ${height}`;
    aside.append(sheet);
    coming.observe(sheet);
  }
  // The page one reads in the text is the page one sees beside it.
  const folios = [...document.querySelectorAll(".folio")];
  const following = new IntersectionObserver(
    (entries) => {
      const seen = entries.filter((each) => each.isIntersecting).map((each) => each.target.id.slice(5));
      const sheet = seen.length && aside.querySelector(`[data-page="${seen[0]}"]`);
      if (sheet) {
        aside.scrollTo({ top: sheet.offsetTop - aside.offsetTop, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
      }
    },
    { rootMargin: "0px 0px -60% 0px" },
  );
  folios.forEach((folio) => following.observe(folio));
}

async function draw(sheet, library, pdf, room) {
  const page = await pdf.getPage(Number(sheet.dataset.page));
  const plain = page.getViewport({ scale: 1 });
  const scale = (room / plain.width) * 1;
  const dense = page.getViewport({ scale: scale * Math.min(devicePixelRatio || 1, 2) });
  const canvas = document.createElement("canvas");
  canvas.width = dense.width;
  canvas.height = dense.height;
  canvas.setAttribute("aria-hidden", "true");
  sheet.style.aspectRatio = `${plain.width} / ${plain.height}`;
  sheet.append(canvas);
  await page.render({ canvas, viewport: dense }).promise;
  const words = document.createElement("div");
  words.className = "words";
  const viewport = page.getViewport({ scale: sheet.clientWidth / plain.width });
  words.style.setProperty("--total-scale-factor", viewport.scale);
  words.style.setProperty("--scale-factor", viewport.scale);
  sheet.append(words);
  await new library.TextLayer({ textContentSource: page.streamTextContent(), container: words, viewport }).render();
}
