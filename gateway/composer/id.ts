/** Every room has at most one composer, and it always has this id: whoever consumes its picture can ask beforehand. */
export const COMPOSER_ID = 'composer';
