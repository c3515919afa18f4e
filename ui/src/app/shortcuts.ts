/** What the keyboard sheet shows. Keys of one chord are parted by blanks. */
export const shortcuts: readonly { title: string; keys: readonly [string, string][] }[] = [
  {
    title: "Everywhere",
    keys: [
      ["Ctrl K", "Search or run a command"],
      ["Ctrl N", "New project"],
      ["Ctrl O", "Open folder"],
      ["Ctrl 1", "Home"],
      ["Ctrl 2", "Live"],
      ["Ctrl 3", "Bakes"],
      ["Ctrl ,", "Settings"],
      ["Alt ←", "Back"],
      ["Alt →", "Forward"],
      ["Ctrl `", "Terminal"],
      ["F6", "Next part of the window"],
      ["?", "This sheet"],
    ],
  },
  {
    title: "Lists",
    keys: [
      ["/", "Filter"],
      ["j ↓", "Next row"],
      ["k ↑", "Row before"],
      ["Home", "First row"],
      ["End", "Last row"],
      ["Enter", "Open"],
      ["Esc", "Close the side pane"],
    ],
  },
  {
    title: "Wizard and new bake",
    keys: [["Ctrl Enter", "Go on, create, bake"]],
  },
  {
    title: "Graph",
    keys: [
      ["← →", "Along the edges"],
      ["↑ ↓", "Neighbours"],
      ["+", "Zoom in"],
      ["-", "Zoom out"],
      ["0", "Fit the graph"],
      ["z", "Zoom to the task"],
      ["m", "Overview"],
      ["l", "Change the direction"],
      ["[", "Fold the group"],
      ["]", "Open the group"],
      ["u", "Only what it needs"],
      ["d", "Only what needs it"],
      ["p", "Critical path"],
      ["Shift F10", "What can be done"],
    ],
  },
  {
    title: "Time of a bake",
    keys: [
      [",", "Change before"],
      [".", "Next change"],
      ["<", "The beginning"],
      [">", "The end, or live"],
    ],
  },
  {
    title: "Log",
    keys: [
      ["Enter", "Next match"],
      ["Shift Enter", "Match before"],
      ["f", "Follow the end"],
    ],
  },
];
