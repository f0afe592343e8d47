// The large number: digits that change slide in from the side that the count moved from. The text is right at once, and
// where motion is not wanted the style sheet leaves it out.

/** Writes text into the element, digit by digit; direction is 1 for more, -1 for fewer, 0 for a first number. */
export function roll(element, text, direction) {
  const before = [...element.children].map((digit) => digit.textContent);
  const shift = text.length - before.length;
  const digits = [...text].map((character, index) => {
    const digit = document.createElement("span");
    digit.textContent = character;
    // Compared from the right: 99 to 100 is a new digit in front, and two that changed.
    if (direction !== 0 && before[index - shift] !== character) digit.className = direction > 0 ? "more" : "fewer";
    return digit;
  });
  element.replaceChildren(...digits);
}
