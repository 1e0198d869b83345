export { Columns } from "./columns.js";
export { BoardColumn } from "./column.js";
export { Dragging } from "./dragging.js";
export { Formats } from "./formats.js";
export { Keyboard } from "./keyboard.js";
export { Moves } from "./moves.js";
export { fill } from "./words.js";
