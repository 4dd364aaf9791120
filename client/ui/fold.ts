/**
 * Letters without case and marks, for searching: `cho moi` finds Chợ Mới. `đ` is a letter of its own and does not
 * decompose.
 */
export function fold(text: string): string {
  return text.trim().toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd');
}
