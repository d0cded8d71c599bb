// Elements made by script. What comes from outside only ever becomes text.

/** An element with attributes (`on…`: a listener; false: left out) and children. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) {
      made.addEventListener(key.slice(2), value);
    } else if (value !== false && value !== undefined) {
      made.setAttribute(key, value === true ? "" : value);
    }
  }
  made.append(...children);
  return made;
}

/** Sets a text, but leaves alone what has it: most don't change from look to look. */
export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/** Calls `act` once with the last arguments when nothing more has come for a while. */
export function debounced(milliseconds, act) {
  let timer;
  return (...arguments_) => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds, ...arguments_);
  };
}

/** A function that calls `act` now, and again after each pause as long as `wanted()`. */
export function repeated(milliseconds, act, wanted) {
  let running = false;
  return async () => {
    if (running) {
      return;
    }
    running = true;
    while (wanted()) {
      await act();
      await new Promise((done) => setTimeout(done, milliseconds));
    }
    running = false;
  };
}

/** Calls `act` before the next picture, once however often it is asked for. */
export function onFrame(act) {
  let asked = false;
  return () => {
    if (!asked) {
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        act();
      });
    }
  };
}
