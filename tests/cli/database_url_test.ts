import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseDatabaseUrl } from "../../src/cli/database_url.ts";
import { UsageError } from "../../src/cli/usage_error.ts";

Deno.test("parseDatabaseUrl() takes the path of a SQLite file as it stands", () => {
  const paths = {
    "sqlite:./shop.db": "./shop.db",
    "sqlite:shop.db": "shop.db",
    "sqlite:/var/lib/shop.db": "/var/lib/shop.db",
    "sqlite:///var/lib/shop.db": "/var/lib/shop.db",
    "sqlite://./shop.db": "./shop.db",
    "SQLITE::memory:": ":memory:",
    "sqlite:./my shop%20@.db": "./my shop%20@.db",
  };
  for (const [url, path] of Object.entries(paths)) {
    assertEquals(parseDatabaseUrl(url), { kind: "sqlite", path, shown: `sqlite:${path}` });
  }
});

Deno.test("parseDatabaseUrl() finds hosts, database and options of a MongoDB URL, and shows no user", () => {
  const url = parseDatabaseUrl(
    "mongodb://ann:p%40ss@one:27017,[::1]:27018/my%2Dshop?replicaSet=rs0&appName=shop&a=b@c",
  );
  assert(url.kind === "mongodb");
  assertEquals(url.database, "my-shop");
  assertEquals([...url.options], ["replicaset", "appname", "a"]);
  assertEquals(url.shown, "mongodb://one:27017,[::1]:27018/my-shop");
  assertEquals(
    parseDatabaseUrl("mongodb+srv://ann@cluster.example.org/shop").shown,
    "mongodb+srv://cluster.example.org/shop",
  );
});

Deno.test("parseDatabaseUrl() takes a file or a server of Deno KV as it stands", () => {
  for (const path of ["./shop.kv", "/var/lib/shop.kv", ":memory:", "https://kv.example.org/shop"]) {
    assertEquals(parseDatabaseUrl(`kv:${path}`), { kind: "kv", path, shown: `kv:${path}` });
  }
});

Deno.test("parseDatabaseUrl() takes a MySQL URL as it stands, by both names of the scheme, and shows no user", () => {
  for (const scheme of ["mysql", "mariadb"]) {
    const url = `${scheme}://ann:p%40ss@db.example.org:3307/my%2Dshop?ssl={}`;
    assertEquals(parseDatabaseUrl(url), { kind: "mysql", url, shown: `${scheme}://db.example.org:3307/my-shop` });
  }
});

Deno.test("parseDatabaseUrl() takes the schema out of a PostgreSQL URL, and shows neither user nor options", () => {
  assertEquals(parseDatabaseUrl("postgres://ann:p%40ss@one:5433,[::1]/shop?schema=my%20own&sslmode=require"), {
    kind: "postgres",
    url: "postgres://ann:p%40ss@one:5433,[::1]/shop?sslmode=require",
    schema: "my own",
    shown: "postgres://one:5433,[::1]/shop",
  });
  assertEquals(parseDatabaseUrl("postgresql://localhost/shop?schema=own"), {
    kind: "postgres",
    url: "postgresql://localhost/shop",
    schema: "own",
    shown: "postgres://localhost/shop",
  });
});

Deno.test("parseDatabaseUrl() refuses what is malformed without repeating it", () => {
  const urls = [
    "",
    "canary",
    "ann:canary@db/shop",
    "sqlite:",
    "sqlite://canary/shop.db",
    "sqlite:./canary.db?mode=ro",
    "kv:",
    "kv://canary/shop.kv",
    "kv:./canary.kv?mode=ro",
    "kv:https://ann:canary@kv.example.org/shop",
    "kv:https://kv.example.org/shop?token=canary",
    "kv:https://can ary/",
    "mongodb:ann:canary@db/shop",
    "mongodb:/ann:canary@db/shop",
    "mongodb://ann:canary@db",
    "mongodb://ann:canary@db/",
    "mongodb://ann:canary@/shop",
    "mongodb://ann:can@ary@db/shop",
    "mongodb://ann:canary/x@db/shop",
    "mongodb://ann:canary?x@db/shop",
    "mongodb://ann:canary#x@db/shop",
    "mongodb://ann:canary/shop",
    "mongodb://db/ca.nary",
    "mongodb://db/%canary",
    "postgres:ann:canary@db/shop",
    "postgres://ann:canary@db",
    "postgres://ann:canary@db/",
    "postgres://ann:canary@/shop",
    "postgres://ann:can@ary@db/shop",
    "postgresql://ann:canary/x@db/shop",
    "postgres://ann:canary#x@db/shop",
    "postgres://db:canary/shop",
    "postgres://db/%canary",
    "oracle://ann:canary@db/shop",
    "mysql:ann:canary@db/shop",
    "mysql:/ann:canary@db/shop",
    "mysql://ann:canary@db",
    "mysql://ann:canary@db/",
    "mysql://ann:canary@/shop",
    "mysql://ann:can@ary@db/shop",
    "mysql://ann:canary/x@db/shop",
    "mysql://ann:canary#x@db/shop",
    "mysql://db:canary/shop",
    "mariadb://one,canary/shop",
    "mongo+srv://ann:canary@db/shop",
  ];
  for (const url of urls) {
    const error = assertThrows(() => parseDatabaseUrl(url), UsageError);
    assert(!/canary|ca\.nary/.test([error.message, ...error.remedies].join()), `${url}: ${error.message}`);
    assert(error.remedies.length > 0, url);
  }
});
