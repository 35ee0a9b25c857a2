import { createHmac } from "node:crypto";
import { signatureHeaders } from "../../../provider/platforms/scp/signature";

const virtualserver = "https://virtualserver.kr-west1.e.samsungsdscloud.com/v1";
const key = { accessKey: "AKTESTACCESSKEY", secretKey: "sk-test-secret", timestampMs: 1605290625682 };

// Computed with the documented algorithm; the documents show no real signature.
const vectors: readonly (readonly [string, string, string])[] = [
  ["GET", `${virtualserver}/snapshots`, "5iDfMXrGqCVXk/3DM2cO1kZBrpKVih5erjmh4IDAzqg="],
  [
    "GET",
    `${virtualserver}/snapshots?volume_id=3f500f00-ed80-4566-a057-e31760226f9a&limit=20`,
    "5nXywd4XlBj7X78hX/YwNoKj90FaPsAPZ9j/BpIsUO0=",
  ],
  ["GET", `${virtualserver}/snapshots?sort=created_at:desc`, "GmDMMI33EiS84XdczAieQDO0XhYvxFdNlWe+q20cypk="],
  ["GET", `${virtualserver}/snapshots?sort=created_at%3Adesc`, "JWwToXF5dPJ2YXylaYvf8VVKlaGqmj9Jkk/w+XVlJ7I="],
  ["GET", `${virtualserver}/snapshots?name=my%20snap`, "kasZbXkfJxQqBC+/XcJku+RQAdsh3jiumtjJ6smfYPw="],
  ["POST", `${virtualserver}/snapshots`, "hDpQg23/v3sSpIrOf+LzJGBGq1AvTmZQ4BlG41txXyo="],
  [
    "DELETE",
    `${virtualserver}/snapshots/cceed636-1f1e-4bb0-b85c-4e5b9e0bf790`,
    "Fmitvwr8PfMAweHqyqiqqb3kGzYH46mkTJhv/olxjlE=",
  ],
  ["POST", "https://backup.kr-west1.e.samsungsdscloud.com/v1/backups", "PmDcbPc/ljOC46lFLkMnaxAGPwGCQ7qgiMsL9p9ix4k="],
  ["GET", "http://127.0.0.1:8080/v1/snapshots", "PfkPe8eqCYqKRm5chX/CzjWiil3huf5dqM2vJtiRccQ="],
];

describe("the signature of a request to Samsung Cloud Platform", () => {
  test.each(vectors)("%s %s", (method, url, signature) => {
    expect(signatureHeaders({ method, url, ...key })).toEqual({
      "scp-accesskey": "AKTESTACCESSKEY",
      "scp-signature": signature,
      "scp-timestamp": "1605290625682",
      "scp-clienttype": "Openapi",
    });
  });

  test("leaves out the account id that the official SDK can put before the client type", () => {
    const message = `GET${virtualserver}/snapshots1605290625682AKTESTACCESSKEY0123456789abcdefOpenapi`;
    const withAccount = createHmac("sha256", "sk-test-secret").update(message).digest("base64");
    expect(withAccount).toBe("vwp8AB7kXxOcXzTYc3ORWbQlrdso8P6wvhzuJfgj52U=");
    expect(signatureHeaders({ method: "GET", url: `${virtualserver}/snapshots`, ...key })["scp-signature"]).not.toBe(
      withAccount,
    );
  });
});
