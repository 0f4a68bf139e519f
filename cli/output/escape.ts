const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Text from a service or a file as it may stand in one line on a terminal.
 *
 * Control, format (bidi, zero-width), separator and surrogate code points become `\u{…}`: a server name must not be
 * able to move the cursor or to end the line.
 */
export function escapeUntrusted(text: string): string {
  return text.replace(unsafe, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
