// Elements made by script. Input only ever becomes text, never markup.

/** Makes an element with attributes (`on…` is a listener, false is left out) and children. */
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

/** Sets a text, if it is another one: most don't change from poll to poll. */
export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/** Debounces `act`: it is called with the last arguments once no more calls come for a while. */
export function debounced(milliseconds, act) {
  let timer;
  return (...arguments_) => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds, ...arguments_);
  };
}

/** A function that calls `act` now, and again after each pause while `wanted()` is true. */
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

/** A function that calls `act` before the next frame, once however often it is called. */
export function onFrame(act) {
  let scheduled = false;
  return () => {
    if (!scheduled) {
      scheduled = true;
      requestAnimationFrame(() => {
        scheduled = false;
        act();
      });
    }
  };
}
