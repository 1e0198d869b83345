// Promises to quick hands, made before NiceGUI's own script runs (tests/browser/test_hands.py holds them).
(() => {
  const PRESS_MS = 600; // a longer press is a drag or a selection of text: news wait no longer for those
  let socket, send, receive;
  let isReady = false;
  let isPressed = false;
  let limit = 0;
  const early = [];
  const news = [];

  // What is done before the page is connected reaches the server in the order it was done. NiceGUI lets each event wait by a
  // timer of its own, so that a submitted form could overtake the words that were typed into it.
  Object.defineProperty(window, "did_handshake", {
    get: () => socket !== undefined,
    set(done) {
      if (!done) return;
      isReady = true;
      for (const message of early.splice(0)) send(...message);
    },
  });
  Object.defineProperty(window, "socket", {
    get: () => socket,
    set(made) {
      send = made.emit.bind(made);
      receive = made.onevent.bind(made);
      made.emit = (...message) => {
        if (isReady || message[0] === "handshake") return send(...message);
        early.push(message);
        return made;
      };
      made.onevent = (packet) => void (isPressed ? news.push(packet) : receive(packet));
      socket = made;
    },
  });

  // A dialog that has slid in puts the cursor into its first field, unless somebody is in a field of it already.
  window.focusUnlessBusy = (first) => {
    const now = document.activeElement;
    const isField = now?.matches("input, textarea, select, [role=combobox]");
    const isInside = isField && first?.$el?.closest?.(".q-dialog")?.contains(now);
    if (first && !isInside && !now?.closest(".q-menu")) first.focus();
  };

  // What is pressed stays under the finger until it is let go: a button that is drawn anew in between would not hear the click.
  const release = () => {
    clearTimeout(limit);
    isPressed = false;
    for (const packet of news.splice(0)) receive(packet);
  };
  const releaseIn = (ms) => {
    clearTimeout(limit);
    limit = setTimeout(release, ms);
  };
  const listen = (event, heard) => window.addEventListener(event, heard, { capture: true, passive: true });
  listen("pointerdown", () => {
    isPressed = true;
    releaseIn(PRESS_MS);
  });
  listen("pointerup", () => isPressed && releaseIn(50)); // the click of a touch comes a little later
  listen("click", () => isPressed && releaseIn(0));
  for (const event of ["pointercancel", "dragstart"]) listen(event, release);
  window.addEventListener("blur", release); // of the window alone: a field that is left by the press itself does not end it
})();
