/**
 * Asks again, from time to time, for a page whose document is still being read (`data-coming`), and shows it once it is.
 * The link inside does the same by hand.
 */
const EVERY_MS = 4000;

export function enhance(place) {
  const look = async () => {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok && !fresh.querySelector("[data-coming]")) {
        location.reload();
        return;
      }
      const bar = fresh.querySelector("[data-coming] progress");
      const mine = place.querySelector("progress");
      if (bar?.hasAttribute("value") && mine) {
        mine.max = bar.max;
        mine.value = bar.value;
      }
    } catch {
      // No connection for now: the next look may have one.
    }
    setTimeout(look, EVERY_MS);
  };
  setTimeout(look, EVERY_MS);
}
