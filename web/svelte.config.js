// The editor's and svelte-check's view of what vite.config.ts sets.
export default { compilerOptions: { runes: true } };
