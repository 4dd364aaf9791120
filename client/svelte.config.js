/** Nothing is preprocessed: Svelte strips types itself. Editors and svelte-check read this file too. */
export default { compilerOptions: { runes: true } };
