import { assert, assertEquals } from "@std/assert";
import { Secrets } from "../../src/cli/secrets.ts";

function redact(url: string, text: string): string {
  const secrets = new Secrets();
  secrets.add(url);
  return secrets.redact(text);
}

Deno.test("Secrets.redact() replaces a password as it is written and as it is meant", () => {
  const url = "mongodb://ann:p%40ss%2Fw%22rd@db/shop";
  assertEquals(redact(url, 'p%40ss%2Fw%22rd p@ss/w"rd p@ss/w\\"rd'), "*** *** ***");
  assertEquals(redact(url, `no answer from ${url}`), "no answer from mongodb://***@db/shop");
});

Deno.test("Secrets.redact() leaves what is no secret", () => {
  const text = "execution of 0001_create_ann.ts on db/shop, see https://example.org/denock";
  assertEquals(redact("mongodb://ann@db/shop", text), text);
  assertEquals(redact("sqlite:./a:b@shop.db", "b a:b shop.db"), "b a:b shop.db");
});

Deno.test("Secrets.redact() knows the secrets in the options of a URL", () => {
  const url = "mongodb://db/shop?tlsCertificateKeyFilePassword=canary1&authMechanismProperties=SERVICE:x," +
    "AWS_SESSION_TOKEN:canary2&proxyPassword=canary3&w=majority";
  assertEquals(redact(url, "canary1 canary2 canary3 majority"), "*** *** *** majority");
});

Deno.test("Secrets.redact() replaces the passwords of malformed URLs and of options with a value", () => {
  for (
    const url of [
      "mongodb://ann:can@ry/x?y#z@db/shop",
      "mongodb:/ann:can@ry/x?y#z@db/shop",
      "mongodb:ann:can@ry/x?y#z@db/shop",
      "--databse=mongodb://ann:can@ry/x?y#z@db/shop",
      "mongo://ann:can@ry/x?y#z@db",
    ]
  ) {
    assertEquals(redact(url, "is can@ry/x?y#z right"), "is *** right", url);
    assert(!redact(url, url).includes("ry/x?y#z"), url);
  }
});

Deno.test("Secrets.redact() hides any password in any form", () => {
  const letters = [..."aZ0@:/?#[]%&=+ \"'\\`{}$.*é€😀\t"];
  for (let round = 0; round < 2_000; round++) {
    const random = crypto.getRandomValues(new Uint8Array(12));
    const password = `#${Array.from(random, (byte) => letters[byte % letters.length]).join("")}#`;
    const encoded = encodeURIComponent(password);
    const url = `mongodb://ann:${encoded}@db:27017/shop`;
    const forms = [password, encoded, JSON.stringify(password), url, JSON.stringify({ url, password })];
    const text = redact(url, forms.join(" | "));
    for (const form of [password, encoded, JSON.stringify(password).slice(1, -1)]) {
      assert(!text.includes(form), `password ${JSON.stringify(password)}: ${text}`);
    }
  }
});
