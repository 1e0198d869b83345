/** `fill("{title} dropped", {title: "Deal"})` is "Deal dropped". */
export function fill(text, values) {
  return (text ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
