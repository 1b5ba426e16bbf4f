/**
 * VS Code's own themes, with what a picture of them must be like: brightness of the ground, and
 * smallest contrast of text (WCAG).
 */
export const THEMES = [
  { name: 'Default Light Modern', background: (value: number) => value > 0.8, readable: 4.5 },
  { name: 'Default Dark Modern', background: (value: number) => value < 0.1, readable: 4.5 },
  { name: 'Default High Contrast', background: (value: number) => value < 0.02, readable: 7 },
  { name: 'Default High Contrast Light', background: (value: number) => value > 0.9, readable: 7 },
];
