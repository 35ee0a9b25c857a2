import fc from "fast-check";
import { redact } from "../../provider/http/redact";

/** Credential that can't be part of its replacement. */
const secret = fc.string({ unit: fc.constantFrom(..."0123456789ABCDEFXYZ_-.+/=%"), minLength: 1, maxLength: 40 });
const word = fc.string({ maxLength: 30 });

describe("what is shown to a user", () => {
  it("never holds a secret, as it is or as a URL writes it", () => {
    fc.assert(
      fc.property(secret, fc.array(word, { minLength: 1, maxLength: 6 }), (hidden, words) => {
        for (const form of [hidden, encodeURIComponent(hidden)])
          expect(redact(`${words.join(form)}${form}`, [hidden])).not.toContain(form);
      }),
    );
  });

  it("contains no remainder of a secret that begins with another one", () => {
    fc.assert(
      fc.property(
        secret,
        fc.string({ unit: fc.constantFrom(..."QWRTUO"), minLength: 4, maxLength: 20 }),
        (short, rest) => {
          for (const secrets of [
            [short, short + rest],
            [short + rest, short],
          ]) {
            expect(redact(`refused: ${short}${rest}`, secrets)).toBe("refused: [secret]");
          }
        },
      ),
    );
  });

  it("holds no query of a link", () => {
    const query = fc.string({ unit: fc.constantFrom(..."0123456789abcdef&=%+-_~."), minLength: 1, maxLength: 60 });
    const host = fc.constantFrom("https://snapshots.virtuscloud.app/applications/1/a.zip", "HTTP://127.0.0.1:1/b");
    fc.assert(
      fc.property(host, query, word, (link, signed, before) => {
        const shown = redact(`${before} ${link}?MARK${signed} after`, []);
        expect(shown).not.toContain("MARK");
        expect(shown).toMatch(/\?\[…\] after$/);
      }),
    );
  });

  it.each([
    ["AWSAccessKeyId=access key&Expires=1757683751&Signature=abc%3D&versionId=0f1e", /abc|1757683751|0f1e/],
    ['{"key":"AWSAccessKeyId=AKIA1&Signature=S1GN"}', /AKIA1|S1GN/],
    ["see https://x.org/a.zip?AWSAccessKeyId=access key&Expires=1757683751&Signature=S1GN now", /1757683751|S1GN/],
    ["X-Amz-Signature=deadbeef&X-Amz-Credential=AKIA", /deadbeef|AKIA/],
    ["signature=deadbeef", /deadbeef/],
  ])("hides the signed part of %s", (text, hidden) => {
    expect(text).toMatch(hidden);
    expect(redact(text, [])).not.toMatch(hidden);
  });

  it("is one line without control characters", () => {
    expect(redact("a\r\nb\u0000\u001b[31mc", [])).toBe("a b [31mc");
  });

  it("is cut after 300 characters, and only then", () => {
    expect(redact("x".repeat(300), [])).toBe("x".repeat(300));
    expect(redact("x".repeat(301), [])).toBe(`${"x".repeat(300)}…`);
  });

  it("holds no beginning of a secret that the cut would go through", () => {
    const hidden = "S3CR3T".repeat(10);
    expect(redact("x".repeat(270) + hidden, [hidden])).not.toContain("S3CR3T");
  });

  it("leaves an ordinary text as it is", () => {
    for (const text of ["App not found", "see https://docs.discloud.com/en/a", "50% of 10 €: yes?"]) {
      expect(redact(text, ["", "t0ken"])).toBe(text);
    }
  });
});
