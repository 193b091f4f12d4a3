declare module 'virtual:emoji/*' {
  /** A text for each group: lines of emoji, name and words, with tabs between. */
  const groups: string[];
  export default groups;
}
