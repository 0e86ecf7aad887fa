// Copy buttons, the theme, and keys. All pages work without it.
"use strict";

(() => {
  const root = document.documentElement;
  const THEME = "tagledger-theme";
  const THEMES = ["auto", "light", "dark"];

  function storedTheme() {
    try {
      const found = localStorage.getItem(THEME);
      return THEMES.includes(found) ? found : "auto";
    } catch {
      return "auto"; // storage is switched off: the system decides
    }
  }

  function showTheme(theme) {
    if (theme === "auto") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", theme);
    for (const button of document.querySelectorAll("[data-theme-button]")) {
      button.querySelector("span").textContent = theme;
      button.setAttribute("aria-label", `Colours: ${theme}. Change`);
    }
  }

  async function copy(button) {
    const text = button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // No clipboard over plain HTTP: the old way, by a selection.
      const area = document.createElement("textarea");
      area.value = text;
      area.className = "visually-hidden";
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    button.classList.add("copied");
    const live = document.getElementById("announcements");
    if (live) live.textContent = "Copied";
    setTimeout(() => {
      button.classList.remove("copied");
      if (live) live.textContent = "";
    }, 1500);
  }

  function isTyping(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  }

  function moveInTabs(event) {
    const tabs = event.target.closest?.(".tabs");
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    if (!tabs || !(event.key in steps)) return;
    const links = [...tabs.querySelectorAll("a")];
    const at = links.indexOf(event.target);
    if (at < 0) return;
    const step = steps[event.key];
    const next = Number.isFinite(step)
      ? (at + step + links.length) % links.length
      : step < 0 ? 0 : links.length - 1;
    links[next].focus();
    event.preventDefault();
  }

  root.classList.add("js");
  showTheme(storedTheme());

  document.addEventListener("DOMContentLoaded", () => showTheme(storedTheme()));

  document.addEventListener("click", (event) => {
    const copying = event.target.closest("[data-copy]");
    if (copying) copy(copying);
    if (!event.target.closest("[data-theme-button]")) return;
    const next = THEMES[(THEMES.indexOf(storedTheme()) + 1) % THEMES.length];
    try {
      localStorage.setItem(THEME, next);
    } catch {
      // Remembered for this page only.
    }
    showTheme(next);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "/" && !isTyping(event.target)) {
      const field = document.querySelector("main input[type=search], header input[type=search]");
      if (!field) return;
      field.focus();
      field.select();
      event.preventDefault();
    }
    moveInTabs(event);
  });

  // What htmx has put in place of something that had the focus gives it back.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (document.activeElement && document.activeElement !== document.body) return;
    const current = event.target.querySelector?.(".tabs a[aria-current]");
    (current ?? document.getElementById("main"))?.focus({ preventScroll: true });
  });
})();
