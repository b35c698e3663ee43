/**
 * What this browser keeps of texts not yet sent: localStorage entries `palier:draft:KEY` = {at, values}.
 * An LMS frame may be refused storage: then nothing is kept and nothing fails.
 */
const PREFIX = "palier:draft:";
const KEPT_MS = 14 * 24 * 3600 * 1000;

/** The draft kept under `key`, or null. */
export function read(key) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key));
  } catch {
    return null;
  }
}

/** Keep `values` (a list of [name, value]) under `key`. */
export function keep(key, values) {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify({ at: Date.now(), values }));
  } catch {
    // refused or full: the form still works
  }
}

/** Forget the drafts that `which({key, at})` names. */
export function forget(which) {
  try {
    for (const name of Object.keys(localStorage).filter((each) => each.startsWith(PREFIX))) {
      const key = name.slice(PREFIX.length);
      if (which({ key, at: read(key)?.at ?? 0 })) {
        localStorage.removeItem(name);
      }
    }
  } catch {
    // refused: there is nothing to forget
  }
}

/** Forget what is older than two weeks. */
export function sweep() {
  forget(({ at }) => Date.now() - at > KEPT_MS);
}
